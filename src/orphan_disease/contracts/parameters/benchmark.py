"""Parameters of the benchmark: which cases, how they are resampled, and how the re-ranker is judged."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["BenchmarkParams"]


class BenchmarkParams(BaseModel):
    """Choices of the `benchmark` pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_cases_per_disorder: int = Field(default=10, ge=1, description="so that no disorder of many cases decides alone")
    max_cases: int = Field(default=5000, ge=1, description="cases scored at most, drawn at random")
    batch_cases: int = Field(default=64, ge=1, description="cases scored at once; bounds the memory")
    depths: tuple[int, ...] = Field(default=(1, 3, 5, 10, 50), description="k of every recall at k")
    bootstrap_samples: int = Field(default=500, ge=10, description="draws of each interval, whole disorders at a time")
    reranker_folds: int = Field(default=5, ge=2, description="parts of the disorders; each is scored by unseen trees")
    reranker_rounds: int = Field(default=150, ge=1, description="trees of the re-ranker")
    case_handicap: float = Field(
        default=1.0, description="margin taken off disorders that the case base holds a patient of"
    )
    seed: int = Field(description="of every draw; from globals")
