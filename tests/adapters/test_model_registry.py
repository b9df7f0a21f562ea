"""The table of registered models, against a store made for the test."""

from pathlib import Path

from mlflow.tracking import MlflowClient

from orphan_disease.adapters.model_registry import list_versions


def test_versions_come_newest_first_with_their_aliases(tmp_path: Path) -> None:
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    assert list_versions(client) == []
    for model in ("b_model", "a_model"):
        client.create_registered_model(model)
        for _ in range(2):
            client.create_model_version(model, source=str(tmp_path))
    client.set_registered_model_alias("b_model", "champion", "1")
    client.set_model_version_tag("b_model", "2", "macro_f1", "0.7")
    versions = list_versions(client)
    assert [(record.model, record.version, record.aliases) for record in versions] == [
        ("a_model", 2, ()),
        ("a_model", 1, ()),
        ("b_model", 2, ()),
        ("b_model", 1, ("champion",)),
    ]
    assert versions[2].tags == {"macro_f1": "0.7"}
    assert versions[0].registered_at.utcoffset() is not None
