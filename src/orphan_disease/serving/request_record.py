"""What is known of one request while it is in work: for its log line, its metrics and its audit event."""

import time
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.requests import HTTPConnection
from starlette.types import Scope

from orphan_disease.contracts.principal import Principal, Role

__all__ = ["RequestRecord", "record_of"]

_STATE = "record"


@dataclass
class RequestRecord:
    """One request. The id is the service's own: a client's could carry anything into the logs."""

    method: str
    remote: str
    request_id: str = field(default_factory=lambda: uuid4().hex)
    started: float = field(default_factory=time.monotonic)
    route: str = "other"
    principal: Principal | None = None
    role: Role | None = None
    resource: str = ""
    model_version: str = ""
    status: int = 0
    problem: str = ""
    cases: int = 0

    @classmethod
    def begin(cls, scope: Scope) -> "RequestRecord":
        """The record of a request that has just arrived, kept in its scope."""
        client = scope.get("client")
        record = cls(method=str(scope["method"]), remote=str(client[0]) if client else "")
        scope.setdefault("state", {})[_STATE] = record
        return record

    @property
    def seconds(self) -> float:
        """Time since it arrived."""
        return time.monotonic() - self.started


def record_of(request: HTTPConnection) -> RequestRecord:
    """The record of a request."""
    record: RequestRecord = request.scope["state"][_STATE]
    return record
