"""The chief complaint of a visit: the form's word for the symptom that brought the patient."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from orphan_disease.contracts import package_tables
from orphan_disease.contracts.vocabulary import ChiefComplaint
from orphan_disease.domain.ontology import Ontology

__all__ = ["complaint_of_terms"]

# First match wins: the narrow ones before the organ systems of the table of complaints.
_NARROW: Final[tuple[tuple[str, ChiefComplaint], ...]] = (
    ("HP:0001250", ChiefComplaint.SEIZURE),
    ("HP:0002315", ChiefComplaint.PAIN_HEAD),
    ("HP:0100749", ChiefComplaint.PAIN_CHEST),
    ("HP:0002027", ChiefComplaint.PAIN_ABDOMEN),
    ("HP:0001945", ChiefComplaint.FEVER),
    ("HP:0012735", ChiefComplaint.COUGH),
    ("HP:0002013", ChiefComplaint.VOMITING_OR_DIARRHOEA),
    ("HP:0002014", ChiefComplaint.VOMITING_OR_DIARRHOEA),
    ("HP:0001279", ChiefComplaint.FAINTING_OR_PALPITATIONS),
    ("HP:0001962", ChiefComplaint.FAINTING_OR_PALPITATIONS),
    ("HP:0012758", ChiefComplaint.DEVELOPMENT),
    ("HP:0001249", ChiefComplaint.DEVELOPMENT),
    ("HP:0000708", ChiefComplaint.BEHAVIOUR_OR_MOOD),
    ("HP:0001324", ChiefComplaint.WEAKNESS_OR_GAIT),
    ("HP:0001288", ChiefComplaint.WEAKNESS_OR_GAIT),
    ("HP:0001251", ChiefComplaint.WEAKNESS_OR_GAIT),
    ("HP:0001892", ChiefComplaint.BLEEDING),
    ("HP:0011968", ChiefComplaint.FEEDING_OR_GROWTH),
    ("HP:0012531", ChiefComplaint.PAIN_LIMB_OR_BACK),
)
# Organ systems with one plain word on the form.
_BROAD: Final[tuple[tuple[str, ChiefComplaint], ...]] = (
    ("HP:0000478", ChiefComplaint.EYE),
    ("HP:0000598", ChiefComplaint.EAR_NOSE_THROAT),
    ("HP:0001574", ChiefComplaint.SKIN),
    ("HP:0001507", ChiefComplaint.FEEDING_OR_GROWTH),
    ("HP:0000119", ChiefComplaint.URINARY_OR_GENITAL),
    ("HP:0002086", ChiefComplaint.BREATHING),
    ("HP:0001626", ChiefComplaint.FAINTING_OR_PALPITATIONS),
    ("HP:0025031", ChiefComplaint.PAIN_ABDOMEN),
    ("HP:0001871", ChiefComplaint.BLEEDING),
    ("HP:0000707", ChiefComplaint.WEAKNESS_OR_GAIT),
    ("HP:0033127", ChiefComplaint.PAIN_LIMB_OR_BACK),
    ("HP:0000152", ChiefComplaint.MALFORMATION),
    ("HP:0040064", ChiefComplaint.MALFORMATION),
)


def complaint_of_terms(ontology: Ontology, chief_complaints: pd.DataFrame) -> npt.NDArray[np.str_]:
    """The chief complaint that each of the ontology's T terms leads to; shape (T,).

    Args:
        ontology: the terms.
        chief_complaints: the form's words: code, hpo_root. Only codes of this table are given; terms that no rule
            covers take the word whose root covers them, and `other` at last.
    """
    offered = [str(code) for code in chief_complaints[package_tables.CODE]]
    table = [(str(root), code) for code, root in zip(offered, chief_complaints[package_tables.HPO_ROOT], strict=True)]
    ruled = [(root, str(code)) for root, code in (*_NARROW, *_BROAD) if str(code) in offered]
    by_breadth = sorted(table, key=lambda rule: (-_size(ontology, rule[0]), rule[1]), reverse=True)
    words = np.full(len(ontology.term_ids), str(ChiefComplaint.OTHER), dtype="<U40")
    _apply(ontology, words, [*ruled, *(rule for rule in by_breadth if rule[0] != ontology.phenotype_root)])
    return words


def _size(ontology: Ontology, root: str) -> int:
    return len(ontology.descendants(root)) if root in ontology.index else 0


def _apply(ontology: Ontology, words: npt.NDArray[np.str_], rules: Sequence[tuple[str, str]]) -> None:
    """Write each rule's word over its root and descendants, the first rule last."""
    for root, word in reversed(rules):
        if root in ontology.index:
            words[[ontology.index[term] for term in ontology.descendants(root)]] = word
