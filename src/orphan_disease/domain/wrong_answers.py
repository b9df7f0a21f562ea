"""Confidently wrong answers to published cases, each with what speaks for the wrong and for the right category.

Only published cases are told: their ids, findings and diagnoses are public. The reasons come from the classifier of the
case's own fold, refitted, which has not seen its disorder, and not from the packaged one, which has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.records import probability_column
from orphan_disease.contracts.vocabulary import ABSTAINED, Provenance
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.classifiers import Classifier
from orphan_disease.domain.contributions import feature_contributions
from orphan_disease.domain.evaluation import ACTUAL, OUT_OF_FOLD, categories_of
from orphan_disease.domain.feature_names import FeatureNamer
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.ranking import Ranker
from orphan_disease.domain.validation import Candidate, FitSettings, TrainingSet, fit_candidate

__all__ = ["Reading", "confident_errors", "tell_errors"]

Progress = Callable[[int], object]


def confident_errors(answers: pd.DataFrame, size: int) -> pd.DataFrame:
    """The most confident wrong decisions on published cases, out of fold, one a disorder.

    Args:
        answers: `evaluated_answers`.
        size: how many.

    Returns:
        Rows of the answers with `answered` (the category) and `confidence`.
    """
    names = categories_of(answers)
    own = answers[
        (answers[columns.SPLIT] == OUT_OF_FOLD) & (answers[columns.PROVENANCE] == Provenance.PUBLICATION.value)
    ]
    probabilities = own[[probability_column(name) for name in names]].to_numpy(dtype=np.float64)
    known = own[columns.CATEGORY + ACTUAL].isin(names).to_numpy() & np.isfinite(probabilities).all(axis=1)
    own, probabilities = own[known], probabilities[known]
    told = own.assign(
        answered=np.array(names, dtype=object)[probabilities.argmax(axis=1)], confidence=probabilities.max(axis=1)
    )
    wrong = told[(told["answered"] != told[columns.CATEGORY + ACTUAL]) & (told[columns.CATEGORY] != ABSTAINED)]
    ordered = wrong.sort_values(["confidence", columns.CASE_ID], ascending=[False, True])
    chosen: pd.DataFrame = ordered.drop_duplicates(columns.DISORDER_ID).head(size)
    return chosen


@dataclass(frozen=True, eq=False)
class Reading:
    """What the reasons are read from.

    Attributes:
        training: cases of the category head, with their folds.
        settings: what candidates are fitted with.
        candidate: that is refitted for each fold.
        ranker: of the packaged model; orders the disorders of each case, its own paper left out.
    """

    training: TrainingSet
    settings: FitSettings
    candidate: Candidate
    ranker: Ranker

    @property
    def ontology(self) -> Ontology:
        """Names the findings."""
        return self.ranker.knowledge.ontology

    def differentials(self, cases: pd.DataFrame, diagnoses: Sequence[str], size: int) -> list[dict[str, Any]]:
        """Each case's first disorders (name, category, probability), and the place of its diagnosis among all.

        Args:
            cases: n rows of the `cases` table.
            diagnoses: n disorder ids.
            size: disorders told.

        Raises:
            KeyError: if the knowledge has no such diagnosis.
        """
        knowledge = self.ranker.knowledge
        scores = self.ranker.score(CaseBatch.from_frame(cases, self.ontology), "own")
        listed = self.ranker.best_disorders(scores, len(knowledge))
        told = []
        for row, diagnosis in enumerate(diagnoses):
            first = [
                {
                    columns.DISORDER_NAME: knowledge.facts.names[place],
                    columns.CATEGORY: knowledge.facts.categories[place],
                    "probability": float(scores.probabilities[row, place]),
                }
                for place in listed[row, :size]
            ]
            rank = int(np.flatnonzero(listed[row] == knowledge.index[diagnosis])[0]) + 1
            told.append({"differential": first, "rank": rank, "disorders": len(knowledge)})
        return told

    def without_fold(self, fold: int) -> tuple[Classifier, pd.DataFrame]:
        """The candidate fitted to all other folds, and those folds' median case, as one row."""
        held_out = (self.training.labels[columns.FOLD] == fold).to_numpy()
        hidden = frozenset(self.training.labels.loc[held_out, columns.DISORDER_ID].dropna())
        fitted = fit_candidate(self.candidate, self.training.part(~held_out), self.settings.without(hidden))
        typical = self.training.features[~held_out].median()
        return fitted, pd.DataFrame([typical.to_numpy()], columns=typical.index)


