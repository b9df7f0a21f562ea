"""Who asks, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Principal", "Role"]


class Role(StrEnum):
    """What a principal may do: each route names the roles that it allows, and refuses every other."""

    CLINICIAN = "clinician"  # predicts, and reads what they asked themselves
    AUDITOR = "auditor"  # reads answers and the audit trail
    OPERATOR = "operator"  # reloads the model, reads metrics
    SERVICE = "service"  # another system of the hospital: predicts, and reads what it asked itself


@dataclass(frozen=True)
class Principal:
    """An authenticated client.

    Attributes:
        subject: stable name of the client, unique across issuers.
        roles: what it may do.
    """

    subject: str
    roles: frozenset[Role]
