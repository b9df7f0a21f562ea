"""Access tokens of an OpenID Connect provider: JWTs, checked against the provider's public keys.

Signatures are RS256 or ES256 and nothing else: an algorithm that a token asks for is never believed, `none` and the
symmetric ones (by which a public key could be made to sign) are not among the choices (RFC 8725).
"""

import json
import time
from pathlib import Path
from typing import Any, Final, Protocol

import jwt
from jwt import PyJWK, PyJWKClient, PyJWKSet
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError
from pydantic import BaseModel, ConfigDict, Field, model_validator

from orphan_disease.contracts.principal import Principal, Role

__all__ = ["AccessTokens", "OidcSettings", "TokenError"]

ALGORITHMS: Final = ("RS256", "ES256")
_KEY_TYPES: Final = {"RS256": "RSA", "ES256": "EC"}
MAX_SUBJECT_LENGTH: Final = 200
MAX_TOKEN_LENGTH: Final = 16_384


class TokenError(Exception):
    """A token that is not accepted; the text says why, for the service's own log, and quotes nothing of it."""


class OidcSettings(BaseModel):
    """Whose tokens are accepted.

    Exactly one of `jwks_url` and `jwks_path` is given; the file is for development.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1, description="must equal the claim `iss`")
    audience: str = Field(min_length=1, description="must be among the claim `aud`")
    jwks_url: str | None = Field(default=None, pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])")
    jwks_path: Path | None = None
    roles_claim: str = Field(default="roles", description="claim with the roles; dots lead inwards")
    leeway_seconds: float = Field(default=30, ge=0, le=300, description="clocks may differ by it")
    keys_kept_seconds: float = Field(default=300, gt=0, description="after which the provider is asked again")
    keys_kept_in_outage_seconds: float = Field(default=86_400, ge=0, description="while the provider does not answer")
    refresh_pause_seconds: float = Field(default=30, ge=0, description="between two requests for an unknown key")
    timeout_seconds: float = Field(default=3, gt=0)

    @model_validator(mode="after")
    def _one_source(self) -> "OidcSettings":
        if (self.jwks_url is None) == (self.jwks_path is None):
            raise ValueError("give jwks_url (a provider) or jwks_path (a file, for development), and not both")
        return self


class _Keys(Protocol):
    def get_signing_key(self, kid: str) -> PyJWK: ...


class _FileKeys:
    """The keys of a local file, read once."""

    def __init__(self, path: Path) -> None:
        self._keys = PyJWKSet.from_dict(json.loads(path.read_text(encoding="utf-8"))).keys

    def get_signing_key(self, kid: str) -> PyJWK:
        found = next((key for key in self._keys if key.key_id == kid and key.public_key_use in {"sig", None}), None)
        if found is None:
            raise PyJWKClientError("unknown key")
        return found


class _ProviderKeys(PyJWKClient):
    """The keys of a provider, cached; the last ones are used for a while when it does not answer.

    PyJWT's own client fetches an unknown key's set at once, but no more often than at its pause: a flood of invented
    key ids does not become one of requests to the provider.
    """

    def __init__(self, url: str, settings: OidcSettings) -> None:
        super().__init__(
            url,
            lifespan=settings.keys_kept_seconds,
            timeout=settings.timeout_seconds,
            cooldown_duration=settings.refresh_pause_seconds,
        )
        self._kept_in_outage_seconds = settings.keys_kept_in_outage_seconds
        self._pause_seconds = settings.refresh_pause_seconds
        self._last: PyJWKSet | None = None
        self._answered_at = self._failed_at = float("-inf")

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:
        """The provider's keys, or the last that it gave."""
        now = time.monotonic()
        is_cached = not refresh and self.jwk_set_cache is not None and self.jwk_set_cache.get() is not None
        if not is_cached and self._last is not None and now - self._failed_at < self._pause_seconds:
            return self._last_keys(PyJWKClientError("the provider has not answered a moment ago"))
        try:
            self._last = super().get_jwk_set(refresh)
        except PyJWKClientConnectionError as error:
            self._failed_at = time.monotonic()  # the pause begins when waiting has ended, not when it began
            return self._last_keys(error)
        if not is_cached:
            self._answered_at = now
        return self._last

    def _last_keys(self, error: PyJWKClientError) -> PyJWKSet:
        if self._last is None or time.monotonic() - self._answered_at > self._kept_in_outage_seconds:
            raise error
        return self._last


class AccessTokens:
    """Checks access tokens.

    Args:
        settings: whose tokens are accepted.

    Raises:
        OSError: if the key file cannot be read.
        PyJWKSetError: if it holds no key.
    """

    def __init__(self, settings: OidcSettings) -> None:
        """Read the key file, if there is one; a provider is first asked when a token comes."""
        self._settings = settings
        self._keys: _Keys
        if settings.jwks_path is not None:
            self._keys = _FileKeys(settings.jwks_path)
        else:
            self._keys = _ProviderKeys(str(settings.jwks_url), settings)

    def principal(self, token: str) -> Principal:
        """Who the token speaks for.

        Raises:
            TokenError: if it is malformed, signed otherwise or by another key, expired, not yet valid, of another
                issuer or for another audience, or names no subject or no role of this service.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenError("too long")
        try:
            header = jwt.get_unverified_header(token)
            claims = self._claims(token, header)
        except (jwt.PyJWTError, UnicodeError, ValueError, TypeError) as error:
            raise TokenError(type(error).__name__) from None
        return Principal(subject=_subject(claims), roles=self._roles(claims))

    def _claims(self, token: str, header: dict[str, Any]) -> dict[str, Any]:
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(key_id, str):
            raise TokenError("without an accepted algorithm and a key id")
        key = self._keys.get_signing_key(key_id)
        if key.key_type != _KEY_TYPES[algorithm]:
            raise TokenError("signed by a key of another kind")
        return jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            audience=self._settings.audience,
            issuer=self._settings.issuer,
            leeway=self._settings.leeway_seconds,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
        )

    def _roles(self, claims: dict[str, Any]) -> frozenset[Role]:
        named: Any = claims
        for step in self._settings.roles_claim.split("."):
            named = named.get(step) if isinstance(named, dict) else None
        names = named.split() if isinstance(named, str) else named if isinstance(named, list) else []
        roles = frozenset(role for role in Role if role.value in names)
        if not roles:
            raise TokenError("without a role of this service")
        return roles


def _subject(claims: dict[str, Any]) -> str:
    """The subject, if it can stand in a line of the audit trail."""
    subject = str(claims["sub"])
    if not 0 < len(subject) <= MAX_SUBJECT_LENGTH or not subject.isprintable():
        raise TokenError("without a printable subject")
    return subject
