"""Metrics as lines of the log in CloudWatch's embedded metric format: no agent, no request to any host.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry

from orphan_disease.serving.services import Services

__all__ = ["figures_between", "metric_line", "totals_of", "write_metric_lines"]

_UNITS: Final = {
    "Requests": "Count",
    "ServerErrors": "Count",
    "ClientErrors": "Count",
    "Predictions": "Count",
    "Abstentions": "Count",
    "UnknownTerms": "Count",
    "CasesWithoutAge": "Count",
    "LatencyMeanMs": "Milliseconds",
    "BatchCasesMean": "Count",
    "QueueCases": "Count",
    "MemoryBytes": "Bytes",
}
_log = structlog.get_logger()


def totals_of(registry: CollectorRegistry) -> dict[str, float]:
    """Sums of what the registry counts, by the names that `figures_between` reads."""
    totals: dict[str, float] = {}
    for family in registry.collect():
        for sample in family.samples:
            name = sample.name.removeprefix("orphan_disease_")
            if name == "http_requests_total":
                name = f"requests_{str(sample.labels['status'])[0]}xx"
            elif name == "predictions_total":
                name = f"category_{sample.labels['category']}"
            elif name == "input_missing_total":
                name = f"missing_{sample.labels['field']}"
            elif name.endswith("_bucket"):
                continue
            totals[name] = totals.get(name, 0.0) + sample.value
    return totals


def figures_between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """The figures of an interval, and of its end where they are states.

    >>> figures_between({"requests_2xx": 1.0}, {"requests_2xx": 4.0, "requests_5xx": 1.0})["Requests"]
    4.0
    """

    def grown(name: str) -> float:
        return after.get(name, 0.0) - before.get(name, 0.0)

    def mean(name: str, factor: float) -> float:
        count = grown(f"{name}_count")
        return factor * grown(f"{name}_sum") / count if count else 0.0

    categories = {name.removeprefix("category_"): grown(name) for name in after if name.startswith("category_")}
    return {
        "Requests": sum(grown(f"requests_{first}xx") for first in range(1, 6)),
        "ServerErrors": grown("requests_5xx"),
        "ClientErrors": grown("requests_4xx"),
        "Predictions": sum(categories.values()),
        "Abstentions": grown("abstentions_total"),
        "UnknownTerms": grown("input_unknown_terms_total"),
        "CasesWithoutAge": grown("missing_age_days"),
        "LatencyMeanMs": mean("http_request_seconds", 1_000),
        "BatchCasesMean": mean("batch_cases", 1),
        "QueueCases": after.get("queue_cases", 0.0),
        "MemoryBytes": after.get("process_resident_memory_bytes", 0.0) + after.get("scoring_memory_bytes", 0.0),
        **{f"Predicted.{name}": count for name, count in categories.items()},
    }


def metric_line(figures: Mapping[str, float], namespace: str, model_version: str, timestamp_ms: int) -> dict[str, Any]:
    """The members of one line, with the model's version as the only dimension."""
    metrics = [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in figures]
    directive = {"Namespace": namespace, "Dimensions": [["model_version"]], "Metrics": metrics}
    described = {"Timestamp": timestamp_ms, "CloudWatchMetrics": [directive]}
    return {"_aws": described, "model_version": model_version, **figures}


async def write_metric_lines(services: Services) -> None:
    """Write a line every interval, until cancelled."""
    settings = services.settings
    before = totals_of(services.metrics.registry)
    while True:
        await asyncio.sleep(settings.emf_seconds)
        after = totals_of(services.metrics.registry)
        figures = figures_between(before, after)
        line = metric_line(figures, settings.emf_namespace, services.model.version, int(time.time() * 1_000))
        _log.info("metrics", **line)
        before = after
