from pathlib import Path

from orphan_disease.adapters.optional_json import OptionalJSONDataset


def test_an_absent_document_is_the_default_until_it_is_saved(tmp_path: Path) -> None:
    dataset = OptionalJSONDataset(filepath=str(tmp_path / "x.json"), default={"action": "not_monitored"})
    assert not dataset.exists()
    assert dataset.load() == {"action": "not_monitored"}
    dataset.save({"action": "ok"})
    assert dataset.load() == {"action": "ok"}
