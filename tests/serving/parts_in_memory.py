"""Parts of the service that keep everything in memory: as real as a test of the routes needs them."""

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.audit_event import AuditEvent
from orphan_disease.contracts.ledger_entry import LedgerEntry
from orphan_disease.contracts.principal import Principal, Role
from orphan_disease.domain.ontology import Ontology
from orphan_disease.serving.model_holder import ModelHolder
from orphan_disease.serving.ports import AuthenticationError, Language
from orphan_disease.serving.services import Services
from orphan_disease.serving.settings import Settings


def settled(failure: Exception | None) -> "Future[None]":
    future: Future[None] = Future()
    if failure is None:
        future.set_result(None)
    else:
        future.set_exception(failure)
    return future


@dataclass
class MemoryLedger:
    entries: list[LedgerEntry] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    failure: Exception | None = None

    def submit(self, entry: LedgerEntry) -> "Future[None]":
        if self.failure is None:
            with self.lock:
                self.entries.append(entry)
        return settled(self.failure)

    def get(self, prediction_id: str) -> LedgerEntry | None:
        return next((entry for entry in self.entries if entry.prediction_id == prediction_id), None)

    def by_idempotency_key(self, client: str, key: str) -> LedgerEntry | None:
        return next((each for each in self.entries if (each.client, each.idempotency_key) == (client, key)), None)


@dataclass
class MemoryAudit:
    events: list[AuditEvent] = field(default_factory=list)
    failure: Exception | None = None

    def submit(self, event: AuditEvent) -> "Future[None]":
        if self.failure is None:
            self.events.append(event)
        return settled(self.failure)


class TokenAuthenticator:
    """The bearer token is the subject, then its roles: "ana+clinician"."""

    def authenticate(self, headers: Mapping[str, str]) -> Principal:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        subject, *roles = token.split("+")
        if scheme != "Bearer" or not subject or not roles:
            raise AuthenticationError("expected a bearer token")
        return Principal(subject, frozenset(Role(role) for role in roles if role != "nothing"))


@dataclass
class AllowingLimiter:
    wait: float = 0.0

    def check(self, client: str) -> float:
        return self.wait


class Hit(NamedTuple):
    term_id: str
    label_en: str
    label_es: str | None
    matched: str


@dataclass
class LabelIndex:
    """Finds terms by the beginning of their label; "fiebre" is a word for the first of them."""

    ontology: Ontology

    def search(self, query: str, language: Language, limit: int) -> list[Hit]:
        pairs = zip(self.ontology.term_ids, self.ontology.labels, strict=True)
        found = [(term, label) for term, label in pairs if term == query or label.lower().startswith(query.lower())]
        return [Hit(term, label, f"{label} es", label) for term, label in found[:limit]]

    def exact(self, name: str) -> str | None:
        return self.ontology.term_ids[-1] if name.casefold() == "fiebre" else self.ontology.canonical(name)


def parts(models: Path, **settings: object) -> Services:
    plain = {"model": str(models), "model_card": str(models / "card.md"), "scoring_process": False}
    chosen = Settings.model_validate(plain | settings)
    return Services(
        settings=chosen,
        holder=ModelHolder(PackageStore(chosen.model_root), chosen.model_pointer, LabelIndex),
        ledger=MemoryLedger(),
        audit=MemoryAudit(),
        authenticator=TokenAuthenticator(),
        limiter=AllowingLimiter(),
    )


def bearer(subject: str = "ana", role: str = "clinician") -> dict[str, str]:
    return {"Authorization": f"Bearer {subject}+{role}"}
