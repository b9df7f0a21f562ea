"""Stored answers joined with what was found at last: one row for each case and model version, with the truth so far.

A diagnosis belongs to the month in which it was confirmed, in UTC, as a model is judged when the truth arrives. A case
belongs to the month of its visit, or of its answer where the visit is not dated.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orphan_disease.contracts import columns
from orphan_disease.contracts.records import EQUIVALENT_IDS
from orphan_disease.contracts.vocabulary import NOTHING_FOUND, UNKNOWN_CATEGORY, Provenance, Sex
from orphan_disease.domain import evaluation, labels, truth
from orphan_disease.domain.evaluation import ACTUAL
from orphan_disease.domain.knowledge_base import KnowledgeBase

__all__ = [
    "AGE_BAND",
    "ARRIVED_AT",
    "HAS_TRUTH",
    "IS_LATEST",
    "RANK",
    "age_bands",
    "join_outcomes",
    "known_disorders",
    "last_month",
    "months_of",
    "months_to_judge",
]

NO_MONTH: Final = "none"  # no diagnosis is dated
ARRIVED_AT: Final = "arrived_at"  # of the visit, else of the answer
AGE_BAND: Final = "age_band"
RANK: Final = "rank"  # of the confirmed disorder in the differential, from 1; 0: not in it; missing: no differential
IS_LATEST: Final = "is_latest"  # the case's last answer
HAS_TRUTH: Final = "has_truth"
UNKNOWN_BAND: Final = "unknown"
YEAR_DAYS: Final = 365.25
PEOPLE: Final = (columns.SEX, columns.AGE_DAYS, columns.ENCOUNTER_AT)


def known_disorders(knowledge: KnowledgeBase) -> pd.DataFrame:
    """The disorders that the model knows: disorder_id, member_ids, category."""
    return pd.DataFrame(
        {
            columns.DISORDER_ID: list(knowledge.disorder_ids),
            columns.MEMBER_IDS: [list(members) for members in knowledge.facts.members],
            columns.CATEGORY: list(knowledge.facts.categories),
        }
    )


def months_of(moments: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """YYYY-MM of each moment; missing where there is none."""
    return moments.dt.strftime("%Y-%m")


def last_month(outcomes: pd.DataFrame, minimum_labels: int = 1) -> str:
    """The last month with enough orphan cases of a known category, else the last with any diagnosis, else `none`.

    Args:
        outcomes: columns CONFIRMED_AT, IS_ORPHAN and CATEGORY_ACTUAL.
        minimum_labels: what a decision needs.

    >>> dates = pd.to_datetime(["2026-01-30", "2026-01-31", "2026-03-01"], utc=True)
    >>> outcomes = pd.DataFrame({"confirmed_at": dates, "is_orphan": True, "category_actual": "neurological"})
    >>> last_month(outcomes), last_month(outcomes, 2)
    ('2026-03', '2026-01')
    """
    dated = outcomes[outcomes[columns.CONFIRMED_AT].notna()]
    months = months_of(dated[columns.CONFIRMED_AT])
    known = dated[columns.IS_ORPHAN].astype(bool) & (dated[columns.CATEGORY + ACTUAL] != UNKNOWN_CATEGORY)
    counts = months[known].value_counts()
    enough = counts.index[counts >= minimum_labels]
    return str(max(enough if len(enough) else months, default=NO_MONTH))


def months_to_judge(outcomes: pd.DataFrame, month: str | None, *, minimum_labels: int, at_most: int) -> list[str]:
    """The months that a run looks at, oldest first: the one asked for, else the last ones, without a gap.

    Args:
        outcomes: see `join_outcomes`.
        month: YYYY-MM, if one was asked for.
        minimum_labels: see `last_month`.
        at_most: how far back a run goes by itself.
    """
    if month is not None:
        return [month]
    stood = outcomes[outcomes[IS_LATEST] & outcomes[HAS_TRUTH]]
    last = last_month(stood, minimum_labels)
    if last == NO_MONTH:
        return []
    first = min(months_of(stood[columns.CONFIRMED_AT]).dropna())
    return [str(each) for each in pd.period_range(first, last, freq="M")[-at_most:]]


def age_bands(age_days: "pd.Series[float]", from_years: Sequence[float]) -> "pd.Series[str]":
    """The age band of each case, in whole years, `unknown` where the age is.

    >>> age_bands(pd.Series([100.0, 5000.0, 30000.0, None]), (0, 2, 18)).tolist()
    ['0-1', '2-17', '18+', 'unknown']
    """
    ends = [f"-{after - 1:g}" for after in from_years[1:]] + ["+"]
    names = [f"{start:g}{end}" for start, end in zip(from_years, ends, strict=True)]
    years = age_days.to_numpy(dtype=np.float64, na_value=np.nan) / YEAR_DAYS
    place = np.searchsorted(np.asarray(from_years), np.nan_to_num(years), side="right") - 1
    chosen = np.array(names, dtype=object)[np.maximum(place, 0)]
    return pd.Series(np.where(np.isnan(years), UNKNOWN_BAND, chosen), index=age_days.index, dtype="str")


def join_outcomes(
    predictions: pd.DataFrame,
    people: pd.DataFrame,
    typed_truth: pd.DataFrame,
    disorders: pd.DataFrame,
    bands_from_years: Sequence[float],
) -> pd.DataFrame:
    """Every answered case, once for each model version, with the diagnosis that stands where there is one.

    A diagnosis belongs to an answer by its visit, else by its patient. Of several answers of one version to one case
    the last counts.

    Args:
        predictions: prediction records; sex, age_days and encounter_at are read from them where they carry them.
        people: CASE_ID with SEX, AGE_DAYS and ENCOUNTER_AT of the answered cases, as far as known.
        typed_truth: see `domain.truth`.
        disorders: see `known_disorders`.
        bands_from_years: lower bounds of the age bands.

    Returns:
        Answers with what was found: ordered by case, version; GROUP is the disorder, by which cases are resampled.
    """
    order = [columns.CASE_ID, columns.MODEL_VERSION, columns.PREDICTED_AT]
    kept = predictions.sort_values(order, kind="stable").drop_duplicates(order[:2], keep="last").reset_index(drop=True)
    flat = _with_people(evaluation.answer_columns(kept), people, bands_from_years)
    stood = flat.sort_values(columns.PREDICTED_AT, kind="stable").drop_duplicates(columns.CASE_ID, keep="last")
    cases = stood[[columns.CASE_ID, columns.PATIENT_ID, columns.PROVENANCE]]
    cases = cases.assign(**{columns.ENCOUNTER_AT: stood[ARRIVED_AT]})
    nobody = pd.DataFrame({columns.CASE_ID: [], columns.DIAGNOSIS_ID: []}, dtype="str")
    found, _ = labels.build_labels(cases, _with_patients(typed_truth), nobody, disorders)
    found = found.drop(columns=columns.PROVENANCE).rename(columns={columns.CATEGORY: columns.CATEGORY + ACTUAL})
    joined = flat.merge(found.assign(**{HAS_TRUTH: True}), on=columns.CASE_ID, how="left", validate="many_to_one")
    added: dict[str, Any] = {
        HAS_TRUTH: joined[HAS_TRUTH].notna(),
        columns.IS_ORPHAN: joined[columns.IS_ORPHAN].eq(True),
        IS_LATEST: flat.index.isin(stood.index),
        RANK: _ranks(kept, joined),
    }
    whole = joined.assign(**added)
    return whole.assign(**{columns.GROUP: _groups(whole)})


def _with_people(flat: pd.DataFrame, people: pd.DataFrame, bands_from_years: Sequence[float]) -> pd.DataFrame:
    """Sex, age band and arrival of each answer: of the record, else of the people's table."""
    known = people.drop_duplicates(columns.CASE_ID, keep="last").set_index(columns.CASE_ID)
    found = known.reindex(index=flat[columns.CASE_ID], columns=list(PEOPLE)).reset_index(drop=True)
    own = flat.reindex(columns=list(PEOPLE)).reset_index(drop=True)
    merged = own.where(own.notna(), found)
    arrived = pd.to_datetime(merged[columns.ENCOUNTER_AT], utc=True).astype("datetime64[us, UTC]")
    added: dict[str, Any] = {
        columns.PROVENANCE: _provenances(flat),
        columns.SEX: merged[columns.SEX].astype("str").fillna(str(Sex.UNKNOWN)),
        AGE_BAND: age_bands(merged[columns.AGE_DAYS].astype("float64"), bands_from_years),
        ARRIVED_AT: arrived.fillna(flat[columns.PREDICTED_AT].astype("datetime64[us, UTC]")),
    }
    return flat.drop(columns=list(PEOPLE), errors="ignore").assign(**added)


