"""A handful of figures in the shapes that the report on the decision reads."""

from typing import Any

import pandas as pd

INTERVAL = {"value": 0.5, "low": 0.25, "high": 0.75}
DIFFERENCE = {"difference": -0.1, "difference_low": -0.2, "difference_high": 0.05}
COUNTS = {"cases": 40, "groups": 12}


def rows(keys: dict[str, Any], metrics: tuple[str, ...], *, against: bool = False) -> list[dict[str, Any]]:
    """One row a metric, all with the same figures."""
    return [{**keys, "metric": name, **INTERVAL, **COUNTS, **(DIFFERENCE if against else {})} for name in metrics]


def ablation() -> pd.DataFrame:
    keys = {"provenance": "publication", "head": "category", "features": 7}
    found = []
    for variant, group in (("all", "all"), ("without", "demographics"), ("alone", "demographics")):
        own = {**keys, "variant": variant, "group": group}
        found += rows(own, ("macro_f1", "log_loss"), against=True)
    return pd.DataFrame(found)


def learning() -> pd.DataFrame:
    found = []
    for by in ("patients", "disorders"):
        for share, patients, disorders in ((0.5, 20, 6), (1.0, 40, 12)):
            own = {"by": by, "share": share, "patients": patients, "disorders": disorders, "provenance": "publication"}
            found += rows(own, ("macro_f1", "accuracy", "log_loss"))
    return pd.DataFrame(found)


def balancing() -> pd.DataFrame:
    metrics = ("macro_f1", "log_loss", "calibration_error")
    parts = (("all", "all", metrics), ("all", "skin", ("f1", *metrics[1:])), ("scarce disorders", "all", metrics))
    return pd.DataFrame(
        [
            row
            for cases_of, category, names in parts
            for strategy in ("none", "smote")
            for row in rows(
                {"provenance": "publication", "strategy": strategy, "cases_of": cases_of, "category": category},
                names,
                against=True,
            )
        ]
    )


def scarce() -> pd.DataFrame:
    keys = {"split": "out_of_fold", "provenance": "publication"}
    return pd.DataFrame(
        [
            row
            for strategy in ("none", "augmentation")
            for row in rows({**keys, "strategy": strategy}, ("macro_f1", "log_loss", "accuracy"), against=True)
        ]
    )


def contributions() -> pd.DataFrame:
    keys = {"provenance": "publication", "head": "category", "class": "skin", "cases": 40}
    sizes = [("edad", "age", 0.1, -0.05), ("mujer", "female", 0.4, 0.3), ("hombre", "male", 0.2, -0.1)]
    return pd.DataFrame([{**keys, "es": es, "en": en, "mean_size": size, "mean": mean} for es, en, size, mean in sizes])


def subgroups() -> pd.DataFrame:
    keys = {"split": "out_of_fold", "provenance": "publication", "kind": "sex", "subgroup": "female"}
    return pd.DataFrame(rows(keys, ("accuracy", "coverage", "mean_set_size", "calibration_error", "abstention_rate")))


def curves() -> pd.DataFrame:
    keys = {"split": "out_of_fold", "provenance": "publication"}
    points = [(0.01, 1.0), (0.5, 0.9), (1.0, 0.8)]
    return pd.DataFrame([{**keys, "share_answered": share, "accuracy": right} for share, right in points])


def risk_coverage() -> dict[str, Any]:
    by_case = ("accuracy_at_full_coverage", "accuracy_at_80_answered", "gain", "largest_gain")
    figures = (*by_case, *(f"{name}_of_disorders" for name in by_case))
    return {"out_of_fold": {"publication": dict.fromkeys(figures, INTERVAL)}}


def ambiguity() -> dict[str, Any]:
    figures = {"errors": 9, "errors_of_a_second_category": INTERVAL, "by_chance": INTERVAL}
    return {"out_of_fold": {"publication": figures}}


def orphan_detection() -> dict[str, Any]:
    return {
        "what": "real against fabricated",
        "caveats": ["The two sides come from <different> sources."],
        "orphan_cases": 30,
        "common_cases": 50,
        "pairs": 20,
        "matched": {"area_under_roc": INTERVAL},
        "unmatched": {"area_under_roc": INTERVAL},
        "counting_findings_alone": {"area_under_roc": INTERVAL},
    }


def classification() -> dict[str, Any]:
    figures = (
        *("macro_f1", "accuracy", "log_loss", "calibration_error", "coverage", "coverage_of_disorders"),
        *("mean_set_size", "abstention_rate", "accuracy_when_answered"),
    )
    by_category = [f"{kind}_{name}" for name in ("nerve", "skin") for kind in ("precision", "recall", "f1", "coverage")]
    decided = dict.fromkeys((*figures, *by_category), INTERVAL)
    measured = {"cases_of_known_category": 40, "groups": 12, "category": decided}
    return {"out_of_fold": {"publication": measured, "hospital": {"cases_of_known_category": 2, "groups": 2}}}


def error() -> dict[str, Any]:
    return {
        "case_id": "PMID_1_patient",
        "reference": "PMID:1",
        "disorder_id": "OMIM:7",
        "disorder_name": "Disorder <seven>",
        "category_source": "orphanet",
        "answered": "organ_system",
        "actual": "neurological",
        "confidence": 0.914,
        "observed": ["Seizure", "Ataxia"],
        "excluded": ["Fever"],
        "differential": [{"disorder_name": "Disorder 3", "category": "organ_system", "probability": 0.42}],
        "rank": 5,
        "disorders": 12,
        "for": [{"es": "edad", "en": "age", "nats": 1.25}],
    }
