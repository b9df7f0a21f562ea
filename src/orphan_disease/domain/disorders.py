"""The disorders that a patient may have: equivalent entries of OMIM, Orphanet and DECIPHER, one row per group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.domain.disorder_categories import (
    CategoryCall,
    categories_by_entry,
    categories_by_fact,
    category_of_group,
    category_of_kin,
)
from orphan_disease.domain.disorder_facts import ONSET_ORDER, inheritances_of_entries, onsets_of_entries
from orphan_disease.domain.disorder_relations import related_groups
from orphan_disease.domain.equivalence import group_entries, one_to_one_pairs
from orphan_disease.domain.orphanet import GROUP_TYPES
from orphan_disease.domain.prevalence import PREVALENCE_CLASSES, choose_prevalence_classes

__all__ = ["OrphanetFrames", "build_disorders", "member_index", "preferred_id", "resolve_diagnosis"]

_PREFERENCE: Final = ("OMIM", "ORPHA", "DECIPHER")
_CATEGORY_TYPE: Final = "Category"


class OrphanetFrames(NamedTuple):
    """Orphanet's knowledge, see `domain.orphanet`; frames without rows where the archive is absent."""

    disorders: pd.DataFrame
    parents: pd.DataFrame
    cross_references: pd.DataFrame
    prevalences: pd.DataFrame


def build_disorders(
    annotations: pd.DataFrame,
    orphanet: OrphanetFrames,
    facts: pd.DataFrame,
    scheme: CategoryScheme,
    dominant_categories: Mapping[str, str],
) -> pd.DataFrame:
    """Merge equivalent entries into disorders, and look up what is known of each.

    Every annotated entry is in exactly one row. Orphanet's other entries (categories left out) and the OMIM numbers
    that it maps to are listed too, since a confirmed diagnosis may name them; `is_annotated` tells them apart.

    Args:
        annotations: rows of `domain.annotations.parse_hpoa`.
        orphanet: the archive's frames. Where they are empty, the facts table stands in.
        facts: the project's table: orpha_code, name, category, prevalence_class, omim_ids, source, as text.
        scheme: the category scheme in use.
        dominant_categories: category by database_id after the dominance rule, asked last, and only without the archive.

    Returns:
        One row per disorder, sorted by disorder_id: disorder_id, disorder_name, member_ids (list), orpha_code (list),
        disorder_type (Orphanet's, or missing), category, category_source, prevalence_class (or missing), onsets (list,
        youngest first), inheritances (list), related_ids (list: see `domain.disorder_relations`), is_annotated.
    """
    is_offline = orphanet.disorders.empty
    source = _from_facts(facts) if is_offline else orphanet
    classes = _fact_classes(facts) if is_offline else choose_prevalence_classes(source.prevalences)
    annotated = dict(zip(annotations[columns.DATABASE_ID], annotations[columns.DISEASE_NAME], strict=True))
    names = _entry_names(annotated, source)
    groups = _groups(names, source, joined_by_name={"DECIPHER", "OMIM", "ORPHA"} if is_offline else {"DECIPHER"})
    categories = source.disorders.loc[source.disorders[columns.DISORDER_TYPE].eq(_CATEGORY_TYPE), columns.ORPHA_CODE]
    kin = related_groups(groups, names, source.cross_references, source.parents, frozenset(categories))
    by_entry = categories_by_entry(source.disorders, source.cross_references, classes, scheme, GROUP_TYPES)
    by_fact = categories_by_fact(facts, scheme)
    calls = _categories(groups, kin, [("facts_table", by_fact)] if is_offline else [("orphanet", by_entry)])
    if is_offline:
        calls = _completed(calls, groups, dominant_categories)
    return _rows(groups, kin, calls, _Facts.gather(annotations, names, annotated, source.disorders, classes))


def _groups(names: Mapping[str, str], source: OrphanetFrames, joined_by_name: Collection[str]) -> list[tuple[str, ...]]:
    is_group = source.disorders[columns.DISORDER_TYPE].isin(list(GROUP_TYPES))
    pairs = one_to_one_pairs(source.cross_references, frozenset(source.disorders.loc[is_group, columns.ORPHA_CODE]))
    return group_entries(names, pairs, joined_by_name)


