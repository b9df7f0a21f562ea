"""What the service needs of the world, as protocols: whoever starts it chooses who keeps them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Literal, Protocol

from orphan_disease.contracts.audit_event import AuditEvent
from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.contracts.principal import Principal

__all__ = [
    "AuditTrail",
    "AuthenticationError",
    "Authenticator",
    "Language",
    "PredictionLedger",
    "RateLimiter",
    "TermHit",
    "TermIndex",
]

Language = Literal["es", "en"]


class AuthenticationError(Exception):
    """Credentials that are absent or not accepted; the text says why without quoting them."""


class Authenticator(Protocol):
    """Tells who asks."""

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        """The principal of a request's headers.

        Args:
            headers: of the request; names are looked up without regard to case.

        Raises:
            AuthenticationError: if there are no credentials, or none that are accepted.
        """
        ...


class RateLimiter(Protocol):
    """Shares the service among its clients."""

    def check(self, client: str) -> float:
        """Seconds that the client has to wait before its next request; 0 where this one is allowed (and counted)."""
        ...


class PredictionLedger(Protocol):
    """Keeps every answer before it is given. Safe to call from several threads."""

    def submit(self, entry: LedgerEntry) -> "Future[None]":
        """Keep an entry; the future ends when it would survive the machine's sudden end, or with what prevented it."""
        ...

    def get(self, prediction_id: str) -> LedgerEntry | None:
        """The entry of a prediction; None where there is none."""
        ...

    def by_idempotency_key(self, client: str, key: str) -> LedgerEntry | None:
        """The first entry that a client's key led to; None where there is none."""
        ...


class AuditTrail(Protocol):
    """Keeps who did what. Safe to call from several threads."""

    def submit(self, event: AuditEvent) -> "Future[None]":
        """Append an event; the future ends when it is durable, or with what prevented it."""
        ...


class TermHit(Protocol):
    """A term of the ontology that a search found."""

    @property
    def term_id(self) -> str:
        """HPO id."""
        ...

    @property
    def label_en(self) -> str:
        """HPO's label."""
        ...

    @property
    def label_es(self) -> str | None:
        """The Spanish name; None where there is none."""
        ...

    @property
    def matched(self) -> str:
        """The name or id that the query met."""
        ...


class TermIndex(Protocol):
    """Finds terms by what people write. Safe to call from several threads."""

    def search(self, query: str, language: Language, limit: int) -> Sequence[TermHit]:
        """The best terms for what was typed so far, best first."""
        ...

    def exact(self, name: str) -> str | None:
        """The current id of the term of this id or name, in any of the languages; None where there is none."""
        ...