def _ranks(predictions: pd.DataFrame, joined: pd.DataFrame) -> "pd.Series[float]":
    """Where the confirmed disorder stands in each differential, by its preferred id or any equivalent one."""
    if columns.DIFFERENTIAL not in predictions.columns or not len(predictions):
        return pd.Series(np.nan, index=joined.index)
    lists = pa.chunked_array(pa.array(predictions[columns.DIFFERENTIAL])).combine_chunks()
    owners = pc.list_parent_indices(lists).to_numpy()
    entries = pc.list_flatten(lists)
    starts = np.searchsorted(owners, owners, side="left")
    places = np.arange(len(owners)) - starts + 1
    ids = pc.struct_field(entries, columns.DISORDER_ID).to_numpy(zero_copy_only=False)
    disorder = joined[columns.DISORDER_ID].to_numpy(dtype=object)
    diagnosis = joined[columns.DIAGNOSIS_ID].to_numpy(dtype=object)
    hit = ids == disorder[owners]
    equivalents = pc.struct_field(entries, EQUIVALENT_IDS)
    parents = pc.list_parent_indices(equivalents).to_numpy()
    same = pc.list_flatten(equivalents).to_numpy(zero_copy_only=False) == diagnosis[owners[parents]]
    hit[parents[same]] = True
    best = pd.Series(places[hit]).groupby(owners[hit]).min()
    return best.reindex(range(len(joined)), fill_value=0).astype("float64").set_axis(joined.index)


