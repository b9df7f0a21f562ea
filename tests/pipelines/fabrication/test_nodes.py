import pandas as pd

from orphan_disease.domain import hospital
from orphan_disease.domain.ontology import parse_obo
from orphan_disease.pipelines.fabrication.nodes import fabricate_hospital
from tests.domain import simulation_world as world


def test_the_node_hands_its_tables_to_the_domain() -> None:
    content, given, params = parse_obo(world.obo_lines()), world.sources(), world.params(60)
    tables = fabricate_hospital(
        content.terms,
        content.edges,
        content.alternatives,
        given.annotations,
        given.disorders,
        given.conditions,
        given.condition_terms,
        given.condition_vitals,
        given.local_codes,
        given.chief_complaints,
        params.seed,
        params.hospital,
        params.simulation,
        params.defects,
    )
    expected = hospital.fabricate_hospital(given, params)
    pd.testing.assert_frame_equal(tables.triage, expected.triage)
    pd.testing.assert_frame_equal(tables.truth, expected.truth)
