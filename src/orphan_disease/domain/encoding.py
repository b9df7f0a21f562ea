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
from orphan_disease.contracts.vocabulary import Consciousness, Sex
from orphan_disease.domain.ontology import Ontology

__all__ = ["BINARY_PREFIXES", "CaseEncoder", "FeatureGroup", "feature_group", "slug"]

FeatureGroup = str
_FloatArray = npt.NDArray[np.float32]

DAYS_PER_YEAR: Final = 365.25
AGE_BANDS: Final = (  # name, first day, first day of the next band
    ("neonate", 0.0, 28.0),
    ("infant", 28.0, DAYS_PER_YEAR),
    ("child", DAYS_PER_YEAR, 12 * DAYS_PER_YEAR),
    ("adolescent", 12 * DAYS_PER_YEAR, 18 * DAYS_PER_YEAR),
    ("adult", 18 * DAYS_PER_YEAR, 65 * DAYS_PER_YEAR),
    ("older_adult", 65 * DAYS_PER_YEAR, np.inf),
)
CONSCIOUSNESS_LEVELS: Final[Mapping[str, float]] = {
    level.value: float(rank) for rank, level in enumerate(Consciousness)
}
BINARY_PREFIXES: Final = ("profile__observed_", "profile__excluded_", "demographics__sex_", "demographics__age_band_",
                          "history__complaint_")  # fmt: skip
_LOG_AGES: Final = (columns.AGE_DAYS, columns.ONSET_AGE_DAYS)
_LOG_HISTORY: Final = (columns.SYMPTOM_DURATION_DAYS, columns.PREVIOUS_VISITS)
_PLAIN_HISTORY: Final = (columns.FAMILY_HISTORY, columns.CONSANGUINITY)


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
    """What the training cases fix about the columns; everything else is read off the ontology.

    Attributes:
        observed_terms: ids whose closure gives a column each.
        excluded_terms: ids whose exclusion gives a column each.
        systems: children of "Phenotypic abnormality", one per organ system.
        complaints: chief complaints met in training.
        medians: fill value of each number that may be missing, in the unit of the column.
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
            medians={name: _median(values) for name, values in _numbers(cases).items()},
            information={
                term: round(float(value), 6)
                for term, value in zip(ontology.term_ids, contents, strict=True)
                if value < top
            },
            maximum_information=round(top, 6),
        )

    def transform(self, cases: pd.DataFrame, ontology: Ontology) -> pd.DataFrame:
        """Encode cases: one row each, in their order, float32, without missing values; the index is the case id."""
        blocks = {
            **self._phenotype(cases, ontology),
            **_demographics(cases),
            **self._filled(cases),
            **self._history(cases),
        }
        return pd.DataFrame(
            {name: np.asarray(values, dtype=np.float32) for name, values in blocks.items()},
            index=pd.Index(cases[columns.CASE_ID], name=columns.CASE_ID),
        )

    def term_columns(self, ontology: Ontology) -> Mapping[str, str]:
        """Column name -> HPO id, for every column that stands for one term or organ system."""
        return {
            **_named("profile__observed_", self.observed_terms, ontology),
            **_named("profile__excluded_", self.excluded_terms, ontology),
            **_named("profile__system_", self.systems, ontology),
        }

    def to_dict(self) -> dict[str, object]:
        """The encoder as plain JSON values."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> Self:
        """The inverse of `to_dict`."""
        return cls.model_validate(document)

    def _phenotype(self, cases: pd.DataFrame, ontology: Ontology) -> dict[str, npt.ArrayLike]:
        observed = _closed(ontology, cases[columns.OBSERVED_TERMS])
        stated = ontology.indicator(list(cases[columns.OBSERVED_TERMS]))
        ruled_out = ontology.indicator(list(cases[columns.EXCLUDED_TERMS]))
        values = np.array([self.information.get(term, self.maximum_information) for term in ontology.term_ids])
        count = np.diff(stated.indptr).astype(np.float32)
        total = np.asarray(stated @ values).ravel()
        dense = observed[:, [ontology.index[term] for term in self.observed_terms]].toarray()
        excluded_at = np.array([ontology.index[term] for term in self.excluded_terms], dtype=np.intp)
        excluded = _excluded_closure(ontology, cases[columns.EXCLUDED_TERMS], excluded_at).toarray()
        return {
            **dict(zip(_named("profile__observed_", self.observed_terms, ontology), dense.T, strict=True)),
            **dict(zip(_named("profile__excluded_", self.excluded_terms, ontology), excluded.T, strict=True)),
            **self._system_profile(stated, values, ontology),
            "profile__terms_observed": count,
            "profile__terms_excluded": np.diff(ruled_out.indptr),
            "profile__information_sum": total,
            "profile__information_mean": total / np.maximum(count, 1),
            "profile__information_max": _row_max(stated, values),
        }

    def _system_profile(
        self, stated: sparse.csr_matrix, values: npt.NDArray[np.float64], ontology: Ontology
    ) -> dict[str, npt.ArrayLike]:
        """Number, share and information (nats) of the stated terms in each organ system."""
        belongs = ontology.closure[:, [ontology.index[term] for term in self.systems]]
        counts = (stated @ belongs).toarray()
        sums = (stated @ sparse.diags(values.astype(np.float32)) @ belongs).toarray()
        all_terms = np.maximum(np.diff(stated.indptr), 1)[:, None]
        block: dict[str, npt.ArrayLike] = {}
        for place, name in enumerate(_named("profile__system_", self.systems, ontology)):
            block[f"{name}_count"] = counts[:, place]
            block[f"{name}_share"] = (counts / all_terms)[:, place]
            block[f"{name}_information"] = sums[:, place]
        return block

    def _filled(self, cases: pd.DataFrame) -> dict[str, npt.ArrayLike]:
        block: dict[str, npt.ArrayLike] = {}
        for name, values in _numbers(cases).items():
            block[name] = np.where(np.isnan(values), self.medians[name], values)
            block[f"{name}_missing"] = np.isnan(values)
        return block

    def _history(self, cases: pd.DataFrame) -> dict[str, npt.ArrayLike]:
        complaint = cases[columns.CHIEF_COMPLAINT].astype("string")
        return {f"history__complaint_{slug(each)}": (complaint == each).fillna(False) for each in self.complaints}


