"""Evidence other than phenotypes: what the patient's age and sex say of each disorder, and how common it is.

Log-likelihood ratios in nats: ln of how likely the age (or the sex) is among the disorder's patients, against a patient
of a disorder drawn at random. What is unknown, of the patient or of the disorder, says nothing: 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts.parameters.modelling import DemographicParams
from orphan_disease.domain.age_likelihoods import CELLS, ONSET_CLASSES, AgeModel, cells_of
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_facts import FEMALE_ONLY, MALE_ONLY, MALE_SHARES, TRAITS, demographic_rows
from orphan_disease.domain.evidence_rows import EvidenceRows
from orphan_disease.domain.knowledge_base import DisorderFacts
from orphan_disease.domain.left_out import rows_left_out
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES

__all__ = [
    "DemographicEvidence",
    "DemographicRatios",
    "DemographicSettings",
    "demographic_evidence",
    "prevalence_log_ratios",
]

FloatArray = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

_ONSETS: Final = len(ONSET_CLASSES)
_SHARES: Final = np.array(list(MALE_SHARES.values()))
_ONE_SEX: Final = tuple(TRAITS.index(sex) for sex in (FEMALE_ONLY, MALE_ONLY))
_HALF: Final = 0.5
_LEAST_COMMON: Final = 0.01  # patients per 100,000 where a class has no lower bound: a tenth of the class's upper one
_MOST_COMMON: Final = 1_000.0  # and where it has no upper bound but everybody: ten times its lower one


@dataclass(frozen=True)
class DemographicSettings:
    """What is used, and how ages are spread.

    Attributes:
        age_weight: weight of the age's log-likelihood ratio; 0 leaves it out. A half: findings and age overlap (what a
            newborn can show at all), and weight 1, on re-ranked published cases with the own paper left out, lost
            log-likelihood where a half lost none. Where other papers state the onset, a half won 0.04 nats a case.
        sex_weight: the same of the sex.
        prevalence_weight: weight of the prevalence's log-ratio. 0, as published and referred patients are not drawn by
            prevalence: there, any weight lost places. 1 for patients who come unselected.
        ages: shape of the ages.
    """

    age_weight: float = 0.5
    sex_weight: float = 0.5
    prevalence_weight: float = 0.0
    ages: AgeModel = field(default_factory=AgeModel)

    @classmethod
    def of(cls, params: DemographicParams) -> "DemographicSettings":
        """The settings of a configured run."""
        return cls(params.age_weight, params.sex_weight, params.prevalence_weight)


class DemographicRatios(NamedTuple):
    """Log-likelihood ratios in nats, unweighted, float32 of one shape: n x D, or that of the places asked for."""

    age: FloatArray
    sex: FloatArray
    prevalence: FloatArray


class _Tables(NamedTuple):
    """What can be looked up: onset and visit by cell, a last row of zeros for "unknown"; sex by code 1, -1, 0."""

    onset: FloatArray  # (CELLS + 1) x D
    visit: FloatArray  # (CELLS + 1) x D
    sex: FloatArray  # 3 x D: unknown, female, male


@dataclass(frozen=True, eq=False)
class DemographicEvidence:
    """The evidence of age, sex and prevalence on D disorders.

    Attributes:
        rows: what is known of the disorders' patients, of `domain.demographic_facts`.
        prevalence: D log-ratios, of `prevalence_log_ratios`.
        settings: choices.
    """

    rows: EvidenceRows
    prevalence: FloatArray
    settings: DemographicSettings = field(default_factory=DemographicSettings)

    def __post_init__(self) -> None:
        """Fill the tables that every case looks up."""
        everything = np.arange(len(self.rows))
        weights = _trait_weights(self.rows, self.rows.disorder.astype(np.intp), everything, len(self.prevalence))
        ages = self.settings.ages
        means = _mean_shares(weights, ages)
        object.__setattr__(self, "_means", means)
        object.__setattr__(self, "_tables", _tables(weights, ages, means))

    _means: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] = field(init=False, repr=False)
    _tables: _Tables = field(init=False, repr=False)

    def without_references(self, references: Sequence[str]) -> "DemographicEvidence":
        """The same with every row that cites one of these publications left out."""
        return DemographicEvidence(self.rows.without(references), self.prevalence, self.settings)

    def log_ratios(self, cases: CaseBatch, disorder: Places | None = None, *, own: bool = False) -> DemographicRatios:
        """What age, sex and prevalence say of the disorders.

        The age at onset goes before the age at the visit, which says nothing more once the former is known.

        Args:
            cases: n cases.
            disorder: n x k places of disorders; all D where None.
            own: leave out, for each case, the rows that cite the case's own publication.

        Returns:
            Three arrays, n x k or n x D.
        """
        onset, visit = cells_of(cases.onset_age_days), cells_of(cases.age_days)
        visit = np.where(onset >= 0, -1, visit)  # -1: the row of zeros
        if disorder is None:
            age = self._tables.onset[onset] + self._tables.visit[visit]
            sex = self._tables.sex[_sex_rows(cases)]
            prevalence = np.broadcast_to(self.prevalence, age.shape).copy()
        else:
            age = self._tables.onset[onset[:, None], disorder] + self._tables.visit[visit[:, None], disorder]
            sex = self._tables.sex[_sex_rows(cases)[:, None], disorder]
            prevalence = self.prevalence[disorder]
        if own:
            self._leave_own_out(cases, age, sex, disorder, (onset, visit))
        return DemographicRatios(age, sex, prevalence)

    def total(self, cases: CaseBatch, disorder: Places | None = None, *, own: bool = False) -> FloatArray:
        """The weighted sum of the log-likelihood ratios: see `log_ratios`."""
        ratios = self.log_ratios(cases, disorder, own=own)
        chosen = self.settings
        weights = (chosen.age_weight, chosen.sex_weight, chosen.prevalence_weight)
        total = np.zeros_like(ratios.age)
        for weight, values in zip(weights, ratios, strict=True):
            if weight:
                total += np.float32(weight) * values
        return total

    def _leave_own_out(  # the two arrays that change, and where
        self, cases: CaseBatch, age: FloatArray, sex: FloatArray, disorder: Places | None, cells: tuple[Places, Places]
    ) -> None:
        """Write, into the arrays, the ratios of the disorders that a case's own publication describes."""
        case, changed, owners, selected = rows_left_out(self.rows, cases.identities)
        if not len(case):
            return
        tables = _tables(_trait_weights(self.rows, owners, selected, len(case)), self.settings.ages, self._means)
        places = np.arange(len(case))
        ages = tables.onset[cells[0][case], places] + tables.visit[cells[1][case], places]
        sexes = tables.sex[_sex_rows(cases)[case], places]
        if disorder is None:
            age[case, changed], sex[case, changed] = ages, sexes
            return
        pair, column = np.nonzero(disorder[case] == changed[:, None])
        age[case[pair], column], sex[case[pair], column] = ages[pair], sexes[pair]


