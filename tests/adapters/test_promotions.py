"""Promotion, rollback and retention on a store of tiny packages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pytest

from orphan_disease.adapters.champion_dataset import ChampionMoveDataset
from orphan_disease.adapters.model_package import ModelPackageDataset
from orphan_disease.adapters.package_manifest import PackageError
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotion_history import PromotionConflictError
from orphan_disease.adapters.promotions import (
    Asked,
    Challenge,
    PromotionRefusedError,
    promote,
    prunable_versions,
    roll_back,
)
from orphan_disease.adapters.version_table import version_lines
from orphan_disease.contracts.validation import VALIDATION_RESULTS_FILE
from tests.domain.small_predictor import small_cases, small_predictor

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
ASKED = Asked(by="tester", reason="a test")
FIGURE = {"value": 0.8, "low": 0.7, "high": 0.9, "provenance": "simulated"}


def better(champion: str, challenger: str) -> tuple[bool, str, Mapping[str, Any]]:
    return True, "better by the paired test", {"champion_version": champion, "candidate_version": challenger}


def no_better(champion: str, challenger: str) -> tuple[bool, str, Mapping[str, Any]]:
    return False, "not better by the paired test", {"p_value": 0.4}


def take(
    store: PackageStore, version: str, challenge: Challenge = better, asked: Asked = ASKED, **rules: bool
) -> str | None:
    given = {"gates_required": True, "approval_required": False, **rules}
    return promote(store, version, asked, challenge, **given).champion


def validate(store: PackageStore, version: str, status: str = "passed") -> None:
    results = {"model_version": version, "macro_f1": FIGURE, "checks": [{"name": "macro_f1", "status": status}]}
    store.keep_evidence(version, VALIDATION_RESULTS_FILE, orjson.dumps(results))


@pytest.fixture(params=["local", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "models") if request.param == "local" else f"memory:///{tmp_path.name}/models"


@pytest.fixture
def store(root: str) -> PackageStore:
    return PackageStore(root)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Three packages, written once: each test takes copies."""
    folder = tmp_path_factory.mktemp("packaged")
    store = PackageStore(str(folder))
    return folder, [store.write(replace(small_predictor(), differential_length=length)) for length in (5, 6, 7)]


@pytest.fixture
def versions(store: PackageStore, packaged: tuple[Path, list[str]]) -> list[str]:
    """Three versions that passed their gates; `latest` names the last."""
    folder, made = packaged
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        store._put(f"{store._path}/{file.relative_to(folder).as_posix()}", file.read_bytes())
    for version in made:
        validate(store, version)
    store.point("latest", made[-1])
    return made


def answers(root: str, wanted: str = "champion") -> pd.DataFrame:
    predictor = ModelPackageDataset(filepath=root, load_version_or_pointer=wanted, fallback="latest").load()
    return predictor.predict(small_cases(), predicted_at=MOMENT)


def test_the_champion_is_served_and_else_the_version_trained_last(store: PackageStore, versions: list[str]) -> None:
    assert store.served() == versions[2]
    take(store, versions[0])
    assert (store.served(), store.resolve("latest")) == (versions[0], versions[2])
    with pytest.raises(PackageError, match="moves by `orphan-disease promote`"):
        store.point("champion", versions[1])


def test_a_rollback_gives_the_older_versions_answers_to_the_bit(
    root: str, store: PackageStore, versions: list[str]
) -> None:
    first, second, _ = versions
    take(store, first)
    before = answers(root)
    take(store, second)
    assert set(answers(root)["model_version"]) == {second}

    event = roll_back(store, None, ASKED)

    assert (event.from_version, event.champion) == (second, first)
    pd.testing.assert_frame_equal(answers(root), before, check_exact=True)


def test_the_history_says_why_a_version_was_refused(store: PackageStore, versions: list[str]) -> None:
    take(store, versions[0])
    with pytest.raises(PromotionRefusedError, match="not better by the paired test"):
        take(store, versions[1], no_better)
    validate(store, versions[2], "failed")
    with pytest.raises(PromotionRefusedError, match="fails 1 of its gates: macro_f1"):
        take(store, versions[2])
    with pytest.raises(PromotionRefusedError, match="a person must approve it"):
        take(store, versions[1], approval_required=True)

    events = store.history.events()
    assert [event.action.value for event in events] == ["promoted", "refused", "refused", "refused"]
    assert events[1].comparison == {"p_value": 0.4}
    assert events[1].report == store.evidence_digest(versions[1], VALIDATION_RESULTS_FILE)
    assert store.served() == versions[0]


def test_a_version_without_validation_results_is_refused(store: PackageStore) -> None:
    version = store.write(small_predictor())
    with pytest.raises(PromotionRefusedError, match="no validation results beside it"):
        take(store, version)
    assert take(store, version, gates_required=False) == version


def test_another_versions_results_do_not_count(store: PackageStore, versions: list[str]) -> None:
    content = store.evidence(versions[0], VALIDATION_RESULTS_FILE)
    assert content is not None
    store.keep_evidence(versions[1], VALIDATION_RESULTS_FILE, content)
    with pytest.raises(PackageError, match=rf"results beside {versions[1]} are of {versions[0]}"):
        take(store, versions[1])