def _entry_names(annotated: Mapping[str, str], source: OrphanetFrames) -> dict[str, str]:
    """Name of every entry: as annotated, else Orphanet's label, else the label of what maps to it."""
    listed = source.disorders.loc[source.disorders[columns.DISORDER_TYPE].ne(_CATEGORY_TYPE)]
    labels = dict(zip(listed[columns.ORPHA_CODE], listed[columns.DISORDER_NAME], strict=True))
    mapped = {
        number: f"{labels[code]} ({number})"
        for code, number in zip(
            source.cross_references[columns.ORPHA_CODE], source.cross_references[columns.REFERENCE_ID], strict=True
        )
        if code in labels
    }
    return {**mapped, **{f"ORPHA:{code}": label for code, label in labels.items()}, **annotated}


def _categories(
    groups: Sequence[Sequence[str]], kin: Sequence[Sequence[int]], sources: Sequence[tuple[str, Mapping[str, str]]]
) -> list[CategoryCall]:
    """What the sources say; where they are silent, what they say of the kin."""
    stated = [category_of_group(members, sources) for members in groups]
    return [
        call if call.source != "none" else category_of_kin(stated[position] for position in positions)
        for call, positions in zip(stated, kin, strict=True)
    ]


def _completed(
    calls: Sequence[CategoryCall], groups: Sequence[Sequence[str]], dominant_categories: Mapping[str, str]
) -> list[CategoryCall]:
    return [
        call if call.source != "none" else category_of_group(members, [("dominance", dominant_categories)])
        for call, members in zip(calls, groups, strict=True)
    ]


def _from_facts(facts: pd.DataFrame) -> OrphanetFrames:
    """The facts table in the shape of the archive's frames; a single OMIM number in a row is taken for an exact one."""
    codes = facts[columns.ORPHA_CODE]
    empty_lists = pd.Series([list[str]() for _ in codes], index=facts.index, dtype=object)
    numbers = facts["omim_ids"].fillna("").astype("str").str.replace("|", ";").str.split(";")
    references = pd.DataFrame(
        {
            columns.ORPHA_CODE: codes,
            columns.SOURCE: "OMIM",
            columns.REFERENCE_ID: numbers,
            columns.RELATION: numbers.map(len).eq(1).map({True: "E", False: "BTNT"}),
        }
    ).explode(columns.REFERENCE_ID, ignore_index=True)
    references = references.loc[references[columns.REFERENCE_ID].ne("")]
    return OrphanetFrames(
        disorders=pd.DataFrame(
            {
                columns.ORPHA_CODE: codes,
                columns.DISORDER_NAME: facts["name"],
                columns.DISORDER_TYPE: "",
                columns.HEADS: empty_lists,
                columns.ONSETS: empty_lists,
                columns.INHERITANCES: empty_lists,
            }
        ),
        parents=pd.DataFrame(columns=[columns.ORPHA_CODE, columns.PARENT_CODE], dtype="str"),
        cross_references=references.assign(**{columns.REFERENCE_ID: "OMIM:" + references[columns.REFERENCE_ID]}),
        prevalences=pd.DataFrame(),
    )


def _fact_classes(facts: pd.DataFrame) -> dict[str, str]:
    known = facts.loc[facts[columns.PREVALENCE_CLASS].isin(list(PREVALENCE_CLASSES))]
    return dict(zip(known[columns.ORPHA_CODE], known[columns.PREVALENCE_CLASS], strict=True))


class _Facts(NamedTuple):
    """What is known of single entries, by entry id."""

    names: Mapping[str, str]
    annotated: frozenset[str]
    types: Mapping[str, str]
    classes: Mapping[str, str]
    onsets: Mapping[str, Sequence[str]]
    inheritances: Mapping[str, Sequence[str]]

    @classmethod
    def gather(
        cls,
        annotations: pd.DataFrame,
        names: Mapping[str, str],
        annotated: Collection[str],
        listed: pd.DataFrame,
        classes: Mapping[str, str],
    ) -> "_Facts":
        def stated(column: str) -> dict[str, Any]:
            pairs = zip(listed[columns.ORPHA_CODE], listed[column], strict=True)
            return {f"ORPHA:{code}": value for code, value in pairs if len(value)}

        return cls(
            names=names,
            annotated=frozenset(annotated),
            types=stated(columns.DISORDER_TYPE),
            classes={f"ORPHA:{code}": value for code, value in classes.items()},
            onsets={**onsets_of_entries(annotations), **stated(columns.ONSETS)},
            inheritances={**inheritances_of_entries(annotations), **stated(columns.INHERITANCES)},
        )


