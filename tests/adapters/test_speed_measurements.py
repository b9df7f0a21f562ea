"""The measurement times what it says, on cases that can be drawn again."""

from pathlib import Path

import pandas as pd

from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.adapters.speed_measurements import draw_cases, measure_speed
from tests.domain.small_predictor import small_predictor


def test_drawn_cases_are_of_the_knowledge_and_the_same_for_a_seed() -> None:
    knowledge = small_predictor().knowledge
    cases = draw_cases(knowledge, 20, seed=3)
    pd.testing.assert_frame_equal(cases, draw_cases(knowledge, 20, seed=3))
    assert cases["case_id"].is_unique
    assert all(set(terms) <= set(knowledge.ontology.term_ids) and terms for terms in cases["observed_terms"])


def test_every_size_and_every_way_of_asking_is_told_and_drawn(tmp_path: Path) -> None:
    store = PackageStore(str(tmp_path / "models"))
    store.point(LATEST, store.write(small_predictor()))
    table = measure_speed(str(tmp_path / "models"), (10, 70), seed=1, plot=tmp_path / "growth.png")
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert rows[-2:] == ["10", "70"]
    assert sum(row.startswith("one ") for row in rows) == 3
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