def _provenances(predictions: pd.DataFrame) -> list[str]:
    """Simulated or hospital: a case that does not say it is fabricated counts as a patient."""
    flags = predictions[columns.IS_SIMULATED]
    return [Provenance.SIMULATED.value if flag is True or flag == 1 else Provenance.HOSPITAL.value for flag in flags]


def _with_patients(typed_truth: pd.DataFrame) -> pd.DataFrame:
    """The truth, and for each patient the latest diagnosis of any visit: a history is of a patient, of no visit."""
    of_visits = typed_truth[typed_truth[truth.IS_CURRENT].astype(bool) & typed_truth[columns.PATIENT_ID].notna()]
    known = of_visits.loc[of_visits[columns.CASE_ID].isna(), columns.PATIENT_ID]
    latest = of_visits.sort_values(columns.CONFIRMED_AT, kind="stable", na_position="first")
    of_patients = latest[~latest[columns.PATIENT_ID].isin(known)].drop_duplicates(columns.PATIENT_ID, keep="last")
    unnamed = pd.Series(pd.NA, index=of_patients.index, dtype=typed_truth[columns.CASE_ID].dtype)
    return pd.concat([typed_truth, of_patients.assign(**{columns.CASE_ID: unnamed})], ignore_index=True)


def _groups(joined: pd.DataFrame) -> "pd.Series[str]":
    """Cases of one orphan disorder are resampled together, every other case by itself."""
    disorder = joined[columns.DISORDER_ID]
    by_itself = ~joined[columns.IS_ORPHAN] | disorder.isna() | (disorder == NOTHING_FOUND)
    return disorder.mask(by_itself, "case " + joined[columns.CASE_ID])