def tell_errors(  # noqa: PLR0913, PLR0917  # cases, what they are read from, and how they are told
    answers: pd.DataFrame,
    cases: pd.DataFrame,
    disorders: pd.DataFrame,
    reading: Reading,
    namer: FeatureNamer,
    params: DecisionReportParams,
    progress: Progress = lambda count: None,
) -> list[dict[str, Any]]:
    """Each error with patient, findings, diagnosis, both categories and the features that speak most for the wrong one.

    Reasons are contributions to the log-odds of the answered category less those of the actual one, in nats. The
    differential is the packaged model's, whose re-ranker may have learned from the case.
    """
    wrong = confident_errors(answers, params.told_errors)
    people, facts = cases.set_index(columns.CASE_ID), disorders.set_index(columns.DISORDER_ID)
    stories: list[dict[str, Any]] = []
    ranked = _ranked(wrong, people, reading, params)
    folds = reading.training.labels[columns.FOLD].reindex(wrong[columns.CASE_ID]).to_numpy()
    for fold in np.unique(folds):
        classifier, typical = reading.without_fold(fold)
        own = wrong[folds == fold]
        rows = reading.training.features.loc[own[columns.CASE_ID]]
        found = feature_contributions(classifier, rows, typical)
        for place, (_, error) in enumerate(own.iterrows()):
            parts = found.of_case(place)
            speaks = (parts[error["answered"]] - parts[error[columns.CATEGORY + ACTUAL]]).sort_values(ascending=False)
            told = _told(speaks, namer, params)
            stories.append(
                _story(error, people, facts, reading.ontology) | ranked[error[columns.CASE_ID]] | {"for": told}
            )
        progress(1)
    return sorted(stories, key=lambda story: (-story["confidence"], story[columns.CASE_ID]))


def _story(error: "pd.Series[Any]", people: pd.DataFrame, facts: pd.DataFrame, ontology: Ontology) -> dict[str, Any]:
    person, disorder = people.loc[error[columns.CASE_ID]], facts.loc[error[columns.DISORDER_ID]]
    return {
        columns.CASE_ID: error[columns.CASE_ID],
        columns.REFERENCE: person[columns.REFERENCE],
        columns.DISORDER_ID: error[columns.DISORDER_ID],
        columns.DISORDER_NAME: disorder[columns.DISORDER_NAME],
        columns.CATEGORY_SOURCE: disorder[columns.CATEGORY_SOURCE],
        "answered": error["answered"],
        "actual": error[columns.CATEGORY + ACTUAL],
        "confidence": float(error["confidence"]),
        "observed": [ontology.label_of(term) for term in person[columns.OBSERVED_TERMS]],
        "excluded": [ontology.label_of(term) for term in person[columns.EXCLUDED_TERMS]],
    }


def _ranked(
    wrong: pd.DataFrame, people: pd.DataFrame, reading: Reading, params: DecisionReportParams
) -> dict[str, dict[str, Any]]:
    if wrong.empty:
        return {}
    ids = list(wrong[columns.CASE_ID])
    own = people.loc[ids].reset_index(names=columns.CASE_ID)
    told = reading.differentials(own, list(wrong[columns.DISORDER_ID]), params.told_disorders)
    return dict(zip(ids, told, strict=True))


def _told(speaks: "pd.Series[float]", namer: FeatureNamer, params: DecisionReportParams) -> list[dict[str, Any]]:
    return [
        {"es": namer.name(str(feature)).es, "en": namer.name(str(feature)).en, "nats": float(nats)}
        for feature, nats in speaks[speaks > 0].head(params.told_reasons).items()
    ]
