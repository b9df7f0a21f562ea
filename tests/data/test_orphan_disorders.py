"""The facts on orphan disorders: well formed always, and borne out by Orphanet's archive where that is present."""

import re
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES

if TYPE_CHECKING:
    from tests.data.conftest import Packet

# The scheme `referral_route`, written out: the table speaks its language.
PRECEDENCE = (
    ("metabolic_endocrine", {"68367", "97978"}),
    ("neurological", {"98006"}),
    ("developmental_skeletal", {"93890", "93419"}),
)
CATEGORIES = {"metabolic_endocrine", "neurological", "developmental_skeletal", "organ_system"}


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return read_package_table("orphan_disorders")


def _ancestors(code: str, packets: "dict[str, Packet]") -> set[str]:
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(packets[current].parents if current in packets else ())
    return seen


def _expected_category(code: str, packets: "dict[str, Packet]") -> str:
    above = _ancestors(code, packets)
    return next((name for name, heads in PRECEDENCE if above & heads), "organ_system")


def test_there_are_enough_disorders_of_every_category(facts: pd.DataFrame) -> None:
    counts = Counter(facts["category"])
    assert set(counts) == CATEGORIES
    assert len(facts) >= 320
    assert min(counts.values()) >= 80


def test_every_cell_is_well_formed(facts: pd.DataFrame) -> None:
    assert facts["orpha_code"].is_unique
    assert facts["orpha_code"].str.fullmatch(r"[1-9]\d*").all()
    assert facts["name"].is_unique
    assert facts["name"].str.strip().eq(facts["name"]).all()
    assert facts["name"].str.len().gt(2).all()
    assert set(facts["prevalence_class"]) <= set(PREVALENCE_CLASSES)
    assert facts["omim_ids"].str.fullmatch(r"(\d{6}(\|\d{6}){0,5})?").all()


def test_every_row_cites_its_own_orphanet_entry(facts: pd.DataFrame) -> None:
    cited = facts["source"].str.extract(r"^Orphanet ORPHA:(\d+) \(.+\)(?:; GeneReviews NBK\d+)?$")[0]
    assert cited.eq(facts["orpha_code"]).all()


def test_the_categories_are_those_of_the_archives_classification(
    facts: pd.DataFrame, orphapackets: "dict[str, Packet]"
) -> None:
    expected = [_expected_category(code, orphapackets) for code in facts["orpha_code"]]
    wrong = facts[facts["category"] != pd.Series(expected, index=facts.index)]
    assert wrong.empty, wrong[["orpha_code", "name", "category"]].to_string()


def test_the_names_are_those_of_disorders_in_the_archive(
    facts: pd.DataFrame, orphapackets: "dict[str, Packet]"
) -> None:
    for code, name in zip(facts["orpha_code"], facts["name"], strict=True):
        packet = orphapackets[code]
        assert packet.kind not in {"Category", "Clinical group"}, code
        assert name in packet.names, code


def test_the_prevalence_classes_and_omim_numbers_are_the_archives(
    facts: pd.DataFrame, orphapackets: "dict[str, Packet]"
) -> None:
    for row in facts.itertuples():
        packet = orphapackets[row.orpha_code]
        assert row.prevalence_class in packet.prevalence_classes, row.orpha_code
        assert set(re.findall(r"\d{6}", row.omim_ids)) <= packet.omim_ids, row.orpha_code
