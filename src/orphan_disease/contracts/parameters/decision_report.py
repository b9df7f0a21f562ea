"""Parameters of the `decision_report` pipeline."""

from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.parameters.modelling import Family, Resampling

__all__ = ["DecisionReportParams"]


class DecisionReportParams(BaseModel):
    """How the report on the decision is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: Family = Field(
        default=Family.XGBOOST, description="the fast family on which ablations and learning curves are measured"
    )
    resampling: Resampling = Field(default=Resampling.NONE, description="with what done about the imbalance")
    shares: tuple[float, ...] = Field(
        default=(0.1, 0.25, 0.5, 0.75, 1.0), description="of the training patients or disorders, in a learning curve"
    )
    answered_share: float = Field(default=0.8, gt=0, le=1, description="where the risk-coverage curve is read")
    findings_bands: tuple[int, ...] = Field(
        default=(4, 8, 16), description="first number of findings of each next band"
    )
    age_band_years: tuple[float, ...] = (1, 12, 18, 65)
    subgroup_minimum_cases: int = Field(
        default=10, ge=1, description="of each category, for a macro-F1; and in all, for any figure"
    )
    scarce_patients: int = Field(
        default=3, ge=1, description="a disorder with at most so many training patients is scarce"
    )
    explained_cases: int = Field(default=400, ge=1, description="held-out cases behind the mean contributions")
    told_features: int = Field(default=20, ge=1, description="features shown of each class")
    told_errors: int = Field(default=15, ge=0, description="confidently wrong published cases that are told")
    told_disorders: int = Field(default=3, ge=1, description="of each of their differentials")
    told_reasons: int = Field(default=5, ge=1, description="features told of each of them")
    seed: int = Field(ge=0, description="of the draws of patients, disorders and pairs")
