"""Drift is found where it was planted, and seldom anywhere else."""

import numpy as np
import pandas as pd
from scipy import stats

from orphan_disease.contracts.parameters.monitoring import DriftParams
from orphan_disease.domain.drift import adjusted, describe_answers, describe_cases, measure_drift
from tests.domain.small_predictor import NERVOUS_TERMS, SKIN_TERMS, small_ontology

PARAMS = DriftParams(significance=0.01, minimum_effect=0.1, minimum_cases=20)


def table(seed: int, size: int, shift: float = 0.0) -> pd.DataFrame:
    generator = np.random.default_rng([11, seed])
    return pd.DataFrame(
        {
            "input__age_years": generator.normal(40 + shift * 20, 20, size),
            "input__sex": generator.choice(["female", "male"], size),
            "input__system__x": generator.random(size) < 0.3,
            "answer__category": generator.choice(["a", "b", "c"], size),
        }
    )


def test_a_planted_shift_is_found_and_nothing_else() -> None:
    found = measure_drift(table(1, 2000), table(2, 300, shift=1.0), PARAMS)
    assert found["drifted"]
    assert [name for name, row in found["inputs"].items() if row["drifted"]] == ["age_years"]
    oracle = stats.ks_2samp(table(1, 2000)["input__age_years"], table(2, 300, 1.0)["input__age_years"]).statistic
    assert found["inputs"]["age_years"]["effect"] == oracle
    assert not found["answers"]["category"]["drifted"]


def test_small_differences_do_not_matter_however_sure() -> None:
    params = PARAMS.model_copy(update={"minimum_effect": 0.5})
    assert not measure_drift(table(1, 2000), table(2, 300, shift=1.0), params)["drifted"]


def test_samples_of_one_population_seldom_differ() -> None:
    alarms = [measure_drift(table(seed, 500), table(1000 + seed, 200), PARAMS)["drifted"] for seed in range(100)]
    assert sum(alarms) <= 3


def test_too_few_cases_are_not_tested() -> None:
    found = measure_drift(table(1, 2000), table(2, 19), PARAMS)
    assert (found["tested"], found["drifted"], found["cases"]) == (False, False, 19)


def test_levels_that_only_one_side_has_count_and_rare_ones_are_pooled() -> None:
    first = pd.DataFrame({"input__code": ["a"] * 100 + ["b"] * 100 + ["rare"]})
    second = pd.DataFrame({"input__code": ["a"] * 50 + ["new"] * 50})
    row = measure_drift(first, second, PARAMS)["inputs"]["code"]
    assert row["drifted"]
    assert round(row["effect"], 3) == 0.502
    alike = measure_drift(first, first.iloc[:200:2], PARAMS)["inputs"]["code"]
    assert not alike["drifted"]


def test_a_rare_sign_is_tested_exactly() -> None:
    first = pd.DataFrame({"input__sign": [True] + [False] * 99})
    second = pd.DataFrame({"input__sign": [True] * 2 + [False] * 48})
    row = measure_drift(first, second, PARAMS)["inputs"]["sign"]
    assert row["test"] == "fisher_exact"
    assert row["p_value"] == stats.fisher_exact([[99, 1], [48, 2]]).pvalue


def test_corrections_agree_with_hand_and_library() -> None:
    p_values = [0.001, 0.02, 0.03, 0.5]
    assert np.allclose(adjusted(p_values, "holm"), [0.004, 0.06, 0.06, 0.5])
    assert np.allclose(adjusted(p_values, "benjamini_hochberg"), stats.false_discovery_control(p_values))
    assert adjusted([], "holm") == []


def test_a_case_is_described_by_its_body_systems() -> None:
    cases = pd.DataFrame(
        {
            "case_id": ["c1", "c2"],
            "observed_terms": [[NERVOUS_TERMS[0]], [SKIN_TERMS[0], SKIN_TERMS[1]]],
            "excluded_terms": [[], [NERVOUS_TERMS[0]]],
            "sex": ["female", None],
            "age_days": [365.25, None],
        }
    )
    found = describe_cases(cases, small_ontology())
    assert found["input__observed_terms"].to_list() == [1.0, 2.0]
    assert found["input__sex"].to_list() == ["female", "unknown"]
    systems = found[[name for name in found if "system" in name]]
    assert systems.to_numpy().tolist() == [[True, False], [False, True]]
    assert list(describe_cases(cases[["case_id"]], small_ontology())) == ["case_id"]


def test_an_answer_is_described_by_what_it_said() -> None:
    answers = pd.DataFrame(
        {
            "case_id": ["c1"],
            "orphan_probability": [0.7],
            "category": ["abstained"],
            "probability_a": [0.4],
            "probability_b": [0.6],
            "prediction_set": [["a", "b"]],
        }
    )
    row = describe_answers(answers).iloc[0].to_dict()
    assert (row["answer__highest_probability"], row["answer__set_size"]) == (0.6, 2.0)
