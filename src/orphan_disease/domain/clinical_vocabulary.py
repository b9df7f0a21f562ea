"""What codes of other terminologies, and words, mean in HPO: by a documented table, then by HPO's cross-references.

A code is never guessed: one that HPO refers to from two terms stands for neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.contracts import package_tables as tables
from orphan_disease.domain.code_systems import HPO, ICD10, OMIM, ORPHA, SNOMED, UMLS, categories_above
from orphan_disease.domain.free_text import phrase_table
from orphan_disease.domain.obo import OboContent
from orphan_disease.domain.ontology import PHENOTYPE_ROOT

__all__ = ["ClinicalVocabulary", "CodeMeaning", "build_vocabulary", "phenotype_ids"]

BY_TABLE: Final = "condition_codes"
BY_CROSS_REFERENCE: Final = "hpo_cross_reference"
BY_ITSELF: Final = "own_code"

# How HPO names the terminologies that it refers to -> how this project does.
_CROSS_REFERENCED: Final[Mapping[str, str]] = MappingProxyType(
    {"SNOMEDCT_US": SNOMED, "SNOMED_CT": SNOMED, "SNOMEDCT": SNOMED, "UMLS": UMLS, "ICD-10": ICD10, "ICD10": ICD10}
)


class CodeMeaning(NamedTuple):
    """What a code stands for.

    Attributes:
        target: an HPO id or a disorder ("ORPHA:558").
        is_exact: whether code and target mean the same; else the target is broader, and to exclude the code does not
            exclude the target.
        by: the mapping that says so.
    """

    target: str
    is_exact: bool
    by: str


@dataclass(frozen=True, eq=False)
class ClinicalVocabulary:
    """Codes of other terminologies and phrases, with the HPO terms or disorders that they stand for.

    Attributes:
        codes: meanings by code ("SNOMED:386661006").
        phrases: HPO id by normalised phrase (see `domain.free_text`).
    """

    codes: Mapping[str, tuple[CodeMeaning, ...]] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def disorder_codes(self) -> Mapping[str, str]:
        """The disorder of every code that names exactly one ("ICD10:E84" -> "ORPHA:586")."""
        named = {
            code: [each.target for each in meanings if each.is_exact and not each.target.startswith(f"{HPO}:")]
            for code, meanings in self.codes.items()
        }
        return {code: targets[0] for code, targets in named.items() if len(targets) == 1}

    def meanings(self, code: str) -> tuple[CodeMeaning, ...]:
        """What a code stands for; an ICD-10 code that is not listed means what the categories above it mean, at least.

        A disorder is taken from a category above only where the category's title names it, and nothing else: each of
        its codes is then a form of it (E84.0, cystic fibrosis of the lungs).
        """
        register = code.partition(":")[0]
        if register in {HPO, ORPHA, OMIM}:
            return (CodeMeaning(code, is_exact=True, by=BY_ITSELF),)
        found = self.codes.get(code, ())
        if not found and register == ICD10:
            above = next((self.codes[each] for each in categories_above(code) if each in self.codes), ())
            found = tuple(
                meaning._replace(is_exact=False)
                for meaning in above
                if meaning.is_exact or meaning.target.startswith(f"{HPO}:")
            )
        return found


def phenotype_ids(content: OboContent) -> frozenset[str]:
    """The current terms below "Phenotypic abnormality": what a patient can have."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for child, parent in zip(content.edges[columns.TERM_ID], content.edges[columns.PARENT_ID], strict=True):
        children[parent].append(child)
    reached: set[str] = set()
    waiting = [PHENOTYPE_ROOT]
    while waiting:
        term = waiting.pop()
        if term not in reached:
            reached.add(term)
            waiting.extend(children[term])
    return frozenset(reached)


def build_vocabulary(
    content: OboContent, condition_codes: pd.DataFrame, spanish_terms: pd.DataFrame, english_terms: pd.DataFrame
) -> ClinicalVocabulary:
    """The vocabulary of one HPO release.

    Args:
        content: the release.
        condition_codes: the package's table of codes; it wins over the release's cross-references.
        spanish_terms: the package's table of Spanish words.
        english_terms: the package's table of everyday English words.
    """
    referred = _cross_references(content)
    table: defaultdict[str, list[CodeMeaning]] = defaultdict(list)
    rows = zip(
        condition_codes[tables.CODE], condition_codes[tables.TARGET_ID], condition_codes[tables.RELATION], strict=True
    )
    for code, target, relation in rows:
        table[code].append(CodeMeaning(target, is_exact=relation == tables.EXACT, by=BY_TABLE))
    listed = {code: tuple(meanings) for code, meanings in table.items()}
    phrases = phrase_table(_phrases(content, spanish_terms, english_terms))
    return ClinicalVocabulary(codes=MappingProxyType(referred | listed), phrases=MappingProxyType(phrases))


def _phrases(
    content: OboContent, spanish_terms: pd.DataFrame, english_terms: pd.DataFrame
) -> Iterator[list[tuple[str, str]]]:
    """Labels, the package's words, then synonyms that mean the same; of what a patient can have."""
    wanted = content.terms.loc[content.terms[columns.TERM_ID].isin(phenotype_ids(content))]
    term_ids = wanted[columns.TERM_ID]
    yield list(zip(wanted[columns.LABEL], term_ids, strict=True))
    yield list(zip(spanish_terms[tables.LABEL_ES], spanish_terms[tables.HPO_ID], strict=True))
    yield list(zip(english_terms[tables.LABEL_EN], english_terms[tables.HPO_ID], strict=True))
    pairs = zip(wanted[columns.EXACT_SYNONYMS], term_ids, strict=True)
    yield [(synonym, term) for synonyms, term in pairs for synonym in synonyms]


def _cross_references(content: OboContent) -> dict[str, tuple[CodeMeaning, ...]]:
    phenotypes = phenotype_ids(content)
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for term, references in zip(content.terms[columns.TERM_ID], content.terms[columns.CROSS_REFERENCES], strict=True):
        if term in phenotypes:
            for code in _codes(references):
                targets[code].add(term)
    return {
        code: (CodeMeaning(next(iter(terms)), is_exact=True, by=BY_CROSS_REFERENCE),)
        for code, terms in targets.items()
        if len(terms) == 1
    }


def _codes(references: Iterable[str]) -> Iterator[str]:
    for reference in references:
        name, _, code = reference.partition(":")
        if (register := _CROSS_REFERENCED.get(name)) and code:
            yield f"{register}:{code}"
