"""Which version is served, and how it came to be: an append-only history that is the pointer itself.

```
<root>/champion/000001.json     one event each; the last one says which version is the champion
```
An event is created only where its number is free (a hard link locally, `If-None-Match: *` on an object store), so
moving the champion and recording the move are one atomic step: of many promotions that start from the same champion,
exactly one takes the next number as a move, and the others see that the champion has changed. Each event carries the
SHA-256 of the one before: a changed or removed entry is found.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EBUSY
from pathlib import PurePosixPath
from typing import Any, Final

from fsspec import AbstractFileSystem
from pydantic import ValidationError

from orphan_disease.adapters.atomic_files import create_exclusively
from orphan_disease.contracts.promotion import ChampionEvent, PromotionAction

__all__ = ["Championship", "HistoryError", "PromotionConflictError", "PromotionHistory", "Request"]

DIGITS: Final = 6


class HistoryError(ValueError):
    """A history that was changed; the message names the entry."""


class PromotionConflictError(RuntimeError):
    """The champion moved meanwhile, or is not the expected one; nothing was changed."""


@dataclass(frozen=True)
class Championship:
    """The state that a promotion starts from.

    Attributes:
        version: the champion; None before the first promotion.
        moves: how often the champion has moved; tells a champion that came back from one that never left.
        by: who moved it last.
        at: when, UTC.
    """

    version: str | None = None
    moves: int = 0
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Request:
    """What is asked of the history; see `contracts.promotion.ChampionEvent` for the fields."""

    action: PromotionAction
    version: str
    by: str
    reason: str
    approved_by: str | None = None
    report: str | None = None
    comparison: Mapping[str, Any] | None = None


class PromotionHistory:
    """The events below one folder or prefix."""

    def __init__(self, filesystem: AbstractFileSystem, folder: str) -> None:
        """Name the place; nothing is read yet."""
        self._fs = filesystem
        self._folder = folder.rstrip("/")

    def events(self) -> list[ChampionEvent]:
        """Every event, oldest first, with the chain verified.

        Raises:
            HistoryError: if an entry is missing, unreadable, or does not follow the one before.
        """
        return [event for event, _ in self._chain()]

    def state(self) -> Championship:
        """Which version is the champion now, by the whole verified history."""
        return _state_after(self.events())

    def champion(self) -> str | None:
        """The version that is served by promotion, read off the last entry alone; None before the first promotion."""
        numbers = self._numbers()
        return self._read(numbers[-1])[0].champion if numbers else None

    def append(self, request: Request, start: Championship, *, now: datetime | None = None) -> ChampionEvent:
        """Record an event, if the champion is still the one that the request started from.

        Args:
            request: what is to be recorded.
            start: the state that was read before the request was prepared. A refusal is recorded whatever moved.
            now: UTC; the clock if not given.

        Raises:
            PromotionConflictError: if the champion has moved since.
        """
        while True:
            chain = list(self._chain())
            found = _state_after([event for event, _ in chain])
            if request.action is not PromotionAction.REFUSED:
                _require_unmoved(start, found, request)
            event = _event(request, found, chain, now or datetime.now(UTC))
            try:
                self._create(event)
            except FileExistsError:
                continue  # another event took the number: look again at what it says
            return event

    def _chain(self) -> Iterator[tuple[ChampionEvent, str]]:
        previous = ""
        for position, number in enumerate(self._numbers(), start=1):
            if number != position:
                raise HistoryError(f"{self._folder}: entry {position} is missing, the history was changed")
            event, digest = self._read(number)
            if event.previous != previous or event.number != number:
                raise HistoryError(
                    f"{self._path(number)}: does not follow the entry before it, the history was changed; compare it "
                    "with a backup before anything is promoted"
                )
            previous = digest
            yield event, digest

    def _numbers(self) -> list[int]:
        self._fs.invalidate_cache()
        if not self._fs.isdir(self._folder):
            return []
        names = (PurePosixPath(path) for path in self._fs.ls(self._folder, detail=False))
        return sorted(int(name.stem) for name in names if name.suffix == ".json" and name.stem.isdecimal())

    def _read(self, number: int) -> tuple[ChampionEvent, str]:
        content = self._fs.cat_file(self._path(number))
        try:
            return ChampionEvent.model_validate_json(content), hashlib.sha256(content).hexdigest()
        except ValidationError as error:
            msg = f"{self._path(number)}: not an entry ({error.error_count()} invalid fields), the history was changed"
            raise HistoryError(msg) from None

    def _create(self, event: ChampionEvent) -> None:
        content = (event.model_dump_json() + "\n").encode("utf-8")
        path = self._path(event.number)
        if "file" in _protocols(self._fs):
            create_exclusively(path, content)
            return
        try:
            self._fs.pipe_file(path, content, mode="create")
        except OSError as error:
            # A store says in several ways that the number is taken (412), or being taken this moment (409).
            self._fs.invalidate_cache()
            if error.errno == EBUSY or self._fs.exists(path):
                raise FileExistsError(path) from error
            raise

    def _path(self, number: int) -> str:
        return f"{self._folder}/{number:0{DIGITS}}.json"


def _protocols(filesystem: AbstractFileSystem) -> tuple[str, ...]:
    named = filesystem.protocol
    return (named,) if isinstance(named, str) else tuple(named)


def _state_after(events: list[ChampionEvent]) -> Championship:
    moves = [event for event in events if event.is_move]
    if not moves:
        return Championship()
    last = moves[-1]
    return Championship(last.champion, last.moves, last.by, last.at)


def _require_unmoved(start: Championship, found: Championship, request: Request) -> None:
    since = f", since {found.at:%Y-%m-%d %H:%M:%S} UTC by {found.by}" if found.at else ""
    if found.version == request.version:
        raise PromotionConflictError(f"{request.version} is the champion already{since}; nothing was changed")
    if (found.version, found.moves) != (start.version, start.moves):
        raise PromotionConflictError(
            f"the champion is {found.version or 'none yet'}{since}, and not {start.version or 'none'}, which this "
            "request started from; nothing was changed. Compare with the champion of now and ask again"
        )


def _event(
    request: Request, found: Championship, chain: list[tuple[ChampionEvent, str]], now: datetime
) -> ChampionEvent:
    moving = request.action is not PromotionAction.REFUSED
    return ChampionEvent(
        number=len(chain) + 1,
        moves=found.moves + moving,
        at=now,
        action=request.action,
        by=request.by,
        approved_by=request.approved_by,
        from_version=found.version,
        to_version=request.version,
        champion=request.version if moving else found.version,
        reason=request.reason,
        report=request.report,
        comparison=request.comparison,
        previous=chain[-1][1] if chain else "",
    )
