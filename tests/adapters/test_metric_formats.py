"""A month's figures for dashboards."""

import json
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from orphan_disease.adapters.metric_formats import EmbeddedMetricsDataset, PrometheusTextDataset

HEADLINE: dict[str, Any] = {
    "month": "2026-02",
    "model_version": "m1",
    "provenance": "simulated",
    "action": "watch",
    "is_alarm": 1,
    "labels": 40,
    "label_coverage": None,
    "drifted_properties": 2,
    "figures": {"category": {"macro_f1": {"value": 0.5, "low": None, "high": 0.6}}},
}


def test_prometheus_reads_every_number_back(tmp_path: Path) -> None:
    dataset = PrometheusTextDataset(filepath=str(tmp_path / "m.prom"))
    dataset.save(HEADLINE)
    samples = {
        (sample.name, sample.labels.get("bound", "")): sample.value
        for family in text_string_to_metric_families(dataset.load())
        for sample in family.samples
    }
    assert samples == {
        ("orphan_disease_month_info", ""): 1.0,
        ("orphan_disease_month_is_alarm", ""): 1.0,
        ("orphan_disease_month_labels", ""): 40.0,
        ("orphan_disease_month_drifted_properties", ""): 2.0,
        ("orphan_disease_month_category_macro_f1", "value"): 0.5,
        ("orphan_disease_month_category_macro_f1", "high"): 0.6,
    }


def test_embedded_metrics_name_what_they_hold_at_the_months_end(tmp_path: Path) -> None:
    dataset = EmbeddedMetricsDataset(filepath=str(tmp_path / "m.json"))
    dataset.save(HEADLINE)
    document = json.loads((tmp_path / "m.json").read_text())
    assert document["_aws"]["Timestamp"] == 1772323199999  # 2026-02-28T23:59:59.999Z
    [directive] = document["_aws"]["CloudWatchMetrics"]
    assert [dimension for dimension in directive["Dimensions"][0] if dimension not in document] == []
    named = {metric["Name"] for metric in directive["Metrics"]}
    assert named == {"is_alarm", "labels", "drifted_properties", "category_macro_f1"}
    assert all(isinstance(document[name], int | float) for name in named)
    dataset.save(HEADLINE | {"month": "none", "figures": {}})
    assert dataset.load()["_aws"]["Timestamp"] == 0
