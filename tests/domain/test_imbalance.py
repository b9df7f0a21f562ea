import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.domain.imbalance import imbalance_figure, measure_imbalance, patients_by_category


def _report() -> dict[str, object]:
    ids = [f"c{place}" for place in range(12)]
    labels = pd.DataFrame(
        {
            columns.CASE_ID: ids,
            columns.CATEGORY: ["a"] * 8 + ["b"] * 2 + [None, "a"],
            columns.DISORDER_ID: ["d0"] * 7 + ["d1"] + ["d2"] * 2 + ["NONE", "d9"],
            columns.PROVENANCE: ["publication"] * 3 + ["simulated"] * 9,
        }
    )
    split = pd.DataFrame({columns.CASE_ID: ids, columns.SPLIT: ["train"] * 11 + ["test_disorders"]})
    return measure_imbalance(labels, split, ("a", "b"))


def test_patients_and_disorders_are_counted_among_training_cases() -> None:
    report = _report()
    assert patients_by_category(report) == {"a": 8, "b": 2}
    assert report["disorders"] == {"a": 2, "b": 1}
    assert report["scarce_disorders"] == {"a": 1, "b": 1}
    assert report["imbalance_ratio"] == 4.0


def test_each_source_is_counted_apart() -> None:
    by_source = _report()["by_provenance"]
    assert isinstance(by_source, dict)
    assert by_source["publication"]["patients"] == {"a": 3, "b": 0}
    assert by_source["simulated"]["patients"] == {"a": 5, "b": 2}


def test_the_picture_has_a_panel_for_each_source() -> None:
    figure = imbalance_figure(_report())
    assert [panel.get_title() for panel in figure.axes] == [
        "training patients, publication",
        "training patients, simulated",
    ]


def test_a_category_without_patients_is_refused() -> None:
    labels = pd.DataFrame(
        {columns.CASE_ID: ["c"], columns.CATEGORY: "a", columns.DISORDER_ID: "d", columns.PROVENANCE: "simulated"}
    )
    with pytest.raises(ValueError, match="needs a case"):
        measure_imbalance(labels, pd.DataFrame({columns.CASE_ID: ["c"], columns.SPLIT: ["train"]}), ("a", "b"))
