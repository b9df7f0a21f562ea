from pathlib import Path
from typing import Any

import yaml
from kedro.config import OmegaConfigLoader

from orphan_disease.contracts.parameters.tuning import TuningParams
from orphan_disease.domain.tuned_candidates import tuned_lines, tuning_figures
from orphan_disease.settings import CONFIG_LOADER_ARGS

FOUND = {
    "xgboost": {"settings": {"trees": 120, "learning_rate": 0.0312345678}},
    "mlp": {"settings": {"epochs": 9, "dropout": 0.5}},
}


def _measured(*, better: bool) -> dict[str, Any]:
    return {
        "configured": {"macro_f1": 0.801, "log_loss": 0.45},
        "tuned": {"macro_f1": 0.822, "log_loss": 0.43},
        "difference": {"value": 0.021, "low": 0.004, "high": 0.04, "standard_error": 0.009},
        "p_value": 0.03,
        "better": better,
    }


def _nested(**better: bool) -> dict[str, Any]:
    families = {family: _measured(better=each) for family, each in better.items()}
    return {"provenance": "publication", "cases": 310, "groups": 22, "families": families, "searches": [{}] * 5}


def _lines(head: str, **better: bool) -> str:
    return tuned_lines(FOUND, _nested(**better), TuningParams(head=head, minutes=12, seed=1))  # type: ignore[arg-type]


def test_what_is_better_is_configuration_and_the_rest_is_a_comment() -> None:
    text = _lines("category", xgboost=True, mlp=False)
    assert yaml.safe_load(text) == {"modelling": {"candidates": {"xgboost": {"trees": 120, "learning_rate": 0.03123}}}}
    assert "    # mlp:\n    #   epochs: 9\n" in text
    assert "12 minutes, head `category`" in text
    assert "+0.021 (+0.004 to +0.040, standard error 0.009), p = 0.030" in text


def test_the_orphan_head_has_a_place_of_its_own() -> None:
    assert list(yaml.safe_load(_lines("orphan", xgboost=True, mlp=True))["modelling"]) == ["orphan_candidates"]


def test_where_nothing_is_better_there_is_nothing_to_copy() -> None:
    text = _lines("category", xgboost=False, mlp=False)
    assert yaml.safe_load(text) is None
    assert "there is nothing to copy" in text


def test_every_figure_is_told_in_one_line() -> None:
    told = tuning_figures(_nested(xgboost=True, best_family=False))
    assert told["best_family"].startswith("macro-F1 0.801 as configured, 0.822 tuned: +0.021")


def test_a_copy_among_the_parameters_changes_what_was_tuned_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("base", "local"):
        (tmp_path / folder).mkdir()
    base = "modelling: {seed: 3, candidates: {threads: 2, xgboost: {trees: 100, learning_rate: 0.05, max_depth: 3}}}"
    (tmp_path / "base" / "parameters_modelling.yml").write_text(base)
    (tmp_path / "local" / "parameters_tuned.yml").write_text(_lines("category", xgboost=True, mlp=False))
    loader = OmegaConfigLoader(conf_source=str(tmp_path), env="local", **CONFIG_LOADER_ARGS)
    tuned = {"trees": 120, "learning_rate": 0.03123, "max_depth": 3}
    assert loader["parameters"] == {"modelling": {"seed": 3, "candidates": {"threads": 2, "xgboost": tuned}}}
