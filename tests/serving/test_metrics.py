"""Figures: what Prometheus reads and what CloudWatch's lines say, counted by hand."""

import io
import logging
import time
from pathlib import Path

import orjson
import structlog
from starlette.testclient import TestClient

from orphan_disease.serving.application import build_application
from orphan_disease.serving.logs import configure_logs
from orphan_disease.serving.metric_lines import figures_between, metric_line, totals_of
from tests.domain.small_predictor import NERVOUS_TERMS
from tests.serving.parts_in_memory import bearer, parts


def test_requests_answers_and_inputs_are_counted(models: Path) -> None:
    services = parts(models)
    with TestClient(build_application(services), headers=bearer()) as client:
        before = totals_of(services.metrics.registry)
        client.post("/v1/predictions", json={"observed": [NERVOUS_TERMS[0], "nonsense"], "age_years": 3, "sex": "male"})
        client.post("/v1/predictions", json={})
        client.post("/v1/predictions", json={"sex": 3})
        client.get("/v1/nothing")
        text = client.get("/metrics", headers=bearer("olga", "operator")).text
        figures = figures_between(before, totals_of(services.metrics.registry))

    for line in (
        'orphan_disease_http_requests_total{method="POST",route="/v1/predictions",status="200"} 2.0',
        'orphan_disease_http_requests_total{method="POST",route="/v1/predictions",status="422"} 1.0',
        'orphan_disease_http_requests_total{method="",route="other",status="404"} 1.0',
        'orphan_disease_http_request_seconds_count{route="/v1/predictions"} 3.0',
        'orphan_disease_problems_total{kind="invalid-field"} 1.0',
        "orphan_disease_input_unknown_terms_total 1.0",
        'orphan_disease_input_missing_total{field="age_days"} 1.0',
        'orphan_disease_input_missing_total{field="sex"} 1.0',
        'orphan_disease_input_missing_total{field="heart_rate_bpm"} 2.0',
        'orphan_disease_input_sex_total{sex="male"} 1.0',
        'orphan_disease_input_sex_total{sex="unknown"} 1.0',
        'orphan_disease_input_age_years_bucket{le="2.0"} 0.0',
        'orphan_disease_input_age_years_bucket{le="6.0"} 1.0',
        "orphan_disease_input_excluded_terms_count 2.0",
        "orphan_disease_input_terms_sum 1.0",
        "orphan_disease_queue_cases 0.0",
        "orphan_disease_ledger_append_seconds_count 2.0",
    ):
        assert line in text
    assert "process_resident_memory_bytes" in text
    assert (figures["Requests"], figures["ClientErrors"], figures["ServerErrors"]) == (5, 2, 0)
    assert (figures["Predictions"], figures["UnknownTerms"], figures["CasesWithoutAge"]) == (2, 1, 1)
    assert figures["MemoryBytes"] > 0


def test_a_line_names_each_metric_with_its_unit() -> None:
    line = metric_line({"Requests": 2.0, "LatencyMeanMs": 3.5}, "hospital", "v1", 1_000)
    assert line == {
        "_aws": {
            "Timestamp": 1_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "hospital",
                    "Dimensions": [["model_version"]],
                    "Metrics": [
                        {"Name": "Requests", "Unit": "Count"},
                        {"Name": "LatencyMeanMs", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
        "model_version": "v1",
        "Requests": 2.0,
        "LatencyMeanMs": 3.5,
    }


def test_lines_are_written_while_the_service_runs(models: Path) -> None:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logs("info", stream)
    try:
        settings = {"emf_namespace": "hospital", "emf_seconds": 0.05}
        with TestClient(build_application(parts(models, **settings)), headers=bearer()) as client:
            client.post("/v1/predictions", json={})
            deadline = time.monotonic() + 120
            while '"Predictions": 1' not in stream.getvalue() and time.monotonic() < deadline:
                time.sleep(0.01)
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        root.handlers, root.level = handlers, level
    lines = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    written = [line for line in lines if line["event"] == "metrics"]
    assert sum(line["Predictions"] for line in written) == 1
    assert written[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "hospital"
