"""One case told as a clinician would read it: what was found, what the model answers, why, and what to ask next."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import PredictionRecord
from orphan_disease.domain.explanation import Explanation
from orphan_disease.domain.finding_methods import FOUND_BY_LABELS
from orphan_disease.domain.model_contributions import case_contributions
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.questions import NextQuestion

__all__ = ["tell_case"]

DAYS_PER_YEAR: Final = 365.25
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12
TOLD_DISORDERS: Final = 5
TOLD_REASONS: Final = 4
TOLD_MISSING: Final = 5
TOLD_QUESTIONS: Final = 5
TOLD_FEATURES: Final = 5
CHILD_YEARS: Final = 2


def tell_case(predictor: Predictor, case: pd.DataFrame, diagnosis_id: str | None) -> str:
    """Answer one case, the own publication left out, and tell it as Markdown.

    Args:
        predictor: the packaged model.
        case: one row in the shape of the `cases` table.
        diagnosis_id: the confirmed diagnosis, where it is known.

    Raises:
        ValueError: if it is not one case.
    """
    if len(case) != 1:
        raise ValueError(f"tell_case tells one case at a time, got {len(case)}")
    record = PredictionRecord.from_row({str(name): value for name, value in predictor.predict(case).iloc[0].items()})
    row = case.iloc[0]
    listed = record.differential[:TOLD_DISORDERS]
    why = {each.disorder_id: predictor.explain(case, each.disorder_id) for each in listed}
    confirmed = predictor.knowledge.index.get(diagnosis_id) if diagnosis_id else None
    parts = [
        f"### {_patient(row)}",
        _findings(row, predictor.knowledge.ontology),
        _decision(record, predictor.category_labels),
        *_weighed(predictor, case),
        "**Differential**, of "
        f"{len(predictor.knowledge):,} disorders, with what speaks for and against each (nats in brackets):",
        "\n".join(
            f"{place}. {each.disorder_name} ({each.disorder_id}, {each.probability:.0%}). "
            + _reasons(why[each.disorder_id])
            for place, each in enumerate(listed, start=1)
        ),
        "**Worth asking or looking for next:**",
        "\n".join(_question(each) for each in predictor.next_questions(case, TOLD_QUESTIONS)),
    ]
    if confirmed is not None:
        parts.append(_confirmed(predictor, case, record, predictor.knowledge.disorder_ids[confirmed]))
    return "\n\n".join(parts)


def _patient(row: "pd.Series[Any]") -> str:
    sex = row[columns.SEX] if row[columns.SEX] in ("female", "male") else "sex unknown"
    return f"A patient, {sex}, {_age(row[columns.AGE_DAYS])}"


def _age(days: Any) -> str:
    """An age as it is spoken of.

    >>> _age(20.0), _age(200.0), _age(4000.0), _age(float("nan"))
    ('20 days', '6 months', '10 years', 'age unknown')
    """
    if pd.isna(days):
        return "age unknown"
    if days >= CHILD_YEARS * DAYS_PER_YEAR:
        return f"{int(days / DAYS_PER_YEAR)} years"
    return f"{int(days / DAYS_PER_MONTH)} months" if days >= 2 * DAYS_PER_MONTH else f"{int(days)} days"


def _findings(row: "pd.Series[Any]", ontology: Ontology) -> str:
    observed = ", ".join(ontology.label_of(term).lower() for term in row[columns.OBSERVED_TERMS])
    excluded = ", ".join(ontology.label_of(term).lower() for term in row[columns.EXCLUDED_TERMS])
    return f"**Found:** {observed}." + (f" **Looked for and not found:** {excluded}." if excluded else "")


def _decision(record: PredictionRecord, labels: Mapping[str, Mapping[str, str]]) -> str:
    def name(category: str) -> str:
        return labels.get(category, {}).get("en", category)

    shares = ", ".join(
        f"{name(category)} {share:.0%}"
        for category, share in sorted(record.category_probabilities.items(), key=lambda each: -each[1])
    )
    chosen = ", ".join(name(each) for each in record.prediction_set)
    return (
        f"**Answer:** orphan disease {record.orphan_probability:.0%}; category {name(record.category)} ({shares}); "
        f"prediction set: {chosen}."
    )


def _weighed(predictor: Predictor, case: pd.DataFrame) -> list[str]:
    """What the classifiers weighed most, in both languages (nats of log-odds, before calibration)."""
    told = []
    for name, table in case_contributions(predictor, case, TOLD_FEATURES).items():
        label = predictor.category_labels.get(name, {}).get("en", name.replace("_", " "))
        parts = "; ".join(f"{es} / {en} ({nats:+.2f})" for es, en, nats in table.itertuples(index=False, name=None))
        told.append(f"**Weighed for {label}:** {parts}.")
    return told


def _reasons(why: Explanation) -> str:
    speaks_for = [each for each in why.contributions if each.nats > 0][:TOLD_REASONS]
    against = [each for each in reversed(why.contributions) if each.nats < 0][:TOLD_REASONS]
    parts = []
    for word, reasons in (("For", speaks_for), ("Against", against)):
        if reasons:
            told = ", ".join(
                f"{'no ' if each.is_excluded else ''}{each.label.lower()} ({each.nats:+.1f})" for each in reasons
            )
            parts.append(f"{word}: {told}.")
    return " ".join(parts)


def _question(question: NextQuestion) -> str:
    how = FOUND_BY_LABELS[question.found_by]["en"].lower()
    gains = f"{question.bits:.2f} bits on the differential, {question.category_bits:.2f} on the category"
    return f"- {question.label} ({how}; {gains})"


def _confirmed(predictor: Predictor, case: pd.DataFrame, record: PredictionRecord, disorder_id: str) -> str:
    """Where the confirmed disorder stands, and what of its picture the case did not mention."""
    places = [each.disorder_id for each in record.differential]
    name = predictor.knowledge.facts.names[predictor.knowledge.index[disorder_id]]
    rank = f"number {places.index(disorder_id) + 1}" if disorder_id in places else f"not among the first {len(places)}"
    why = predictor.explain(case, disorder_id)
    matched = _matches(why)
    missing = ", ".join(f"{each.label.lower()} ({each.frequency:.0%})" for each in why.missing[:TOLD_MISSING])
    told = f"**Confirmed:** {name} ({disorder_id}), {rank} of the differential."
    if matched:
        told += f" Explained by: {matched}."
    return told + (f" Typical and not mentioned: {missing}." if missing else "")


def _matches(why: Explanation) -> str:
    """Findings that the disorder explains by another annotation than their own."""
    found: Sequence[str] = [
        f"{each.label.lower()} by {str(each.matched_label).lower()}"
        for each in why.contributions
        if not each.is_excluded and each.matched_id is not None and each.matched_id != each.term_id
    ]
    return "; ".join(found[:TOLD_REASONS])
