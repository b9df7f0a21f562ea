"""How the terms of cases relate to their disorder's annotations: simulated and published cases are compared by it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.domain.ontology import Ontology, information_contents

__all__ = ["annotation_contents", "describe_terms"]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def describe_terms(
    ontology: Ontology,
    observed: Sequence[Sequence[str]],
    excluded: Sequence[Sequence[str]],
    annotated: Sequence[Sequence[str]],
    contents: npt.NDArray[np.float64],
) -> "pd.Series[float]":
    """Counts, information content and kinship of the terms of n cases.

    Args:
        ontology: the terms.
        observed: observed terms of each case.
        excluded: excluded terms of each case.
        annotated: terms that the annotations give to each case's disorder (its own paper's rows left out, or not).
        contents: information content of each of the ontology's terms, in nats.

    Returns:
        Quantiles of observed and excluded terms per case and of their information content, and for either the share of
        terms that are an annotated term of the disorder (`exact`), an ancestor of one, a descendant of one, or foreign.

    Raises:
        ValueError: if the sequences differ in length.
    """
    if not len(observed) == len(excluded) == len(annotated):
        raise ValueError(
            f"observed, excluded and annotated: expected one entry a case each, found {len(observed)}, "
            f"{len(excluded)} and {len(annotated)}"
        )
    own = ontology.indicator(annotated)
    implied = _binary(own @ ontology.closure)
    figures: dict[str, float] = {}
    for name, lists in (("observed", observed), ("excluded", excluded)):
        shown = ontology.indicator(lists)
        counts = np.diff(shown.indptr)
        for quantile in _QUANTILES:
            figures[f"{name}_count_p{quantile * 100:.0f}"] = float(np.quantile(counts, quantile))
        figures[f"{name}_count_mean"] = float(counts.mean())
        figures[f"{name}_none_share"] = float((counts == 0).mean())
        figures[f"{name}_content_median"] = float(np.median(contents[shown.indices]))
        exact = shown.multiply(own)
        above = shown.multiply(implied) - exact
        below = _below(shown, own, ontology) - exact - above.multiply(_below(shown, own, ontology))
        total = max(float(shown.sum()), 1.0)
        shares = {"exact": exact.sum() / total, "ancestor": above.sum() / total, "descendant": below.sum() / total}
        figures |= {f"{name}_{kind}_share": float(share) for kind, share in shares.items()}
        figures[f"{name}_foreign_share"] = 1.0 - float(sum(shares.values()))
    return pd.Series(figures, dtype="float64")


def annotation_contents(ontology: Ontology, annotations: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Information content of every term over the annotated diseases, shape (T,)."""
    kept = annotations.loc[(annotations[columns.ASPECT] == "P") & ~annotations[columns.NEGATED].astype(bool)]
    lists = kept.groupby(columns.DATABASE_ID)[columns.TERM_ID].agg(list).to_list()
    counts = np.asarray(_binary(ontology.indicator(lists) @ ontology.closure).sum(axis=0)).ravel()
    return information_contents(counts, len(lists))


def _below(shown: sparse.csr_matrix, own: sparse.csr_matrix, ontology: Ontology) -> sparse.csr_matrix:
    """The shown terms that have an own term among their ancestors or are one."""
    return sparse.csr_matrix(shown.multiply(_binary(own @ ontology.closure.T)))


def _binary(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    found = sparse.csr_matrix(matrix)
    found.data[:] = 1.0
    return found
