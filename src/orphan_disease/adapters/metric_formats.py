"""A month's figures in the formats that dashboards read: Prometheus' text, and CloudWatch's embedded metric format.

Neither holds the time of the run: the month is a label, and CloudWatch's required timestamp is the month's end.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

import orjson
import pandas as pd
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from orphan_disease.adapters.atomic import AtomicDataset

__all__ = ["EmbeddedMetricsDataset", "PrometheusTextDataset"]

PREFIX: Final = "orphan_disease_month_"
NAMESPACE: Final = "OrphanDisease/Monitoring"
LABELS: Final = ("model_version", "provenance")
PLAIN: Final = {
    "is_alarm": "1 if the month calls for a look, for training again or for the version before, else 0",
    "labels": "confirmed orphan cases of a known category",
    "label_coverage": "share of the cases so far whose diagnosis is confirmed",
    "drifted_properties": "properties of cases or answers that differ from training",
}


def _figures(headline: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, float | None]]]:
    """Each figure by its part and name, with its bounds."""
    for part, figures in headline["figures"].items():
        for name, figure in figures.items():
            yield f"{part}_{name}", figure


class PrometheusTextDataset(AtomicDataset[dict[str, Any], str]):
    """Gauges in Prometheus' text format, for node_exporter's textfile collector; see `month_records.headline_of`."""

    def _write(self, data: dict[str, Any], stream: IO[bytes]) -> None:
        registry = CollectorRegistry()
        values = [str(data[name]) for name in LABELS]
        month = Gauge(f"{PREFIX}info", "the month that was judged", [*LABELS, "month", "action"], registry=registry)
        month.labels(*values, data["month"], data["action"]).set(1)
        for name, meaning in PLAIN.items():
            if data[name] is not None:
                Gauge(f"{PREFIX}{name}", meaning, LABELS, registry=registry).labels(*values).set(data[name])
        for name, figure in _figures(data):
            gauge = Gauge(f"{PREFIX}{name}", "value and bounds of its interval", [*LABELS, "bound"], registry=registry)
            for bound, number in figure.items():
                if number is not None:
                    gauge.labels(*values, bound).set(number)
        stream.write(generate_latest(registry))

    def _read(self, stream: IO[bytes]) -> str:
        return stream.read().decode("utf-8")


class EmbeddedMetricsDataset(AtomicDataset[dict[str, Any], dict[str, Any]]):
    """One JSON document in CloudWatch's embedded metric format, as its agent or a log line takes it."""

    def _write(self, data: dict[str, Any], stream: IO[bytes]) -> None:
        numbers = {name: data[name] for name in PLAIN if data[name] is not None}
        numbers |= {name: figure["value"] for name, figure in _figures(data) if figure["value"] is not None}
        metrics = [{"Name": name, "Unit": "None"} for name in numbers]
        directive = {"Namespace": NAMESPACE, "Dimensions": [list(LABELS)], "Metrics": metrics}
        document = {
            "_aws": {"Timestamp": _month_end(str(data["month"])), "CloudWatchMetrics": [directive]},
            **{name: data[name] for name in (*LABELS, "month", "action")},
            **numbers,
        }
        stream.write(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE))

    def _read(self, stream: IO[bytes]) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(stream.read())
        return document


def _month_end(month: str) -> int:
    """Milliseconds since 1970 of the month's last moment; 0 where no month was judged."""
    if not month[:1].isdigit():
        return 0
    return int(pd.Period(month, freq="M").end_time.tz_localize("UTC").timestamp() * 1000)
