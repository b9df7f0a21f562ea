import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain import ledger
from orphan_disease.domain.ledger import LEDGER_COLUMNS, Cause

CAUSE = Cause("pain", "VITAL_OUT_OF_RANGE", "outside 0 to 10 points", CleaningAction.IMPUTE)
RECORDS = pd.DataFrame({columns.SOURCE_FILE: "f.csv", columns.SOURCE_LINE: [2, 3], columns.CASE_ID: ["A", "B"]})


def test_only_the_records_found_are_named_and_no_value_is() -> None:
    found = ledger.findings_of_rows(RECORDS.assign(pain=[99, 3]), pd.Series([True, False]), CAUSE)
    assert found.to_numpy().tolist() == [
        ["f.csv", 2, "A", "pain", "VITAL_OUT_OF_RANGE", "impute", "outside 0 to 10 points"]
    ]


def test_ledgers_are_ordered_whatever_the_order_they_come_in() -> None:
    first = ledger.findings_of_rows(RECORDS, pd.Series([True, False]), CAUSE)
    second = ledger.findings_of_rows(RECORDS, pd.Series([False, True]), CAUSE)
    pd.testing.assert_frame_equal(ledger.concatenate([first, second]), ledger.concatenate([second, first]))


def test_nothing_found_is_an_empty_ledger_of_the_same_shape() -> None:
    nothing = ledger.findings_of_rows(RECORDS, pd.Series([False, False]), CAUSE)
    something = ledger.findings_of_rows(RECORDS, pd.Series([True, True]), CAUSE)
    assert tuple(nothing.columns) == LEDGER_COLUMNS
    pd.testing.assert_series_equal(nothing.dtypes, something.dtypes)
    assert ledger.concatenate([]).empty


def test_a_row_without_a_line_is_told_without_one() -> None:
    row = ledger.findings_of_rows(RECORDS.drop(columns=columns.SOURCE_LINE), pd.Series([True, False]), CAUSE)
    message = ledger.message_of(row.iloc[0].to_dict())
    assert message == "f.csv, pain: outside 0 to 10 points; set missing (reason VITAL_OUT_OF_RANGE)"
