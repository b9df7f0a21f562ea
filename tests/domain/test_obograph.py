"""hp.json says the same as hp.obo of its release."""

import json
from typing import Any

import pandas as pd
import pytest

from orphan_disease.domain.obo import parse_obo
from orphan_disease.domain.obograph import parse_ontology
from tests.domain.test_obo import TEXT

OBO = "http://purl.obolibrary.org/obo/"


def node(identity: str, label: str, **meta: Any) -> dict[str, Any]:
    return {"id": f"{OBO}HP_{identity}", "lbl": label, "type": "CLASS", "meta": meta}


GRAPH = {
    "graphs": [
        {
            "id": f"{OBO}hp.json",
            "meta": {"version": f"{OBO}hp/releases/2025-01-16/hp.json"},
            "nodes": [
                node("0000001", "All"),
                node(
                    "0000118",
                    "Phenotypic abnormality",
                    definition={"val": 'A "quoted" abnormality.', "xrefs": ["ORCID:1"]},
                    synonyms=[
                        {"pred": "hasExactSynonym", "val": "Organ abnormality"},
                        {"pred": "hasRelatedSynonym", "val": "Sign"},
                    ],
                    xrefs=[{"val": "UMLS:C4021819"}],
                    basicPropertyValues=[
                        {"pred": "http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", "val": "HP:0000999"}
                    ],
                ),
                node(
                    "0000057",
                    "obsolete Clitoromegaly",
                    deprecated=True,
                    basicPropertyValues=[{"pred": f"{OBO}IAO_0100001", "val": f"{OBO}HP_0000118"}],
                ),
                node("0000489", "obsolete Without replacement", deprecated=True),
                {"id": f"{OBO}UBERON_0000001", "lbl": "not a phenotype"},
            ],
            "edges": [
                {"sub": f"{OBO}HP_0000118", "pred": "is_a", "obj": f"{OBO}HP_0000001"},
                {"sub": f"{OBO}HP_0000118", "pred": f"{OBO}BFO_0000050", "obj": f"{OBO}HP_0000057"},
            ],
        }
    ]
}


@pytest.mark.parametrize("indent", [None, 1])
def test_the_json_release_says_what_the_text_says(indent: int | None) -> None:
    ours, theirs = parse_ontology(json.dumps(GRAPH, indent=indent).splitlines()), parse_obo(TEXT.splitlines())
    assert ours.version == theirs.version == "2025-01-16"
    for name in ("terms", "edges", "alternatives"):
        pd.testing.assert_frame_equal(getattr(ours, name), getattr(theirs, name), obj=name)


def test_the_text_is_still_read_and_noise_refused() -> None:
    assert len(parse_ontology(TEXT.splitlines()).terms) == 4
    with pytest.raises(ValueError, match="it is no JSON"):
        parse_ontology(["{ torn"])
    with pytest.raises(ValueError, match=r"no \[Term\]"):
        parse_ontology(["{}"])