def test_a_person_may_stand_above_the_comparison_but_not_above_the_gates(
    store: PackageStore, versions: list[str]
) -> None:
    take(store, versions[0])
    with pytest.raises(PromotionRefusedError, match="a person must approve it"):
        take(store, versions[1], no_better, replace(ASKED, override=True))
    approved = replace(ASKED, override=True, approved_by="Dr A")
    assert take(store, versions[1], no_better, approved) == versions[1]
    assert store.history.events()[-1].approved_by == "Dr A"
    validate(store, versions[2], "failed")
    with pytest.raises(PromotionRefusedError, match="gates"):
        take(store, versions[2], better, approved)


def test_a_request_against_another_champion_than_expected_changes_nothing(
    store: PackageStore, versions: list[str]
) -> None:
    take(store, versions[0], asked=replace(ASKED, expected="none"))
    for act in (
        lambda asked: take(store, versions[1], asked=asked),
        lambda asked: roll_back(store, versions[1], asked),
    ):
        with pytest.raises(PromotionConflictError, match=f"the champion is {versions[0]}, and not {versions[2]}"):
            act(replace(ASKED, expected=versions[2]))
    assert len(store.history.events()) == 1


def test_a_champion_that_moves_during_the_comparison_refuses_the_promotion(
    store: PackageStore, versions: list[str]
) -> None:
    take(store, versions[0])

    def slow(champion: str, challenger: str) -> tuple[bool, str, Mapping[str, Any]]:
        take(store, versions[2])
        return better(champion, challenger)

    with pytest.raises(PromotionConflictError, match=f"the champion is {versions[2]}"):
        take(store, versions[1], slow)


def test_there_must_be_something_to_go_back_to(store: PackageStore, versions: list[str]) -> None:
    with pytest.raises(PromotionRefusedError, match="no version was promoted yet"):
        roll_back(store, None, ASKED)
    take(store, versions[0])
    with pytest.raises(PromotionRefusedError, match="is the first champion"):
        roll_back(store, None, ASKED)
    never = store.write(replace(small_predictor(), differential_length=9))
    with pytest.raises(PromotionRefusedError, match="never served"):
        roll_back(store, never, ASKED)


def test_nobody_goes_back_to_a_damaged_version(store: PackageStore, versions: list[str]) -> None:
    take(store, versions[0])
    take(store, versions[1])
    victim = f"{store._path}/{versions[0]}/predictor/index.json"
    store._fs.pipe_file(victim, store._fs.cat_file(victim) + b" ")
    with pytest.raises(PackageError, match=r"index\.json: SHA-256"):
        roll_back(store, None, ASKED)
    assert store.served() == versions[1]


def test_what_served_is_kept_for_ever(store: PackageStore, versions: list[str]) -> None:
    assert prunable_versions(store, 0) == []  # before the first promotion, any of them may have served
    take(store, versions[0])
    later = [store.write(replace(small_predictor(), differential_length=length)) for length in (10, 11, 12)]
    validate(store, later[1])
    take(store, later[1])

    assert prunable_versions(store, 0) == [later[0], later[2]]
    assert prunable_versions(store, 1) == [later[0]]
    store.remove(later[0])
    assert later[0] not in store.versions()
    for kept in (later[1], versions[0], versions[2]):
        with pytest.raises(PackageError, match="is kept"):
            store.remove(kept)


def test_the_table_of_versions(store: PackageStore, versions: list[str]) -> None:
    take(store, versions[0])
    take(store, versions[1])
    lines = {line.version: line for line in version_lines(store)}
    assert list(lines) == versions[::-1]
    assert [lines[version].pointers for version in versions] == [("served",), ("champion",), ("latest",)]
    assert lines[versions[0]].macro_f1 == "0.800 (0.700-0.900), simulated"
    assert lines[versions[0]].gates == "1/1 passed"


@pytest.mark.parametrize("promoted", [True, False])
def test_a_retraining_ends_in_the_history(root: str, store: PackageStore, versions: list[str], promoted: bool) -> None:
    record = {
        "champion_version": versions[2],  # served as the version trained last: none was promoted
        "candidate_version": versions[0],
        "promoted": promoted,
        "verdict": "why",
        "p_value": 0.03,
    }
    dataset = ChampionMoveDataset(filepath=root, by="retraining")
    dataset.save(record)
    (event,) = store.history.events()
    assert (event.by, event.reason, event.comparison) == ("retraining", "why", {"p_value": 0.03})
    assert dataset.load() == (versions[0] if promoted else versions[2])
    dataset.save(record)  # as a run that was cut off just after it does
    assert store.history.events() == [event]
    if promoted:
        with pytest.raises(Exception, match=f"{versions[0]} is served now, and not {versions[2]}"):
            dataset.save(record | {"verdict": "another comparison with a champion of the past"})


@pytest.mark.parametrize("name", ["../latest", "/etc/passwd", "", ".hidden", "a/b"])
def test_a_name_never_leads_out_of_the_store(store: PackageStore, name: str) -> None:
    with pytest.raises(PackageError, match="is no name of a version or pointer"):
        store.resolve(name)
