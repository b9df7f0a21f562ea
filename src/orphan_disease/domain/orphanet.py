"""Orphanet's ORPHApackets: one JSON document per entry, typed into frames.

The documents are XML turned to JSON (https://github.com/Orphanet/orphapacket): a field with one child is an object,
with several an array, the child's own tag may stand between, and absent is absent. ORPHAcodes are kept bare ("558"), as
text; relations to other terminologies by their letters: E exact, NTBT the ORPHAcode is narrower, BTNT it is broader, ND
not decided.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson
import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.vocabulary import CleaningAction
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES

__all__ = [
    "GROUP_TYPES",
    "NO_VALUE",
    "EntryRows",
    "OrphanetContent",
    "classification_heads",
    "content_of",
    "documents_of",
    "parse_orphapackets",
]

GROUP_TYPES: Final = frozenset({"Category", "Clinical group"})
"""Entries that gather disorders; a patient's diagnosis is below them."""

_CATEGORY: Final = "Category"
NO_VALUE: Final = frozenset({"no data", "no data available", "not yet documented", "unknown", ""})
_DISORDERS: Final = (
    columns.ORPHA_CODE,
    columns.DISORDER_NAME,
    columns.DISORDER_TYPE,
    columns.SYNONYMS,
    columns.DEFINITION,
    columns.ONSETS,
    columns.INHERITANCES,
    columns.RELEASE,
)
_PARENTS: Final = (columns.ORPHA_CODE, columns.PARENT_CODE)
_CROSS_REFERENCES: Final = (columns.ORPHA_CODE, columns.SOURCE, columns.REFERENCE_ID, columns.RELATION)
_PREVALENCES: Final = (
    columns.ORPHA_CODE,
    columns.PREVALENCE_TYPE,
    columns.PREVALENCE_CLASS,
    columns.MEAN_VALUE,
    columns.GEOGRAPHY,
    columns.SOURCE,
)
_PHENOTYPES: Final = (columns.ORPHA_CODE, columns.TERM_ID, columns.FREQUENCY)
_QUARANTINE: Final = (columns.SOURCE_FILE, columns.REASON, columns.FIELD, columns.DETAIL, columns.ACTION)


class OrphanetContent(NamedTuple):
    """What an archive says.

    Attributes:
        disorders: orpha_code, disorder_name, disorder_type, synonyms (list), definition, onsets (list), inheritances
            (list), release, heads (list of ORPHAcodes).
        parents: orpha_code, parent_code; a parent may be an entry that the archive does not carry.
        cross_references: orpha_code, source ("OMIM"), reference_id ("OMIM:607131"), relation.
        prevalences: orpha_code, prevalence_type, prevalence_class (missing where unknown), mean_value (per 100,000; a
            count for the type Cases/families; missing where unknown), geography, source.
        phenotypes: orpha_code, term_id, frequency (Orphanet's words, e.g. "Frequent (79-30%)").
        quarantine: source_file, reason, field, detail, action of every document that could not be read.
    """

    disorders: pd.DataFrame
    parents: pd.DataFrame
    cross_references: pd.DataFrame
    prevalences: pd.DataFrame
    phenotypes: pd.DataFrame
    quarantine: pd.DataFrame


def documents_of(packets: pd.DataFrame) -> Iterator[tuple[str, str | bytes]]:
    """The (file name, text) pairs of a frame with source_file and payload; an unreadable payload is empty."""
    for name, payload in zip(packets[columns.SOURCE_FILE], packets[columns.PAYLOAD], strict=True):
        yield name, payload if isinstance(payload, (str, bytes)) else b""


