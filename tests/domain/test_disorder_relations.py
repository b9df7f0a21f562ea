"""Kin: what ties disorders together, and what must not."""

import pandas as pd

from orphan_disease.domain.disorder_relations import related_groups

GROUPS = [("OMIM:1", "ORPHA:1"), ("OMIM:2",), ("OMIM:3",), ("ORPHA:4",), ("ORPHA:5",), ("ORPHA:6",)]
NAMES = {
    "OMIM:1": "Some disease 1", "ORPHA:1": "Some disease", "OMIM:2": "Another thing", "OMIM:3": "Some disease 12",
    "ORPHA:4": "Some disease", "ORPHA:5": "x", "ORPHA:6": "y",
}  # fmt: skip


def _kin(references: list[tuple[str, str]], parents: list[tuple[str, str]], categories: list[str]) -> list[list[int]]:
    return related_groups(
        GROUPS,
        NAMES,
        pd.DataFrame(references, columns=["orpha_code", "reference_id"], dtype="str"),
        pd.DataFrame(parents, columns=["orpha_code", "parent_code"], dtype="str"),
        categories,
    )


def test_series_ties_omim_entries_by_their_stem_and_no_others() -> None:
    assert _kin([], [], []) == [[2], [], [0], [], [], []]


def test_forms_of_one_orphanet_entry_are_kin_with_it_and_with_each_other() -> None:
    assert _kin([("5", "OMIM:2"), ("5", "OMIM:3")], [], [])[1] == [2, 4]


def test_a_parent_ties_to_each_child_but_not_the_children_together() -> None:
    kin = _kin([], [("4", "5"), ("6", "5")], [])
    assert (kin[3], kin[4], kin[5]) == ([4], [3, 5], [4])


def test_a_category_ties_nothing() -> None:
    assert _kin([("5", "OMIM:2"), ("5", "OMIM:3")], [("4", "5")], ["5"]) == _kin([], [], [])


def test_what_is_in_no_group_is_passed_over() -> None:
    assert _kin([("77", "OMIM:2")], [("4", "99")], []) == _kin([], [], [])
