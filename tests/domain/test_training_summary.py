"""The summary puts candidates side by side, each provenance apart."""

import pandas as pd

from orphan_disease.domain.training_summary import summarise_training


def test_candidates_are_ordered_by_macro_f1_within_their_provenance() -> None:
    rows = [
        ("category", "mlp+none", "simulated", "macro_f1", 0.6, 0.5, 0.7),
        ("category", "xgboost+none", "simulated", "macro_f1", 0.7, 0.6, 0.8),
        ("category", "xgboost+none", "publication", "macro_f1", 0.5, 0.4, 0.6),
        ("category", "xgboost+none", "simulated", "log_loss", 0.9, 0.8, 1.0),
        ("category", "xgboost+none", None, "fit_seconds", 3.0, None, None),
        ("orphan", "xgboost+none", "simulated", "macro_f1", 0.99, 0.9, 1.0),
    ]
    names = ["head", "candidate", "provenance", "metric", "value", "low", "high"]
    interval = {"value": 0.7, "low": 0.6, "high": 0.8}
    kinds = ("precision_a", "recall_a", "f1_a", "macro_f1")
    metrics = {
        "test_disorders": {
            "simulated": {"cases": 9, "category": dict.fromkeys(kinds, interval)},
            "publication": {"cases": 1},
        }
    }

    summary = summarise_training(
        model_version="m1",
        knowledge_version="hpo",
        categories=["a"],
        candidates=pd.DataFrame(rows, columns=names),
        selected={"category": {"name": "xgboost+none"}},
        metrics=metrics,
    )

    assert [(row["provenance"], row["candidate"]) for row in summary["candidates"]] == [
        ("publication", "xgboost+none"),
        ("simulated", "xgboost+none"),
        ("simulated", "mlp+none"),
    ]
    assert summary["candidates"][1]["log_loss"] == {"value": 0.9, "low": 0.8, "high": 1.0}
    assert summary["candidates"][1]["fit_seconds"] == 3.0
    assert "fit_seconds" not in summary["candidates"][2]
    measured, counted = summary["figures"]
    assert (measured["macro_f1"], measured["by_category"]) == (
        interval,
        {"a": {"precision": 0.7, "recall": 0.7, "f1": 0.7}},
    )
    assert (counted["cases"], counted["by_category"]) == (1, {})
