"""Which entries are one disorder: the two rules on Orphanet's references, and names with their limits."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orphan_disease.domain.equivalence import group_entries, one_to_one_pairs


def _references(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["orpha_code", "reference_id", "relation"], dtype="str")
    return frame.assign(source="OMIM")


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        # exact and alone
        ([("1", "OMIM:1", "E")], [("ORPHA:1", "OMIM:1")]),
        # exact, whatever else is broader or narrower
        ([("1", "OMIM:1", "E"), ("1", "OMIM:2", "BTNT"), ("3", "OMIM:1", "NTBT")], [("ORPHA:1", "OMIM:1")]),
        # two exact numbers, or two exact codes: neither
        ([("1", "OMIM:1", "E"), ("1", "OMIM:2", "E")], []),
        ([("1", "OMIM:1", "E"), ("2", "OMIM:1", "E")], []),
        # broader or narrower, and nothing else on either side
        ([("1", "OMIM:1", "NTBT")], [("ORPHA:1", "OMIM:1")]),
        ([("1", "OMIM:1", "BTNT"), ("1", "OMIM:2", "BTNT")], []),
        ([("1", "OMIM:1", "BTNT"), ("2", "OMIM:1", "ND")], []),
        # undecided is never equal
        ([("1", "OMIM:1", "ND")], []),
    ],
)
def test_the_two_rules(rows: list[tuple[str, str, str]], pairs: list[tuple[str, str]]) -> None:
    assert one_to_one_pairs(_references(*rows), []) == pairs


def test_a_group_of_disorders_is_no_partner_and_takes_none_away() -> None:
    rows = _references(("1", "OMIM:1", "E"), ("9", "OMIM:1", "E"), ("9", "OMIM:2", "E"))
    assert one_to_one_pairs(rows, ["9"]) == [("ORPHA:1", "OMIM:1")]


def test_decipher_joins_by_name_and_the_others_do_not_unless_asked() -> None:
    names = {"OMIM:1": "Sotos syndrome", "ORPHA:2": "Sotos syndrome", "DECIPHER:17": "Sotos syndrome (x)"}
    assert group_entries({name: names[name] for name in ("OMIM:1", "ORPHA:2")}, [], {"DECIPHER"}) == [
        ("OMIM:1",),
        ("ORPHA:2",),
    ]
    assert group_entries(names, [], {"OMIM", "ORPHA", "DECIPHER"}) == [("DECIPHER:17", "OMIM:1", "ORPHA:2")]


def test_a_name_never_joins_two_numbers_of_one_database() -> None:
    names = {"OMIM:1": "A syndrome", "OMIM:2": "A syndrome", "ORPHA:3": "A syndrome"}
    assert group_entries(names, [], {"OMIM", "ORPHA"}) == [("OMIM:1",), ("OMIM:2",), ("ORPHA:3",)]


def test_a_name_does_not_join_groups_that_already_hold_a_number_each() -> None:
    names = {"OMIM:1": "X", "ORPHA:1": "Same name", "OMIM:2": "Same name", "DECIPHER:3": "Same name"}
    groups = group_entries(names, [("ORPHA:1", "OMIM:1")], {"DECIPHER"})
    assert groups == [("DECIPHER:3",), ("OMIM:1", "ORPHA:1"), ("OMIM:2",)]


ENTRY = st.tuples(st.sampled_from(["OMIM", "ORPHA", "DECIPHER"]), st.integers(1, 6)).map(
    lambda pair: f"{pair[0]}:{pair[1]}"
)


@given(
    st.dictionaries(ENTRY, st.sampled_from(["one disease", "other disease", "third disease"])),
    st.lists(st.tuples(ENTRY, ENTRY), max_size=5),
)
def test_every_entry_is_in_exactly_one_group(names: dict[str, str], pairs: list[tuple[str, str]]) -> None:
    groups = group_entries(names, pairs, {"OMIM", "ORPHA", "DECIPHER"})
    assert sorted(entry for members in groups for entry in members) == sorted(names)
    together = {entry: members for members in groups for entry in members}
    assert all(together[left] == together[right] for left, right in pairs if left in names and right in names)
