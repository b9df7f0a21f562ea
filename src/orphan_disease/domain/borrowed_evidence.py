"""What can be expected of a disorder of which little is known: the picture of its kin, and what its own name states.

Most new entries rest on one publication. When a case comes from that very publication, or when no row exists yet, kin
and name are all there is: "Joubert syndrome 30" looks like the other Joubert syndromes, and "deafness, autosomal
recessive 124" is no riddle.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from orphan_disease.domain.evidence_rows import EvidenceKind, EvidenceRows
from orphan_disease.domain.ontology import PHENOTYPE_ROOT, Ontology

__all__ = ["name_rows", "name_vocabulary", "relative_rows", "terms_in_name"]

NAMED_SHARE: Final = 0.7  # frequency of a feature that the name states
MOST_RELATIVES: Final = 30
FEWEST_RELATIVES: Final = 1.5  # divides the share of a single relative: one alone proves less than a series
LONGEST_LABEL: Final = 8  # words
SHORTEST_LABEL: Final = 4  # characters

_WORD: Final = re.compile(r"[a-z0-9]+")

# Words of disease names that are no HPO label, and the term that they state.
NAME_WORDS: Final[Mapping[str, str]] = {
    "neurodevelopmental disorder": "HP:0012758",  # neurodevelopmental delay
    "intellectual developmental disorder": "HP:0001249",  # intellectual disability
    "mental retardation": "HP:0001249",
    "dysmorphic facies": "HP:0001999",  # abnormal facial shape
    "craniofacial dysmorphism": "HP:0001999",
    "immunodeficiency": "HP:0002721",
    "language impairment": "HP:0002463",
    "language delay": "HP:0000750",
    "impaired language": "HP:0002463",
    "movement abnormalities": "HP:0100022",  # abnormality of movement
    "epilepsy": "HP:0001250",  # seizure
    "epileptic": "HP:0001250",
    "deafness": "HP:0000365",
    "spastic paraplegia": "HP:0001258",
    "arthrogryposis": "HP:0002804",
    "ciliary dyskinesia": "HP:0012265",
    "pulmonary hypertension": "HP:0002092",
    "autoinflammatory": "HP:0033214",
    "autoinflammation": "HP:0033214",
    "bleeding disorder": "HP:0001892",
    "basal ganglia calcification": "HP:0002135",
    "spermatogenic failure": "HP:0008669",
}


def terms_in_name(name: str, vocabulary: Mapping[str, int]) -> tuple[int, ...]:
    """Positions of the terms that a disorder's name states: the longest labels that its words spell, left to right.

    Args:
        name: the disorder's name.
        vocabulary: label in lower-case words -> position of the term (see `name_vocabulary`).

    >>> terms_in_name("Ataxia with hearing impairment 3", {"ataxia": 5, "hearing impairment": 9, "impairment": 1})
    (5, 9)
    """
    words = _WORD.findall(name.lower())
    found: list[int] = []
    start = 0
    while start < len(words):
        for length in range(min(LONGEST_LABEL, len(words) - start), 0, -1):
            phrase = " ".join(words[start : start + length])
            place = vocabulary.get(phrase, vocabulary.get(phrase.removesuffix("s"), vocabulary.get(phrase + "s")))
            if place is not None:
                found.append(place)
                start += length - 1
                break
        start += 1
    return tuple(sorted(set(found)))


def name_vocabulary(ontology: Ontology, synonyms: Iterable[tuple[str, str]] = ()) -> dict[str, int]:
    """Words of every label (and synonym) below "Phenotypic abnormality" -> position of its term.

    Args:
        ontology: HPO.
        synonyms: (term id, synonym).
    """
    allowed = (
        ontology.descendants(PHENOTYPE_ROOT) - {PHENOTYPE_ROOT} if PHENOTYPE_ROOT in ontology.index else frozenset()
    )
    labels = zip(ontology.term_ids, ontology.labels, strict=True)
    stated = ((term_id, words) for words, term_id in NAME_WORDS.items())
    vocabulary: dict[str, int] = {}
    for term_id, label in (*labels, *stated, *synonyms):
        words = " ".join(_WORD.findall(label.lower()))
        if term_id in allowed and len(words) >= SHORTEST_LABEL:
            vocabulary.setdefault(words, ontology.index[term_id])
    return vocabulary


def name_rows(names: Sequence[str], vocabulary: Mapping[str, int]) -> EvidenceRows:
    """One row for each term that a disorder's name states; names cite nothing."""
    found = [terms_in_name(name, vocabulary) for name in names]
    disorder = np.repeat(np.arange(len(names)), [len(terms) for terms in found])
    term = np.array([place for terms in found for place in terms], dtype=np.int32)
    share = np.full(len(term), NAMED_SHARE)
    kind = np.full(len(term), EvidenceKind.NAME)
    return EvidenceRows.from_lists(disorder, term, (share, np.ones(len(term))), kind, [()] * len(term))


def relative_rows(rows: EvidenceRows, relatives: Sequence[Sequence[int]]) -> EvidenceRows:
    """What each disorder may borrow from its kin: every row of theirs, its share divided by the number of kin.

    A borrowed row cites what the kin's row cites, so that leaving a publication out reaches it too.

    Args:
        rows: the kin's own rows.
        relatives: for each disorder, positions of its kin; those without rows are passed over.
    """
    annotated = np.bincount(rows.disorder, minlength=len(relatives)) > 0
    chosen = [[kin for kin in kindred if annotated[kin]][:MOST_RELATIVES] for kindred in relatives]
    owner = np.repeat(np.arange(len(chosen)), [len(kindred) for kindred in chosen])
    kin = np.array([place for kindred in chosen for place in kindred], dtype=np.int32)
    size = np.array([max(len(chosen[place]), FEWEST_RELATIVES) for place in owner], dtype=np.float64)
    selected, pair = rows.of_disorders(kin)
    present, examined = rows.present[selected], rows.examined[selected]
    share = np.where(present > 0, (present + 0.5) / (examined + 1.0), 0.0) / size[pair] if len(pair) else present
    kept = share > 0
    return rows.copied(selected[kept], owner[pair[kept]], share[kept], kind=EvidenceKind.RELATIVE)
