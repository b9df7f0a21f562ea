"""What a simulation draws from: each disorder's features with their frequency, and who gets it at what age."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.domain.inheritance import Heredity, heredity_of
from orphan_disease.domain.onset_ranges import onset_range
from orphan_disease.domain.ontology import Ontology, information_contents

__all__ = [
    "BOTH_SEXES",
    "FEMALE_ONLY",
    "MALE_ONLY",
    "PhenotypeProfiles",
    "SimulationKnowledge",
    "build_simulation_knowledge",
    "profiles_from_pairs",
]

BOTH_SEXES, FEMALE_ONLY, MALE_ONLY = 0, 1, 2

# Terms that only one sex can show, with their descendants.
_FEMALE_ROOTS: Final = ("HP:0010460", "HP:0000140", "HP:0000008", "HP:0000055", "HP:0000130", "HP:0000137")
_MALE_ROOTS: Final = ("HP:0010461", "HP:0012874", "HP:0000022", "HP:0000032", "HP:0000035")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PhenotypeProfiles:
    """The features of P disorders or conditions over the ontology's T terms.

    Attributes:
        profile_ids: P ids.
        frequencies: P x T, the share of patients with the feature, 0 to 1; no stored zero.
        sex_limits: one code per stored value of `frequencies`: both sexes, female only, male only.
        heredity: P entries: share of males, of affected relatives, of related parents.
        onset_ranges: P entries: possible (youngest, oldest) age at onset, in days; empty where unknown.
    """

    profile_ids: tuple[str, ...]
    frequencies: sparse.csr_matrix
    sex_limits: npt.NDArray[np.int8]
    heredity: tuple[Heredity, ...]
    onset_ranges: tuple[tuple[tuple[float, float], ...], ...]

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Profile id -> its row."""
        return {profile_id: row for row, profile_id in enumerate(self.profile_ids)}

    @cached_property
    def term_counts(self) -> npt.NDArray[np.int64]:
        """Features per profile, shape (P,)."""
        return np.diff(self.frequencies.indptr).astype(np.int64)


@dataclass(frozen=True, eq=False)
class SimulationKnowledge:
    """Profiles with what surrounds them.

    Attributes:
        ontology: the terms.
        profiles: the disorders that patients can be drawn of.
        background: T probabilities summing to 1: how often a term is met over all profiles.
        contents: T information contents, in nats.
        used_terms: T truth values: some profile has the term.
        term_sex_limits: T codes: terms that the ontology itself gives to one sex.
    """

    ontology: Ontology
    profiles: PhenotypeProfiles
    background: Floats
    contents: Floats
    used_terms: npt.NDArray[np.bool_]
    term_sex_limits: npt.NDArray[np.int8]

    @cached_property
    def mean_content(self) -> float:
        """Information content of the features that patients show, on average, in nats; never 0."""
        return max(float(self.background @ self.contents), 1e-9)

    @cached_property
    def children(self) -> sparse.csr_matrix:
        """T x T: row i has 1 at every direct child of i that some profile uses."""
        used = sparse.diags_array(self.used_terms.astype(np.float32)).tocsr()
        children = sparse.csr_matrix((used @ self.ontology.parents).T)
        children.eliminate_zeros()
        children.sort_indices()
        return children

    @cached_property
    def linked_terms(self) -> sparse.csr_matrix:
        """P x T float32, unit rows: terms and parents, weighted by information content, the commonest left out."""
        frequencies = self.profiles.frequencies
        spread = sparse.csr_matrix((frequencies + 0.5 * (frequencies @ self.ontology.parents)).astype(np.float32))
        weights = np.where(self.contents >= 2.0, self.contents, 0.0).astype(np.float32)  # noqa: PLR2004  # 1 in 7
        weighted = sparse.csr_matrix(spread @ sparse.diags_array(weights))
        weighted.eliminate_zeros()
        lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return sparse.csr_matrix(sparse.diags_array(scale) @ weighted)


def build_simulation_knowledge(
    ontology: Ontology, annotations: pd.DataFrame, disorders: pd.DataFrame, params: SimulationParams
) -> SimulationKnowledge:
    """Gather what the annotations say of every disorder.

    Args:
        ontology: the terms.
        annotations: rows of `parse_hpoa`.
        disorders: one row per group of equivalent entries (disorder_id, member_ids, onsets, inheritances).
        params: how a frequency is read.
    """
    members = disorders[[columns.DISORDER_ID, columns.MEMBER_IDS]].explode(columns.MEMBER_IDS)
    members = members.drop_duplicates(columns.MEMBER_IDS).rename(columns={columns.MEMBER_IDS: columns.DATABASE_ID})
    rows = annotations.merge(members, on=columns.DATABASE_ID)
    features = rows.loc[(rows[columns.ASPECT] == "P") & ~rows[columns.NEGATED].astype(bool)]
    ids = tuple(disorders[columns.DISORDER_ID])
    places = {
        term: ontology.index.get(ontology.canonical(term) or "", -1) for term in features[columns.TERM_ID].unique()
    }
    pairs = pd.DataFrame(
        {
            "profile": pd.Index(ids).get_indexer(pd.Index(features[columns.DISORDER_ID])),
            "term": features[columns.TERM_ID].map(places).to_numpy(),
            "frequency": _shrunken_frequencies(features, params),
            "weight": features[columns.FREQUENCY_EXAMINED].to_numpy(dtype=np.float64, na_value=np.nan),
            "sex": features[columns.SEX].map({"female": FEMALE_ONLY, "male": MALE_ONLY}).fillna(BOTH_SEXES).to_numpy(),
        }
    )
    words = _words_by_disorder(rows, disorders)
    heredity = tuple(heredity_of(words.inheritances.get(disorder_id, ())) for disorder_id in ids)
    onsets = tuple(_onset_ranges(words.onsets.get(disorder_id, ())) for disorder_id in ids)
    return profiles_from_pairs(ontology, ids, pairs, heredity, onsets)


