"""Everything that the routes need, in one object that whoever starts the service puts together."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from orphan_disease.serving.answering import AnsweredCase, AskedCase, answer_cases
from orphan_disease.serving.batching import Batcher
from orphan_disease.serving.memory import resident_bytes, settle_memory
from orphan_disease.serving.metrics import Metrics
from orphan_disease.serving.model_holder import LoadedModel, ModelHolder, PackageError
from orphan_disease.serving.ports import AuditTrail, Authenticator, PredictionLedger, RateLimiter
from orphan_disease.serving.problems import Problem
from orphan_disease.serving.scoring import ScoringError, ScoringProcess, ScoringStoppedError
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
    _scoring: ScoringProcess | None = field(default=None, init=False)

    @cached_property
    def batcher(self) -> Batcher[AskedCase, AnsweredCase]:
        """The queue and its thread."""
        settings = self.settings
        return Batcher(
            self._answer,
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

    def _answer(self, asked: Sequence[AskedCase]) -> list[AnsweredCase]:
        """Answer a batch by the model of now, and count it."""
        answers = self._scored(asked)
        for each, answer in zip(asked, answers, strict=True):
            self.metrics.count_answer(each.document.row, answer)
        return answers

    def _scored(self, asked: Sequence[AskedCase]) -> list[AnsweredCase]:
        while (scoring := self._scoring) is not None:
            try:
                return scoring.answer(asked)
            except ScoringStoppedError:
                if scoring is self._scoring:  # no newer one: the service ends
                    raise
        return answer_cases(self.model.predictor, asked)

    def start(self) -> None:
        """Load the model unless it is loaded, and start the inference thread.

        Raises:
            PackageError: if there is no model that can answer.
        """
        self.writers = ThreadPoolExecutor(WRITERS, "writer")
        self.reload()
        self.metrics.watch_queue(lambda: self.batcher.queued)
        self.metrics.watch_scoring(lambda: resident_bytes(self._scoring.process_id if self._scoring else None))
        self.batcher.start()
        self.on_start()

    def stop(self) -> None:
        """Answer what waits, and end the threads."""
        self.batcher.stop()
        if self._scoring is not None:
            self._scoring.stop()
        self.writers.shutdown()
        self.on_stop()

    def reload(self) -> LoadedModel:
        """Load what the pointer names, and let it answer once its scoring process is ready; see `ModelHolder.reload`.

        Raises:
            PackageError: if the package is refused; the old model answers on.
        """
        before = self.holder.current
        try:
            model = self.holder.reload(self._scoring_beside)
        except Exception:
            self.metrics.reloads.labels("refused").inc()
            raise
        if model is before:
            return model
        settle_memory()
        self.metrics.reloads.labels("loaded").inc()
        self.metrics.name_model(model.version, model.predictor.knowledge_version)
        return model

    @contextmanager
    def _scoring_beside(self, version: str) -> Iterator[None]:
        """Start the scoring process of a version; at the end it is ready, and takes over from the one before it.

        Raises:
            PackageError: if it cannot score with this version.
        """
        if not self.settings.scoring_process:
            yield
            return
        fresh = ScoringProcess(self.settings, version)
        try:
            fresh.begin()
            yield
            fresh.wait_until_ready()
        except ScoringError as error:
            fresh.stop()
            raise PackageError(f"version {version} cannot be scored with ({error}); nothing is loaded") from error
        except BaseException:
            fresh.stop()
            raise
        before, self._scoring = self._scoring, fresh
        if before is not None:
            before.stop()
