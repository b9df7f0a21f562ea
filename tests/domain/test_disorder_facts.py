import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.disorder_facts import first_onset_rows, inheritances_of_entries, onsets_of_entries

INFANTILE, CHILDHOOD, NEONATAL, LATE, SEIZURE, DOMINANT = (
    "HP:0003593",
    "HP:0011463",
    "HP:0003623",
    "HP:0003584",
    "HP:0001250",
    "HP:0000006",
)
ROWS = pd.DataFrame(
    [
        ("OMIM:1", "C", LATE, False, None),
        ("OMIM:1", "P", SEIZURE, False, NEONATAL),  # the clinical course goes before
        ("OMIM:2", "P", SEIZURE, False, CHILDHOOD),
        ("OMIM:2", "P", SEIZURE, False, INFANTILE),
        ("OMIM:2", "P", SEIZURE, True, NEONATAL),  # negated
        ("OMIM:3", "P", SEIZURE, False, None),
        ("OMIM:3", "I", DOMINANT, False, None),
        ("OMIM:4", "C", LATE, True, None),
        ("OMIM:4", "I", DOMINANT, True, None),
    ],
    columns=[columns.DATABASE_ID, columns.ASPECT, columns.TERM_ID, columns.NEGATED, columns.ONSET],
)


def test_the_course_says_when_a_disorder_begins_and_the_first_feature_where_it_is_silent() -> None:
    assert onsets_of_entries(ROWS) == {"OMIM:1": ["Elderly"], "OMIM:2": ["Infancy"]}
    assert first_onset_rows(ROWS).index.tolist() == [3]


def test_without_dated_features_nothing_is_added() -> None:
    assert onsets_of_entries(ROWS.loc[ROWS[columns.ONSET].isna()]) == {"OMIM:1": ["Elderly"]}


def test_inheritance_is_what_is_stated_and_not_negated() -> None:
    assert inheritances_of_entries(ROWS) == {"OMIM:3": ["Autosomal dominant"]}
