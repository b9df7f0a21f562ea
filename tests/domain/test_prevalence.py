"""Which record speaks for a disorder, and on which side of a jurisdiction's line it falls."""

import pandas as pd
import pytest

from orphan_disease.contracts.parameters.knowledge import RarityThresholds
from orphan_disease.domain.prevalence import choose_prevalence_classes, rarity_tier

EU = RarityThresholds(orphan_per_100000=50, ultra_orphan_per_100000=2)


def _records(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["prevalence_type", "prevalence_class", "geography"])
    return frame.assign(orpha_code="1")


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([("Annual incidence", ">1 / 1000", "Worldwide"), ("Point prevalence", "<1 / 1 000 000", "Peru")],
         "<1 / 1 000 000"),
        ([("Point prevalence", ">1 / 1000", "Peru"), ("Point prevalence", "1-5 / 10 000", "Europe"),
          ("Point prevalence", "1-9 / 100 000", "Worldwide")], "1-9 / 100 000"),
        ([("Point prevalence", "1-9 / 1 000 000", "Peru"), ("Point prevalence", "1-5 / 10 000", "Chile")],
         "1-5 / 10 000"),
        ([("Point prevalence", None, "Worldwide"), ("Lifetime Prevalence", "6-9 / 10 000", "Spain")], "6-9 / 10 000"),
    ],
)  # fmt: skip
def test_type_goes_before_place_and_place_before_the_commonest(rows: list[tuple[str, str, str]], chosen: str) -> None:
    assert choose_prevalence_classes(_records(*rows)) == {"1": chosen}


def test_a_disorder_without_a_class_has_none() -> None:
    assert choose_prevalence_classes(_records(("Cases/families", None, "Worldwide"))) == {}


@pytest.mark.parametrize(
    ("stated", "tier"),
    [(">1 / 1000", "non_orphan"), ("6-9 / 10 000", "non_orphan"), ("1-5 / 10 000", "rare"), ("1-9 / 100 000", "rare"),
     ("1-9 / 1 000 000", "ultra_orphan"), ("<1 / 1 000 000", "ultra_orphan"), (None, None), ("Unknown", None)],
)  # fmt: skip
def test_tiers_of_the_european_union(stated: str | None, tier: str | None) -> None:
    assert rarity_tier(stated, ["98006"], ["68416"], EU) == tier


def test_a_neglected_disorder_is_neglected_however_common() -> None:
    assert rarity_tier(">1 / 1000", ["68416", "98006"], ["68416"], EU) == "neglected"
