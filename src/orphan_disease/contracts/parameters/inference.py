"""Parameters of the `inference` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["AnswerParams"]


class AnswerParams(BaseModel):
    """What a batch of answers contains."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: int = Field(default=5, ge=0, description="next questions that each record names")
    case_base: bool = Field(default=True, description="false: the differential rests on the annotations alone")
