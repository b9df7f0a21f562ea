"""Parameters of the `modelling` pipeline."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

__all__ = [
    "CalibrationParams",
    "CandidateParams",
    "DecisionParams",
    "DemographicParams",
    "Device",
    "EnsembleParams",
    "Family",
    "ForestParams",
    "HeadParams",
    "LearnFrom",
    "MlpParams",
    "ModellingParams",
    "RerankerParams",
    "Resampling",
    "SelectionParams",
    "TreeParams",
    "XgboostParams",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Family(StrEnum):
    """The closed registry of model families."""

    DECISION_TREE = "decision_tree"
    RANDOM_FOREST = "random_forest"
    XGBOOST = "xgboost"
    MLP = "mlp"
    ENSEMBLE = "ensemble"


class Resampling(StrEnum):
    """What may be done about the imbalance, in the training part of a fold only."""

    NONE = "none"
    CLASS_WEIGHT = "class_weight"
    RANDOM_OVERSAMPLING = "random_oversampling"
    SMOTE = "smote"
    AUGMENTATION = "augmentation"


class Device(StrEnum):
    """Where XGBoost and the perceptron are trained."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class TreeParams(_Frozen):
    """Decision tree."""

    max_depth: int = Field(default=8, ge=1)
    min_samples_leaf: int = Field(default=20, ge=1)


class ForestParams(_Frozen):
    """Random forest."""

    trees: int = Field(default=200, ge=1)
    min_samples_leaf: int = Field(default=3, ge=1)
    max_features: float = Field(default=0.1, gt=0, le=1, description="share of the features tried at a split")


class XgboostParams(_Frozen):
    """Gradient-boosted trees."""

    trees: int = Field(default=200, ge=1)
    max_depth: int = Field(default=4, ge=1)
    learning_rate: float = Field(default=0.06, gt=0, le=1)
    subsample: float = Field(default=0.8, gt=0, le=1)
    column_share: float = Field(default=0.4, gt=0, le=1, description="share of the features given to a tree")
    min_child_weight: float = Field(default=5.0, ge=0)


class MlpParams(_Frozen):
    """Multi-layer perceptron on standardised features."""

    hidden_units: int = Field(default=64, ge=1)
    dropout: float = Field(default=0.4, ge=0, lt=1)
    epochs: int = Field(default=15, ge=1)
    batch_rows: int = Field(default=256, ge=1)
    learning_rate: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=1e-3, ge=0)
    clip_deviations: float = Field(default=5.0, gt=0, description="bound of a feature, in training standard deviations")


class EnsembleParams(_Frozen):
    """The average of several families' probabilities."""

    members: tuple[Family, ...] = Field(
        default=(Family.RANDOM_FOREST, Family.XGBOOST, Family.MLP), description="families that are averaged, alike"
    )

    @field_validator("members")
    @classmethod
    def _several_single_families(cls, members: tuple[Family, ...]) -> tuple[Family, ...]:
        if len(set(members)) < len(members) or len(members) <= 1 or Family.ENSEMBLE in members:
            raise ValueError("an ensemble averages two or more different families, and is no member of itself")
        return members


class CandidateParams(_Frozen):
    """The hyper-parameters of each family; one entry each, so the registry stays closed."""

    decision_tree: TreeParams = TreeParams()
    random_forest: ForestParams = ForestParams()
    xgboost: XgboostParams = XgboostParams()
    mlp: MlpParams = MlpParams()
    ensemble: EnsembleParams = EnsembleParams()
    families: tuple[Family, ...] = tuple(Family)
    resampling_family: Family = Field(
        default=Family.XGBOOST,
        description="family on which the resampling strategies are compared; the winner serves all",
    )
    threads: int = Field(default=2, ge=1, description="folds fitted side by side")
    device: Device = Field(
        default=Device.AUTO,
        description="where XGBoost and the perceptron are trained: 'auto' takes a GPU where one is found",
    )


class LearnFrom(StrEnum):
    """Whose training patients teach the classifiers; all are answered out of fold whoever teaches."""

    ALL = "all"
    SIMULATED = "simulated"
    REAL = "real"


