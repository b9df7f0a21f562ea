"""The knowledge half: shapes that hold, also where Orphanet is absent, and a graph that reads as declared."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from orphan_disease.contracts.frames.shape import ShapeError
from orphan_disease.contracts.parameters.knowledge import KnowledgeParams
from orphan_disease.pipelines.data_engineering import knowledge_nodes
from orphan_disease.pipelines.data_engineering.knowledge_pipeline import create_pipeline

OBO = ["data-version: hp/releases/2025-01-16", "[Term]", "id: HP:0000001", "name: All"]
ANNOTATIONS = [
    "#version: 2025-01-16",
    "\t".join(
        ("database_id", "disease_name", "qualifier", "hpo_id", "reference", "evidence", "onset", "frequency", "sex",
         "modifier", "aspect", "biocuration")
    ),
    "OMIM:1\tSome disease\t\tHP:0000001\tPMID:1\tPCS\t\t1/2\t\t\tP\tx",
]  # fmt: skip
FACTS = pd.DataFrame(
    [("1", "Some disease", "neurological", "1-9 / 100 000", "1", "x")],
    columns=["orpha_code", "name", "category", "prevalence_class", "omim_ids", "source"],
)


@pytest.fixture(scope="module")
def params() -> KnowledgeParams:
    path = Path(__file__).parents[3] / "conf" / "base" / "parameters_knowledge.yml"
    configured = yaml.safe_load(path.read_text(encoding="utf-8"))["knowledge"]["categories"]
    return KnowledgeParams.model_validate({**configured, "scheme": "referral_route"})


def test_from_lines_to_a_profile_without_the_archive(params: KnowledgeParams) -> None:
    terms, edges, alternatives = knowledge_nodes.type_hpo_ontology(OBO)
    annotations = knowledge_nodes.type_hpo_annotations(ANNOTATIONS)
    entries, parents, references, prevalences, _, quarantine = knowledge_nodes.type_orphanet(
        pd.DataFrame(columns=["source_file", "payload"]), params
    )
    scheme_terms = pd.DataFrame(
        [(root, root, "", [], [], [], False, "2025-01-16") for root in _roots(params)], columns=terms.columns
    )
    disorders = knowledge_nodes.build_disorders(
        pd.concat([terms, scheme_terms]), edges, alternatives, annotations, entries, parents, references, prevalences,
        FACTS, params,
    )  # fmt: skip
    (row,) = disorders.to_dict("records")
    assert (row["disorder_id"], row["category"], row["category_source"]) == ("OMIM:1", "neurological", "facts_table")
    assert row["member_ids"] == ["OMIM:1", "ORPHA:1"]
    assert quarantine.empty
    profile = knowledge_nodes.summarise_knowledge(ANNOTATIONS, terms, annotations, entries, disorders, params)
    assert profile["line"].startswith("Knowledge: HPO 2025-01-16 (1 terms), 1 annotated diseases in 1 disorders, no")


def _roots(params: KnowledgeParams) -> list[str]:
    return ["HP:0000118", *(root for spec in params.active_scheme.categories for root in spec.hpo_roots)]


def test_an_annotation_of_an_unheard_of_aspect_is_refused() -> None:
    with pytest.raises(ShapeError, match="aspect"):
        knowledge_nodes.type_hpo_annotations([*ANNOTATIONS[:2], ANNOTATIONS[2].replace("\tP\t", "\tZ\t")])


def test_the_pipeline_starts_from_published_files_and_ends_in_disorders_and_their_profile() -> None:
    pipeline = create_pipeline()
    assert pipeline.inputs() == {
        "raw_hpo_ontology", "raw_hpo_annotations", "raw_orphanet", "raw_orphan_facts", "params:knowledge.categories",
    }  # fmt: skip
    assert {"disorders", "knowledge_profile", "hpo_annotations", "orphanet_quarantine"} <= pipeline.all_outputs()
    assert all(node.name == node.func.__name__ for node in pipeline.nodes)
