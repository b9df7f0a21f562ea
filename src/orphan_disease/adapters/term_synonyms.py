"""Synonyms of HPO terms, which a packaged model does not carry: it needs the graph, a person needs the words."""

import pandas as pd

from orphan_disease.adapters.hpo_files import read_installed_hpo
from orphan_disease.contracts import columns
from orphan_disease.domain.obo import parse_obo

__all__ = ["read_term_synonyms"]


def read_term_synonyms() -> pd.DataFrame:
    """Read the synonyms from the release of HPO that is installed with the project.

    Returns:
        One row a synonym: TERM_ID and LABEL, the synonym's text. Terms without one have no row, obsolete terms neither.

    Raises:
        ModuleNotFoundError: if the package that carries HPO's files is not installed.
    """
    terms = parse_obo(read_installed_hpo("hp.obo")).terms
    current = terms.loc[~terms[columns.IS_OBSOLETE], [columns.TERM_ID, columns.SYNONYMS]]
    rows = current.explode(columns.SYNONYMS, ignore_index=True).dropna()
    return rows.rename(columns={columns.SYNONYMS: columns.LABEL}).reset_index(drop=True)
