"""A toy ontology of three organ systems, one of them with a named root below it, and a scheme over it."""

import pandas as pd

from orphan_disease.contracts.parameters.knowledge import CategoryScheme
from orphan_disease.domain.ontology import Ontology

BRAIN, BODY, EYE = "HP:0000010", "HP:0000020", "HP:0000030"  # children of the phenotype root
SKELETON = "HP:0000021"  # below BODY
SEIZURE, BONE, LAXITY, CATARACT, GAZE = "HP:0000011", "HP:0000022", "HP:0000023", "HP:0000031", "HP:0000032"

_PARENTS = {
    "HP:0000118": ["HP:0000001"],
    BRAIN: ["HP:0000118"],
    BODY: ["HP:0000118"],
    EYE: ["HP:0000118"],
    SKELETON: [BODY],
    SEIZURE: [BRAIN],
    BONE: [SKELETON],
    LAXITY: [BODY],
    CATARACT: [EYE],
    GAZE: [EYE, BRAIN],
}


def toy_ontology() -> Ontology:
    ids = ["HP:0000001", *_PARENTS]
    edges = [(child, parent) for child, parents in _PARENTS.items() for parent in parents]
    return Ontology.from_frames(
        pd.DataFrame({"term_id": ids, "label": ids, "is_obsolete": False}),
        pd.DataFrame(edges, columns=["term_id", "parent_id"]),
        pd.DataFrame({"alternative_id": ["HP:0000099"], "term_id": [SEIZURE]}),
        "toy",
    )


def toy_scheme() -> CategoryScheme:
    return CategoryScheme.model_validate(
        {
            "name": "toy",
            "categories": [
                {"name": "nerve", "label_es": "n", "label_en": "n", "orphanet_heads": ["1", "2"], "hpo_roots": [BRAIN]},
                {"name": "bone", "label_es": "b", "label_en": "b", "orphanet_heads": ["3"], "hpo_roots": [SKELETON]},
                {"name": "rest", "label_es": "r", "label_en": "r", "takes_the_rest": True},
            ],
        }
    )
