"""What is known of a disorder's patients: when it begins and which sex it strikes, row by row.

Like the phenotypes' evidence, every row keeps the publications that it cites, so that a case's own paper can be left
out. Orphanet's words cite nothing: experts wrote them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.age_likelihoods import ONSET_CLASSES
from orphan_disease.domain.disorder_facts import first_onset_rows, inheritances_of_entries, onsets_of_entries
from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.ontology import Ontology

__all__ = ["FEMALE_ONLY", "MALE_ONLY", "MALE_SHARES", "SEX_ROOTS", "TRAITS", "demographic_rows"]

FEMALE_ONLY: Final = "female only"
MALE_ONLY: Final = "male only"
MALE_SHARES: Final[Mapping[str, float]] = {
    "HP:0000006": 0.5,
    "HP:0000007": 0.5,
    "HP:0001417": 0.75,  # X-linked, dominance unstated: between the next two, nearer to the commoner recessive
    "HP:0001419": 0.95,  # X-linked recessive: females by skewed inactivation or a second hit
    "HP:0001423": 0.4,
    "HP:0001450": 0.98,  # Y-linked; the rest is for a sex recorded wrongly
    "HP:0001427": 0.5,
    "HP:0001475": 0.98,  # male-limited expression
    "autosomal dominant": 0.5,
    "autosomal recessive": 0.5,
    "x-linked": 0.75,
    "x-linked recessive": 0.95,
    "x-linked dominant": 0.4,
    "y-linked": 0.98,
    "mitochondrial inheritance": 0.5,
    MALE_ONLY: 0.98,
    FEMALE_ONLY: 0.02,
}
"""Share of males among a disorder's patients, by mode of inheritance (HPO id, or Orphanet's word in lower case).

Round figures from the laws of transmission. X-linked dominant: a third where males survive, few where they do not,
against 18 males of 33 published cases (Phenopacket Store 2026-06, at most 10 a disorder): 0.4. X-linked recessive: 44
males of 44 there.
"""
TRAITS: Final = (*ONSET_CLASSES, *MALE_SHARES)
"""What a row may state: a class of onset, a mode of inheritance, or that the disorder is of one sex."""

_TRAIT_PLACES: Final = {trait: place for place, trait in enumerate(TRAITS)}
_TRAIT_ASPECTS: Final = ("C", "I")  # clinical course, inheritance
_FEATURE_ASPECT: Final = "P"
# Terms that only one sex can show, with their descendants: organs, their function, fertility, germ cells.
SEX_ROOTS: Final[Mapping[str, tuple[str, ...]]] = {
    FEMALE_ONLY: ("HP:0010460", "HP:0030012", "HP:0000868"),
    MALE_ONLY: ("HP:0010461", "HP:0012874", "HP:0012041", "HP:0012863"),
}
_SEX_SHARE: Final = 0.75  # of a disorder's features under one sex's roots, for it to be a disorder of that sex


def demographic_rows(
    annotations: pd.DataFrame,
    ontology: Ontology,
    members: Sequence[Sequence[str]],
    onsets: Sequence[Sequence[str]],
    inheritances: Sequence[Sequence[str]],
) -> EvidenceRows:
    """Rows of evidence on the patients of D disorders; `term` is a place in `TRAITS`.

    HPO's clinical-course and inheritance rows; where they are silent on the onset, the earliest class in the onset
    column of the phenotype rows; Orphanet's words where they are not merely HPO's; and the sex whose organs most of
    the features belong to.

    Args:
        annotations: rows of `domain.annotations.parse_hpoa`.
        ontology: HPO.
        members: D lists of the ids that mean each disorder.
        onsets: D lists of Orphanet's words, as `domain.disorders` gathered them.
        inheritances: D lists of Orphanet's words, likewise.
    """
    places = {member: place for place, ids in enumerate(members) for member in ids}
    known = annotations.loc[
        annotations[columns.DATABASE_ID].isin(list(places)) & ~annotations[columns.NEGATED].astype(bool)
    ]
    stated = known.loc[known[columns.ASPECT].isin(list(_TRAIT_ASPECTS)) & known[columns.TERM_ID].isin(list(TRAITS))]
    features = known.loc[known[columns.ASPECT].eq(_FEATURE_ASPECT)]
    first = first_onset_rows(known)
    parts = [
        _rows(stated, stated[columns.TERM_ID], places),
        _rows(first, first[columns.ONSET], places),
        _one_sex(features, ontology, places),
        *(
            _words(values, members, by_hpo)
            for values, by_hpo in (
                (onsets, onsets_of_entries(annotations)),
                (inheritances, inheritances_of_entries(annotations)),
            )
        ),
    ]
    return EvidenceRows.concatenate(parts)


def _rows(frame: pd.DataFrame, traits: Iterable[str], places: Mapping[str, int]) -> EvidenceRows:
    present = frame[columns.FREQUENCY_OBSERVED].to_numpy(dtype=np.float64, na_value=np.nan)
    examined = frame[columns.FREQUENCY_EXAMINED].to_numpy(dtype=np.float64, na_value=np.nan)
    counted = ~np.isnan(examined)
    return _evidence(
        np.array([places[entry] for entry in frame[columns.DATABASE_ID]], dtype=np.int64),
        [_TRAIT_PLACES[trait] for trait in traits],
        (np.where(counted, present, 1.0), np.where(counted, examined, 1.0)),
        list(frame[columns.REFERENCES]),
    )


def _evidence(
    disorder: npt.NDArray[np.int64],
    traits: Sequence[int],
    counts: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    references: Sequence[Sequence[str]],
) -> EvidenceRows:
    kind = np.full(len(disorder), EvidenceKind.ANNOTATION)
    return EvidenceRows.from_lists(disorder, np.array(traits, dtype=np.int32), counts, kind, references)


def _one_sex(features: pd.DataFrame, ontology: Ontology, places: Mapping[str, int]) -> EvidenceRows:
    """The features that make a disorder one of a single sex: most of all that it is annotated with."""
    disorder = features[columns.DATABASE_ID].map(places).to_numpy(dtype=np.int64)
    total = np.bincount(disorder, minlength=max(places.values(), default=-1) + 1)
    parts: list[EvidenceRows] = []
    for sex, roots in SEX_ROOTS.items():
        terms = {term for root in roots if root in ontology.index for term in ontology.descendants(root)}
        inside = features[columns.TERM_ID].isin(list(terms)).to_numpy(dtype=bool)
        share = np.bincount(disorder[inside], minlength=len(total)) / np.maximum(total, 1)
        chosen = inside & (share[disorder] >= _SEX_SHARE)
        rows = features.loc[chosen]
        parts.append(_rows(rows, [sex] * len(rows), places))
    return EvidenceRows.concatenate(parts)


def _words(
    values: Sequence[Sequence[str]], members: Sequence[Sequence[str]], by_hpo: Mapping[str, Sequence[str]]
) -> EvidenceRows:
    """A row for each of Orphanet's words, where the disorder's words are not those that HPO's rows amount to."""
    pairs = [
        (place, _TRAIT_PLACES[word.lower()])
        for place, (words, ids) in enumerate(zip(values, members, strict=True))
        if set(words) != {word for entry in ids for word in by_hpo.get(entry, ())}
        for word in words
        if word.lower() in _TRAIT_PLACES
    ]
    ones = np.ones(len(pairs))
    disorder = np.array([place for place, _ in pairs], dtype=np.int64)
    return _evidence(disorder, [trait for _, trait in pairs], (ones, ones), [()] * len(pairs))
