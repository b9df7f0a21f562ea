"""Logs as lines of JSON that hold nothing but the fields of an allow-list: what is not named here is never written.

Messages of libraries may quote what they were given; of those only the logger, the level and the place are kept.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

__all__ = ["ALLOWED_FIELDS", "configure_logs", "describe_error"]

ALLOWED_FIELDS: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "duration_ms",
        "role",
        "problem",
        "model_version",
        "cases",
        "batch",
        "queued",
        "host",
        "port",
        "path",
        "error",
        "place",
        "logger",
        "line",
        "reason",
        "_aws",
    }
)
_PLAIN_LOGGERS: Final = ("uvicorn.error",)  # their templates hold no value of a request; their arguments may


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED_FIELDS or "_aws" in event}


class _LibraryHandler(logging.Handler):
    """Writes of a library's message who logged it, how grave and from where; of a few, the words without arguments."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name, "place": record.module, "line": record.lineno}
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = describe_error(record.exc_info[1])
        if record.name in _PLAIN_LOGGERS and isinstance(record.msg, str):
            fields["reason"] = record.msg
        structlog.get_logger().log(record.levelno, "library_message", **fields)


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Write the service's own lines and what libraries log to one stream.

    Args:
        level: debug, info, warning or error.
        stream: standard output if not given.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_LibraryHandler()]
    root.setLevel(max(least, logging.INFO))
    logging.captureWarnings(capture=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"  # its lines hold the query


def describe_error(error: BaseException) -> str:
    """An error's types and places, without its words, which may quote a patient.

    >>> try:
    ...     int("Jane Doe")
    ... except ValueError as error:
    ...     describe_error(error)
    'ValueError at <doctest orphan_disease.serving.logs.describe_error[0]>:2'
    """
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-6:]) or 'unknown'}"
