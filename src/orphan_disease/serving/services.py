"""Everything that the routes need, in one object that whoever starts the service puts together."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from orphan_disease.serving.answering import AskedCase, answer_cases
from orphan_disease.serving.batching import Batcher
from orphan_disease.serving.metrics import Metrics
from orphan_disease.serving.model_holder import LoadedModel, ModelHolder
from orphan_disease.serving.ports import AuditTrail, Authenticator, PredictionLedger, RateLimiter
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.settings import Settings

__all__ = ["KeyTurn", "Services"]

WRITERS = 32  # answers that wait for the disk together: one fsync serves them all


@dataclass(eq=False)
class KeyTurn:
    """Whose turn it is with one idempotency key.

    Attributes:
        lock: held by the request in work.
        users: requests that hold it or wait for it.
    """

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass(eq=False)
class Services:
    """The parts of the running service.

    Attributes:
        settings: how it runs.
        holder: the model that answers.
        ledger: keeps every answer.
        audit: keeps who did what.
        authenticator: tells who asks.
        limiter: shares the service among its clients.
        metrics: counts.
        writers: threads that wait for the disk.
        on_start: called when the service starts.
        on_stop: called when nothing is in work any more.
        keys_in_work: idempotency keys whose first request is not answered yet.
    """

    settings: Settings
    holder: ModelHolder
    ledger: PredictionLedger
    audit: AuditTrail
    authenticator: Authenticator
    limiter: RateLimiter
    metrics: Metrics = field(default_factory=Metrics)
    writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WRITERS, "writer"))
    on_start: Callable[[], object] = lambda: None
    on_stop: Callable[[], object] = lambda: None
    keys_in_work: dict[tuple[str, str], KeyTurn] = field(default_factory=dict)

    @cached_property
    def batcher(self) -> Batcher[AskedCase, dict[str, Any]]:
        """The queue and its thread."""
        settings = self.settings
        return Batcher(
            lambda asked: answer_cases(self.model, asked, self.metrics.count_answer),
            largest=settings.batch_cases,
            wait_seconds=settings.batch_wait_ms / 1_000,
            longest_queue=settings.queue_cases,
            longest_wait_seconds=settings.queue_seconds,
            timeout_seconds=settings.answer_timeout_seconds,
            on_batch=self.metrics.count_batch,
        )

    @property
    def model(self) -> LoadedModel:
        """The model that answers.

        Raises:
            Problem: 503, before the first one is loaded.
        """
        model = self.holder.current
        if model is None:
            detail = "No model is loaded yet."
            raise Problem(503, "not-ready", "The service is not ready", detail, headers={"Retry-After": "2"})
        return model

    def start(self) -> None:
        """Load the model unless it is loaded, and start the inference thread.

        Raises:
            PackageError: if there is no model that can answer.
        """
        self.writers = ThreadPoolExecutor(WRITERS, "writer")
        self.reload()
        self.metrics.watch_queue(lambda: self.batcher.queued)
        self.batcher.start()
        self.on_start()

    def stop(self) -> None:
        """Answer what waits, and end the threads."""
        self.batcher.stop()
        self.writers.shutdown()
        self.on_stop()

    def reload(self) -> LoadedModel:
        """Load what the pointer names; see `ModelHolder.reload`."""
        before = self.holder.current
        try:
            model = self.holder.reload()
        except Exception:
            self.metrics.reloads.labels("refused").inc()
            raise
        if model is before:
            return model
        _settle_memory()
        self.metrics.reloads.labels("loaded").inc()
        self.metrics.name_model(model.version, model.predictor.knowledge_version)
        return model


def _settle_memory() -> None:
    """Take the model out of the garbage collector's sight: looking through it stops every request for 0.2 s."""
    gc.unfreeze()
    gc.collect()  # what the model before it left
    gc.freeze()
