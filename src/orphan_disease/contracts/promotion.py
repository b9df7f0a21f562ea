"""The record of one event in a model's life: who moved which version in, when, from what, why, and on which report."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ChampionEvent", "PromotionAction"]


class PromotionAction(StrEnum):
    """What happened. Only the first two change what is served."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    REFUSED = "refused"


class ChampionEvent(BaseModel):
    """One entry of the history of champions. Entries are numbered from 1 without gaps and never change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1)
    moves: int = Field(ge=0, description="Promotions and rollbacks up to and with this entry.")
    at: datetime = Field(description="UTC.")
    action: PromotionAction
    by: str = Field(description="Account or pipeline that asked for it.")
    approved_by: str | None = Field(default=None, description="Person who approved it; absent where nobody was asked.")
    from_version: str | None = Field(description="Served before; absent before the first promotion.")
    to_version: str = Field(description="The version that was asked for.")
    champion: str | None = Field(description="Served after this entry.")
    reason: str
    report: str | None = Field(default=None, description="SHA-256 of the validation results that it rests on.")
    comparison: Mapping[str, Any] | None = Field(default=None, description="Champion and challenger, side by side.")
    previous: str = Field(description="SHA-256 of the entry before; empty at the first.")

    @property
    def is_move(self) -> bool:
        """Whether it changed what is served."""
        return self.action is not PromotionAction.REFUSED
