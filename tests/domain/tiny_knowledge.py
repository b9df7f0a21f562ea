"""A made-up ontology of eight terms and four disorders, small enough to work out by hand.

    All (HP:0000001)
      Phenotypic abnormality (HP:0000118)
        Eye (HP:0000010)
          Cataract (HP:0000011)
            Lamellar cataract (HP:0000012)
          Coloboma (HP:0000013)
        Heart (HP:0000020)
          Murmur (HP:0000021)

Disorder A: cataract 4/5 (PMID:1), murmur 1/2 (PMID:2).  B: lamellar cataract, without frequency (PMID:1;PMID:3).
C: coloboma, frequent (OMIM:3); murmur excluded.  D, kin of A: nothing of its own.
"""

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.case_base import ConfirmedCases
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.knowledge import KnowledgeBase, build_knowledge_base
from orphan_disease.domain.ontology import Ontology

EYE, CATARACT, LAMELLAR, COLOBOMA = "HP:0000010", "HP:0000011", "HP:0000012", "HP:0000013"
HEART, MURMUR = "HP:0000020", "HP:0000021"

_LABELS = {
    "HP:0000001": "All",
    "HP:0000118": "Phenotypic abnormality",
    EYE: "Abnormality of the eye",
    CATARACT: "Cataract",
    LAMELLAR: "Lamellar cataract",
    COLOBOMA: "Coloboma",
    HEART: "Abnormality of the heart",
    MURMUR: "Heart murmur",
}
_EDGES = (
    ("HP:0000118", "HP:0000001"),
    (EYE, "HP:0000118"),
    (CATARACT, EYE),
    (LAMELLAR, CATARACT),
    (COLOBOMA, EYE),
    (HEART, "HP:0000118"),
    (MURMUR, HEART),
)
_ANNOTATIONS = (
    ("OMIM:1", False, CATARACT, ["PMID:1"], 4, 5, None),
    ("OMIM:1", False, MURMUR, ["PMID:2"], 1, 2, None),
    ("OMIM:2", False, LAMELLAR, ["PMID:1", "PMID:3"], None, None, None),
    ("OMIM:3", False, COLOBOMA, ["OMIM:3"], None, None, 0.55),
    ("OMIM:3", True, MURMUR, ["OMIM:3"], None, None, None),
)


def tiny_ontology() -> Ontology:
    terms = pd.DataFrame(
        {
            columns.TERM_ID: list(_LABELS),
            columns.LABEL: list(_LABELS.values()),
            columns.IS_OBSOLETE: [False] * len(_LABELS),
        }
    )
    edges = pd.DataFrame(_EDGES, columns=[columns.TERM_ID, columns.PARENT_ID])
    alternatives = pd.DataFrame({columns.ALTERNATIVE_ID: [], columns.TERM_ID: []}, dtype="str")
    return Ontology.from_frames(terms, edges, alternatives, "tiny")


def tiny_annotations() -> pd.DataFrame:
    frame = pd.DataFrame(
        _ANNOTATIONS,
        columns=[
            columns.DATABASE_ID,
            columns.NEGATED,
            columns.TERM_ID,
            columns.REFERENCES,
            columns.FREQUENCY_OBSERVED,
            columns.FREQUENCY_EXAMINED,
            columns.FREQUENCY_LOW,
        ],
    )
    return frame.assign(**{columns.ASPECT: "P", columns.FREQUENCY_HIGH: frame[columns.FREQUENCY_LOW]}).astype(
        {columns.FREQUENCY_OBSERVED: "Int32", columns.FREQUENCY_EXAMINED: "Int32", columns.FREQUENCY_LOW: "float64"}
    )


def tiny_disorders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            columns.DISORDER_ID: ["OMIM:1", "OMIM:2", "OMIM:3", "ORPHA:4"],
            columns.DISORDER_NAME: ["A syndrome 1", "B", "C", "A syndrome 2"],
            columns.MEMBER_IDS: [["OMIM:1", "ORPHA:1"], ["OMIM:2"], ["OMIM:3"], ["ORPHA:4"]],
            columns.CATEGORY: ["eye", "eye", "heart", "heart"],
            columns.RELATED_IDS: [["ORPHA:4"], [], [], ["OMIM:1"]],
        }
    )


def tiny_knowledge(confirmed: ConfirmedCases | None = None, annotations: pd.DataFrame | None = None) -> KnowledgeBase:
    chosen = tiny_annotations() if annotations is None else annotations
    return build_knowledge_base(tiny_ontology(), chosen, tiny_disorders(), confirmed=confirmed)


def tiny_cases(*cases: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                columns.CASE_ID: f"case-{place}",
                columns.OBSERVED_TERMS: [],
                columns.EXCLUDED_TERMS: [],
                columns.REFERENCE: None,
                columns.DIAGNOSIS_ID: None,
                **case,
            }
            for place, case in enumerate(cases)
        ]
    )


def tiny_batch(*cases: dict[str, object]) -> CaseBatch:
    return CaseBatch.from_frame(tiny_cases(*cases), tiny_ontology())
