"""The dominance rule: without Orphanet, the organ system that dominates a disorder's annotations names its category.

How much an organ system says for each category is fitted on the disorders of known category (the project's facts
table), since it is not one to one: a metabolic disorder shows itself in the nervous system as often as in the blood.
Only where one category leads clearly is it believed; docs/explanation/categories.md has the measurement that set the
margin.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.knowledge import CategoryScheme, DominanceParams
from orphan_disease.domain.annotations import expected_frequency
from orphan_disease.domain.categories import organ_systems
from orphan_disease.domain.ontology import Ontology

__all__ = [
    "AnnotatedEntries",
    "DominanceRule",
    "Lead",
    "annotated_entries",
    "dominant_categories",
    "fit_dominance",
    "leading_categories",
    "system_shares",
]

_UNSPECIFIED_FREQUENCY: Final = 0.5  # of an annotation that states none
_PHENOTYPE_ASPECT: Final = "P"
_LEAST_EXAMPLES: Final = 5  # of each category, for a rule to be fitted

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AnnotatedEntries:
    """What the annotations say of N entries (OMIM, ORPHA or DECIPHER) over the ontology's T terms.

    Attributes:
        entry_ids: N ids, sorted.
        frequencies: N x T, the share of patients with each annotated term, ancestors not added; above 0.
    """

    entry_ids: tuple[str, ...]
    frequencies: sparse.csr_matrix

    @property
    def term_counts(self) -> npt.NDArray[np.int64]:
        """Annotated terms of each entry, shape (N,)."""
        return np.diff(self.frequencies.indptr).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Lead:
    """Which category leads for each of N entries, and by how much.

    Attributes:
        categories: N names.
        margins: N leads of the first category's probability over the second's, 0 to 1.
    """

    categories: npt.NDArray[np.object_]
    margins: Floats


@dataclass(frozen=True, eq=False)
class DominanceRule:
    """How strongly each organ system speaks for each category.

    Attributes:
        systems: R HPO ids.
        categories: K names.
        weights: K x R, log-odds per unit share of an entry's annotations.
        intercepts: K.
    """

    systems: tuple[str, ...]
    categories: tuple[str, ...]
    weights: Floats
    intercepts: Floats

    def lead(self, shares: Floats) -> Lead:
        """Which category leads.

        Args:
            shares: N x R, of `system_shares`.
        """
        scores = shares @ self.weights.T + self.intercepts
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return leading_categories(raised, self.categories)


def annotated_entries(annotations: pd.DataFrame, ontology: Ontology) -> AnnotatedEntries:
    """Gather the annotations by entry; negated rows, other aspects and rows of frequency 0 say nothing.

    Args:
        annotations: `hpo_annotations`; a term annotated more than once takes the mean frequency.
        ontology: the terms; retired ids count as the current term, unknown ones are passed over.
    """
    stated = annotations.loc[~annotations[columns.NEGATED] & annotations[columns.ASPECT].eq(_PHENOTYPE_ASPECT)]
    rows = pd.DataFrame(
        {
            "entry": stated[columns.DATABASE_ID],
            "term": [ontology.index.get(ontology.canonical(term) or "", -1) for term in stated[columns.TERM_ID]],
            "frequency": expected_frequency(stated, _UNSPECIFIED_FREQUENCY),
        }
    )
    heard = rows[(rows["term"] >= 0) & (rows["frequency"] > 0)]
    means = heard.groupby(["entry", "term"], as_index=False, sort=True)["frequency"].mean()
    places, entry_ids = pd.factorize(means["entry"], sort=True)
    matrix = sparse.csr_matrix(
        (means["frequency"].to_numpy(dtype=np.float64), (places, means["term"].to_numpy())),
        shape=(len(entry_ids), len(ontology.term_ids)),
    )
    return AnnotatedEntries(tuple(entry_ids), matrix)


def system_shares(entries: AnnotatedEntries, ontology: Ontology, systems: Sequence[str]) -> Floats:
    """The share of each entry's annotations, weighted by frequency, that lies below each organ system: N x R, 0 to 1.

    Rows sum to more than 1 where a term lies below several.
    """
    members = ontology.closure.tocsc()[:, [ontology.index[system] for system in systems]]
    total = np.asarray(entries.frequencies.sum(axis=1), dtype=np.float64)
    below = (entries.frequencies @ members).toarray()
    shares: Floats = np.divide(below, total, out=np.zeros(below.shape), where=total > 0)
    return shares


def leading_categories(scores: Floats, names: Sequence[str]) -> Lead:
    """The category of the largest share of each row, the first on a tie, and its lead over the second.

    Args:
        scores: N x K, not negative; a row of zeros leads by 0.
        names: K names, K at least 2.

    >>> leading_categories(np.array([[1.0, 3.0], [2.0, 2.0]]), ("a", "b")).margins.tolist()
    [0.5, 0.0]
    """
    total = scores.sum(axis=1, keepdims=True)
    shares = np.divide(scores, total, out=np.zeros_like(scores), where=total > 0)
    ordered = np.sort(shares, axis=1)
    return Lead(np.array(names, dtype=object)[shares.argmax(axis=1)], ordered[:, -1] - ordered[:, -2])


def fit_dominance(
    entries: AnnotatedEntries, known: Mapping[str, str], ontology: Ontology, scheme: CategoryScheme
) -> DominanceRule | None:
    """Fit how organ systems speak for categories: multinomial logistic regression, ridge of 1, equal classes.

    Args:
        entries: the annotated entries.
        known: category by entry id; entries without annotations are passed over.
        ontology: the terms.
        scheme: the scheme in use.

    Returns:
        The rule; None where a category of the scheme has fewer than 5 annotated examples, so that no rule can be had.
    """
    rows = [row for row, entry in enumerate(entries.entry_ids) if known.get(entry) in scheme.names]
    labels = [known[entries.entry_ids[row]] for row in rows]
    if min(labels.count(name) for name in scheme.names) < _LEAST_EXAMPLES:
        return None
    systems = organ_systems(ontology, scheme)
    shares = system_shares(entries, ontology, systems)[rows]
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=2000).fit(shares, labels)
    return _rule(model, systems)


def _rule(model: LogisticRegression, systems: tuple[str, ...]) -> DominanceRule:
    weights, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # noqa: PLR2004  # a scheme of two: one row of log-odds stands for both
        weights, intercepts = np.vstack([0 * weights, weights]), np.append(0 * intercepts, intercepts)
    return DominanceRule(systems, tuple(model.classes_), weights, intercepts)


def dominant_categories(
    annotations: pd.DataFrame,
    known: Mapping[str, str],
    ontology: Ontology,
    scheme: CategoryScheme,
    params: DominanceParams,
) -> dict[str, str]:
    """The category of every annotated entry whose annotations one organ system's category dominates clearly.

    Args:
        annotations: `hpo_annotations`.
        known: category by entry id of the facts table; the rule is fitted on it. Its entries are not judged.
        ontology: the terms.
        scheme: the scheme in use; only one of kind `referral` has organ systems.
        params: the margin, and the annotations that an entry needs.

    Returns:
        Category by entry id; entries without a clear one, and all where no rule can be fitted, are left out.
    """
    entries = annotated_entries(annotations, ontology)
    rule = fit_dominance(entries, known, ontology, scheme) if scheme.kind == "referral" else None
    if rule is None:
        return {}
    lead = rule.lead(system_shares(entries, ontology, rule.systems))
    clear = (lead.margins >= params.margin) & (entries.term_counts >= params.minimum_annotations)
    return _named(entries.entry_ids, lead.categories, clear, known)


def _named(
    entry_ids: Iterable[str], categories: Iterable[str], clear: Iterable[bool], known: Mapping[str, str]
) -> dict[str, str]:
    judged = zip(entry_ids, categories, clear, strict=True)
    return {entry: str(category) for entry, category, is_clear in judged if is_clear and entry not in known}
