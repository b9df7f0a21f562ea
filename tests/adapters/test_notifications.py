"""Decisions are told once, patiently, and without a word on a patient; against servers of this machine."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from kedro.io import DataCatalog

from orphan_disease.adapters.monthly import NamedFilesDataset
from orphan_disease.adapters.notifications import NotificationHooks, notify
from orphan_disease.contracts.parameters.notifications import NotificationParams

DECISION: dict[str, Any] = {
    "month": "2026-05",
    "key": "abc",
    "action": "retrain",
    "model_version": "m1",
    "reasons": [{"es": "el intervalo está por debajo", "en": "the interval lies below"}],
}
PATIENCE: dict[str, Any] = {"actions": ("retrain",), "attempts": 3, "wait_seconds": 0.0, "timeout_seconds": 60.0}


class Receiver(BaseHTTPRequestHandler):
    """Refuses the first requests, then takes what comes; SNS' answer serves the webhook as well."""

    refusals = 0
    received: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = type(self)
        if kind.refusals > 0:
            kind.refusals -= 1
            self.send_response(503)
            self.end_headers()
            return
        kind.received.append(body)
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, type[Receiver]]]:
    kind = type("Own", (Receiver,), {"received": [], "refusals": 0})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", kind
    server.shutdown()
    server.server_close()


class MailBox(socketserver.StreamRequestHandler):
    """As much of SMTP as one message needs."""

    messages: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) != b".\r\n":
                    lines.append(text.decode())
                type(self).messages.append("".join(lines))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")


def test_a_webhook_that_fails_twice_is_tried_a_third_time(receiver: Any) -> None:
    url, kind = receiver
    kind.refusals = 2
    assert notify(DECISION, NotificationParams(**PATIENCE, webhook_url=url), set()) == {"webhook"}
    assert [json.loads(body) for body in kind.received] == [DECISION]


def test_patience_ends_and_the_next_run_tries_again(receiver: Any, caplog: pytest.LogCaptureFixture) -> None:
    url, kind = receiver
    params = NotificationParams(**PATIENCE, webhook_url=url)
    kind.refusals = 3
    assert notify(DECISION, params, set()) == set()
    assert (kind.received, kind.refusals) == ([], 0)
    assert notify(DECISION, params, set()) == {"webhook"}
    assert notify(DECISION, params, {"webhook"}) == {"webhook"}
    assert len(kind.received) == 1


def test_sns_gets_both_languages(receiver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, kind = receiver
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    params = NotificationParams(**PATIENCE, sns_topic_arn="arn:aws:sns:eu-west-1:123456789012:months")
    assert notify(DECISION, params, set()) == {"sns"}
    fields = parse_qs(kind.received[0].decode())
    assert fields["TopicArn"] == ["arn:aws:sns:eu-west-1:123456789012:months"]
    assert "el intervalo está por debajo" in fields["Message"][0]
    assert "the interval lies below" in fields["Message"][0]


def test_mail_reaches_its_recipients() -> None:
    box = type("OwnBox", (MailBox,), {"messages": []})
    with socketserver.TCPServer(("127.0.0.1", 0), box) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = {"host": "127.0.0.1", "port": server.server_address[1], "sender": "a@b.example"}
        params = NotificationParams(**PATIENCE, mail={**settings, "recipients": ["c@d.example"]})  # type: ignore[arg-type]
        assert notify(DECISION, params, set()) == {"mail"}
        server.shutdown()
    assert "To: c@d.example" in box.messages[0]  # type: ignore[attr-defined]


class Context:
    def __init__(self, **notifications: Any) -> None:
        self.params = {"notifications": {**PATIENCE, **notifications}}


@pytest.mark.parametrize(("action", "told"), [("retrain", 1), ("ok", 0)])
def test_the_hook_tells_a_decision_once(receiver: Any, tmp_path: Any, action: str, told: int) -> None:
    url, kind = receiver
    catalog = DataCatalog({"told_decisions": NamedFilesDataset(filepath=str(tmp_path), suffix=".json")})
    for _ in range(2):  # two runs
        hooks = NotificationHooks()
        hooks.after_context_created(Context(webhook_url=url))
        hooks.after_dataset_saved("monitoring_decision", DECISION | {"action": action})
        hooks.after_pipeline_run(catalog)
    assert len(kind.received) == told


def test_nobody_is_told_by_default(tmp_path: Any) -> None:
    hooks = NotificationHooks()
    hooks.after_context_created(Context())
    hooks.after_dataset_saved("monitoring_decision", DECISION)
    hooks.after_pipeline_run(DataCatalog({}))  # asks for no dataset
    assert NotificationParams(**PATIENCE).is_off
