import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.data_engineering import SplitParams
from orphan_disease.domain.splitting import assign_splits, connected_groups

PARAMS = SplitParams(test_disorders_share=0.15, test_patients_share=0.15, folds=5, seed=7)


def tables(size: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng(seed)
    is_orphan = generator.random(size) < 0.6
    disorder = np.where(is_orphan, generator.integers(0, max(2, size // 6), size), -1)
    case_ids = [f"C{number:05d}" for number in range(size)]
    cases = pd.DataFrame(
        {
            columns.CASE_ID: case_ids,
            columns.PATIENT_ID: [f"SIM-{number:06d}" for number in generator.integers(0, size, size)],
            columns.REFERENCE: [f"PMID:{n}" if n < size // 2 else None for n in generator.integers(1, 3 * size, size)],
        }
    )
    cases = cases.assign(**{columns.LIKELY_PERSON: cases[columns.PATIENT_ID]})
    labels = pd.DataFrame(
        {
            columns.CASE_ID: case_ids,
            columns.IS_ORPHAN: is_orphan,
            columns.CATEGORY: [f"category_{n % 4}" if n >= 0 else None for n in disorder],
            columns.DISORDER_ID: [f"OMIM:{n}" if n >= 0 else "NONE" for n in disorder],
            columns.PROVENANCE: "simulated",
        }
    )
    return cases, labels


def sides(frame: pd.DataFrame, key: str, side: str) -> int:
    """The most sides that one key's cases lie on."""
    counts = frame.dropna(subset=[key]).groupby(key)[side].nunique()
    return int(counts.max()) if len(counts) else 0


def test_components_are_those_of_a_graph_drawn_by_hand() -> None:
    disorder = pd.Series(["a", "a", "b", None, None, "c"])
    paper = pd.Series([None, "x", "x", None, "y", "y"])
    assert connected_groups(disorder, paper).tolist() == [0, 0, 0, 1, 2, 2]


@settings(max_examples=12, deadline=None)
@given(size=st.integers(1, 150), seed=st.integers(0, 10_000))
def test_nothing_is_on_two_sides(size: int, seed: int) -> None:
    cases, labels = tables(size, seed)
    split = assign_splits(cases, labels, PARAMS)
    table = split.merge(cases).merge(labels)
    orphan = table[table[columns.IS_ORPHAN]]
    unseen = table.assign(side=table[columns.SPLIT] == "test_disorders")
    training = table[table[columns.SPLIT] == "train"]
    assert sides(unseen, columns.GROUP, "side") <= 1
    assert sides(unseen[unseen[columns.IS_ORPHAN]], columns.DISORDER_ID, "side") <= 1
    assert sides(table, columns.REFERENCE, columns.SPLIT) <= 1
    assert sides(table, columns.PATIENT_ID, columns.SPLIT) <= 1
    assert sides(training, columns.GROUP, columns.FOLD) <= 1
    assert sides(training[training[columns.IS_ORPHAN]], columns.DISORDER_ID, columns.FOLD) <= 1
    seen = set(orphan.loc[orphan[columns.SPLIT] == "train", columns.DISORDER_ID])
    assert set(orphan.loc[orphan[columns.SPLIT] == "test_patients", columns.DISORDER_ID]) <= seen
    assert len(split) == size


@settings(max_examples=12, deadline=None)
@given(size=st.integers(2, 150), seed=st.integers(0, 10_000))
def test_a_patient_under_two_ids_is_never_on_two_sides(size: int, seed: int) -> None:
    cases, labels = tables(size, seed)
    patient = cases[columns.PATIENT_ID]
    persons = cases.assign(**{columns.LIKELY_PERSON: patient.str[:-1] + "0"})  # ten ids a person
    split = assign_splits(persons, labels, PARAMS).merge(persons)
    assert sides(split, columns.LIKELY_PERSON, columns.SPLIT) <= 1
    assert sides(split[split[columns.SPLIT] == "train"], columns.LIKELY_PERSON, columns.FOLD) <= 1


def test_cases_without_a_label_are_split_into_nothing() -> None:
    cases, labels = tables(4, 0)
    assert assign_splits(cases, labels.iloc[:0], PARAMS).empty


def test_the_order_of_rows_changes_nothing_and_the_seed_does() -> None:
    cases, labels = tables(300, 1)
    split = assign_splits(cases, labels, PARAMS)
    shuffled = assign_splits(cases.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=2), PARAMS)
    pd.testing.assert_frame_equal(split, shuffled)
    assert not split.equals(assign_splits(cases, labels, PARAMS.model_copy(update={"seed": 8})))


def test_shares_are_kept_and_folds_are_level() -> None:
    number = np.arange(2_000)
    case_ids = [f"C{n:05d}" for n in number]
    cases = pd.DataFrame(
        {columns.CASE_ID: case_ids, columns.PATIENT_ID: [f"SIM-{n:06d}" for n in number], columns.REFERENCE: None}
    )
    cases = cases.assign(**{columns.LIKELY_PERSON: cases[columns.PATIENT_ID]})
    labels = pd.DataFrame(
        {
            columns.CASE_ID: case_ids,
            columns.IS_ORPHAN: True,
            columns.CATEGORY: [f"category_{n % 4}" for n in number % 400],
            columns.DISORDER_ID: [f"OMIM:{n}" for n in number % 400],
            columns.PROVENANCE: "simulated",
        }
    )
    table = assign_splits(cases, labels, PARAMS).merge(labels)
    assert table.loc[table[columns.SPLIT] == "test_disorders", columns.GROUP].nunique() == 60
    assert (table[columns.SPLIT] == "test_patients").sum() == 255  # 15 % of 2,000 - 60 * 5
    by_fold = table[table[columns.FOLD] >= 0].groupby([columns.CATEGORY, columns.FOLD]).size().unstack()
    assert by_fold.max().max() - by_fold.min().min() <= 15
