"""What people and hospitals call HPO's terms in the installed release: words, and codes of other terminologies.

A packaged model carries the graph and the labels. Synonyms and cross-references come from the installed release, which
is read once a process (about 1 s); nothing here needs Kedro, so that the service may import it.
"""

from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from orphan_disease.adapters.hpo_files import read_installed_hpo
from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts import columns
from orphan_disease.contracts.package_tables import PackageTable
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary, build_vocabulary
from orphan_disease.domain.obo import OboContent, parse_obo

__all__ = ["InstalledTerms", "read_installed_terms", "synonyms_of", "vocabulary_of"]


class InstalledTerms(NamedTuple):
    """Names and codes of the terms.

    Attributes:
        synonyms: see `synonyms_of`.
        vocabulary: what codes of other terminologies, and whole phrases, mean.
    """

    synonyms: pd.DataFrame
    vocabulary: ClinicalVocabulary


@lru_cache(maxsize=1)
def read_installed_terms() -> InstalledTerms:
    """Read both from the release of HPO that is installed with the project.

    Raises:
        ModuleNotFoundError: if the package that carries HPO's files is not installed.
    """
    content = parse_obo(read_installed_hpo("hp.obo"))
    return InstalledTerms(synonyms_of(content), vocabulary_of(content))


def synonyms_of(content: OboContent) -> pd.DataFrame:
    """The synonyms of a release.

    Returns:
        One row a synonym: TERM_ID and LABEL, the synonym's text. Terms without one have no row, obsolete terms neither.
    """
    current = content.terms.loc[~content.terms[columns.IS_OBSOLETE], [columns.TERM_ID, columns.SYNONYMS]]
    rows = current.explode(columns.SYNONYMS, ignore_index=True).dropna()
    return rows.rename(columns={columns.SYNONYMS: columns.LABEL}).reset_index(drop=True)


def vocabulary_of(content: OboContent) -> ClinicalVocabulary:
    """The clinical vocabulary of a release, with the tables that the package carries."""
    return build_vocabulary(
        content,
        read_package_table(PackageTable.CONDITION_CODES),
        read_package_table(PackageTable.SPANISH_TERMS),
        read_package_table(PackageTable.ENGLISH_TERMS),
    )
