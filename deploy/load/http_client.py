"""A client of HTTP/1.1 that costs next to nothing, so that it may run beside what it measures.

It speaks to one address over connections that it keeps, and knows what the service sends: answers with a length, or in
chunks. A general client takes several milliseconds of a core for each of our answers of 50 kB.
"""

import asyncio
from collections import deque
from typing import Final, NamedTuple

__all__ = ["Answer", "Client", "request_bytes"]

_HEAD_END: Final = b"\r\n\r\n"
_LAST_CHUNK: Final = b"0\r\n\r\n"


class Answer(NamedTuple):
    """What came back: the status (0 where the connection broke), the head, and the body (chunks as they came)."""

    status: int
    head: bytes = b""
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header; None where there is none."""
        for line in self.head.split(b"\r\n")[1:]:
            given, _, value = line.partition(b":")
            if given.decode("latin-1").lower() == name:
                return value.decode("latin-1").strip()
        return None


BROKEN: Final = Answer(0)


def request_bytes(host: str, path: str, key: str, body: bytes, **headers: str) -> bytes:
    """A POST of JSON; underscores of the headers' names stand for hyphens."""
    lines = [f"POST {path} HTTP/1.1", f"host: {host}", f"x-api-key: {key}", "content-type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + _HEAD_END + body


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.is_open = transport, True  # type: ignore[assignment]  # asyncio gives a Transport

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        self._settle(BROKEN)

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_HEAD_END)
        if end < 0:
            return
        answer = Answer(int(self._received[9:12]), bytes(self._received[:end]))
        start, length = end + len(_HEAD_END), answer.header("content-length")
        if length is not None and len(self._received) >= start + int(length):
            self._settle(answer._replace(body=bytes(self._received[start : start + int(length)])))
        elif length is None and self._received.endswith(_LAST_CHUNK):
            self._settle(answer._replace(body=bytes(self._received[start:])))

    def send(self, content: bytes) -> "asyncio.Future[Answer]":
        self._received.clear()
        self._waiting = asyncio.get_running_loop().create_future()
        if self._transport is not None:
            self._transport.write(content)
        return self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _settle(self, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)


class Client:
    """Connections to one address, opened as they are needed and used again.

    Args:
        host: of the service.
        port: of the service.
        timeout_seconds: after which an answer counts as lost.
    """

    def __init__(self, host: str, port: int, timeout_seconds: float = 30.0) -> None:
        """Keep the address; nothing is connected yet."""
        self._address = host, port
        self._timeout = timeout_seconds
        self._idle: deque[_Connection] = deque()

    async def ask(self, content: bytes) -> Answer:
        """Send a whole request, and give its answer; one of status 0 where there is none."""
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._idle.pop() if self._idle else await self._connect()
                while not connection.is_open and self._idle:
                    connection = self._idle.pop()
                if not connection.is_open:
                    connection = await self._connect()
                try:
                    answer = await connection.send(content)
                except BaseException:
                    connection.close()
                    raise
        except (OSError, TimeoutError):
            return BROKEN
        if connection.is_open and answer.header("connection") != "close":
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close what is open."""
        while self._idle:
            self._idle.pop().close()

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, *self._address)
        return connection
