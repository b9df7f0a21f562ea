"""What the packaged model's answers are worth: figures with intervals, each for one split and one provenance only.

Intervals resample whole groups (disorders, with the publications that join them), as cases of one disorder resemble
each other. Simulated and real cases never meet in one figure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.records import probability_column
from orphan_disease.contracts.vocabulary import ABSTAINED
from orphan_disease.domain import resampled_figures as resampling
from orphan_disease.domain.metrics import Interval, classification_metrics, group_tallies

__all__ = [
    "ACTUAL",
    "AnsweredCases",
    "answer_columns",
    "categories_of",
    "join_truth",
    "measure_answers",
    "measure_categories",
    "measure_orphan",
    "out_of_fold_answers",
]

OUT_OF_FOLD: Final = "out_of_fold"
ACTUAL: Final = "_actual"  # suffix of what was found at last, beside what was answered

_FloatArray = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class AnsweredCases:
    """Answers on n orphan cases whose category is known.

    Attributes:
        actual: n category codes.
        probabilities: n x K.
        inside: n x K, the prediction sets.
        abstained: n, whether the decision was left open.
        groups: n labels of groups that are resampled whole.
    """

    actual: _Rows
    probabilities: _FloatArray
    inside: npt.NDArray[np.bool_]
    abstained: npt.NDArray[np.bool_]
    groups: npt.NDArray[Any]

    @classmethod
    def from_frame(cls, answers: pd.DataFrame, categories: Sequence[str]) -> "AnsweredCases":
        """Read joined answers (see `join_truth`), dropping cases without a known category."""
        actual = pd.Index(categories).get_indexer(pd.Index(answers[columns.CATEGORY + ACTUAL]))
        known = (actual >= 0) & answers[columns.IS_ORPHAN].fillna(False).to_numpy(dtype=bool)
        rows = answers[known]
        return cls(
            actual=actual[known],
            probabilities=rows[[probability_column(name) for name in categories]].to_numpy(dtype=np.float64),
            inside=np.array(
                [[name in chosen for name in categories] for chosen in rows[columns.PREDICTION_SET]], dtype=bool
            ).reshape(len(rows), len(categories)),
            abstained=(rows[columns.CATEGORY] == ABSTAINED).to_numpy(dtype=bool),
            groups=rows[columns.GROUP].to_numpy(),
        )

    def __len__(self) -> int:
        """Number of cases."""
        return len(self.actual)

    @property
    def hit(self) -> npt.NDArray[np.bool_]:
        """Whether the most probable category is the actual one, n."""
        return np.asarray(self.probabilities.argmax(axis=1) == self.actual)

    @property
    def votes(self) -> _FloatArray:
        """What each case counts where each group counts once, n."""
        _, group, sizes = np.unique(self.groups, return_inverse=True, return_counts=True)
        return np.asarray(1 / sizes[group])


def join_truth(predictions: pd.DataFrame, labels: pd.DataFrame, split_assignment: pd.DataFrame) -> pd.DataFrame:
    """Predictions with what was found at last: is_orphan, category_actual, provenance, disorder_id, split and group.

    Args:
        predictions: prediction records.
        labels: the `labels` table.
        split_assignment: the `split_assignment` table.
    """
    truth = labels[[columns.CASE_ID, columns.IS_ORPHAN, columns.CATEGORY, columns.DISORDER_ID, columns.PROVENANCE]]
    truth = truth.rename(columns={columns.CATEGORY: columns.CATEGORY + ACTUAL})
    placed = split_assignment[[columns.CASE_ID, columns.GROUP, columns.SPLIT]]
    joined = answer_columns(predictions).merge(truth, on=columns.CASE_ID, validate="one_to_one")
    return joined.merge(placed, on=columns.CASE_ID, validate="one_to_one")


def out_of_fold_answers(decided: pd.DataFrame, labels: pd.DataFrame, split_assignment: pd.DataFrame) -> pd.DataFrame:
    """Joined answers to the training cases; `split` is `out_of_fold`.

    Neither the classifier nor the calibration that answered a case has seen its disorder.

    Args:
        decided: `cross_fitted_decisions`.
        labels: the `labels` table.
        split_assignment: the `split_assignment` table.
    """
    return join_truth(decided, labels, split_assignment).assign(**{columns.SPLIT: OUT_OF_FOLD})


def answer_columns(predictions: pd.DataFrame) -> pd.DataFrame:
    """What measuring needs of the records: everything but the nested columns, and the prediction set as plain lists."""
    nested = (columns.CATEGORY_PROBABILITIES, columns.DIFFERENTIAL, columns.NEXT_QUESTIONS)
    sets = pd.Series(
        [list(each) for each in predictions[columns.PREDICTION_SET]], index=predictions.index, dtype=object
    )
    flat = predictions.drop(columns=list(nested), errors="ignore")
    return flat.assign(**{columns.PREDICTION_SET: sets})


def categories_of(predictions: pd.DataFrame) -> tuple[str, ...]:
    """The categories that the records speak of, in their order.

    >>> categories_of(pd.DataFrame(columns=["case_id", "probability_b", "probability_a"]))
    ('b', 'a')
    """
    prefix = probability_column("")
    return tuple(str(name).removeprefix(prefix) for name in predictions.columns if str(name).startswith(prefix))


def measure_answers(answers: pd.DataFrame, params: EvaluationParams) -> dict[str, Any]:
    """Every figure of joined answers: split -> provenance -> part -> metric -> value, low, high.

    The part `category` is measured on orphan cases of a known category, `orphan` on all. A part with fewer than
    `minimum_cases` has its counts only.
    """
    categories = categories_of(answers)
    document: dict[str, Any] = {}
    for (split, provenance), rows in _parts(answers):
        answered = AnsweredCases.from_frame(rows, categories)
        is_orphan = rows[columns.IS_ORPHAN].to_numpy(dtype=bool)
        section: dict[str, Any] = {
            "cases": len(rows),
            "orphan_cases": int(is_orphan.sum()),
            "cases_of_known_category": len(answered),
            "groups": len(np.unique(answered.groups)) if len(answered) else 0,
        }
        if len(answered) >= params.minimum_cases:
            section["category"] = _plain(measure_categories(answered, categories, params))
        if min(is_orphan.sum(), (~is_orphan).sum()) >= params.minimum_cases:
            scores = rows[columns.ORPHAN_PROBABILITY].to_numpy(dtype=np.float64)
            section["orphan"] = _plain(measure_orphan(scores, is_orphan, rows[columns.GROUP].to_numpy(), params))
        document.setdefault(split, {})[provenance] = section
    return document


def measure_categories(
    answered: AnsweredCases, categories: Sequence[str], params: EvaluationParams
) -> dict[str, Interval]:
    """Figures of the category decision, forced (the most probable category) and as given (with abstention).

    `macro_f1`, `accuracy`, `log_loss`, `precision_<c>`, `recall_<c>`, `f1_<c>` take the most probable category of every
    case. The rest is measured by `accuracy_when_answered`, `abstention_rate`, `coverage`, `coverage_of_disorders` (each
    group counts once, however many cases it has), `coverage_<c>` where there are cases of it, `mean_set_size` and
    `calibration_error`.
    """
    confidence = answered.probabilities.max(axis=1)
    held = answered.inside[np.arange(len(answered)), answered.actual]
    votes = answered.votes
    tallies = group_tallies(answered.actual, answered.probabilities, answered.groups)
    figures = classification_metrics(
        tallies, categories, samples=params.bootstrap_samples, level=params.interval, seed=params.seed
    )
    return figures | resampling.resampled_intervals(
        {
            "accuracy_when_answered": resampling.ratio(answered.hit & ~answered.abstained, ~answered.abstained),
            "abstention_rate": resampling.ratio(answered.abstained),
            "coverage": resampling.ratio(held),
            "coverage_of_disorders": resampling.ratio(held * votes, votes),
            **{
                f"coverage_{name}": resampling.ratio(held & (answered.actual == code), answered.actual == code)
                for code, name in enumerate(categories)
                if (answered.actual == code).any()
            },
            "mean_set_size": resampling.ratio(answered.inside.sum(axis=1)),
            "calibration_error": resampling.calibration_error(confidence, answered.hit, params.calibration_bins),
        },
        answered.groups,
        params,
    )


def measure_orphan(
    scores: _FloatArray, is_orphan: npt.NDArray[np.bool_], groups: npt.NDArray[Any], params: EvaluationParams
) -> dict[str, Interval]:
    """How well the orphan probability tells orphan from other cases: area under the ROC, sensitivity at a specificity.

    Args:
        scores: n orphan probabilities.
        is_orphan: n.
        groups: n labels of groups that are resampled whole.
        params: specificity and resampling.
    """
    sensitivity = f"sensitivity_at_{round(100 * params.specificity)}_specificity"
    return resampling.resampled_intervals(
        {
            "area_under_roc": resampling.area_under_roc(scores, is_orphan),
            sensitivity: resampling.sensitivity_at(scores, is_orphan, params.specificity),
        },
        groups,
        params,
    )


def _parts(answers: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    for key, rows in answers.groupby([columns.SPLIT, columns.PROVENANCE], sort=True):
        yield cast(tuple[str, str], key), rows


def _plain(figures: dict[str, Interval]) -> dict[str, dict[str, float]]:
    return {name: asdict(figure) for name, figure in figures.items()}
