"""Category schemes: what a scheme may not be, and that the configured ones hold."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from orphan_disease.contracts.parameters.knowledge import CategoryScheme, KnowledgeParams


def _spec(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "label_es": name, "label_en": name, **fields}


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ({"categories": [_spec("a"), _spec("a")]}, "a name stands in two"),
        ({"categories": [_spec("a", orphanet_heads=["1"]), _spec("b", orphanet_heads=["1"])]}, "orphanet_heads stands"),
        ({"categories": [_spec("a", takes_the_rest=True), _spec("b", takes_the_rest=True)]}, "at most one"),
        ({"kind": "rarity", "categories": [_spec("a"), _spec("b")]}, "no thresholds for EU"),
        ({"categories": [_spec("a")]}, "at least 2"),
        ({"categories": [_spec("a"), _spec("B c")]}, "pattern"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(scheme: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        CategoryScheme.model_validate({"name": "s", **scheme})


@pytest.fixture
def configured(project_root: Path) -> dict[str, Any]:
    text = (project_root / "conf" / "base" / "parameters_knowledge.yml").read_text(encoding="utf-8")
    parameters: dict[str, Any] = yaml.safe_load(text)["knowledge"]["categories"]
    return parameters


@pytest.mark.parametrize("scheme", ["referral_route", "rarity_tier", "hospital"])
def test_each_configured_scheme_has_four_categories(configured: dict[str, Any], scheme: str) -> None:
    params = KnowledgeParams.model_validate({**configured, "scheme": scheme})
    assert params.active_scheme.name == scheme
    assert len(params.active_scheme.names) == 4


def test_a_scheme_that_is_not_there_is_refused(configured: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="is not among"):
        KnowledgeParams.model_validate({**configured, "scheme": "other"})
