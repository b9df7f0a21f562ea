"""The packaged versions, newest first, with what was measured of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.contracts.validation import VALIDATION_RESULTS_FILE

__all__ = ["VersionLine", "version_lines"]


@dataclass(frozen=True)
class VersionLine:
    """One packaged version.

    Attributes:
        version: of the package.
        made_at: UTC.
        knowledge_version: releases of its knowledge.
        macro_f1: lower bound of the interval on unseen disorders, with whose patients; "-" where not validated.
        gates: how many checks passed; "-" where not validated.
        pointers: names that point to it, and `served` where it was champion once.
    """

    version: str
    made_at: datetime
    knowledge_version: str
    macro_f1: str
    gates: str
    pointers: tuple[str, ...]


def version_lines(store: PackageStore) -> list[VersionLine]:
    """Every version of a store, newest first.

    Raises:
        PackageError: if a manifest cannot be read.
    """
    pointers = store.pointers()
    served = {event.champion for event in store.history.events() if event.is_move}
    lines = [_line(store, version, pointers, served) for version in store.versions()]
    return sorted(lines, key=lambda line: (line.made_at, line.version), reverse=True)


def _line(store: PackageStore, version: str, pointers: dict[str, str], served: set[str | None]) -> VersionLine:
    manifest = store.manifest(version)
    content = store.evidence(version, VALIDATION_RESULTS_FILE)
    results: dict[str, Any] = orjson.loads(content) if content else {}
    names = [name for name, named in pointers.items() if named == version]
    return VersionLine(
        version=version,
        made_at=manifest.created_at,
        knowledge_version=manifest.knowledge_version,
        macro_f1=_macro_f1(results),
        gates=_gates(results),
        pointers=(*names, *(["served"] if version in served and "champion" not in names else [])),
    )


def _macro_f1(results: dict[str, Any]) -> str:
    figure = results.get("macro_f1")
    if not figure:
        return "-"
    return f"{figure['value']:.3f} ({figure['low']:.3f}-{figure['high']:.3f}), {figure['provenance']}"


def _gates(results: dict[str, Any]) -> str:
    states = [check["status"] for check in results.get("checks", ()) if check["status"] != "not_applicable"]
    return f"{states.count('passed')}/{len(states)} passed" if states else "-"
