"""HTTP connections that do not wait for ever: the head of a request arrives in time, or the connection is closed.

uvicorn itself limits the time between requests, but neither the time nor the space that a head may take: a few hundred
clients that send one byte a minute would hold every connection. Its parser in C is half the work of the one in Python.
"""

import asyncio
from http import HTTPStatus

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from orphan_disease.serving.problems import MEDIA_TYPE, Problem

__all__ = ["connection_class"]


def connection_class(head_seconds: float, head_bytes: int) -> type[HttpToolsProtocol]:
    """The protocol class of connections whose request heads may take so long, and be so large.

    Args:
        head_seconds: from the connection, or from the first byte of a later request, to the end of the head.
        head_bytes: that may have come before a head is whole.
    """

    class TimedConnection(HttpToolsProtocol):
        """A connection with a timer that runs while a head is awaited."""

        _head_timer: asyncio.TimerHandle | None = None
        _is_head_begun = False
        _head_bytes = 0

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Start the timer of the first head."""
            super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it as asyncio documents
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            """Stop the timer."""
            self._forget()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Refuse a head that goes on for too long; its parts arrive here one by one."""
            super().data_received(data)
            if not self._is_head_begun:
                return
            self._head_bytes += len(data)
            if self._head_bytes > head_bytes and not self.transport.is_closing():
                detail = f"The head of the request is longer than {head_bytes} bytes."
                self._refuse(Problem(431, "headers-too-large", "The headers are too large", detail))

        def on_message_begin(self) -> None:
            """Start the timer at the first byte of a later head."""
            super().on_message_begin()
            self._is_head_begun, self._head_bytes = True, 0
            if self._head_timer is None:
                self._watch()

        def on_headers_complete(self) -> None:
            """Stop the timer: the head is whole."""
            self._is_head_begun = False
            self._forget()
            super().on_headers_complete()

        def send_400_response(self, msg: str) -> None:
            """Refuse what is no HTTP by a problem document."""
            del msg  # uvicorn's words
            self._refuse(Problem(400, "not-http", "The request cannot be read", "The request is not valid HTTP."))

        def _watch(self) -> None:
            self._head_timer = self.loop.call_later(head_seconds, self._give_up)

        def _forget(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

        def _give_up(self) -> None:
            if not self.transport.is_closing():
                detail = f"The head of the request did not arrive within {head_seconds:g} s."
                self._refuse(Problem(408, "request-timeout", "The request took too long", detail))

        def _refuse(self, problem: Problem) -> None:
            self._forget()
            body = orjson.dumps(problem.body())
            head = (
                f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
            self.transport.close()

    return TimedConnection
