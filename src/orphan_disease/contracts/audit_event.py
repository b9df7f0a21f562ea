"""One event of the audit trail: who did what, when, from where, and with which model; never a patient's value."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["AuditEvent"]


@dataclass(frozen=True)
class AuditEvent:
    """What the audit trail keeps of one request.

    Attributes:
        at: UTC.
        actor: subject of the principal; empty where nobody could be authenticated.
        role: the role by which the request was allowed; empty where it was not.
        action: what was asked, such as "predict" or "read_prediction".
        resource: what it was asked of, such as a prediction id; never a value of the request's body.
        outcome: HTTP status, as text.
        remote: address of the peer.
        model_version: version of the model that answered; empty where none did.
        request_id: identifies the request in the logs.
    """

    at: datetime
    actor: str
    role: str
    action: str
    resource: str
    outcome: str
    remote: str
    model_version: str
    request_id: str
