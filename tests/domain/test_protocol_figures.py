import pandas as pd
import pytest

from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.domain.protocol_figures import measure_protocol, protocol_lines

PARAMS = EvaluationParams(bootstrap_samples=10, seed=0)


def _measured() -> dict[str, object]:
    ids = [f"c{place}" for place in range(5)]
    answers = pd.DataFrame({"case_id": ids, "raw_a": [0.9, 0.2, 0.6, 0.5, None], "raw_b": [0.1, 0.8, 0.4, 0.5, None]})
    labels = pd.DataFrame(
        {"case_id": ids, "category": ["a", "b", "b", "a", None], "provenance": ["publication"] * 3 + ["simulated"] * 2}
    )
    split = pd.DataFrame({"case_id": ids, "group": ids})
    return measure_protocol(answers, labels, split, ("a", "b"), PARAMS)


def test_each_provenance_has_its_figures_over_the_cases_that_were_asked() -> None:
    measured: dict = _measured()
    assert {name: section["cases"] for name, section in measured.items()} == {"publication": 3, "simulated": 1}
    # a: precision 1/2, recall 1; b: precision 1, recall 1/2; both F1 2/3
    assert measured["publication"]["macro_f1"]["value"] == pytest.approx(2 / 3)
    assert measured["publication"]["recall_b"]["value"] == pytest.approx(0.5)


def test_protocols_stand_side_by_side_and_one_not_run_is_passed_over() -> None:
    lines = protocol_lines({"own_papers_left_out": _measured(), "disorder_masked": {}}, "publication")
    assert [line[1] for line in lines] == ["cases", "3"]
    assert lines[1][2].startswith("0.667 (")
    assert protocol_lines({"disorder_masked": {}}, "publication") == []