def profiles_from_pairs(  # noqa: PLR0913, PLR0917  # the columns of the profiles
    ontology: Ontology,
    profile_ids: tuple[str, ...],
    pairs: pd.DataFrame,
    heredity: tuple[Heredity, ...],
    onset_ranges: tuple[tuple[tuple[float, float], ...], ...],
    weights: Floats | None = None,
) -> SimulationKnowledge:
    """Profiles from (profile, term, frequency, weight, sex) rows; several rows of one pair are averaged by weight.

    Rows of terms that are no phenotypic abnormality, or of frequency 0, are passed over. `weights` says how much each
    profile adds to the background; equally by default.
    """
    known = _below_root(ontology)
    kept = pairs.loc[(pairs["term"] >= 0) & (pairs["profile"] >= 0) & (pairs["frequency"] > 0)]
    kept = kept.loc[known[kept["term"].to_numpy()]]
    weight = kept["weight"].fillna(5.0).clip(1.0, 50.0)
    product = kept.assign(weight=weight, product=weight * kept["frequency"])
    grouped = product.groupby(["profile", "term"], sort=True)[["weight", "product", "sex"]]
    merged = grouped.agg({"weight": "sum", "product": "sum", "sex": "min"}).reset_index()
    shape = (len(profile_ids), len(ontology.term_ids))
    places = (merged["profile"].to_numpy(), merged["term"].to_numpy())
    frequencies = sparse.csr_matrix(((merged["product"] / merged["weight"]).to_numpy(), places), shape=shape)
    of_terms = _term_sex_limits(ontology)
    limits = np.maximum(merged["sex"].to_numpy(dtype=np.int8), of_terms[places[1]])
    profiles = PhenotypeProfiles(profile_ids, frequencies, limits, heredity, onset_ranges)
    shares = np.ones(len(profile_ids)) if weights is None else weights
    totals = np.asarray(frequencies.T @ shares).ravel()
    counts = np.asarray(((frequencies > 0).astype(np.float32) @ ontology.closure > 0).sum(axis=0)).ravel()
    background = totals / totals.sum() if totals.sum() else known / max(known.sum(), 1)
    contents = information_contents(counts, max(len(profile_ids), 1))
    return SimulationKnowledge(ontology, profiles, background, contents, totals > 0, of_terms)


def _shrunken_frequencies(features: pd.DataFrame, params: SimulationParams) -> Floats:
    """n/m drawn towards the unspecified frequency by a few patients' weight; classes by their middle."""
    observed = features[columns.FREQUENCY_OBSERVED].to_numpy(dtype=np.float64, na_value=np.nan)
    examined = features[columns.FREQUENCY_EXAMINED].to_numpy(dtype=np.float64, na_value=np.nan)
    low = features[columns.FREQUENCY_LOW].to_numpy(dtype=np.float64)
    high = features[columns.FREQUENCY_HIGH].to_numpy(dtype=np.float64)
    prior, weight = params.unspecified_frequency, params.frequency_prior_patients
    shrunken = np.where(observed > 0, (observed + prior * weight) / (examined + weight), 0.0)
    otherwise = np.where(np.isnan(low), prior, (low + high) / 2.0)
    return np.where(np.isnan(examined), otherwise, shrunken)


def _below_root(ontology: Ontology) -> npt.NDArray[np.bool_]:
    if ontology.phenotype_root not in ontology.index:
        return np.ones(len(ontology.term_ids), dtype=bool)
    column = ontology.closure.tocsc()[:, [ontology.index[ontology.phenotype_root]]].toarray().ravel() > 0
    column[ontology.index[ontology.phenotype_root]] = False
    return np.asarray(column, dtype=bool)


def _term_sex_limits(ontology: Ontology) -> npt.NDArray[np.int8]:
    limits = np.zeros(len(ontology.term_ids), dtype=np.int8)
    for code, roots in ((FEMALE_ONLY, _FEMALE_ROOTS), (MALE_ONLY, _MALE_ROOTS)):
        for root in roots:
            if root in ontology.index:
                limits[[ontology.index[term] for term in ontology.descendants(root)]] = code
    return limits


@dataclass(frozen=True)
class _Words:
    onsets: Mapping[str, tuple[str, ...]]
    inheritances: Mapping[str, tuple[str, ...]]


def _words_by_disorder(rows: pd.DataFrame, disorders: pd.DataFrame) -> _Words:
    """Onset and inheritance of every disorder: HPO ids of its annotations and words of its own row."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for aspect, column in (("C", columns.ONSETS), ("I", columns.INHERITANCES)):
        annotated = rows.loc[(rows[columns.ASPECT] == aspect) & ~rows[columns.NEGATED].astype(bool)]
        gathered: dict[str, set[str]] = {}
        for disorder_id, term in zip(annotated[columns.DISORDER_ID], annotated[columns.TERM_ID], strict=True):
            gathered.setdefault(disorder_id, set()).add(term)
        words = {disorder_id: tuple(sorted(terms)) for disorder_id, terms in gathered.items()}
        if column in disorders:
            for disorder_id, own in zip(disorders[columns.DISORDER_ID], disorders[column], strict=True):
                if own is not None and not isinstance(own, float) and len(own):
                    words[disorder_id] = (*words.get(disorder_id, ()), *own)
        found[column] = words
    return _Words(found[columns.ONSETS], found[columns.INHERITANCES])


def _onset_ranges(words: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    ranges = dict.fromkeys(found for word in words if (found := onset_range(word)) is not None)
    return tuple(ranges)
