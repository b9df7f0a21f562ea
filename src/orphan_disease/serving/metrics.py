"""Figures of the running service, for Prometheus: how quick, how busy, how often wrong, and how its cases change."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import ABSTAINED, Sex
from orphan_disease.domain import ages
from orphan_disease.serving.answering import AnsweredCase

__all__ = ["Metrics"]

_LATENCIES: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128)
_TERMS: Final = (0, 1, 2, 3, 5, 8, 12, 20, 40)
_AGES: Final = (28 / ages.YEAR_DAYS, 1, 2, 6, 12, 18, 30, 45, 60, 75, 90)  # newborn, infant, …
_PROBABILITIES: Final = tuple(step / 10 for step in range(1, 11))


class Metrics:
    """The service's counters; one set for each application, so that two in one process do not add up."""

    def __init__(self) -> None:
        """Register every metric at zero."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._counter("http_requests", "Requests answered.", "method", "route", "status")
        self.latency = self._histogram("http_request_seconds", "From first byte to answer.", _LATENCIES, "route")
        self.in_progress = Gauge("orphan_disease_http_in_progress", "Requests in work.", registry=self.registry)
        self.problems = self._counter("problems", "Errors told to clients.", "kind")
        self.faults = self._counter("faults", "Errors of the service itself.", "type")
        self.batch_cases = self._histogram("batch_cases", "Cases scored at once.", _SIZES)
        self.batch_seconds = self._histogram("batch_seconds", "Time to score a batch.", _LATENCIES)
        self.ledger_seconds = self._histogram("ledger_append_seconds", "Time to keep an answer.", _LATENCIES)
        self.predictions = self._counter("predictions", "Answers by category.", "category")
        self.abstentions = self._counter("abstentions", "Answers without a category.")
        self.orphan_probability = self._histogram("orphan_probability", "Of each answer.", _PROBABILITIES)
        self.terms = self._histogram("input_terms", "Observed terms of a case.", _TERMS)
        self.excluded_terms = self._histogram("input_excluded_terms", "Excluded terms of a case.", _TERMS)
        self.age_years = self._histogram("input_age_years", "Age at the visit, where it is known.", _AGES)
        self.sex = self._counter("input_sex", "Cases by sex.", "sex")
        self.unknown_terms = self._counter("input_unknown_terms", "Codes and words that nothing explains.")
        self.missing = self._counter("input_missing", "Cases without this field.", "field")
        self.reloads = self._counter("model_reloads", "Attempts to load a model.", "outcome")
        self.queue = Gauge("orphan_disease_queue_cases", "Cases that wait to be scored.", registry=self.registry)
        self.backlog = Gauge("orphan_disease_ledger_backlog", "Answers not yet shipped.", registry=self.registry)
        self.scoring = Gauge("orphan_disease_scoring_memory_bytes", "Of the scoring process.", registry=self.registry)
        self.model = Gauge(
            "orphan_disease_model_info",
            "The model that answers.",
            ("model_version", "knowledge_version"),
            registry=self.registry,
        )

    def watch_queue(self, length: Callable[[], int]) -> None:
        """Report the length of the queue whenever the metrics are read."""
        self.queue.set_function(length)

    def watch_scoring(self, memory_bytes: Callable[[], int]) -> None:
        """Report the memory of the scoring process whenever the metrics are read."""
        self.scoring.set_function(memory_bytes)

    def watch_backlog(self, length: Callable[[], int]) -> None:
        """Report how many kept answers are on this machine alone whenever the metrics are read."""
        self.backlog.set_function(length)

    def count_answer(self, row: Mapping[str, Any], answer: AnsweredCase) -> None:
        """Count one case and its answer.

        Args:
            row: the case (see `case_documents`).
            answer: to it.
        """
        self.predictions.labels(answer.category).inc()
        if answer.category == ABSTAINED:
            self.abstentions.inc()
        self.orphan_probability.observe(answer.orphan_probability)
        self.terms.observe(len(row.get(columns.OBSERVED_TERMS) or ()))
        self.unknown_terms.inc(row.get(columns.UNKNOWN_TERM_COUNT) or 0)
        self.excluded_terms.observe(len(row.get(columns.EXCLUDED_TERMS) or ()))
        self._count_person(row)

    def _count_person(self, row: Mapping[str, Any]) -> None:
        """Count what the case says of the patient, which drifts when another ward begins to send its patients."""
        for name in (columns.AGE_DAYS, *columns.VITAL_SIGNS):
            if row.get(name) is None:
                self.missing.labels(name).inc()
        if (age := row.get(columns.AGE_DAYS)) is not None:
            self.age_years.observe(age / ages.YEAR_DAYS)
        sex = str(row.get(columns.SEX) or Sex.UNKNOWN)
        self.sex.labels(sex).inc()
        if sex == str(Sex.UNKNOWN):
            self.missing.labels(columns.SEX).inc()

    def count_batch(self, size: int, seconds: float) -> None:
        """Count one batch."""
        self.batch_cases.observe(size)
        self.batch_seconds.observe(seconds)

    def name_model(self, model_version: str, knowledge_version: str) -> None:
        """Say which model answers."""
        self.model.clear()
        self.model.labels(model_version, knowledge_version).set(1)

    def text(self) -> bytes:
        """Prometheus' text form."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"orphan_disease_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"orphan_disease_{name}", text, labels, buckets=buckets, registry=self.registry)
