"""Why a disorder is where it stands, and what to ask next: computed when it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from orphan_disease.contracts.records import DifferentialEntry, PredictionRecord
from orphan_disease.domain.case_rows import assemble_cases
from orphan_disease.domain.finding_methods import FoundBy
from orphan_disease.serving.case_documents import CaseDocument
from orphan_disease.serving.model_holder import LoadedModel
from orphan_disease.serving.ports import TermIndex
from orphan_disease.serving.problems import FieldProblem, Problem
from orphan_disease.serving.schemas import CaseNote, ExplanationRequest

__all__ = ["CaseExplanation", "explain_case"]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class ShownContribution(_Shown):
    """What one finding of the patient says of a disorder."""

    term_id: str
    label: str
    label_es: str | None
    is_excluded: bool = Field(description="Whether it was looked for and not found.")
    nats: float = Field(description="Log-likelihood ratio: above 0 for the disorder, below 0 against it.")
    matched_id: str | None = Field(description="The disorder's feature that explains the finding best.")
    matched_label: str | None
    matched_frequency: float | None = Field(description="Share of the disorder's patients with that feature.")


class ShownFeature(_Shown):
    """A typical feature of a disorder of which the case says nothing."""

    term_id: str
    label: str
    label_es: str | None
    frequency: float


class ExplainedDisorder(_Shown):
    """A disorder with what speaks for and against it."""

    disorder_id: str
    disorder_name: str
    probability: float | None = Field(description="As in the differential; absent below its last place.")
    rank: int | None = Field(description="Place in the differential, from 1; absent below its last place.")
    likelihood_score: float = Field(description="Sum of the contributions, in nats.")
    contributions: tuple[ShownContribution, ...]
    missing: tuple[ShownFeature, ...]


class ShownQuestion(_Shown):
    """A finding worth asking about or looking for."""

    term_id: str
    label: str
    label_es: str | None
    bits: float = Field(description="Expected information gain on the differential.")
    category_bits: float = Field(description="Expected information gain on the category.")
    probability: float = Field(description="Of the answer yes.")
    found_by: FoundBy = Field(description="How it is found out.")


class CaseExplanation(_Shown):
    """Why the differential is as it is, and what would change it."""

    model_version: str
    knowledge_version: str
    category: str
    differential: tuple[ExplainedDisorder, ...]
    next_questions: tuple[ShownQuestion, ...]
    notes: tuple[CaseNote, ...]


def explain_case(model: LoadedModel, document: CaseDocument, request: ExplanationRequest) -> dict[str, Any]:
    """Explain one case.

    Args:
        model: the model of now.
        document: the case.
        request: which disorders, and how many questions.

    Returns:
        A `CaseExplanation`, of JSON's types only.

    Raises:
        Problem: 422, if a disorder is asked for that the knowledge does not hold.
    """
    predictor, knowledge = model.predictor, model.predictor.knowledge
    _require_known(request.disorder_ids, knowledge.index)
    cases, _ = assemble_cases([document.row], knowledge.ontology)
    row = predictor.predict(cases).to_dict(orient="records")[0]
    record = PredictionRecord.from_row({str(name): value for name, value in row.items()})
    wanted = request.disorder_ids or tuple(entry.disorder_id for entry in record.differential[: request.disorders])
    asked = predictor.next_questions(cases, request.questions) if request.questions else ()
    explanation = CaseExplanation(
        model_version=record.model_version,
        knowledge_version=record.knowledge_version,
        category=record.category,
        differential=tuple(_explained(model, cases, each, record.differential) for each in wanted),
        next_questions=tuple(
            ShownQuestion(**asdict(each), label_es=_spanish(model.names, each.term_id)) for each in asked
        ),
        notes=document.notes,
    )
    return explanation.model_dump(mode="json")


def _require_known(disorder_ids: Sequence[str], index: Mapping[str, int]) -> None:
    unknown = [place for place, disorder in enumerate(disorder_ids) if disorder not in index]
    if unknown:
        reason = "no such disorder in the knowledge; expected an OMIM:, ORPHA: or DECIPHER: id of the differential"
        raise Problem.invalid([FieldProblem(field=f"disorder_ids.{place}", reason=reason) for place in unknown])


def _explained(
    model: LoadedModel, case: pd.DataFrame, disorder_id: str, differential: Sequence[DifferentialEntry]
) -> ExplainedDisorder:
    predictor = model.predictor
    why = predictor.explain(case, disorder_id)
    ranks = {entry.disorder_id: rank for rank, entry in enumerate(differential, start=1)}
    rank = ranks.get(why.disorder_id)
    return ExplainedDisorder(
        disorder_id=why.disorder_id,
        disorder_name=predictor.knowledge.facts.names[predictor.knowledge.index[disorder_id]],
        probability=differential[rank - 1].probability if rank else None,
        rank=rank,
        likelihood_score=why.score,
        contributions=tuple(
            ShownContribution(**asdict(each), label_es=_spanish(model.names, each.term_id))
            for each in why.contributions
        ),
        missing=tuple(
            ShownFeature(**asdict(each), label_es=_spanish(model.names, each.term_id)) for each in why.missing
        ),
    )


def _spanish(names: TermIndex, term_id: str) -> str | None:
    hits = names.search(term_id, "es", 1)
    return hits[0].label_es if hits else None
