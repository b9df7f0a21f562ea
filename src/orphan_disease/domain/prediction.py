"""The predictor: everything that turns a case into a prediction record, in one object that can be packaged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import MINIMUM_DIFFERENTIAL_LENGTH, prediction_schema
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.case_evidence import CategoryEvidence, citing_disorders
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.domain.classifiers import Classifier
from orphan_disease.domain.contributions import Contributions, feature_contributions
from orphan_disease.domain.decision import DecisionRule
from orphan_disease.domain.demographic_evidence import DemographicEvidence
from orphan_disease.domain.differentials import ListedDisorders, disorder_facts_table
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.domain.encoding_plan import EncodingPlan
from orphan_disease.domain.evidence import CategoryMembership
from orphan_disease.domain.explanation import Explanation, explain
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.knowledge_scores import Findings
from orphan_disease.domain.prediction_records import RecordHeader, as_frame, build_records
from orphan_disease.domain.questions import NextQuestion, next_questions
from orphan_disease.domain.ranking import LeaveOut, Ranker, RankerScores, RankingSettings
from orphan_disease.domain.reranker import Reranker

__all__ = ["Predictor", "Progress"]

Progress = Callable[[int], object]
"""Called with the number of cases that have just been answered."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """A fitted model, from case to answer.

    Attributes:
        knowledge: the disorders and their evidence.
        ranking: how disorders are scored.
        encoder: what is known of the patient, as features.
        evidence: how scores and findings become evidence for each category.
        orphan_classifier: classes non-orphan and orphan.
        category_classifier: the categories, given an orphan disease.
        rule: calibration, prediction sets and abstention.
        demographics: what age and sex say of the disorders; None leaves them out.
        reranker: orders the short list of disorders; None leaves it to the fusion of the scorers.
        category_labels: category -> language ("es", "en") -> what a clinician reads.
        data_fingerprints: dataset -> SHA-256 of the table that the model was trained on.
        differential_length: disorders listed in a record.
        batch_cases: cases scored at once; bounds the memory.
        model_version: version of the package that it was loaded from; empty before it is saved.
    """

    knowledge: KnowledgeBase
    ranking: RankingSettings
    encoder: CaseEncoder
    evidence: CategoryEvidence
    orphan_classifier: Classifier
    category_classifier: Classifier
    rule: DecisionRule
    demographics: DemographicEvidence | None = None
    reranker: Reranker | None = None
    category_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    data_fingerprints: Mapping[str, str] = field(default_factory=dict)
    differential_length: int = MINIMUM_DIFFERENTIAL_LENGTH
    batch_cases: int = 256
    model_version: str = ""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories, in the order of the probabilities."""
        return self.rule.categories

    @property
    def knowledge_version(self) -> str:
        """Releases that the knowledge was built from."""
        return self.knowledge.version

    def predict(
        self,
        cases: pd.DataFrame,
        *,
        leave_out: LeaveOut = "own",
        questions: int = 0,
        predicted_at: datetime | None = None,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Answer cases.

        Args:
            cases: rows in the shape of the `cases` table; case ids are unique.
            leave_out: "own" leaves out of the knowledge, for each case, what the case's own publication brought in.
            questions: how many next questions each record names; each case then costs several times as much.
            predicted_at: UTC; now if not given.
            progress: told after each batch how many cases it answered.

        Returns:
            One record a case, in their order, with the columns of `contracts.records.prediction_schema`.
        """
        moment = predicted_at or datetime.now(UTC)
        return as_frame(self._table(self._answered(cases, self._header(moment), leave_out, questions, progress)))

    def predict_records(self, cases: pd.DataFrame) -> list[dict[str, Any]]:
        """Answer cases as `predict` does, as plain values: what a service passes on one by one needs no frame.

        Args:
            cases: rows in the shape of the `cases` table; case ids are unique.

        Returns:
            One record a case, in their order. Maps are lists of pairs.
        """
        header = self._header(datetime.now(UTC))
        records: list[dict[str, Any]] = self._table(self._answered(cases, header, "own", 0, None)).to_pylist()
        return records

    def features(
        self, cases: pd.DataFrame, batch: CaseBatch, scores: RankerScores, leave_out: LeaveOut = "own"
    ) -> pd.DataFrame:
        """Features of cases that have been scored, one row a case.

        Args:
            cases: n rows of the `cases` table.
            batch: the same cases.
            scores: of these cases.
            leave_out: as they were scored.
        """
        hidden = citing_disorders(self.knowledge, batch.references, leave_out)
        evidence = self.evidence.values(batch, scores.annotation_scorers, self._membership, hidden)
        matrix = np.column_stack([self._encoding.matrix(cases, batch), *evidence.values()])
        index = pd.Index(batch.case_ids, name=columns.CASE_ID)
        return pd.DataFrame(matrix, columns=_index_of((*self._encoding.names, *evidence)), index=index)

    def explain(self, case: pd.DataFrame, disorder_id: str, leave_out: LeaveOut = "own") -> Explanation:
        """Why a disorder has its likelihood score for one case, with what typical features are missing.

        Args:
            case: one row in the shape of the `cases` table.
            disorder_id: any id of the disorder.
            leave_out: as for `predict`.

        Raises:
            ValueError: if it is not one case.
            KeyError: if the knowledge has no such disorder.
        """
        batch = CaseBatch.from_frame(case, self.knowledge.ontology)
        own = leave_out == "own"
        return explain(batch, disorder_id, self.knowledge, settings=self.ranking.likelihood, leave_out_own=own)

    def contributions(self, cases: pd.DataFrame, leave_out: LeaveOut = "own") -> dict[str, Contributions]:
        """What each feature adds to the raw log-odds of every "category" and of an "orphan" disease, as keys.

        Boosted trees answer in less than a millisecond a case beyond the scoring; other families take some seconds.

        Args:
            cases: n rows in the shape of the `cases` table.
            leave_out: as for `predict`.
        """
        features = self._features_of(cases, leave_out)
        heads = {"category": self.category_classifier, "orphan": self.orphan_classifier}
        return {
            head: feature_contributions(classifier, features, self._nothing_known) for head, classifier in heads.items()
        }

    def next_questions(self, case: pd.DataFrame, size: int, leave_out: LeaveOut = "own") -> tuple[NextQuestion, ...]:
        """The findings whose answer would tell the most about one case, most first.

        Args:
            case: one row in the shape of the `cases` table.
            size: how many.
            leave_out: as for `predict`.

        Raises:
            ValueError: if it is not one case.
        """
        batch = CaseBatch.from_frame(case, self.knowledge.ontology)
        return self._questions(batch, self.ranker.score(batch, leave_out).probabilities[0], size)

    def without_case_base(self) -> "Predictor":
        """The same model with the case base switched off: its differential rests on the annotations alone."""
        return replace(self, knowledge=self.knowledge.without_case_base())

    @cached_property
    def ranker(self) -> Ranker:
        """Scores cases against the knowledge."""
        return Ranker(self.knowledge, self.ranking, self.reranker, self.demographics)

    def _features_of(self, cases: pd.DataFrame, leave_out: LeaveOut) -> pd.DataFrame:
        batch = CaseBatch.from_frame(cases, self.knowledge.ontology)
        return self.features(cases, batch, self.ranker.score(batch, leave_out), leave_out)

    @cached_property
    def _nothing_known(self) -> pd.DataFrame:
        """Features of a patient of whom nothing was recorded: what contributions are counted from."""
        empty = pd.DataFrame({columns.CASE_ID: ["nothing known"], columns.OBSERVED_TERMS: [[]]})
        return self._features_of(complete_cases(empty), "none")

    @cached_property
    def _encoding(self) -> EncodingPlan:
        return EncodingPlan.of(self.encoder, self.knowledge.ontology)

    @cached_property
    def _membership(self) -> CategoryMembership:
        return self.evidence.membership(self.knowledge)

    @cached_property
    def _facts(self) -> pa.Table:
        return disorder_facts_table(self.knowledge)

    @cached_property
    def _term_ids(self) -> pa.Array:
        return pa.array(self.knowledge.ontology.term_ids, pa.string())

    def _header(self, predicted_at: datetime) -> RecordHeader:
        return RecordHeader(self.model_version, self.knowledge_version, predicted_at, self.categories)

    def _table(self, parts: Iterable[pa.Table]) -> pa.Table:
        tables = list(parts) or [prediction_schema(self.categories).empty_table()]
        return tables[0] if len(tables) == 1 else pa.concat_tables(tables).combine_chunks()

    def _answered(
        self, cases: pd.DataFrame, header: RecordHeader, leave_out: LeaveOut, questions: int, progress: Progress | None
    ) -> Iterator[pa.Table]:
        for start in range(0, len(cases), self.batch_cases):
            batch = cases.iloc[start : start + self.batch_cases]
            yield self._answer_batch(batch, header, leave_out, questions)
            if progress is not None:
                progress(len(batch))

    def _answer_batch(self, cases: pd.DataFrame, header: RecordHeader, leave_out: LeaveOut, questions: int) -> pa.Table:
        batch = CaseBatch.from_frame(cases, self.knowledge.ontology)
        scores = self.ranker.score(batch, leave_out)
        features = self.features(cases, batch, scores, leave_out)
        decisions = self.rule.decide(
            self.orphan_classifier.predict_probabilities(features),
            self.category_classifier.predict_probabilities(features),
            features[self.rule.novelty_feature].to_numpy(),
        )
        return build_records(
            cases,
            header,
            decisions,
            scores=scores.fused,
            probabilities=scores.probabilities,
            facts=self._facts,
            listed=self._listed(batch, scores, leave_out),
            questions=self._asked(batch, scores, questions),
        )

    def _asked(self, batch: CaseBatch, scores: RankerScores, size: int) -> list[tuple[NextQuestion, ...]]:
        """The next questions of each case; none at all where none are wanted."""
        rows = range(len(batch)) if size else ()
        return [self._questions(batch.take([row]), scores.probabilities[row], size) for row in rows]

    def _listed(self, batch: CaseBatch, scores: RankerScores, leave_out: LeaveOut) -> ListedDisorders:
        best = self.ranker.best_disorders(scores, self.differential_length)
        nats = self.ranker.contributions(batch, scores, best)
        demographic = self.ranker.demographic_nats(batch, best, leave_out)
        return ListedDisorders(best, Findings.of(batch), nats, demographic, self._term_ids)

    def _questions(
        self, case: CaseBatch, probabilities: npt.NDArray[np.float32], size: int
    ) -> tuple[NextQuestion, ...]:
        return next_questions(case, probabilities, self.knowledge, size=size)


@lru_cache(maxsize=8)
def _index_of(names: tuple[str, ...]) -> pd.Index:
    """One object for the same names: an index takes longer to make and to hash than a case to answer."""
    return pd.Index(names)
