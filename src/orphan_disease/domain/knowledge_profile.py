"""Which knowledge a run stands on: releases, counts, and one line that says so."""

import hashlib
import json
from typing import Any, Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.knowledge import CategoryScheme

__all__ = ["describe_knowledge"]

_HASH_LENGTH: Final = 8
_UNSTATED: Final = "unstated"


def describe_knowledge(  # noqa: PLR0913, PLR0917  # one argument per source of knowledge
    hpo_terms: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    annotations_release: str,
    orphanet_disorders: pd.DataFrame,
    disorders: pd.DataFrame,
    scheme: CategoryScheme,
) -> dict[str, Any]:
    """Describe the knowledge of a run.

    Args:
        hpo_terms: terms of `domain.obo`, with their release.
        hpo_annotations: rows of `domain.annotations`.
        annotations_release: what the annotation file says of itself.
        orphanet_disorders: entries of the archive; without rows where it is absent.
        disorders: rows of `domain.disorders`.
        scheme: the category scheme in use.

    Returns:
        `line` for people; `knowledge_version`, which changes with any release, the scheme and what was made of them;
        `releases`, `orphanet` ("archive" or "facts_table"), `scheme`, and `counts`.
    """
    releases = {
        "hpo": _release(hpo_terms),
        "annotations": annotations_release or _UNSTATED,
        "orphanet": _release(orphanet_disorders),
    }
    annotated = disorders.loc[disorders[columns.IS_ANNOTATED]]
    counts = {
        "terms": int((~hpo_terms[columns.IS_OBSOLETE]).sum()),
        "annotations": len(hpo_annotations),
        "annotated_diseases": int(hpo_annotations[columns.DATABASE_ID].nunique()),
        "annotated_disorders": len(annotated),
        "listed_disorders": len(disorders),
        "orphanet_entries": len(orphanet_disorders),
        "annotated_disorders_by_category": _tally(annotated[columns.CATEGORY]),
        "annotated_disorders_by_category_source": _tally(annotated[columns.CATEGORY_SOURCE]),
    }
    profile = {
        "releases": releases,
        "orphanet": "facts_table" if orphanet_disorders.empty else "archive",
        "scheme": scheme.name,
        "counts": counts,
    }
    return {"line": _line(releases, counts), "knowledge_version": _version(profile), **profile}


def _release(frame: pd.DataFrame) -> str:
    stated = frame[columns.RELEASE].iloc[0] if len(frame) else ""
    return str(stated).replace(" ", "") or _UNSTATED


def _tally(values: pd.Series) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().sort_index().items()}


def _line(releases: dict[str, str], counts: dict[str, Any]) -> str:
    entries = counts["orphanet_entries"]
    orphanet = (
        f"Orphanet {releases['orphanet']} archive ({entries:,} entries)"
        if entries
        else "no Orphanet archive (the project's own facts table stands in; `make orphanet` downloads it)"
    )
    hpo = f"HPO {releases['hpo']} ({counts['terms']:,} terms)"
    diseases = f"{counts['annotated_diseases']:,} annotated diseases in {counts['annotated_disorders']:,} disorders"
    return f"Knowledge: {hpo}, {diseases}, {orphanet}"


def _version(profile: dict[str, Any]) -> str:
    """`hpo-<release>.orphanet-<release or facts>.<hash>`; the hash covers the whole profile."""
    text = json.dumps(profile, sort_keys=True)
    releases = profile["releases"]
    orphanet = "facts" if profile["orphanet"] == "facts_table" else releases["orphanet"].replace("/", "-")
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
    return f"hpo-{releases['hpo']}.orphanet-{orphanet}.{digest}"