def _rows(
    groups: Sequence[Sequence[str]], kin: Sequence[Sequence[int]], calls: Sequence[CategoryCall], facts: _Facts
) -> pd.DataFrame:
    ids = [preferred_id(members) for members in groups]
    frame = pd.DataFrame(
        {
            columns.DISORDER_ID: ids,
            columns.DISORDER_NAME: [facts.names[disorder_id] for disorder_id in ids],
            columns.MEMBER_IDS: [list(members) for members in groups],
            columns.ORPHA_CODE: [_orpha_codes(members) for members in groups],
            columns.DISORDER_TYPE: [_first(members, facts.types) for members in groups],
            columns.CATEGORY: [call.category for call in calls],
            columns.CATEGORY_SOURCE: [call.source for call in calls],
            columns.PREVALENCE_CLASS: [_first(members, facts.classes) for members in groups],
            columns.ONSETS: [sorted(_stated(members, facts.onsets), key=ONSET_ORDER.index) for members in groups],
            columns.INHERITANCES: [sorted(_stated(members, facts.inheritances)) for members in groups],
            columns.RELATED_IDS: [[ids[position] for position in positions] for positions in kin],
            columns.IS_ANNOTATED: [not facts.annotated.isdisjoint(members) for members in groups],
        }
    ).astype({columns.DISORDER_TYPE: "str", columns.PREVALENCE_CLASS: "str"})
    return frame.sort_values(columns.DISORDER_ID, ignore_index=True)


def _stated(members: Sequence[str], values: Mapping[str, Sequence[str]]) -> set[str]:
    """What the ORPHA members say; what the others say where those are silent."""
    orphanet = {value for entry in members if entry.startswith("ORPHA:") for value in values.get(entry, ())}
    return orphanet or {value for entry in members for value in values.get(entry, ())}


def _first(members: Sequence[str], values: Mapping[str, str]) -> str | None:
    return next((values[entry] for entry in members if entry in values), None)


def _orpha_codes(members: Sequence[str]) -> list[str]:
    return [entry.removeprefix("ORPHA:") for entry in members if entry.startswith("ORPHA:")]


def preferred_id(members: Sequence[str]) -> str:
    """The id that stands for a group: its OMIM number where it has exactly one, else ORPHA, else what it has.

    >>> preferred_id(["DECIPHER:3", "OMIM:194050", "ORPHA:904"]), preferred_id(["OMIM:1", "OMIM:2", "ORPHA:3"])
    ('OMIM:194050', 'ORPHA:3')
    """
    by_database = {name: [entry for entry in members if entry.startswith(f"{name}:")] for name in _PREFERENCE}
    if len(by_database["OMIM"]) == 1:
        return by_database["OMIM"][0]
    return next((entries[0] for name in ("ORPHA", "DECIPHER", "OMIM") if (entries := by_database[name])), members[0])


def member_index(disorders: pd.DataFrame) -> dict[str, str]:
    """disorder_id by the id of any member."""
    return {
        entry: disorder_id
        for disorder_id, members in zip(disorders[columns.DISORDER_ID], disorders[columns.MEMBER_IDS], strict=True)
        for entry in members
    }


def resolve_diagnosis(code: str, disorders: pd.DataFrame | Mapping[str, str]) -> str | None:
    """The disorder that a diagnosis means; None where no disorder has that entry.

    Args:
        code: id of any member, such as "OMIM:154700" or "ORPHA:558".
        disorders: the frame of `build_disorders`; or, to resolve many, its `member_index`, built once.
    """
    index = member_index(disorders) if isinstance(disorders, pd.DataFrame) else disorders
    return index.get(code)