class SelectionParams(_Frozen):
    """How the best candidate is chosen."""

    minimum_real_cases: int = Field(
        default=500, ge=1, description="labelled real cases from which they decide alone; below, simulated cases do"
    )
    bootstrap_samples: int = Field(default=500, ge=2, description="resamples of whole groups")
    interval: float = Field(default=0.95, gt=0, lt=1, description="level of the bootstrap intervals")
    permutations: int = Field(
        default=2000, ge=20, description="exchanges of whole groups behind the p-value of the best two"
    )
    tie_standard_errors: float = Field(
        default=1.0, ge=0, description="candidates within so many standard errors of the best macro-F1 are tied"
    )
    maximum_milliseconds_per_case: float = Field(default=50.0, gt=0, description="gate: latency of one case alone")
    maximum_megabytes: float = Field(default=100.0, gt=0, description="gate: size of the serialised classifier")


class CalibrationParams(_Frozen):
    """How probabilities are made to mean what they say."""

    category_method: Literal["temperature", "vector", "isotonic", "beta", "best"] = Field(
        default="best", description="'best' takes the lowest log-loss by folds of whole groups"
    )
    orphan_method: Literal["temperature", "vector", "isotonic", "beta", "best"] = "best"
    disorder_weight_exponent: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="in the fit of categories and prediction sets, as in HeadParams: 0 counts cases, 1 disorders",
    )


class HeadParams(_Frozen):
    """What one of the two classifiers sees."""

    feature_groups: tuple[str, ...]
    left_out: tuple[str, ...] = Field(default=(), description="regular expressions of column names it must not see")
    disorder_weight_exponent: float = Field(
        default=0.0, ge=0, le=1, description="a case weighs (cases of its disorder) to the power of minus this"
    )


class DecisionParams(_Frozen):
    """From probabilities to a decision."""

    orphan_prevalence: float = Field(
        default=0.05, gt=0, lt=1, description="share of visits with an orphan disease where the model is deployed"
    )
    category_prevalences: dict[str, float] | None = Field(
        default=None, description="share of each category among orphan patients there; None keeps the training mix"
    )
    coverage: float = Field(default=0.90, gt=0, lt=1, description="nominal coverage of the prediction sets")
    conformal_score: Literal["lac", "aps"] = "lac"
    conformal_thresholds: Literal["category", "common"] = Field(
        default="category",
        description="'category' gives each category a threshold of its own, at a level they share; 'common' one to all",
    )
    maximum_set_size: int = Field(default=2, ge=1, description="a larger prediction set abstains")
    novelty_feature: str = Field(description="the feature that is low where the case is far from anything known")
    novelty_quantile: float = Field(
        default=0.01, ge=0, lt=1, description="cases below this quantile of the training cases abstain"
    )


class DemographicParams(_Frozen):
    """Weights of what age, sex and prevalence say of a disorder, see domain/demographic_evidence.py."""

    age_weight: float = Field(default=0.5, ge=0, description="0 leaves the age out")
    sex_weight: float = Field(default=0.5, ge=0)
    prevalence_weight: float = Field(
        default=0.0, ge=0, description="1 for patients who come unselected; published and referred ones do not"
    )


class RerankerParams(_Frozen):
    """How the differential's short list learns its order, see domain/reranker_training.py."""

    seed: int
    simulated_patients: int = Field(default=4000, ge=0, description="one each of so many disorders")
    maximum_cases_per_disorder: int = Field(default=10, ge=1, description="real patients of one disorder")
    maximum_cases: int = Field(default=5000, ge=0, description="real patients in all")
    minimum_cases: int = Field(
        default=200, ge=1, description="patients with their disorder on the short list; with fewer the fusion ranks"
    )
    rounds: int = Field(default=150, ge=1, description="trees")
    folds: int = Field(default=5, ge=2, description="parts of the disorders; each is judged by trees that never saw it")
    case_handicap: float = Field(
        default=1.0, ge=0, description="margin taken off disorders that the case base holds a patient of"
    )
    batch_cases: int = Field(default=64, ge=1, description="cases scored at once")


class ModellingParams(_Frozen):
    """Everything that the modelling nodes share."""

    candidates: CandidateParams = CandidateParams()
    category_head: HeadParams
    orphan_head: HeadParams
    orphan_candidates: CandidateParams = Field(
        default=CandidateParams(families=(Family.XGBOOST,)),
        description="of the orphan head, compared without resampling",
    )
    selection: SelectionParams = SelectionParams()
    calibration: CalibrationParams = CalibrationParams()
    decision: DecisionParams
    learn_from: LearnFrom = Field(
        default=LearnFrom.ALL,
        description="whose patients teach the category head: 'simulated' measures how far simulation carries",
    )
    seed: int
