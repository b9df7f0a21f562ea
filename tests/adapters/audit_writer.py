"""Events of an audit trail, and a process that writes them until it is killed."""

import os
from datetime import UTC, datetime
from pathlib import Path

from orphan_disease.adapters.audit_trail import AuditTrail
from orphan_disease.contracts.audit_event import AuditEvent


def event(request: str, actor: str = "dr") -> AuditEvent:
    return AuditEvent(
        at=datetime(2026, 3, 1, tzinfo=UTC),
        actor=actor,
        role="clinician",
        action="predict",
        resource="prediction-1",
        outcome="200",
        remote="127.0.0.1",
        model_version="m1",
        request_id=request,
    )


def write_for_ever(path: str, name: str, noted: str) -> None:
    trail = AuditTrail(Path(path))
    acknowledged = os.open(noted, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    number = 0
    while True:
        request = f"{name}-{os.getpid()}-{number}"
        trail.write(event(request))
        os.write(acknowledged, f"{request}\n".encode())
        number += 1