class _MalformedError(ValueError):
    def __init__(self, reason: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.field = reason, field


class EntryRows(NamedTuple):
    """The rows of one entry, in the columns of the frames."""

    disorder: tuple[Any, ...]
    parents: list[tuple[Any, ...]]
    cross_references: list[tuple[Any, ...]]
    prevalences: list[tuple[Any, ...]]
    phenotypes: list[tuple[Any, ...]]


def parse_orphapackets(documents: Iterable[tuple[str, str | bytes]], roots: Collection[str]) -> OrphanetContent:
    """Type an archive, one document after the other; an unreadable one is quarantined, with its reason.

    Args:
        documents: (file name, JSON text) of each entry.
        roots: ORPHAcodes above the classification, see `classification_heads`.

    Returns:
        The frames; all of them empty, with their columns, where there are no documents.
    """
    read: dict[str, EntryRows] = {}
    quarantine: list[tuple[str, str, str, str, str]] = []
    for name, text in documents:
        try:
            rows = _parse_packet(text)
            if rows.disorder[0] in read:
                raise _MalformedError("DUPLICATE_CODE", "ORPHAcode", "an earlier document has the same ORPHAcode")
            read[rows.disorder[0]] = rows
        except _MalformedError as error:
            quarantine.append((name, error.reason, error.field, str(error), CleaningAction.QUARANTINE.value))
    return content_of(read, roots, quarantine)


def content_of(
    read: Mapping[str, EntryRows], roots: Collection[str], quarantine: Iterable[tuple[str, str, str, str, str]] = ()
) -> OrphanetContent:
    """The frames of entries that were read.

    Args:
        read: rows by ORPHAcode.
        roots: ORPHAcodes above the classification, see `classification_heads`.
        quarantine: source_file, reason, field, detail and action of what could not be read.
    """
    disorders = _frame((rows.disorder for rows in read.values()), _DISORDERS)
    parents = _frame((row for rows in read.values() for row in rows.parents), _PARENTS)
    return OrphanetContent(
        disorders=disorders.assign(**{columns.HEADS: classification_heads(disorders, parents, roots)}),
        parents=parents,
        cross_references=_frame((row for rows in read.values() for row in rows.cross_references), _CROSS_REFERENCES),
        prevalences=_frame((row for rows in read.values() for row in rows.prevalences), _PREVALENCES).astype(
            {columns.MEAN_VALUE: "float64"}
        ),
        phenotypes=_frame((row for rows in read.values() for row in rows.phenotypes), _PHENOTYPES),
        quarantine=_frame(quarantine, _QUARANTINE),
    )


def classification_heads(disorders: pd.DataFrame, parents: pd.DataFrame, roots: Collection[str]) -> "pd.Series[Any]":
    """The heads above each entry, sorted: ancestors (or the entry itself) of type Category directly under a root.

    Orphanet's root, ORPHA:320716 "Rare disorders", has no packet of its own; 31 categories of release 1.3.42 name it as
    parent, from "Rare neurologic disease" to "Rare genetic disease".

    Args:
        disorders: orpha_code and disorder_type of every entry.
        parents: orpha_code, parent_code.
        roots: ORPHAcodes of the roots.

    Returns:
        One list per row of `disorders`, on its index; empty for an entry outside the classification.
    """
    above: dict[str, list[str]] = {}
    for code, parent in zip(parents[columns.ORPHA_CODE], parents[columns.PARENT_CODE], strict=True):
        above.setdefault(code, []).append(parent)
    types = dict(zip(disorders[columns.ORPHA_CODE], disorders[columns.DISORDER_TYPE], strict=True))
    heads = {
        code for code, direct in above.items() if types.get(code) == _CATEGORY and not set(direct).isdisjoint(roots)
    }
    return pd.Series(
        [sorted(_reachable(code, above) & heads) for code in disorders[columns.ORPHA_CODE]],
        index=disorders.index,
        dtype=object,
    )


def _reachable(code: str, above: Mapping[str, list[str]]) -> set[str]:
    seen = {code}
    waiting = [code]
    while waiting:
        further = [parent for parent in above.get(waiting.pop(), []) if parent not in seen]
        seen.update(further)
        waiting.extend(further)
    return seen


def _parse_packet(text: str | bytes) -> EntryRows:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _MalformedError("NOT_JSON", "", "the document is not JSON") from error
    packet = document.get("Orphapacket") if isinstance(document, dict) else None
    if not isinstance(packet, dict):
        raise _MalformedError("NOT_AN_ORPHAPACKET", "Orphapacket", "expected an object under the key Orphapacket")
    code = _code(packet, "ORPHAcode")
    return EntryRows(
        disorder=(
            code,
            _text(packet, "Label"),
            _text(_object(packet.get("DisorderType"), "DisorderType"), "value"),
            [_text(child, "Synonym") for child in _children(packet, "Synonyms", None)],
            _definition(packet),
            _values(packet, "AverageAgeOfOnsets", "AverageAgeOfOnset"),
            _values(packet, "TypeOfInheritances", "TypeOfInheritance"),
            str(packet.get("version", "")).partition("[")[0].strip(),
        ),
        parents=[(code, _code(child, "ORPHAcode")) for child in _children(packet, "Parents", "Parent")],
        cross_references=[
            (
                code,
                _text(child, "Source"),
                f"{_text(child, 'Source')}:{_text(child, 'Reference')}",
                _text(child, "DisorderMappingRelation").split(" ", 1)[0],
            )
            for child in _children(packet, "ExternalReferences", "ExternalReference")
        ],
        prevalences=[(code, *_prevalence(child)) for child in _children(packet, "Prevalences", "Prevalence")],
        phenotypes=[
            (code, _text(child, "HPOId"), _text(child, "HPOFrequency"))
            for child in _children(packet, "Phenotypes", "Phenotype")
        ],
    )


def _prevalence(record: Mapping[str, Any]) -> tuple[str, str | None, float | None, str | None, str | None]:
    """Type, class, mean, place, source. Orphanet writes a mean of 0.0 where it has none."""
    stated = record.get("PrevalenceClass")
    mean = _optional(record, "ValMoy")
    try:
        value = float(mean) if mean is not None else None
    except ValueError as error:
        raise _MalformedError("MALFORMED_FIELD", "ValMoy", "expected a number or 'no data'") from error
    return (
        _text(record, "PrevalenceType"),
        stated if stated in PREVALENCE_CLASSES else None,
        value or None,
        _optional(record, "PrevalenceGeographic"),
        _optional(record, "Source"),
    )


def _definition(packet: Mapping[str, Any]) -> str:
    sections = _children(packet, "TextSection", None)
    return next((_text(part, "Contents") for part in sections if part.get("TextSectionType") == "Definition"), "")


def _values(packet: Mapping[str, Any], field: str, tag: str) -> list[str]:
    values = [_text(child, "value") for child in _children(packet, field, tag)]
    return [value for value in values if value.lower() not in NO_VALUE]


def _children(packet: Mapping[str, Any], field: str, tag: str | None) -> Iterator[Mapping[str, Any]]:
    """The child objects of a field, in any of its shapes: object or array, with the child's tag between or not."""
    for item in _as_list(packet.get(field)):
        holder = _object(item, field)
        for child in _as_list(holder[tag]) if tag is not None and tag in holder else [holder]:
            yield _object(child, field)


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _MalformedError("MALFORMED_FIELD", field, "expected an object, or an array of objects")
    return value


def _text(record: Mapping[str, Any], field: str) -> str:
    value = record.get(field)
    if not isinstance(value, str) or not value.strip():
        raise _MalformedError("MISSING_FIELD", field, "expected a text")
    return value.strip()


def _code(record: Mapping[str, Any], field: str) -> str:
    code = str(record.get(field, ""))
    if not (code.isascii() and code.isdigit()):
        raise _MalformedError("MISSING_FIELD", field, "expected an ORPHAcode: digits only")
    return code


def _optional(record: Mapping[str, Any], field: str) -> str | None:
    value = record.get(field)
    return None if value is None or str(value).strip().lower() in NO_VALUE else str(value).strip()


def _frame(rows: Iterable[tuple[Any, ...]], names: tuple[str, ...]) -> pd.DataFrame:
    """Rows as a frame of text; columns that hold lists stay objects, even where there are no rows."""
    frame = pd.DataFrame(list(rows), columns=list(names))
    texts = [name for name in names if name not in {columns.SYNONYMS, columns.ONSETS, columns.INHERITANCES}]
    return frame.astype({name: "str" for name in texts if name != columns.MEAN_VALUE})
