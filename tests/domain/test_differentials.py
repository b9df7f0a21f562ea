"""A differential lists the best disorders, says what each finding speaks for or against, and cites the literature."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.differentials import leading_references
from orphan_disease.domain.knowledge_scores import Findings
from orphan_disease.domain.ranking import Ranker, best_disorders
from tests.domain import tiny_knowledge as tiny

TERMS = (tiny.EYE, tiny.CATARACT, tiny.LAMELLAR, tiny.COLOBOMA, tiny.HEART, tiny.MURMUR)
CONFIRMED = tiny.tiny_cases(
    {"case_id": "a", "observed_terms": [tiny.MURMUR, tiny.COLOBOMA], "diagnosis_id": "OMIM:2", "reference": "PMID:9"}
)
KNOWLEDGE = tiny.tiny_knowledge(ConfirmedCases.from_frame(CONFIRMED, tiny.tiny_ontology()))
RANKER = Ranker(KNOWLEDGE)
some_terms = st.lists(st.sampled_from(TERMS), max_size=6, unique=True)
some_cases = st.lists(
    st.fixed_dictionaries(
        {
            "observed_terms": some_terms,
            "excluded_terms": some_terms,
            "reference": st.sampled_from(["PMID:1", "PMID:2", "PMID:9", None]),
        }
    ),
    min_size=1,
    max_size=4,
)


@given(some_cases)
@settings(max_examples=60, deadline=None)
def test_contributions_sum_to_the_likelihood_of_every_disorder_listed(cases: list[dict[str, object]]) -> None:
    batch = tiny.tiny_batch(*cases)
    scores = RANKER.score(batch, "own")
    best = best_disorders(scores.fused, 4)
    findings = Findings.of(batch)
    sums = np.zeros(best.shape)
    np.add.at(sums, findings.case, RANKER.contributions(batch, scores, best))
    expected = np.take_along_axis(scores.scorers["likelihood"], best, axis=1)
    np.testing.assert_allclose(sums, expected, rtol=1e-4, atol=1e-5)


def test_a_confirmed_patient_teaches_the_ranking_and_not_the_evidence_for_the_categories() -> None:
    batch = tiny.tiny_batch({"observed_terms": [tiny.MURMUR]})
    scores, bare = RANKER.score(batch, "own"), Ranker(tiny.tiny_knowledge()).score(batch, "own")
    taught = KNOWLEDGE.index["OMIM:2"]
    assert scores.scorers["likelihood"][0, taught] > bare.scorers["likelihood"][0, taught]
    for name, values in scores.annotation_scorers.items():
        np.testing.assert_array_equal(values, bare.scorers[name])


def test_the_publications_that_most_annotations_cite_come_first() -> None:
    cited = dict(zip(KNOWLEDGE.disorder_ids, leading_references(KNOWLEDGE, 2), strict=True))
    annotations = tiny.tiny_annotations()
    for disorder, references in cited.items():
        own = annotations.loc[annotations["database_id"] == disorder, "references"].explode()
        counts = own[own.astype(str).str.startswith("PMID:")].value_counts()
        assert [counts[each] for each in references] == sorted(counts, reverse=True)[:2]
    assert any(cited.values())


def test_findings_are_told_case_by_case_the_excluded_ones_last() -> None:
    batch = tiny.tiny_batch(
        {"observed_terms": [tiny.MURMUR], "excluded_terms": [tiny.CATARACT]}, {"observed_terms": [tiny.EYE]}
    )
    findings = Findings.of(batch)
    assert findings.case.tolist() == [0, 0, 1]
    assert findings.is_excluded.tolist() == [False, True, False]
    labels = [tiny.tiny_ontology().term_ids[term] for term in findings.term]
    assert labels == [tiny.MURMUR, tiny.CATARACT, tiny.EYE]
