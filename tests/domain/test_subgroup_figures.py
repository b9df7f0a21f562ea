import pandas as pd
import pytest

from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.decision_report_tables import subgroup_lines
from orphan_disease.domain.subgroup_figures import measure_subgroup_figures


def _figures() -> pd.DataFrame:
    """Twelve women, all answered rightly; twelve men, all wrongly, and of one category only."""
    ids = [f"c{place:02d}" for place in range(24)]
    actual = ["a", "b"] * 6 + ["a"] * 12
    said = [1.0 if each == "a" else 0.0 for each in actual[:12]] + [0.0] * 12
    answers = pd.DataFrame({"case_id": ids, "category": "a", "probability_a": said, "category_actual": actual})
    answers = answers.assign(probability_b=1 - answers["probability_a"], is_orphan=True, disorder_id="D:1", group=ids)
    answers = answers.assign(provenance="publication", split="out_of_fold", prediction_set=[["a", "b"]] * 24)
    cases = pd.DataFrame({"case_id": ids, "sex": ["female"] * 12 + ["male"] * 12, "age_days": 4000.0})
    cases = cases.assign(observed_terms=[["HP:1"] * 5] * 24)
    disorders = pd.DataFrame({"disorder_id": ["D:1"], "prevalence_class": ["1-9 / 100 000"]})
    params = DecisionReportParams(seed=0, subgroup_minimum_cases=6)
    return measure_subgroup_figures(answers, cases, disorders, params, EvaluationParams(bootstrap_samples=5, seed=0))


def test_each_subgroup_has_its_own_figures() -> None:
    figures = _figures().set_index(["subgroup", "metric"])["value"]
    assert figures["female", "accuracy"] == 1.0
    assert figures["male", "accuracy"] == 0.0
    assert figures["all", "accuracy"] == pytest.approx(0.5)
    assert {"1 to 12 years", "4 to 7", "1-9 / 100 000"} <= set(figures.index.get_level_values(0))


def test_a_macro_f1_stands_only_where_every_category_has_cases() -> None:
    figures = _figures()
    shown = set(figures[figures["metric"] == "macro_f1"]["subgroup"])
    assert "female" in shown
    assert "male" not in shown
    line = next(each for each in subgroup_lines(figures) if each[1] == "male")
    assert line[4] == "-"


def test_the_commonest_disorders_come_first_and_those_of_unknown_rarity_last() -> None:
    ids = [f"c{place}" for place in range(4)]
    answers = pd.DataFrame({"case_id": ids, "category": "a", "probability_a": 1.0, "probability_b": 0.0, "group": ids})
    answers = answers.assign(category_actual="a", is_orphan=True, disorder_id=[f"D:{place}" for place in range(4)])
    answers = answers.assign(provenance="publication", split="out_of_fold", prediction_set=[["a"]] * 4)
    cases = pd.DataFrame({"case_id": ids, "sex": "female", "age_days": 4000.0, "observed_terms": [["HP:1"]] * 4})
    classes = ["<1 / 1 000 000", None, "1-9 / 1 000 000", "1-5 / 10 000"]
    disorders = pd.DataFrame({"disorder_id": [f"D:{place}" for place in range(4)], "prevalence_class": classes})
    params = DecisionReportParams(seed=0, subgroup_minimum_cases=1)
    found = measure_subgroup_figures(
        answers, cases, disorders, params, EvaluationParams(bootstrap_samples=5, seed=0, minimum_cases=1)
    )
    rarity = found[found["kind"] == "prevalence"]["subgroup"]
    assert list(dict.fromkeys(rarity)) == ["1-5 / 10 000", "1-9 / 1 000 000", "<1 / 1 000 000", "unknown"]