def _numbers(cases: pd.DataFrame) -> dict[str, _FloatArray]:
    """Every number that may be missing, in its unit or as log(1 + x), by its column name; NaN is missing."""
    consciousness = cases[columns.CONSCIOUSNESS].map(CONSCIOUSNESS_LEVELS)
    return {
        **{f"demographics__log_{name}": np.log1p(np.maximum(_float(cases[name]), 0.0)) for name in _LOG_AGES},
        **{f"vitals__{name}": _float(cases[name]) for name in columns.VITAL_SIGNS},
        "vitals__consciousness": _float(consciousness),
        **{f"history__log_{name}": np.log1p(np.maximum(_float(cases[name]), 0.0)) for name in _LOG_HISTORY},
        **{f"history__{name}": _float(cases[name]) for name in _PLAIN_HISTORY},
    }


def _demographics(cases: pd.DataFrame) -> dict[str, npt.ArrayLike]:
    age = _float(cases[columns.AGE_DAYS])
    return {
        **{f"demographics__age_band_{name}": (age >= first) & (age < end) for name, first, end in AGE_BANDS},
        **{f"demographics__sex_{sex.value}": cases[columns.SEX] == sex.value for sex in (Sex.FEMALE, Sex.MALE)},
    }


def _float(values: pd.Series) -> _FloatArray:
    return cast(_FloatArray, pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float32, na_value=np.nan))


def _median(values: _FloatArray) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0


def _closed(ontology: Ontology, term_lists: Iterable[Sequence[str]]) -> sparse.csr_matrix:
    """Observed terms with every ancestor, n x T of 0 and 1."""
    closed = sparse.csr_matrix(ontology.indicator(list(term_lists)) @ ontology.closure)
    closed.data[:] = 1.0
    return closed


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


def _row_max(stated: sparse.csr_matrix, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    weighted = sparse.csr_matrix(stated @ sparse.diags(values))
    return cast(npt.NDArray[np.float64], weighted.max(axis=1).toarray().ravel())


def _frequent(ontology: Ontology, counts: npt.NDArray[np.float64], minimum: int, maximum: int) -> tuple[str, ...]:
    """Ids with at least `minimum` cases, at most `maximum` of them, the most frequent first, then sorted by id."""
    order = np.argsort(-counts, kind="stable")[:maximum]
    return tuple(sorted(ontology.term_ids[place] for place in order if counts[place] >= minimum))


def _children(ontology: Ontology, term_id: str) -> tuple[str, ...]:
    places = np.flatnonzero(_column(ontology.parents, ontology.index[term_id]))
    return tuple(ontology.term_ids[place] for place in places)


def _named(prefix: str, terms: Sequence[str], ontology: Ontology) -> dict[str, str]:
    """Column name -> term; a slug that two terms share gets the id's digits as well."""
    slugs = [slug(ontology.label_of(term)) for term in terms]
    return {
        prefix + (name if slugs.count(name) == 1 else f"{name}_{term[3:]}"): term
        for name, term in zip(slugs, terms, strict=True)
    }