def demographic_evidence(
    annotations: pd.DataFrame, ontology: Ontology, facts: DisorderFacts, settings: DemographicSettings | None = None
) -> DemographicEvidence:
    """Gather the evidence on the disorders of a knowledge base.

    Args:
        annotations: rows of `domain.annotations.parse_hpoa`.
        ontology: HPO.
        facts: of the D disorders.
        settings: choices.
    """
    rows = demographic_rows(annotations, ontology, facts.members, facts.onsets, facts.inheritances)
    return DemographicEvidence(rows, prevalence_log_ratios(facts.prevalence_classes), settings or DemographicSettings())


def prevalence_log_ratios(classes: Sequence[str | None]) -> FloatArray:
    """Log of each disorder's prevalence against the median of those that have a class, in nats, shape (D,).

    A class stands for the geometric middle of its bounds; an open bound is taken a factor of ten away from the other.

    >>> ratios = prevalence_log_ratios(["1-9 / 100 000", "1-9 / 1 000 000", None, "1-9 / 1 000 000"])
    >>> [round(float(ratio), 2) for ratio in ratios]
    [2.3, 0.0, 0.0, 0.0]
    """
    middles = {
        name: float(np.log(np.sqrt(max(bounds.low, _LEAST_COMMON) * min(bounds.high, _MOST_COMMON))))
        for name, bounds in PREVALENCE_CLASSES.items()
    }
    logs = np.array([middles.get(name or "", np.nan) for name in classes], dtype=np.float64)
    if np.isnan(logs).all():
        return np.zeros(len(logs), dtype=np.float32)
    return np.nan_to_num(logs - np.nanmedian(logs)).astype(np.float32)


def _trait_weights(rows: EvidenceRows, owners: Places, selected: Places, n_owners: int) -> npt.NDArray[np.float64]:
    """Patients of each owner that speak for each trait, n_owners x traits; a row without counts is one patient."""
    flat = np.bincount(
        owners * len(TRAITS) + rows.term[selected],
        weights=rows.present[selected].astype(np.float64),
        minlength=n_owners * len(TRAITS),
    )
    return np.asarray(flat, dtype=np.float64).reshape(n_owners, len(TRAITS))


def _mean_shares(
    weights: npt.NDArray[np.float64], ages: AgeModel
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Share of patients in each cell of onset and of age over the disorders whose onset is known, each alike."""
    known = weights[:, :_ONSETS].sum(axis=1) > 0
    if not known.any():
        return np.full(CELLS, 1 / CELLS), np.full(CELLS, 1 / CELLS)
    mixed = _normalised(weights[known, :_ONSETS]).mean(axis=0)
    return mixed @ ages.onset_shares, mixed @ ages.visit_shares


def _normalised(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1.0), dtype=np.float64)


def _tables(
    weights: npt.NDArray[np.float64],
    ages: AgeModel,
    means: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> _Tables:
    onsets = _normalised(weights[:, :_ONSETS])
    known = weights[:, :_ONSETS].sum(axis=1) > 0
    patients = weights[:, :_ONSETS].sum(axis=1)
    stray = np.maximum(ages.stray_share, ages.prior_patients / (patients + ages.prior_patients))[:, None]
    tables = []
    for shares, mean in zip((ages.onset_shares, ages.visit_shares), means, strict=True):
        ratio = np.log((1 - stray) * (onsets @ shares) / np.maximum(mean, 1e-12) + stray)
        table = np.zeros((CELLS + 1, len(weights)), dtype=np.float32)
        table[:CELLS, known] = ratio[known].T
        tables.append(table)
    male = _male_shares(weights)
    sexes = np.log(np.stack([np.full_like(male, _HALF), 1 - male, male]) / _HALF)
    return _Tables(tables[0], tables[1], sexes.astype(np.float32))


def _male_shares(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Share of males: the mean over the modes of inheritance; one sex goes before any mode; a half where unknown."""
    modes = weights[:, _ONSETS:] > 0
    counts = modes.sum(axis=1)
    mean = np.divide(modes @ _SHARES, counts, out=np.full(len(modes), _HALF), where=counts > 0)
    for trait in _ONE_SEX:
        mean = np.where(weights[:, trait] > 0, MALE_SHARES[TRAITS[trait]], mean)
    return np.asarray(mean, dtype=np.float64)


def _sex_rows(cases: CaseBatch) -> npt.NDArray[np.intp]:
    """Row of the sex table: 0 unknown, 1 female, 2 male."""
    return np.where(cases.sex < 0, 2, cases.sex).astype(np.intp)
