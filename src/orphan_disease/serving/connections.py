"""HTTP connections that do not wait for ever: the head of a request arrives in time, or the connection is closed.

uvicorn itself limits the time between requests and the size of the head, but not the time that a head may take: a few
hundred clients that send one byte a minute would hold every connection.
"""

import asyncio
from http import HTTPStatus

import h11
import orjson
from uvicorn.protocols.http.h11_impl import H11Protocol

from orphan_disease.serving.problems import MEDIA_TYPE, Problem

__all__ = ["connection_class"]


def connection_class(head_seconds: float) -> type[H11Protocol]:
    """The protocol class of connections whose request heads may take so long.

    Args:
        head_seconds: from the connection, or from the first byte of a later request, to the end of the head.
    """

    class TimedConnection(H11Protocol):
        """A connection with a timer that runs while a head is awaited."""

        _head_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Start the timer of the first head."""
            super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows it as asyncio documents
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            """Stop the timer."""
            self._forget()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            """Stop the timer when a head is whole; start it where one has begun."""
            super().data_received(data)
            is_begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
            if not is_begun:
                self._forget()
            elif self._head_timer is None:
                self._watch()

        def send_400_response(self, msg: str) -> None:
            """Refuse what is no HTTP, or a head that is too large, by a problem document."""
            del msg  # uvicorn's words
            detail = "The request is not valid HTTP, or its head is too large."
            self._refuse(Problem(400, "not-http", "The request cannot be read", detail))

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
            body = orjson.dumps(problem.body())
            head = (
                f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
            self.transport.close()

    return TimedConnection
