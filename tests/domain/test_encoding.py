import json

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import EncoderParams
from orphan_disease.domain.encoding import CaseEncoder, feature_group
from orphan_disease.domain.encoding_plan import EncodingPlan
from orphan_disease.domain.ontology import Ontology

# root HP:0000001 -> HP:0000118 -> nervous HP:0000707 -> seizure HP:0001250 -> focal seizure HP:0007359; skin HP:0001574
EDGES = [
    ("HP:0000118", "HP:0000001"),
    ("HP:0000707", "HP:0000118"),
    ("HP:0001574", "HP:0000118"),
    ("HP:0001250", "HP:0000707"),
    ("HP:0007359", "HP:0001250"),
]
LABELS = {
    "HP:0000001": "All",
    "HP:0000118": "Phenotypic abnormality",
    "HP:0000707": "Abnormality of the nervous system",
    "HP:0001574": "Abnormality of the integument",
    "HP:0001250": "Seizure",
    "HP:0007359": "Focal-onset seizure",
}
INFORMATION = {"HP:0000001": 0.0, "HP:0000118": 0.0, "HP:0000707": 0.5, "HP:0001574": 1.0, "HP:0001250": 2.0}


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    terms = pd.DataFrame({columns.TERM_ID: list(LABELS), columns.LABEL: list(LABELS.values())})
    terms[columns.IS_OBSOLETE] = False
    edges = pd.DataFrame(EDGES, columns=[columns.TERM_ID, columns.PARENT_ID])
    nothing = pd.DataFrame({columns.ALTERNATIVE_ID: [], columns.TERM_ID: []})
    return Ontology.from_frames(terms, edges, nothing)


def _cases(**changes: list[object]) -> pd.DataFrame:
    rows = 2
    frame: dict[str, list[object]] = {
        columns.CASE_ID: ["c1", "c2"],
        columns.OBSERVED_TERMS: [["HP:0007359", "HP:0001574"], ["HP:0000707"]],
        columns.EXCLUDED_TERMS: [[], ["HP:0001250"]],
        columns.AGE_DAYS: [10.0, np.nan],
        columns.ONSET_AGE_DAYS: [0.0, np.nan],
        columns.SEX: ["female", "unknown"],
        columns.CONSCIOUSNESS: ["alert", None],
        columns.CHIEF_COMPLAINT: ["Seizure / fit", None],
        columns.SYMPTOM_DURATION_DAYS: [3.0, np.nan],
        columns.PREVIOUS_VISITS: [0.0, 2.0],
        columns.FAMILY_HISTORY: [1.0, np.nan],
        columns.CONSANGUINITY: [np.nan, 0.0],
        **{name: [1.0, np.nan] for name in columns.VITAL_SIGNS},
    }
    return pd.DataFrame({**frame, **changes}, index=range(rows))


def _fit(ontology: Ontology, cases: pd.DataFrame) -> CaseEncoder:
    contents = [INFORMATION.get(term, 4.0) for term in ontology.term_ids]
    params = EncoderParams(minimum_observed_cases=1, minimum_excluded_cases=1)
    return CaseEncoder.fit(cases, ontology, contents, params)


def test_observed_terms_bring_their_ancestors_and_excluded_terms_their_descendants(ontology: Ontology) -> None:
    cases = _cases()
    rows = EncodingPlan.of(_fit(ontology, cases), ontology).encode(cases)
    assert rows["profile__observed_focal_onset_seizure"].tolist() == [1, 0]
    assert rows["profile__observed_seizure"].tolist() == [1, 0]
    assert rows["profile__observed_abnormality_of_the_nervous_system"].tolist() == [1, 1]
    assert rows["profile__excluded_seizure"].tolist() == [0, 1]
    assert rows["profile__excluded_focal_onset_seizure"].tolist() == [0, 1]
    assert "profile__excluded_abnormality_of_the_nervous_system" not in rows


def test_organ_systems_are_counted_shared_and_weighed(ontology: Ontology) -> None:
    cases = _cases()
    first = EncodingPlan.of(_fit(ontology, cases), ontology).encode(cases).iloc[0]
    nervous = "profile__system_abnormality_of_the_nervous_system"
    assert (first[f"{nervous}_count"], first[f"{nervous}_share"], first[f"{nervous}_information"]) == (1, 0.5, 4)
    assert (first["profile__information_sum"], first["profile__information_mean"]) == (5, 2.5)
    assert first["profile__information_max"] == 4
    assert (first["profile__terms_observed"], first["profile__terms_excluded"]) == (2, 0)


def test_a_missing_number_is_the_training_median_and_says_so(ontology: Ontology) -> None:
    training = _cases(heart_rate_bpm=[60.0, 80.0])
    rows = EncodingPlan.of(_fit(ontology, training), ontology).encode(_cases(heart_rate_bpm=[100.0, np.nan]))
    assert rows["vitals__heart_rate_bpm"].tolist() == [100.0, 70.0]
    assert rows["vitals__heart_rate_bpm_missing"].tolist() == [0, 1]
    assert rows["demographics__age_band_neonate"].tolist() == [1, 0]
    assert rows[[name for name in rows if "age_band" in name]].iloc[1].sum() == 0
    assert rows["history__complaint_seizure_fit"].tolist() == [1, 0]


def test_rows_are_complete_float32_and_named_by_group(ontology: Ontology) -> None:
    cases = _cases()
    rows = EncodingPlan.of(_fit(ontology, cases), ontology).encode(cases)
    assert list(rows.index) == ["c1", "c2"]
    assert (rows.dtypes == np.float32).all()
    assert np.isfinite(rows.to_numpy()).all()
    assert {feature_group(name) for name in rows} == {"profile", "demographics", "vitals", "history"}


def test_columns_do_not_depend_on_the_cases_encoded(ontology: Ontology) -> None:
    cases = _cases()
    encoder = _fit(ontology, cases)
    whole = EncodingPlan.of(encoder, ontology).encode(cases)
    one = EncodingPlan.of(encoder, ontology).encode(cases.iloc[[1]])
    pd.testing.assert_frame_equal(whole.iloc[[1]], one)
    empty = EncodingPlan.of(encoder, ontology).encode(cases.iloc[:0])
    assert list(empty.columns) == list(whole.columns)


def test_encoder_survives_json(ontology: Ontology) -> None:
    encoder = _fit(ontology, _cases())
    assert CaseEncoder.from_dict(json.loads(json.dumps(encoder.to_dict()))) == encoder


def test_rare_terms_get_no_column(ontology: Ontology) -> None:
    contents = [INFORMATION.get(term, 4.0) for term in ontology.term_ids]
    encoder = CaseEncoder.fit(_cases(), ontology, contents, EncoderParams(minimum_observed_cases=2))
    assert encoder.observed_terms == ("HP:0000707",)


def test_every_term_column_knows_its_term(ontology: Ontology) -> None:
    cases = _cases()
    encoder = _fit(ontology, cases)
    assert encoder.term_columns(ontology)["profile__observed_seizure"] == "HP:0001250"
