"""From the typed tables (annotations, disorders) and confirmed cases to a knowledge base."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.borrowed_evidence import name_rows, name_vocabulary, relative_rows
from orphan_disease.domain.case_base import ConfirmedCases, case_rows
from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.knowledge_base import DisorderFacts, KnowledgeBase
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.profiles import ProfileSettings

__all__ = ["DisorderFacts", "KnowledgeBase", "build_knowledge_base"]

CLASS_PATIENTS = 5.0  # how many patients a frequency class or a percentage counts for
UNSPECIFIED_PATIENTS = 1.0  # an annotation without frequency counts as one patient who had the feature
NEGATED_PATIENTS = 5.0  # a NOT without counts counts as five patients without the feature
PHENOTYPE_ASPECT = "P"


def build_knowledge_base(  # noqa: PLR0913  # all but three may be left out
    ontology: Ontology,
    annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    *,
    confirmed: ConfirmedCases | None = None,
    synonyms: Iterable[tuple[str, str]] = (),
    version: str = "",
    settings: ProfileSettings | None = None,
) -> KnowledgeBase:
    """Build the knowledge base.

    Args:
        ontology: HPO.
        annotations: rows of `domain.annotations.parse_hpoa`.
        disorders: one row per group of equivalent entries, of `domain.disorders.build_disorders`.
        confirmed: the case base, or None. A confirmed diagnosis that `disorders` does not list becomes a disorder.
        synonyms: (term id, synonym) of HPO, by which disorders' names are read.
        version: one line on the releases used; HPO's release where empty.
        settings: how rows become frequencies.
    """
    listed = disorders if confirmed is None else _with_confirmed(disorders, confirmed)
    ordered = listed.sort_values(columns.DISORDER_ID, ignore_index=True)
    disorder_ids = tuple(str(disorder_id) for disorder_id in ordered[columns.DISORDER_ID])
    facts = _facts(ordered)
    places = {member: place for place, members in enumerate(facts.members) for member in members}
    annotated = annotation_rows(annotations, ontology, places)
    kin = [[places[each] for each in related if each in places] for related in _lists(ordered, columns.RELATED_IDS)]
    parts = [
        annotated,
        name_rows(facts.names, name_vocabulary(ontology, synonyms)),
        relative_rows(annotated, kin),
    ]
    if confirmed is not None:
        parts.append(case_rows(confirmed, places))
    rows = EvidenceRows.concatenate(parts)
    return KnowledgeBase.from_rows(
        version=version or f"HPO {ontology.version}",
        ontology=ontology,
        disorder_ids=disorder_ids,
        facts=facts,
        rows=rows,
        settings=settings,
    )


def _with_confirmed(disorders: pd.DataFrame, confirmed: ConfirmedCases) -> pd.DataFrame:
    """The disorders, and a row for each confirmed diagnosis that none of them means."""
    known = {member for members in disorders[columns.MEMBER_IDS] for member in members}
    new = sorted(set(confirmed.diagnosis_ids) - known)
    added = pd.DataFrame(
        {columns.DISORDER_ID: new, columns.DISORDER_NAME: new, columns.MEMBER_IDS: [[each] for each in new]}
    )
    return pd.concat([disorders, added], ignore_index=True) if new else disorders


def annotation_rows(annotations: pd.DataFrame, ontology: Ontology, places: dict[str, int]) -> EvidenceRows:
    """Phenotype annotations as evidence: counts as they are, classes and percentages as pseudo-counts.

    Rows of diseases that no disorder groups, and of terms that HPO does not know, are passed over.
    """
    phenotypes = annotations[annotations[columns.ASPECT] == PHENOTYPE_ASPECT]
    disorder = phenotypes[columns.DATABASE_ID].map(places).fillna(-1).to_numpy(dtype=np.int64)
    canonical = {term: ontology.canonical(term) for term in phenotypes[columns.TERM_ID].unique()}
    positions = {term: ontology.index[current] for term, current in canonical.items() if current is not None}
    term = phenotypes[columns.TERM_ID].map(positions).fillna(-1).to_numpy(dtype=np.int64)
    kept = (disorder >= 0) & (term >= 0)
    present, examined = _counts(phenotypes[kept])
    return EvidenceRows.from_lists(
        disorder[kept],
        term[kept],
        (present, examined),
        np.full(int(kept.sum()), EvidenceKind.ANNOTATION),
        list(phenotypes.loc[kept, columns.REFERENCES]),
    )


def _counts(phenotypes: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    observed = phenotypes[columns.FREQUENCY_OBSERVED].to_numpy(dtype=np.float64, na_value=np.nan)
    examined = phenotypes[columns.FREQUENCY_EXAMINED].to_numpy(dtype=np.float64, na_value=np.nan)
    low = phenotypes[columns.FREQUENCY_LOW].to_numpy(dtype=np.float64, na_value=np.nan)
    high = phenotypes[columns.FREQUENCY_HIGH].to_numpy(dtype=np.float64, na_value=np.nan)
    counted, classed = ~np.isnan(examined), ~np.isnan(low)
    negated = phenotypes[columns.NEGATED].to_numpy(dtype=bool)
    patients = np.where(classed, CLASS_PATIENTS, np.where(negated, NEGATED_PATIENTS, UNSPECIFIED_PATIENTS))
    fraction = np.where(classed, (low + high) / 2, 1.0)
    present = np.where(negated, 0.0, np.where(counted, observed, fraction * patients))
    return present, np.where(counted, examined, patients)


def _facts(disorders: pd.DataFrame) -> DisorderFacts:
    size = len(disorders)

    def texts(name: str, default: str | None) -> list[object]:
        return list(disorders[name]) if name in disorders.columns else [default] * size

    return DisorderFacts(
        names=tuple(str(name) for name in disorders[columns.DISORDER_NAME]),
        members=tuple(_strings(members) for members in disorders[columns.MEMBER_IDS]),
        categories=tuple(
            category if isinstance(category, str) else UNKNOWN_CATEGORY
            for category in texts(columns.CATEGORY, UNKNOWN_CATEGORY)
        ),
        prevalence_classes=tuple(
            value if isinstance(value, str) else None for value in texts(columns.PREVALENCE_CLASS, None)
        ),
        onsets=tuple(_strings(value) for value in texts(columns.ONSETS, None)),
        inheritances=tuple(_strings(value) for value in texts(columns.INHERITANCES, None)),
    )


def _lists(disorders: pd.DataFrame, name: str) -> list[tuple[str, ...]]:
    values = disorders[name] if name in disorders.columns else [()] * len(disorders)
    return [_strings(value) for value in values]


def _strings(values: object) -> tuple[str, ...]:
    if isinstance(values, (Sequence, np.ndarray)) and not isinstance(values, str):
        return tuple(str(value) for value in values)
    return ()
