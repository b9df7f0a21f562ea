"""A story holds what a clinician needs, and nothing that the model did not say."""

import pytest

from orphan_disease.domain.case_story import tell_case
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_cases, small_predictor


def test_a_story_tells_findings_answer_reasons_and_where_the_diagnosis_stands() -> None:
    predictor = small_predictor()
    case = (
        small_cases()
        .iloc[[0]]
        .assign(
            observed_terms=[list(NERVOUS_TERMS[:3])], excluded_terms=[[SKIN_TERMS[0]]], sex="female", age_days=4000.0
        )
    )
    story = tell_case(predictor, case, "ORPHA:100")
    assert story.startswith("### A patient, female, 10 years")
    assert f"**Found:** {predictor.knowledge.ontology.label_of(NERVOUS_TERMS[0]).lower()}" in story
    assert "**Looked for and not found:**" in story
    record = predictor.predict(case).iloc[0]
    assert f"orphan disease {record['orphan_probability']:.0%}" in story
    first = record["differential"][0]
    assert f"1. {first['disorder_name']} ({first['disorder_id']}" in story
    assert "**Confirmed:** " in story
    assert "(OMIM:0), number 1 of the differential." in story


def test_an_unknown_diagnosis_is_not_told() -> None:
    assert "**Confirmed:**" not in tell_case(small_predictor(), small_cases().iloc[[0]], None)
    assert "**Confirmed:**" not in tell_case(small_predictor(), small_cases().iloc[[0]], "OMIM:404")


def test_one_case_at_a_time() -> None:
    with pytest.raises(ValueError, match="one case"):
        tell_case(small_predictor(), small_cases().iloc[:2], None)
