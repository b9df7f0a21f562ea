"""How long a search of terms takes, over names of the installed release typed in several ways."""

import time
from itertools import cycle

import numpy as np

from orphan_disease.adapters.installed_terms import read_installed_terms
from orphan_disease.adapters.knowledge_datasets import HpoTextDataset
from orphan_disease.adapters.package_tables import read_package_table
from orphan_disease.contracts.package_tables import PackageTable
from orphan_disease.domain.obo import parse_obo
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.term_search import LANGUAGES, TermSearch

__all__ = ["measure_term_search", "typed_queries"]

_LIMIT = 10


def typed_queries(names: list[str], size: int) -> dict[str, list[str]]:
    """Names as a person types them, evenly drawn: whole, begun, misspelt, and several words of one.

    Args:
        names: labels and synonyms.
        size: queries of each kind.

    >>> typed_queries(["Seizure"], 1)
    {'whole': ['Seizure'], 'begun': ['Seiz'], 'misspelt': ['Seizrue'], 'beginnings': ['Sei']}
    """
    drawn = [names[place] for place in np.linspace(0, len(names) - 1, size).astype(int)]
    middles = [max(len(name) // 2, 1) for name in drawn]
    return {
        "whole": drawn,
        "begun": [name[: middle + 1] for name, middle in zip(drawn, middles, strict=True)],
        "misspelt": [_swapped(name, middle + 1) for name, middle in zip(drawn, middles, strict=True)],
        "beginnings": [" ".join(word[:3] for word in name.split()) for name in drawn],
    }


def measure_term_search(size: int) -> str:
    """Measure the search on one core.

    Args:
        size: queries of each kind of `typed_queries`.

    Returns:
        A Markdown table: milliseconds of processor time a query, so that the machine's other work is left out; median
        and 99th percentile, of each kind and of all.
    """
    content = parse_obo(HpoTextDataset(name="hp.obo").load())
    spanish, synonyms = read_package_table(PackageTable.SPANISH_TERMS), read_installed_terms().synonyms
    started = time.process_time()
    search = TermSearch.from_ontology(
        Ontology.from_frames(content.terms, content.edges, content.alternatives), spanish, synonyms
    )
    built = time.process_time() - started
    names = [entry.text for entry in search.entries]
    taken = {kind: _milliseconds(search, queries) for kind, queries in typed_queries(names, size).items()}
    taken["all"] = [each for kind in taken.values() for each in kind]
    rows = [
        f"| {kind} | {len(times)} | {np.percentile(times, 50):.2f} | {np.percentile(times, 99):.2f} |"
        for kind, times in taken.items()
    ]
    head = f"{len(names)} names of HPO {content.version}, indexed in {built:.1f} s.\n"
    return "\n".join([head, "| typed | queries | median, ms | 99th percentile, ms |", "|---|---|---|---|", *rows])


def _milliseconds(search: TermSearch, queries: list[str]) -> list[float]:
    times = []
    for query, language in zip(queries, cycle(LANGUAGES), strict=False):
        started = time.process_time()
        search.search(query, language, _LIMIT)
        times.append(1000 * (time.process_time() - started))
    return times


def _swapped(name: str, place: int) -> str:
    """The name with two neighbouring letters exchanged."""
    return name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
