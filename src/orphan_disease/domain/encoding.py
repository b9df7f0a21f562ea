"""A case as a row of numbers: what is known of the patient, in columns that a clinician can read.

Column names are `<group>__<name>`. The groups here are `profile` (phenotype), `demographics`, `vitals` and `history`;
the knowledge adds the group `evidence` (see `domain.evidence`). A phenotype is observed, excluded or unknown: that is
two columns, one for observed and one for excluded, both 0 where nothing is known. A missing number is filled with the
training median and says so in a column `<name>_missing`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Self, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import EncoderParams
from orphan_disease.domain.case_numbers import case_numbers
from orphan_disease.domain.ontology import Ontology

__all__ = ["BINARY_PREFIXES", "CaseEncoder", "FeatureGroup", "feature_group", "named_columns", "slug"]

FeatureGroup = str
_FloatArray = npt.NDArray[np.float32]

BINARY_PREFIXES: Final = ("profile__observed_", "profile__excluded_", "demographics__sex_", "demographics__age_band_",
                          "history__complaint_")  # fmt: skip


def slug(label: str) -> str:
    """A label as part of a column name: lower case, digits and underscores.

    >>> slug("Abnormality of the nervous system (CNS)")
    'abnormality_of_the_nervous_system_cns'
    """
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def feature_group(name: str) -> FeatureGroup:
    """The group that a column belongs to.

    >>> feature_group("profile__observed_seizure")
    'profile'
    """
    return name.split("__", 1)[0]


class CaseEncoder(BaseModel):
    """What the training cases fix about the columns; `domain.encoding_plan` lays it over an ontology and encodes.

    Attributes:
        observed_terms: ids whose closure gives a column each.
        excluded_terms: ids whose exclusion gives a column each.
        systems: children of "Phenotypic abnormality", one per organ system.
        complaints: chief complaints met in training.
        medians: fill value of each number that may be missing (`case_numbers.NUMBERS`), in the unit of the column.
        information: information content of each annotated term, in nats; a term absent here has `maximum_information`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    observed_terms: tuple[str, ...]
    excluded_terms: tuple[str, ...]
    systems: tuple[str, ...]
    complaints: tuple[str, ...]
    medians: dict[str, float]
    information: dict[str, float]
    maximum_information: float

    @classmethod
    def fit(cls, cases: pd.DataFrame, ontology: Ontology, information: npt.ArrayLike, params: EncoderParams) -> Self:
        """Choose the columns and fill values from training cases.

        Args:
            cases: training cases only, in the shape of the `cases` table.
            ontology: HPO.
            information: information content of the T terms in nats, after the annotations of disorders.
            params: thresholds.
        """
        contents = np.asarray(information, dtype=np.float64)
        observed = _closed(ontology, cases[columns.OBSERVED_TERMS])
        phenotypic = _column(ontology.closure, ontology.index[ontology.phenotype_root]) > 0
        phenotypic[ontology.index[ontology.phenotype_root]] = False
        counts = np.where(phenotypic, np.asarray(observed.sum(axis=0)).ravel(), 0)
        excluded = _excluded_closure(ontology, cases[columns.EXCLUDED_TERMS], np.flatnonzero(phenotypic))
        excluded_counts = np.zeros(len(contents))
        excluded_counts[phenotypic] = np.asarray(excluded.sum(axis=0)).ravel()
        top = float(contents.max(initial=0.0))
        return cls(
            observed_terms=_frequent(ontology, counts, params.minimum_observed_cases, params.maximum_observed_terms),
            excluded_terms=_frequent(
                ontology, excluded_counts, params.minimum_excluded_cases, params.maximum_excluded_terms
            ),
            systems=_children(ontology, ontology.phenotype_root),
            complaints=tuple(sorted(cases[columns.CHIEF_COMPLAINT].dropna().astype(str).unique())),
            medians={name: _median(values) for name, values in case_numbers(cases).items()},
            information={
                term: round(float(value), 6)
                for term, value in zip(ontology.term_ids, contents, strict=True)
                if value < top
            },
            maximum_information=round(top, 6),
        )

    def term_columns(self, ontology: Ontology) -> Mapping[str, str]:
        """Column name -> HPO id, for every column that stands for one term or organ system."""
        return {
            **named_columns("profile__observed_", self.observed_terms, ontology),
            **named_columns("profile__excluded_", self.excluded_terms, ontology),
            **named_columns("profile__system_", self.systems, ontology),
        }

    def to_dict(self) -> dict[str, object]:
        """The encoder as plain JSON values."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> Self:
        """The inverse of `to_dict`."""
        return cls.model_validate(document)


def _median(values: _FloatArray) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0


def _closed(ontology: Ontology, term_lists: Iterable[Sequence[str]]) -> sparse.csr_matrix:
    """Observed terms with every ancestor, n x T of 0 and 1."""
    return ontology.with_ancestors(ontology.indicator(list(term_lists)))


def _excluded_closure(
    ontology: Ontology, term_lists: Iterable[Sequence[str]], places: npt.NDArray[np.intp]
) -> sparse.csr_matrix:
    """Whether each of the terms at `places` is excluded: it or one of its ancestors was, n x len(places)."""
    stated = ontology.indicator(list(term_lists))
    closed = sparse.csr_matrix(stated @ sparse.csr_matrix(ontology.closure[places].T))
    closed.data[:] = 1.0
    return closed


def _column(matrix: sparse.csr_matrix, place: int) -> npt.NDArray[np.float32]:
    return cast(npt.NDArray[np.float32], matrix[:, [place]].toarray().ravel())


def _frequent(ontology: Ontology, counts: npt.NDArray[np.float64], minimum: int, maximum: int) -> tuple[str, ...]:
    """Ids with at least `minimum` cases, at most `maximum` of them, the most frequent first, then sorted by id."""
    order = np.argsort(-counts, kind="stable")[:maximum]
    return tuple(sorted(ontology.term_ids[place] for place in order if counts[place] >= minimum))


def _children(ontology: Ontology, term_id: str) -> tuple[str, ...]:
    places = np.flatnonzero(_column(ontology.parents, ontology.index[term_id]))
    return tuple(ontology.term_ids[place] for place in places)


def named_columns(prefix: str, terms: Sequence[str], ontology: Ontology) -> dict[str, str]:
    """Column name -> term; a slug that two terms share gets the id's digits as well."""
    slugs = [slug(ontology.label_of(term)) for term in terms]
    return {
        prefix + (name if slugs.count(name) == 1 else f"{name}_{term[3:]}"): term
        for name, term in zip(slugs, terms, strict=True)
    }
