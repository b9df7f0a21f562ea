"""Parameters of the gates that a model passes before it serves. See docs/explanation/gates.md."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.vocabulary import Split

__all__ = ["GateParams"]


class GateParams(BaseModel):
    """Cut-offs; a figure at a cut-off passes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    split: str = Field(
        default=Split.TEST_DISORDERS.value, description="whose figures are judged: whole unseen disorders"
    )
    macro_f1_low: float = Field(ge=0, le=1, description="least lower bound of the interval of macro-F1")
    category_recall: float = Field(ge=0, le=1, description="least recall of each category")
    calibration_error: float = Field(ge=0, le=1, description="largest expected calibration error")
    coverage: float = Field(ge=0, le=1, description="least coverage of the prediction sets")

    processor_median_ms: float = Field(gt=0, description="processor time of one case alone, in a fresh process")
    processor_p99_ms: float = Field(gt=0, description="99th percentile of the same")
    memory_megabytes: float = Field(gt=0, description="largest resident memory of that process")

    subgroup_split: str = Field(default="out_of_fold", description="unseen disorders too, with enough cases to divide")
    subgroup_margin: float = Field(
        ge=0, le=1, description="a subgroup's macro-F1 may be this much below the overall one"
    )
    subgroup_minimum_cases: int = Field(ge=2, description="of each category in a subgroup; with fewer it is not judged")
    age_band_years: tuple[float, ...] = Field(description="lower bounds of the age bands after the first")

    orphan_threshold: float = Field(
        gt=0, lt=1, description="orphan probability from which an orphan disease is suspected"
    )
    use_case_orphan: float = Field(ge=0, le=1, description="least share of orphan use cases that are suspected")
    use_case_common: float = Field(ge=0, le=1, description="least share of common conditions that are not suspected")
    use_case_category: float = Field(ge=0, le=1, description="least share of use cases with the expected category")
    use_case_top: int = Field(ge=1, description="the disorder must be among this many of the differential")
    use_case_disorder: float = Field(ge=0, le=1, description="least share of use cases whose disorder is among them")

    invariance_tolerance: float = Field(ge=0, description="largest change of a probability where nothing may change")
    direction_share: float = Field(ge=0, le=1, description="least share of added signs that do not lower the disorder")
    direction_signs: int = Field(ge=1, description="signs added to each use case, one at a time")
