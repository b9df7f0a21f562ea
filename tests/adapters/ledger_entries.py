"""Answers as the service would keep them, made by number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from orphan_disease.contracts.ledger_entry import LedgerEntry

START = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)


def stored_record(number: int, categories: tuple[str, ...] = ("a", "b")) -> dict[str, Any]:
    """A prediction record in JSON's types, with one disorder in its differential."""
    return {
        "case_id": f"case-{number}",
        "patient_id": None,
        "model_version": "m1",
        "knowledge_version": "hpo",
        "predicted_at": (START + timedelta(minutes=number)).isoformat(),
        "is_simulated": True,
        "orphan_probability": 0.75,
        "category": categories[0],
        "category_probabilities": {name: 1 / len(categories) for name in categories},
        "prediction_set": [categories[0]],
        "differential": [
            {
                "disorder_id": "OMIM:1",
                "disorder_name": "One",
                "score": 3.5,
                "probability": 0.5,
                "contributions": [{"term_id": "HP:0001250", "is_excluded": False, "nats": 1.5}],
                "demographic_nats": 0.25,
                "equivalent_ids": ["OMIM:1"],
                "category": categories[0],
                "prevalence_class": None,
                "onset": [],
                "inheritance": [],
                "references": ["PMID:1"],
            }
        ],
        "next_questions": [],
    }


def stored_entry(number: int, *, key: str | None = None, client: str = "ward", **record: Any) -> LedgerEntry:
    """An entry; every sixtieth begins another hour, and the first hour is the last of its date."""
    return LedgerEntry(
        prediction_id=f"prediction-{number}",
        client=client,
        idempotency_key=key,
        request_digest=f"{number:064x}",
        written_at=START + timedelta(minutes=number),
        content=orjson.dumps(stored_record(number) | record),
    )
