"""What to ask or examine next: the findings whose answer should tell most about the category and the differential.

The expected information gain of a yes-or-no question about a finding with probability f(d) in each disorder d is the
mutual information of the answer and the disorder (Lindley 1956, https://doi.org/10.1214/aoms/1177728069), in bits.
Pooled over the disorders of a category, it is the gain on the category.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.ontology import PHENOTYPE_ROOT

__all__ = ["NextQuestion", "next_questions"]

FloatArray = npt.NDArray[np.float64]

CONSIDERED_DISORDERS: Final = 100
UNKNOWN_FREQUENCY: Final = 0.02  # of a finding that a disorder is not annotated with
MOST_CERTAIN: Final = 0.95
LEAST_INFORMATION: Final = 1.0  # nats: vaguer findings ("abnormality of the eye") are no question
LEAST_DISORDERS: Final = 20  # disorders that must know the finding: rarer ones are no question for a clinic
# Laboratory, imaging and tissue findings cannot be asked; they are left out where a subtree holds nothing else.
NOT_ASKABLE_ROOTS: Final = (
    "HP:0001939",  # abnormality of metabolism/homeostasis
    "HP:0012103",  # abnormality of the mitochondrion
    "HP:0025354",  # abnormal cellular phenotype
    "HP:0012443",  # abnormality of brain morphology
    "HP:0010987",  # abnormality of cellular immune system
    "HP:0003287",  # abnormality of mitochondrial metabolism
)


@dataclass(frozen=True)
class NextQuestion:
    """A finding worth asking about or looking for.

    Attributes:
        term_id: the finding.
        label: its name.
        bits: expected information gain on the differential.
        category_bits: expected information gain on the category.
        probability: of the answer yes.
    """

    term_id: str
    label: str
    bits: float
    category_bits: float
    probability: float


def next_questions(  # noqa: PLR0913  # three of them may be left out
    case: CaseBatch,
    probabilities: npt.NDArray[np.float32],
    knowledge: KnowledgeBase,
    *,
    size: int = 5,
    category_weight: float = 1.0,
    least_disorders: int = LEAST_DISORDERS,
) -> tuple[NextQuestion, ...]:
    """The questions of the largest expected gain, none implied by what is known.

    Args:
        case: a batch of exactly one case.
        probabilities: D, of each disorder.
        knowledge: the knowledge base.
        size: how many questions.
        category_weight: worth of a bit on the category against a bit on the differential.
        least_disorders: disorders that must know a finding for it to be asked.

    Raises:
        ValueError: if the batch is not of one case.
    """
    if len(case) != 1:
        raise ValueError(f"next_questions takes one case at a time, got {len(case)}")
    kept = min(CONSIDERED_DISORDERS, len(probabilities))
    top = np.argpartition(-probabilities, kept - 1)[:kept]
    weights = probabilities[top].astype(np.float64)
    weights /= weights.sum()
    terms = _askable_terms(case, knowledge, top, least_disorders)
    frequencies = _frequencies(knowledge, top, terms)
    bits, yes = expected_gain(weights, frequencies)
    category_bits = _category_gain(weights, frequencies, [knowledge.facts.categories[place] for place in top])
    order = np.argsort(-(bits + category_weight * category_bits), kind="stable")
    return tuple(
        NextQuestion(
            knowledge.ontology.term_ids[terms[place]],
            knowledge.ontology.labels[terms[place]],
            float(bits[place]),
            float(category_bits[place]),
            float(yes[place]),
        )
        for place in _unrelated(order, terms, knowledge, size)
    )


def expected_gain(weights: FloatArray, frequencies: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mutual information of each answer and the disorder, in bits, and the probability of yes.

    Args:
        weights: k probabilities of the disorders, summing to 1.
        frequencies: k x q probability of yes in each disorder, strictly between 0 and 1.

    >>> bits, yes = expected_gain(np.array([0.5, 0.5]), np.array([[0.999999, 0.3], [0.000001, 0.3]]))
    >>> np.round(bits, 3).tolist(), np.round(yes, 3).tolist()
    ([1.0, 0.0], [0.5, 0.3])
    """
    yes = weights @ frequencies
    return binary_entropy(yes) - weights @ binary_entropy(frequencies), yes


def binary_entropy(probability: FloatArray) -> FloatArray:
    """Entropy of a yes-or-no answer, in bits; probabilities strictly between 0 and 1."""
    entropy: FloatArray = -(probability * np.log2(probability) + (1 - probability) * np.log2(1 - probability))
    return entropy


def _category_gain(weights: FloatArray, frequencies: FloatArray, categories: list[str]) -> FloatArray:
    """Mutual information of each answer and the category, in bits."""
    names, codes = np.unique(np.array(categories), return_inverse=True)
    shares = np.bincount(codes, weights=weights, minlength=len(names)).astype(np.float64)
    member = np.zeros((len(names), len(weights)))
    member[codes, np.arange(len(weights))] = weights
    pooled = (member @ frequencies) / np.maximum(shares, 1e-12)[:, None]
    gain, _ = expected_gain(shares, np.clip(pooled, 1e-9, 1 - 1e-9))
    return gain


def _askable_terms(
    case: CaseBatch, knowledge: KnowledgeBase, top: npt.NDArray[np.intp], least_disorders: int
) -> npt.NDArray[np.intp]:
    """Features of the leading disorders that can be asked, and whose answer is not known already."""
    closure = knowledge.ontology.closure
    candidates = np.unique(knowledge.profiles[top].indices)
    known = np.zeros(closure.shape[0], dtype=bool)
    known[(case.observed @ closure).indices] = True
    ruled_out = (closure[candidates] @ case.excluded.T).toarray().ravel() > 0
    common = np.diff(knowledge.profiles_by_term.indptr)[candidates] >= least_disorders
    specific = knowledge.information[candidates] >= LEAST_INFORMATION
    kept = ~known[candidates] & ~ruled_out & common & specific & _asked_in_clinic(knowledge)[candidates]
    return np.asarray(candidates[kept], dtype=np.intp)


def _asked_in_clinic(knowledge: KnowledgeBase) -> npt.NDArray[np.bool_]:
    """Terms below "Phenotypic abnormality" and below no root of `NOT_ASKABLE_ROOTS`."""
    ontology = knowledge.ontology
    roots = [ontology.index[root] for root in NOT_ASKABLE_ROOTS if root in ontology.index]
    below = ontology.closure[:, roots].toarray().any(axis=1)
    if PHENOTYPE_ROOT in ontology.index:
        below |= ontology.closure[:, [ontology.index[PHENOTYPE_ROOT]]].toarray().ravel() == 0
    return np.asarray(below == 0, dtype=np.bool_)


def _frequencies(knowledge: KnowledgeBase, top: npt.NDArray[np.intp], terms: npt.NDArray[np.intp]) -> FloatArray:
    dense = sparse.csc_matrix(knowledge.profiles[top])[:, terms].toarray().astype(np.float64)
    return np.clip(dense, UNKNOWN_FREQUENCY, MOST_CERTAIN)


def _unrelated(
    order: npt.NDArray[np.intp], terms: npt.NDArray[np.intp], knowledge: KnowledgeBase, size: int
) -> list[int]:
    """The first questions in order, of which none is a kind of another."""
    closure = knowledge.ontology.closure
    chosen: list[int] = []
    for place in order.tolist():
        line = closure[[terms[place]]]
        related = any(line[0, terms[other]] or closure[terms[other], terms[place]] for other in chosen)
        if not related:
            chosen.append(place)
        if len(chosen) == size:
            break
    return chosen
