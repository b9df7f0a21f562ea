"""A provider's keys are fetched when they are needed, no oftener, and kept through its outages for a while."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from orphan_disease.serving.access_tokens import AccessTokens, OidcSettings
from orphan_disease.serving.authentication import AuthenticationError, Authenticator
from tests.serving.signed_tokens import AUDIENCE, ISSUER, bearer, jwk, signed


class Provider:
    """An identity provider on loopback: its keys, how often it was asked, and whether it answers."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_up = True
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                self.send_response(200 if provider.is_up else 503)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": provider.keys}).encode() if provider.is_up else b"")

            def log_message(self, *_: Any) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def authenticator(self, **changes: Any) -> Authenticator:
        settings = OidcSettings(issuer=ISSUER, audience=AUDIENCE, jwks_url=self.url, **changes)
        return Authenticator(AccessTokens(settings))


@pytest.fixture
def provider(rsa_key: rsa.RSAPrivateKey) -> Iterator[Provider]:
    running = Provider(jwk(rsa_key, "r"))
    yield running
    running.server.shutdown()
    running.server.server_close()


def _is_accepted(authenticator: Authenticator, token: str) -> bool:
    try:
        authenticator.authenticate(bearer(token))
    except AuthenticationError:
        return False
    return True


def test_a_providers_keys_are_fetched_once(provider: Provider, rsa_key: Any) -> None:
    authenticator = provider.authenticator()
    assert all(_is_accepted(authenticator, signed(rsa_key)) for _ in range(5))
    assert provider.asked == 1


def test_a_new_key_is_fetched_when_a_token_names_it(provider: Provider, rsa_key: Any, ec_key: Any) -> None:
    authenticator = provider.authenticator(refresh_pause_seconds=0)
    assert _is_accepted(authenticator, signed(rsa_key))
    provider.keys = [jwk(ec_key, "e")]
    assert _is_accepted(authenticator, signed(ec_key, "e", "ES256"))
    assert not _is_accepted(authenticator, signed(rsa_key))  # the provider has taken it back


def test_invented_keys_do_not_become_a_flood_of_requests(provider: Provider, rsa_key: Any) -> None:
    authenticator = provider.authenticator()
    assert not any(_is_accepted(authenticator, signed(rsa_key, f"invented-{number}")) for number in range(20))
    assert provider.asked == 1


def test_the_last_keys_serve_through_an_outage_but_not_for_ever(provider: Provider, rsa_key: Any) -> None:
    authenticator = provider.authenticator(keys_kept_seconds=0.001, refresh_pause_seconds=3600)
    impatient = provider.authenticator(keys_kept_seconds=0.001, keys_kept_in_outage_seconds=0)
    assert _is_accepted(authenticator, signed(rsa_key))
    assert _is_accepted(impatient, signed(rsa_key))
    provider.is_up = False
    threading.Event().wait(0.01)
    asked = provider.asked
    assert all(_is_accepted(authenticator, signed(rsa_key)) for _ in range(5))
    assert provider.asked == asked + 1  # asked once, then left alone for a while
    assert not _is_accepted(impatient, signed(rsa_key))


def test_a_provider_that_never_answered_lets_nobody_in(provider: Provider, rsa_key: Any) -> None:
    provider.is_up = False
    assert not _is_accepted(provider.authenticator(), signed(rsa_key))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"jwks_url": "https://a.example/jwks", "jwks_path": "keys.json"},
        {"jwks_url": "http://login.hospital.example/jwks"},
        {"jwks_url": "file:///etc/keys"},
        {"jwks_path": "keys.json", "issuer": ""},
        {"jwks_path": "keys.json", "audience": ""},
        {"jwks_path": "keys.json", "algorithms": ["HS256"]},
    ],
)
def test_settings_that_would_let_strangers_in_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OidcSettings(**({"issuer": ISSUER, "audience": AUDIENCE} | changes))
