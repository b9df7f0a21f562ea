"""What speaks for a category of the scheme: the heads above a disorder, the organ systems of its signs."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.contracts.vocabulary import UNKNOWN_CATEGORY
from orphan_disease.domain.ontology import Ontology

__all__ = ["categories_of_heads", "category_of_heads", "organ_systems", "remaining_category", "term_voices"]


def category_of_heads(heads: Iterable[str], scheme: CategoryScheme) -> str:
    """The category of a disorder, by the classification heads above it.

    Args:
        heads: ORPHAcodes of the heads of Orphanet's classification that the disorder descends from, in any order.
        scheme: the scheme; its order is the precedence.

    Returns:
        The first category that names one of the heads; the one that takes the rest if none does; `unknown` where there
        is no head, or nothing takes the rest.
    """
    above = frozenset(heads)
    if not above:
        return UNKNOWN_CATEGORY
    named = next((spec.name for spec in scheme.categories if not above.isdisjoint(spec.orphanet_heads)), None)
    return named or remaining_category(scheme) or UNKNOWN_CATEGORY


def categories_of_heads(heads: Iterable[str], scheme: CategoryScheme) -> frozenset[str]:
    """Every category that names one of the heads, whatever the precedence; with the one that takes the others.

    Args:
        heads: as for `category_of_heads`.
        scheme: the scheme.
    """
    above = frozenset(heads)
    named = {spec.name: above.intersection(spec.orphanet_heads) for spec in scheme.categories}
    left = above.difference(*named.values())
    rest = remaining_category(scheme)
    return frozenset(name for name, own in named.items() if own or (left and name == rest))


def remaining_category(scheme: CategoryScheme) -> str | None:
    """The category that takes every head and root that no other names; None where the scheme has none."""
    return next((spec.name for spec in scheme.categories if spec.takes_the_rest), None)


def organ_systems(ontology: Ontology, scheme: CategoryScheme) -> tuple[str, ...]:
    """The R terms that organ systems are counted by: the phenotype root's children, and the roots the scheme names.

    A named root may lie below a child ("Abnormality of the skeletal system" below "musculoskeletal"): both count.

    Raises:
        KeyError: if the scheme names a term that HPO does not know.
    """
    column = ontology.index[ontology.phenotype_root]
    children = ontology.parents.tocsc()[:, [column]].indices
    named = {ontology.term_ids[ontology.index[root]] for spec in scheme.categories for root in spec.hpo_roots}
    return tuple(sorted({ontology.term_ids[child] for child in children} | named))


def term_voices(ontology: Ontology, scheme: CategoryScheme) -> npt.NDArray[np.float64]:
    """Which category each HPO term speaks for, without any fitting: T x K shares, summing to 1 or 0.

    A term below roots of several categories is shared equally ("Hypertelorism" is of the eye and of the head). A child
    of the phenotype root that no category names speaks for the one that takes the rest; where it holds a named root,
    only with its descendants outside that root.

    Args:
        ontology: T terms.
        scheme: K categories, in the order of `scheme.names`.
    """
    below = {root: _descendants(ontology, root) for root in organ_systems(ontology, scheme)}
    named = {root for spec in scheme.categories for root in spec.hpo_roots}
    voices = np.zeros((len(ontology.term_ids), len(scheme.categories)), dtype=np.float64)
    for column, spec in enumerate(scheme.categories):
        for root in spec.hpo_roots:
            voices[below[root], column] = 1.0
        if spec.takes_the_rest:
            for root in below.keys() - named:
                inner = [below[other] for other in named if root in ontology.ancestors(other)]
                outside = below[root] & ~np.any(inner, axis=0) if inner else below[root]
                voices[outside, column] = 1.0
    spoken = voices.sum(axis=1, keepdims=True)
    shares: npt.NDArray[np.float64] = np.divide(voices, spoken, out=np.zeros_like(voices), where=spoken > 0)
    return shares


def _descendants(ontology: Ontology, root: str) -> npt.NDArray[np.bool_]:
    """Which of the T terms are the root or below it."""
    column = ontology.closure.tocsc()[:, [ontology.index[root]]]
    marked = np.zeros(len(ontology.term_ids), dtype=np.bool_)
    marked[column.indices] = True
    return marked
