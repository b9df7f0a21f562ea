"""Settings: read from the environment, refused by name, and documented each."""

from pathlib import Path

import pytest

from orphan_disease.serving.settings import PREFIX, Settings, SettingsError


def test_variables_become_settings_and_the_rest_keeps_its_default() -> None:
    given = {"ORPHAN_DISEASE_PORT": "9000", "ORPHAN_DISEASE_DATA_ROOT": "s3://b/p", "ORPHAN_DISEASE_HOST": "", "X": "1"}
    settings = Settings.from_environment(given)
    assert (settings.port, settings.host) == (9000, "127.0.0.1")
    assert settings.model_root == "s3://b/p/06_models/model_package"
    assert settings.model_card_path == "s3://b/p/08_reporting/model_card.md"
    assert Settings(model="elsewhere").model_root == "elsewhere"


def test_settings_are_given_on_as_variables() -> None:
    settings = Settings.model_validate(
        {"port": 9000, "archive": "s3://b/p", "api_keys_path": "/k", "ship_seconds": 0.5}
    )
    assert Settings.from_environment(settings.to_environment()) == settings


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(
        SettingsError, match=r"ORPHAN_DISEASE_PORT: Input should be less than .*ORPHAN_DISEASE_LOG_LEVEL"
    ):
        Settings.from_environment({"ORPHAN_DISEASE_PORT": "70000", "ORPHAN_DISEASE_LOG_LEVEL": "loud"})


def test_every_variable_is_documented(project_root: Path) -> None:
    text = (project_root / "docs" / "reference" / "variables.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in text] == []
