import pytest

from orphan_disease.adapters import measurements


def test_without_the_archive_the_measurement_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "published_file", lambda _: None)
    with pytest.raises(FileNotFoundError, match="make orphanet"):
        measurements.measure_dominance()
