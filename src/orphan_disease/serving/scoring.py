"""Scoring in a process of its own, beside the one that speaks HTTP.

Python runs one thread at a time. In one process the scoring and the requests' own work wait for each other at every
turn, and a machine's second core idles. The process holds one version of the model; it is asked over a socket pair, one
batch at a time, and ends when the service does, however that ends. Where it dies it is started again.
"""

import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any, Final

import orjson
import structlog
from threadpoolctl import threadpool_limits

from orphan_disease.adapters.package_files import read_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts import columns
from orphan_disease.domain.prediction import Predictor
from orphan_disease.serving.answering import AskedCase, answer_cases
from orphan_disease.serving.logs import configure_logs, describe_error
from orphan_disease.serving.memory import settle_memory
from orphan_disease.serving.settings import Settings

__all__ = ["ScoringError", "ScoringLostError", "ScoringProcess", "ScoringStoppedError", "score_until_gone"]

LOAD_SECONDS: Final = 120.0
END_SECONDS: Final = 5.0
_READY: Final = ("ready", None)
_LONG: Final = (columns.DIFFERENTIAL, columns.NEXT_QUESTIONS)  # nearly all of an answer's bytes
_log = structlog.get_logger()


class ScoringError(RuntimeError):
    """The scoring process could not answer; the text holds no value of a case."""


class ScoringLostError(ScoringError):
    """The process died or hung: the next batch starts it again."""


class ScoringStoppedError(ScoringError):
    """The process was stopped on purpose: another one has taken its place."""


class ScoringProcess:
    """The process that scores with one version of the model. Safe to call from several threads.

    Args:
        settings: of the service; the process reads the same.
        version: of the model.
    """

    def __init__(self, settings: Settings, version: str) -> None:
        """Keep the settings; the process starts with `begin`, or with the first batch."""
        self._environment = {**os.environ, **settings.to_environment()}
        self._version = version
        self._answer_seconds = settings.answer_timeout_seconds
        self._asking = Lock()
        self._is_stopped = self._is_ready = False
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    @property
    def process_id(self) -> int | None:
        """Of the running process; None where none runs."""
        return None if self._process is None else self._process.pid

    def begin(self) -> None:
        """Start the process; it loads the model by itself."""
        with self._asking:
            self._begun()

    def wait_until_ready(self) -> None:
        """Wait until the process has loaded the model.

        Raises:
            ScoringError: if it cannot.
        """
        with self._asking:
            self._connected()

    def answer(self, asked: Sequence[AskedCase]) -> list[dict[str, Any]]:
        """Answer cases as one batch; see `answering.answer_cases`.

        The long fields come as `orjson.Fragment`: JSON that the process has written, which goes into the response and
        the ledger as it is. To read 50 kB only to write them again cost more than all else that is done for an answer.

        Raises:
            ScoringError: if the process died, hung, or failed on the batch.
        """
        with self._asking:
            connection = self._connected()
            try:
                connection.send_bytes(pickle.dumps(list(asked)))
                told = self._told(connection, self._answer_seconds)
            except (OSError, EOFError, TimeoutError) as error:
                raise self._lost(error) from None
        return [_in_fragments(answer) for answer in told]

    def stop(self) -> None:
        """End the process when the batch in work is answered."""
        with self._asking:
            self._is_stopped = True
            self._drop()

    def _begun(self) -> Connection:
        """The connection to the process, which is started where it does not run."""
        if self._is_stopped:
            raise ScoringStoppedError(f"the scoring process of version {self._version} has been stopped")
        if self._connection is None:
            ours, theirs = socket.socketpair()
            with theirs:
                command = [sys.executable, "-m", "orphan_disease.serving.scoring", str(theirs.fileno()), self._version]
                self._process = subprocess.Popen(  # noqa: S603  # our own
                    command, env=self._environment, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(),)
                )
            self._connection, self._is_ready = Connection(ours.detach()), False
        return self._connection

    def _connected(self) -> Connection:
        """The connection to the process, once it has loaded the model."""
        connection = self._begun()
        if not self._is_ready:
            try:
                self._told(connection, LOAD_SECONDS)
            except (OSError, EOFError, TimeoutError) as error:
                raise self._lost(error) from None
            self._is_ready = True
        return connection

    @staticmethod
    def _told(connection: Connection, seconds: float) -> Any:
        if not connection.poll(seconds):
            raise TimeoutError
        outcome, content = pickle.loads(connection.recv_bytes())  # noqa: S301  # from our own process
        if outcome == "error":
            raise ScoringError(str(content))
        return content

    def _lost(self, error: Exception) -> ScoringLostError:
        _log.error("scoring_lost", error=describe_error(error))
        self._drop()
        return ScoringLostError("the scoring process was lost; the next batch starts it again")

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()  # it holds nothing that must be kept
            self._process.wait(END_SECONDS)
            self._process = None


def score_until_gone(predictor: Predictor, connection: Connection) -> None:
    """Answer batches until the connection's other end is closed, which the death of the service does.

    Args:
        predictor: the model.
        connection: to the service.
    """
    told: tuple[str, Any] = _READY
    with suppress(EOFError, OSError):  # the service is gone: nobody waits for an answer
        while True:
            connection.send_bytes(pickle.dumps(told))
            asked: list[AskedCase] = pickle.loads(connection.recv_bytes())  # noqa: S301  # from our own service
            told = _answers_told(predictor, asked)


def _answers_told(predictor: Predictor, asked: list[AskedCase]) -> tuple[str, Any]:
    try:
        return "ok", [_in_bytes(answer) for answer in answer_cases(predictor, asked)]
    except Exception as error:  # told to whoever asked; the next batch may be a better one
        return "error", describe_error(error)


def _in_bytes(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: orjson.dumps(value) if name in _LONG else value for name, value in answer.items()}


def _in_fragments(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: orjson.Fragment(value) if name in _LONG else value for name, value in told.items()}


def main() -> None:
    """Score for the service at the other end of the socket that the command's first argument names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the service ends this process itself
    settings = Settings.from_environment(os.environ)
    configure_logs(settings.log_level)
    connection = Connection(int(sys.argv[1]))
    with PackageStore(settings.model_root).local_copy(sys.argv[2]) as folder:
        packaged = read_package(folder)
    predictor = replace(packaged, ranking=replace(packaged.ranking, cached_terms=settings.cached_terms))
    settle_memory()
    # Beside another busy process, a library's own threads would only wait for each other.
    with threadpool_limits(limits=1):
        score_until_gone(predictor, connection)


if __name__ == "__main__":
    main()
