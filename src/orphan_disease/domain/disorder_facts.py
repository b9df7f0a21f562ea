"""What HPO's annotations say of a whole disorder, its age of onset and inheritance, in Orphanet's words."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.onset_ranges import ONSET_RANGES

__all__ = ["ONSET_ORDER", "first_onset_rows", "inheritances_of_entries", "onsets_of_entries"]

ONSET_ORDER: Final = (
    "Antenatal", "Neonatal", "Infancy", "Childhood", "Adolescent", "Adult", "Elderly", "All ages",
)  # fmt: skip
"""Orphanet's words for the age of onset, youngest first."""

# HPO's onset classes span other ages than Orphanet's words: a class maps to every word that it overlaps widely.
_ONSETS: Final[Mapping[str, tuple[str, ...]]] = {
    "HP:0030674": ("Antenatal",),
    "HP:0011460": ("Antenatal",),  # embryonal
    "HP:0011461": ("Antenatal",),  # fetal
    "HP:0034197": ("Antenatal",),  # third trimester
    "HP:0034198": ("Antenatal",),  # second trimester
    "HP:0034199": ("Antenatal",),  # late first trimester
    "HP:0003577": ("Neonatal",),  # congenital
    "HP:0003623": ("Neonatal",),
    "HP:0003593": ("Infancy",),
    "HP:0011463": ("Childhood",),  # 1 to 5 years
    "HP:0003621": ("Childhood", "Adolescent"),  # juvenile: 5 to 15 years
    "HP:0410280": ("Infancy", "Childhood", "Adolescent"),  # pediatric
    "HP:0003581": ("Adult",),
    "HP:0011462": ("Adult",),  # young adult
    "HP:0025708": ("Adult",),
    "HP:0025709": ("Adult",),
    "HP:0025710": ("Adult",),
    "HP:0003596": ("Adult",),  # middle age
    "HP:0003584": ("Elderly",),  # late: from 60 years
}
_INHERITANCES: Final[Mapping[str, tuple[str, ...]]] = {
    "HP:0000006": ("Autosomal dominant",),
    "HP:0000007": ("Autosomal recessive",),
    "HP:0001417": ("X-linked",),
    "HP:0001419": ("X-linked recessive",),
    "HP:0001423": ("X-linked dominant",),
    "HP:0001450": ("Y-linked",),
    "HP:0001427": ("Mitochondrial inheritance",),
    "HP:0001426": ("Multigenic/multifactorial",),
    "HP:0010982": ("Multigenic/multifactorial",),  # polygenic
    "HP:0010983": ("Oligogenic",),
    "HP:0010984": ("Oligogenic",),  # digenic
    "HP:0032113": ("Semi-dominant",),
    "HP:0003745": ("Not applicable",),  # sporadic
}


def onsets_of_entries(annotations: pd.DataFrame) -> dict[str, list[str]]:
    """Ages of onset by database_id, from the clinical-course rows (aspect C) that are not negated.

    Where those say nothing of an entry, the onset of its earliest features stands: see `first_onset_rows`.
    """
    first = first_onset_rows(annotations)
    by_feature: defaultdict[str, set[str]] = defaultdict(set)
    for entry, onset in zip(first[columns.DATABASE_ID], first[columns.ONSET], strict=True):
        by_feature[entry].update(_ONSETS[onset])
    stated = {entry: sorted(words) for entry, words in by_feature.items()}
    return stated | _words(annotations, "C", _ONSETS)


def first_onset_rows(annotations: pd.DataFrame) -> pd.DataFrame:
    """The phenotype rows of the youngest onset of each entry whose clinical course says nothing of the onset.

    Later features follow the first one: only the first tells when the disease begins.
    """
    present = annotations.loc[~annotations[columns.NEGATED].astype(bool)]
    told = present.loc[present[columns.ASPECT].eq("C") & present[columns.TERM_ID].isin(list(_ONSETS))]
    dated = present.loc[
        present[columns.ASPECT].eq("P")
        & present[columns.ONSET].isin(list(_ONSETS))
        & ~present[columns.DATABASE_ID].isin(set(told[columns.DATABASE_ID]))
    ]
    begins = dated[columns.ONSET].map({name: ONSET_RANGES[name] for name in _ONSETS}).map(tuple)
    order = begins.map({span: place for place, span in enumerate(sorted(set(begins)))})
    return dated.loc[order.eq(order.groupby(dated[columns.DATABASE_ID]).transform("min"))]


def inheritances_of_entries(annotations: pd.DataFrame) -> dict[str, list[str]]:
    """Modes of inheritance by database_id, from the inheritance rows (aspect I) that are not negated."""
    return _words(annotations, "I", _INHERITANCES)


def _words(annotations: pd.DataFrame, aspect: str, words: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    rows = annotations.loc[
        annotations[columns.ASPECT].eq(aspect)
        & ~annotations[columns.NEGATED].astype(bool)
        & annotations[columns.TERM_ID].isin(list(words))
    ]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry, term in zip(rows[columns.DATABASE_ID], rows[columns.TERM_ID], strict=True):
        found[entry].update(words[term])
    return {entry: sorted(values) for entry, values in found.items()}
