"""A connection to a server on loopback that fails on demand, in the ways that a network does."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK_BYTES = 65_536


class FaultyConnection:
    """Passes bytes on to a server, as its `fault` says at that moment.

    `down`: connections are closed at once. `reset`: broken when a request comes. `lost`: the request arrives, and the
    connection breaks when the answer comes back. `slow`: answers come late. None: all is well.
    """

    def __init__(self, server_port: int) -> None:
        self.fault: str | None = None
        self.met = 0  # how often a fault struck
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed: the end
            while True:
                client, _ = self._listener.accept()
                if self.fault == "down":
                    self._break(client)
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                for source, target, is_answer in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pass_on, args=(source, target, is_answer), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):  # either side has hung up
            while data := source.recv(CHUNK_BYTES):
                if self.fault in ({"lost"} if is_answer else {"down", "reset"}):
                    self._break(target if is_answer else source)
                    break
                if self.fault == "slow" and is_answer:
                    self.met += 1
                    time.sleep(0.1)
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _break(self, end: socket.socket) -> None:
        self.met += 1
        if self.fault == "reset":
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes by RST, not by FIN
            end.close()
            return
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it, whose hold would keep it open
        end.close()


@contextmanager
def faulty_connection(server_port: int) -> Iterator[FaultyConnection]:
    connection = FaultyConnection(server_port)
    try:
        yield connection
    finally:
        connection.close()
