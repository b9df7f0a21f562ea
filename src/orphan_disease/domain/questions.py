"""What to ask or examine next: the findings whose answer should tell most about the category and the differential.

The expected information gain of a yes-or-no question about a finding with probability f(d) in each disorder d is the
mutual information of the answer and the disorder (Lindley 1956, https://doi.org/10.1214/aoms/1177728069), in bits.
Pooled over the disorders of a category, it is the gain on the category. Only findings that a clinic can find out
without referral are asked (see `domain.finding_methods`), none that is known already, and none of the other sex.
"""

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from scipy import sparse

from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.demographic_facts import FEMALE_ONLY, MALE_ONLY, SEX_ROOTS
from orphan_disease.domain.evidence_rows import EvidenceKind
from orphan_disease.domain.finding_methods import FoundBy, found_by_ranks
from orphan_disease.domain.knowledge_base import KnowledgeBase
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology

__all__ = ["NextQuestion", "next_questions"]

FloatArray = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

CONSIDERED_DISORDERS: Final = 100
UNKNOWN_FREQUENCY: Final = 0.02  # of a finding that a disorder is not annotated with
MOST_CERTAIN: Final = 0.95
LEAST_INFORMATION: Final = 1.0  # nats: vaguer findings ("abnormality of the eye") are no question
LEAST_NAMED: Final = 0.15  # share of the disorders with a finding that name it itself: else it only groups others
LEAST_DISORDERS: Final = 20  # disorders that must know the finding: rarer ones are no question for a clinic
_METHODS: Final = tuple(FoundBy)
_OTHER_SEX: Final = {1: MALE_ONLY, -1: FEMALE_ONLY}  # by the case's sex: what it cannot show


@dataclass(frozen=True)
class NextQuestion:
    """A finding worth asking about or looking for.

    Attributes:
        term_id: the finding.
        label: its name.
        bits: expected information gain on the differential.
        category_bits: expected information gain on the category.
        probability: of the answer yes.
        found_by: how it is found out: ask, examine or test; `FOUND_BY_LABELS` says it in Spanish and English.
    """

    term_id: str
    label: str
    bits: float
    category_bits: float
    probability: float
    found_by: FoundBy


@dataclass(frozen=True, eq=False)
class _Findings:
    """What can be asked of a knowledge base's terms, whoever the patient is.

    Attributes:
        methods: T places in `FoundBy`.
        is_askable: T truth values: a phenotype that is specific enough, that authors name and do not only group
            others by ("abnormal eye morphology"), and no special investigation.
        disorders: T numbers of disorders that have the finding, or what implies it, by their own rows.
        of_sex: T truth values by the sex that alone can show the finding.
    """

    methods: npt.NDArray[np.int8]
    is_askable: npt.NDArray[np.bool_]
    disorders: npt.NDArray[np.intp]
    of_sex: dict[str, npt.NDArray[np.bool_]]


# What is worked out once for a knowledge base; it goes when the knowledge base goes.
_prepared: WeakKeyDictionary[KnowledgeBase, _Findings] = WeakKeyDictionary()


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
    findings = _findings(knowledge)
    profiles = sparse.csr_matrix(knowledge.profiles[top])
    terms = _open_terms(case, knowledge.ontology.closure, findings, np.unique(profiles.indices))
    terms = terms[findings.disorders[terms] >= least_disorders]
    frequencies = _frequencies(profiles, terms)
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
            _METHODS[findings.methods[terms[place]]],
        )
        for place in _unrelated(order, terms, knowledge.ontology.closure, size)
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


def _findings(knowledge: KnowledgeBase) -> _Findings:
    found = _prepared.get(knowledge)
    if found is None:
        ontology = knowledge.ontology
        methods = found_by_ranks(ontology)
        askable = (methods < _METHODS.index(FoundBy.SPECIAL)) & (knowledge.information >= LEAST_INFORMATION)
        disorders = np.bincount(knowledge.own_profiles.indices, minlength=len(methods))
        named = np.bincount(_annotated_terms(knowledge), minlength=len(methods))
        found = _Findings(
            methods=methods,
            is_askable=askable & (named >= LEAST_NAMED * disorders) & _below(ontology, (PHENOTYPE_ROOT,)),
            disorders=disorders.astype(np.intp),
            of_sex={sex: _below(ontology, roots) for sex, roots in SEX_ROOTS.items()},
        )
        _prepared[knowledge] = found
    return found


def _annotated_terms(knowledge: KnowledgeBase) -> Places:
    """The term of each pair of a disorder and a finding that an annotation or a confirmed patient names."""
    rows = knowledge.rows
    own = (rows.kind < EvidenceKind.NAME) & (rows.present > 0)
    terms = len(knowledge.ontology.term_ids)
    pairs = np.unique(rows.disorder[own].astype(np.int64) * terms + rows.term[own])
    return np.asarray(pairs % terms, dtype=np.intp)


def _below(ontology: Ontology, roots: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Which terms are one of the roots or descend from one."""
    places = [ontology.index[root] for root in roots if root in ontology.index]
    return np.asarray(ontology.closure[:, places].sum(axis=1)).ravel() > 0


def _open_terms(case: CaseBatch, closure: sparse.csr_matrix, findings: _Findings, candidates: Places) -> Places:
    """The candidates that can be asked of this patient, and whose answer is not known already."""
    kept = findings.is_askable[candidates]
    other_sex = _OTHER_SEX.get(int(case.sex[0]))
    if other_sex is not None:
        kept &= ~findings.of_sex[other_sex][candidates]
    askable = candidates[kept]
    implied = np.zeros(closure.shape[0], dtype=bool)
    implied[case.implied.indices] = True
    ruled_out = (closure[askable] @ case.excluded.T).toarray().ravel() > 0
    return np.asarray(askable[~implied[askable] & ~ruled_out], dtype=np.intp)


def _frequencies(profiles: sparse.csr_matrix, terms: Places) -> FloatArray:
    dense = sparse.csc_matrix(profiles)[:, terms].toarray().astype(np.float64)
    return np.clip(dense, UNKNOWN_FREQUENCY, MOST_CERTAIN)


def _unrelated(order: Places, terms: Places, closure: sparse.csr_matrix, size: int) -> list[int]:
    """The first questions in order, of which none is a kind of another."""
    chosen: dict[int, int] = {}
    above_chosen: set[int] = set()
    for place in order.tolist():
        if len(chosen) == size:
            break
        term = int(terms[place])
        above = set(closure.indices[closure.indptr[term] : closure.indptr[term + 1]].tolist())
        if term not in above_chosen and above.isdisjoint(chosen):
            chosen[term] = place
            above_chosen |= above
    return list(chosen.values())
