import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.orphan_detection import matched_pairs, measure_orphan_detection


def test_both_sides_have_as_many_cases_at_every_number_of_findings() -> None:
    orphan, common = np.array([5, 5, 5, 2, 9]), np.array([5, 2, 2, 2, 1])
    one, other = matched_pairs(orphan, common, seed=4)
    assert sorted(orphan[one]) == sorted(common[other]) == [2, 5]
    assert len(set(one.tolist())) == len(one)


def _answers() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Real orphan cases say much and score high; common ones say little. Matched, scores still tell them apart."""
    rows = []
    for place in range(60):
        orphan = place < 30
        findings = (place % 30) // 3 + (2 if orphan else 0)
        score = 0.9 if orphan else 0.1
        source = "publication" if orphan else "simulated"
        rows.append((f"c{place}", orphan, source, score, f"g{place}", "test_disorders", findings))
    names = ["case_id", "is_orphan", "provenance", "orphan_probability", "group", "split", "findings"]
    table = pd.DataFrame(rows, columns=names)
    cases = table[["case_id"]].assign(observed_terms=[["HP:1"] * count for count in table["findings"]])
    return table.drop(columns="findings"), cases


def test_matching_takes_the_short_cut_away_and_keeps_the_model() -> None:
    answers, cases = _answers()
    found = measure_orphan_detection(answers, cases, EvaluationParams(bootstrap_samples=20, seed=0), seed=1)
    assert found["pairs"] == 24  # eight numbers of findings that both sides have, three cases each
    assert found["matched"]["area_under_roc"]["value"] == 1.0
    assert found["counting_findings_alone"]["area_under_roc"]["value"] == pytest.approx(0.5)
    assert found["caveats"]


def test_simulated_orphan_cases_and_training_cases_take_no_part() -> None:
    answers, cases = _answers()
    simulated = answers.assign(provenance="simulated")
    params = EvaluationParams(bootstrap_samples=20, seed=0)
    assert measure_orphan_detection(simulated, cases, params, seed=1)["pairs"] == 0
    assert measure_orphan_detection(answers.assign(split="out_of_fold"), cases, params, seed=1)["pairs"] == 0
