"""The history of champions: of many writers one wins, entries are never lost, and a changed entry is found."""

import multiprocessing
from pathlib import Path

import fsspec
import pytest

from orphan_disease.adapters.atomic_files import create_exclusively
from orphan_disease.adapters.promotion_history import (
    Championship,
    HistoryError,
    PromotionConflictError,
    PromotionHistory,
    Request,
)
from orphan_disease.contracts.promotion import PromotionAction

WRITERS = 8
START_SECONDS = 60


def promotion(version: str, action: PromotionAction = PromotionAction.PROMOTED) -> Request:
    return Request(action, version, by="tester", reason="a test")


@pytest.fixture(params=["local", "memory"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> PromotionHistory:
    if request.param == "local":
        return PromotionHistory(fsspec.filesystem("file"), str(tmp_path / "champion"))
    return PromotionHistory(fsspec.filesystem("memory"), f"/{tmp_path.name}/champion")


def test_the_last_move_says_who_is_champion(history: PromotionHistory) -> None:
    assert (history.champion(), history.state(), history.events()) == (None, Championship(), [])
    history.append(promotion("a"), history.state())
    history.append(promotion("b"), history.state())
    history.append(promotion("c", PromotionAction.REFUSED), history.state())
    history.append(promotion("a", PromotionAction.ROLLED_BACK), history.state())

    assert history.champion() == "a"
    told = [
        (event.number, event.moves, event.from_version, event.to_version, event.champion) for event in history.events()
    ]
    assert told == [(1, 1, None, "a", "a"), (2, 2, "a", "b", "b"), (3, 2, "b", "c", "b"), (4, 3, "b", "a", "a")]


def test_a_promotion_that_starts_from_a_former_champion_is_refused(history: PromotionHistory) -> None:
    start = history.state()
    history.append(promotion("a"), start)
    with pytest.raises(PromotionConflictError, match=r"the champion is a, since .* by tester, and not none"):
        history.append(promotion("b"), start)
    with pytest.raises(PromotionConflictError, match="a is the champion already"):
        history.append(promotion("a"), history.state())
    assert len(history.events()) == 1


def test_a_champion_that_came_back_is_not_one_that_never_left(history: PromotionHistory) -> None:
    history.append(promotion("a"), history.state())
    seen = history.state()
    history.append(promotion("b"), history.state())
    history.append(promotion("a", PromotionAction.ROLLED_BACK), history.state())
    with pytest.raises(PromotionConflictError, match="nothing was changed"):
        history.append(promotion("c"), seen)


def test_a_refusal_meanwhile_does_not_stand_in_the_way(history: PromotionHistory) -> None:
    start = history.state()
    history.append(promotion("x", PromotionAction.REFUSED), start)
    assert history.append(promotion("a"), start).number == 2


def _promote_at_once(folder: str, version: str, start: object, told: object) -> None:
    history = PromotionHistory(fsspec.filesystem("file"), folder)
    before = history.state()
    start.wait(START_SECONDS)  # type: ignore[attr-defined]
    try:
        history.append(promotion(version), before)
    except PromotionConflictError as error:
        told.put((version, str(error)))  # type: ignore[attr-defined]
    else:
        told.put((version, "promoted"))  # type: ignore[attr-defined]


def test_of_eight_promotions_at_once_exactly_one_wins(tmp_path: Path) -> None:
    folder = str(tmp_path / "champion")
    context = multiprocessing.get_context("fork")  # the writers need nothing of this process but its imports
    barrier, told = context.Barrier(WRITERS), context.Queue()
    names = [f"version-{number}" for number in range(WRITERS)]
    processes = [context.Process(target=_promote_at_once, args=(folder, name, barrier, told)) for name in names]
    for process in processes:
        process.start()
    answers = dict(told.get(timeout=START_SECONDS) for _ in names)
    for process in processes:
        process.join(START_SECONDS)

    winners = [name for name, answer in answers.items() if answer == "promoted"]
    history = PromotionHistory(fsspec.filesystem("file"), folder)
    assert [history.champion()] == winners
    assert len(history.events()) == 1
    refusals = [answer for answer in answers.values() if answer != "promoted"]
    assert len(refusals) == WRITERS - 1
    assert all(f"the champion is {winners[0]}" in refusal for refusal in refusals)


def test_a_changed_entry_is_found(history: PromotionHistory, tmp_path: Path) -> None:
    for version in ("a", "b", "c"):
        history.append(promotion(version), history.state())
    path = f"{history._folder}/000002.json"
    content = history._fs.cat_file(path)
    history._fs.pipe_file(path, content.replace(b"a test", b"no test"))
    with pytest.raises(HistoryError, match=r"000003\.json: does not follow the entry before it"):
        history.events()
    history._fs.rm_file(path)
    with pytest.raises(HistoryError, match="entry 2 is missing"):
        history.append(promotion("d"), Championship("c", 3))
    history._fs.pipe_file(path, b"{}")
    with pytest.raises(HistoryError, match=r"000002\.json: not an entry"):
        history.events()


def test_an_exclusive_file_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    create_exclusively(path, b"first")
    with pytest.raises(FileExistsError):
        create_exclusively(path, b"second")
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
