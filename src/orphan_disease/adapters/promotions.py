"""Promotion, rollback and retention on a package store: what a change board asks for, refused or done, and recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from orphan_disease.adapters.package_manifest import PackageError, verify_package
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotion_history import Championship, PromotionConflictError, Request
from orphan_disease.contracts.promotion import ChampionEvent, PromotionAction
from orphan_disease.contracts.validation import VALIDATION_RESULTS_FILE

__all__ = ["Asked", "Challenge", "PromotionRefusedError", "promote", "prunable_versions", "roll_back"]

Challenge = Callable[[str, str], tuple[bool, str, Mapping[str, Any]]]
"""Champion and challenger -> whether the challenger is taken, why, and the comparison."""


class PromotionRefusedError(RuntimeError):
    """A version that is not taken; the history says so too."""


@dataclass(frozen=True)
class Asked:
    """Who asks for what.

    Attributes:
        by: account that asks.
        reason: why, in words.
        approved_by: person who approved it.
        expected: the champion that the asker believes in; a request against another one is refused.
        override: whether the person's approval stands above the comparison with the champion (never above the gates).
    """

    by: str
    reason: str
    approved_by: str | None = None
    expected: str | None = None
    override: bool = False


def promote(  # noqa: PLR0913  # what, by whom, under which rules
    store: PackageStore,
    version: str,
    asked: Asked,
    challenge: Challenge,
    *,
    gates_required: bool,
    approval_required: bool,
) -> ChampionEvent:
    """Let a version serve.

    Args:
        store: of the packages.
        version: a version or pointer.
        asked: by whom, and why.
        challenge: compares with the champion, where there is one.
        gates_required: whether the version's validation results must be there and passed.
        approval_required: whether a person must have approved it.

    Returns:
        The event that the history now ends with.

    Raises:
        PromotionRefusedError: if a gate, the comparison or a missing approval stands against it; recorded.
        PromotionConflictError: if the champion is another one than expected, or moved meanwhile; not recorded.
        PackageError: if there is no such version, or it is damaged.
    """
    start = _start(store, asked)
    wanted = store.resolve(version)
    if wanted == start.version:
        raise PromotionConflictError(f"{wanted} is the champion already; nothing was changed")
    with store.local_copy(wanted) as folder:
        verify_package(folder, wanted)
    report = store.evidence_digest(wanted, VALIDATION_RESULTS_FILE)
    comparison: Mapping[str, Any] | None = None
    against = _gate_failure(store, wanted) if gates_required else None
    if against is None and (approval_required or asked.override) and not asked.approved_by:
        against = "a person must approve it: --approved-by <name>"
    if against is None and start.version is not None and not asked.override:
        taken, why, comparison = challenge(start.version, wanted)
        against = None if taken else why
    action = PromotionAction.PROMOTED if against is None else PromotionAction.REFUSED
    reason = asked.reason if against is None else f"{against} (asked for: {asked.reason})"
    request = Request(action, wanted, asked.by, reason, asked.approved_by, report, comparison)
    event = store.history.append(request, start)
    if against is not None:
        raise PromotionRefusedError(f"{wanted} is not promoted: {against}")
    return event


def roll_back(store: PackageStore, version: str | None, asked: Asked) -> ChampionEvent:
    """Let a version serve again that has served before; nothing is compared and no model is loaded.

    A version made before the first promotion counts as one that served, as the version trained last did until then.

    Args:
        store: of the packages.
        version: any version that was champion; the one before the champion if not given.
        asked: by whom, and why.

    Raises:
        PromotionRefusedError: if there is nothing to go back to, or the version never served.
        PromotionConflictError: if the champion is another one than expected, or moved meanwhile.
        PackageError: if the version's files are damaged.
    """
    start = _start(store, asked)
    served = [event for event in store.history.events() if event.is_move]
    if not served:
        raise PromotionRefusedError("no version was promoted yet, so there is nothing to go back to")
    wanted = served[-1].from_version if version is None else store.resolve(version)
    if wanted is None:
        raise PromotionRefusedError(f"{served[-1].champion} is the first champion; name the version to go to")
    if wanted not in {event.champion for event in served} and not _made_before(store, wanted, served[0]):
        raise PromotionRefusedError(f"{wanted} never served; `orphan-disease promote` takes new versions")
    with store.local_copy(wanted) as folder:
        verify_package(folder, wanted)
    report = store.evidence_digest(wanted, VALIDATION_RESULTS_FILE)
    request = Request(PromotionAction.ROLLED_BACK, wanted, asked.by, asked.reason, asked.approved_by, report)
    return store.history.append(request, start)


def prunable_versions(store: PackageStore, keep_never_served: int) -> list[str]:
    """Versions that the retention rule lets go, oldest first.

    Whatever was champion is kept for ever, and so is what a pointer names. Before the first promotion the version
    trained last was served, so what was made until then is kept too.

    Args:
        store: of the packages.
        keep_never_served: how many of the newest other versions are kept.
    """
    moves = [event for event in store.history.events() if event.is_move]
    if not moves:
        return []
    kept = {event.champion for event in moves} | set(store.pointers().values())
    made = {version: store.manifest(version).created_at for version in store.versions()}
    others = [version for version in made if version not in kept and not _made_before(store, version, moves[0])]
    oldest_first = sorted(others, key=lambda version: (made[version], version))
    return oldest_first[: max(0, len(oldest_first) - keep_never_served)]


def _made_before(store: PackageStore, version: str, event: ChampionEvent) -> bool:
    return store.manifest(version).created_at <= event.at


def _start(store: PackageStore, asked: Asked) -> Championship:
    start = store.history.state()
    if asked.expected is not None and asked.expected != (start.version or "none"):
        raise PromotionConflictError(
            f"the champion is {start.version or 'none yet'}, and not {asked.expected} as expected; nothing was changed"
        )
    return start


def _gate_failure(store: PackageStore, version: str) -> str | None:
    """What the validation results say against a version."""
    content = store.evidence(version, VALIDATION_RESULTS_FILE)
    if content is None:
        command = f"kedro run --pipeline=evaluation --params=model_version={version}"
        return f"no validation results beside it; `{command}` writes them"
    results = orjson.loads(content)
    if results.get("model_version") != version:
        raise PackageError(
            f"{store.root}: the validation results beside {version} are of {results.get('model_version')}"
        )
    failed = [check["name"] for check in results["checks"] if check["status"] == "failed"]
    return f"it fails {len(failed)} of its gates: {', '.join(failed)}" if failed else None
