"""One line of the prediction ledger: an answer that was given, with what finds it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["LedgerEntry"]


@dataclass(frozen=True)
class LedgerEntry:
    """An answer as the ledger keeps it.

    Attributes:
        prediction_id: identifies the answer everywhere.
        client: subject of the principal that asked.
        idempotency_key: the client's own key of the request; None where it gave none.
        request_digest: SHA-256 of the request's body, by which a retry is told from another request.
        written_at: UTC.
        record: the prediction record, of what orjson writes: JSON's types, and fragments of JSON already written.
    """

    prediction_id: str
    client: str
    idempotency_key: str | None
    request_digest: str
    written_at: datetime
    record: Mapping[str, Any]
