"""Putting the service together from its settings: which ledger, which audit trail, whose credentials."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd
from pydantic import ValidationError

from orphan_disease.adapters.atomic_files import atomic_open
from orphan_disease.adapters.audit_trail import AuditTrail
from orphan_disease.adapters.installed_terms import read_installed_terms
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.prediction_ledger import PredictionLedger
from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.package_tables import PackageTable
from orphan_disease.contracts.principal import Role
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.symptom_codes import local_terms
from orphan_disease.domain.term_search import TermSearch
from orphan_disease.serving.access_tokens import AccessTokens, OidcSettings
from orphan_disease.serving.api_keys import ApiKeys, create_key, read_keys
from orphan_disease.serving.authentication import Authenticator
from orphan_disease.serving.metrics import Metrics
from orphan_disease.serving.model_holder import ModelHolder
from orphan_disease.serving.ports import Language, TermHit, TermIndex
from orphan_disease.serving.rate_limits import RateLimiter, RateLimits
from orphan_disease.serving.services import Services
from orphan_disease.serving.settings import PREFIX, Settings, SettingsError
from orphan_disease.serving.shipping import LEDGER_FILE, ShippingProcess

__all__ = ["DEVELOPMENT_KEY_FILE", "build_services", "create_development_key"]

DEVELOPMENT_KEY_FILE: Final = "development_key"
DEVELOPMENT_KEY_LIFETIME: Final = timedelta(days=30)


def build_services(settings: Settings) -> Services:
    """The parts of the service; files are created in the serving folder, the model is loaded when it starts.

    Args:
        settings: how the service runs.

    Raises:
        SettingsError: if the identity provider is not described as it must be.
        ApiKeyFileError: if the file of API keys holds something else.
        AuditError: if the audit trail has lost its anchor, or the key is not the one that signed it.
        LedgerError: if the ledger's file is none.
    """
    tokens = _tokens(settings)
    keys = ApiKeys(settings.api_keys_file)
    folder = settings.serving_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger = PredictionLedger(folder / LEDGER_FILE)
    audit_key = settings.audit_key_path.read_bytes() if settings.audit_key_path else None
    audit = AuditTrail(folder / "audit.jsonl", audit_key)
    shipping = ShippingProcess(settings)
    limits = RateLimits(requests_per_second=settings.requests_per_second, burst_requests=settings.burst_requests)
    limiter = RateLimiter(folder / "rate_limits.sqlite", limits)
    closing = ExitStack()
    for close in (limiter.close, audit.close, ledger.close, shipping.stop):  # the last one first
        closing.callback(close)
    metrics = Metrics()
    metrics.watch_backlog(lambda: ledger.backlog().entries)
    return Services(
        settings=settings,
        holder=ModelHolder(
            PackageStore(settings.model_root),
            settings.model_pointer,
            names_builder(),
            read_installed_terms().vocabulary,
        ),
        ledger=ledger,
        audit=audit,
        authenticator=Authenticator(tokens, keys),
        limiter=limiter,
        metrics=metrics,
        on_start=shipping.start,
        on_stop=closing.close,
    )


def create_development_key(settings: Settings) -> Path | None:
    """A key of every role for trying the service out, where no credentials are configured at all.

    Returns:
        The file that holds the key, readable by its owner alone; None where credentials are configured.
    """
    place = settings.serving_folder / DEVELOPMENT_KEY_FILE
    if settings.oidc_issuer or settings.api_keys_path is not None:
        return None
    if read_keys(settings.api_keys_file):
        return place if place.exists() else None
    settings.serving_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = create_key(settings.api_keys_file, "development", frozenset(Role), DEVELOPMENT_KEY_LIFETIME)
    with atomic_open(place) as stream:
        Path(stream.name).chmod(0o600)
        stream.write(f"{key}\n".encode())
    return place


def names_builder() -> Callable[[Ontology], TermIndex]:
    """What builds the index of names for a model, once for each release of HPO: most models share one."""
    built: dict[tuple[str, int], TermIndex] = {}
    spanish, synonyms, local_codes = _tables_of_names()

    def build(ontology: Ontology) -> TermIndex:
        release = (ontology.version, len(ontology.term_ids))
        if release not in built:
            built.clear()
            built[release] = _Names.of(ontology, spanish, synonyms, local_codes)
        return built[release]

    return build


@dataclass(frozen=True, eq=False)
class _Names:
    """The search over names, and the hospital's own codes, which are names too."""

    search_index: TermSearch
    codes: dict[str, str]

    @classmethod
    def of(
        cls, ontology: Ontology, spanish: pd.DataFrame, synonyms: pd.DataFrame, local_codes: pd.DataFrame
    ) -> "_Names":
        current = {**ontology.replacements, **{term: term for term in ontology.term_ids}}
        return cls(TermSearch.from_ontology(ontology, spanish, synonyms), local_terms(local_codes, current))

    def search(self, query: str, language: Language, limit: int) -> Sequence[TermHit]:
        return self.search_index.search(query, language, limit)

    def exact(self, name: str) -> str | None:
        return self.codes.get(name.strip().upper()) or self.search_index.exact(name)


@cache
def _tables_of_names() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Spanish terms, English synonyms and local codes, which do not change while the process lives."""
    spanish = read_package_table(PackageTable.SPANISH_TERMS)
    return spanish, read_installed_terms().synonyms, read_package_table(PackageTable.LOCAL_CODES)


def _tokens(settings: Settings) -> AccessTokens | None:
    if not settings.oidc_issuer:
        return None
    source = settings.oidc_jwks
    given = {"issuer": settings.oidc_issuer, "audience": settings.oidc_audience}
    given |= {"jwks_url" if "://" in source else "jwks_path": source, "roles_claim": settings.oidc_roles_claim}
    try:
        return AccessTokens(OidcSettings.model_validate(given))
    except ValidationError as error:
        names = {"jwks_url": "jwks", "jwks_path": "jwks"}
        wrong = [(str(each["loc"][0]) if each["loc"] else "jwks", each["msg"]) for each in error.errors()]
    raise SettingsError("; ".join(f"{PREFIX}OIDC_{names.get(name, name).upper()}: {reason}" for name, reason in wrong))
