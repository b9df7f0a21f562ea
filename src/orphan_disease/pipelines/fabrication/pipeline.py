"""What feeds what in `fabrication`."""

from kedro.pipeline import Node, Pipeline

from orphan_disease.pipelines.fabrication.nodes import fabricate_hospital

__all__ = ["create_pipeline"]


def create_pipeline() -> Pipeline:
    """The hospital's three files from the knowledge and the table of common conditions."""
    return Pipeline(
        [
            Node(
                fabricate_hospital,
                inputs={
                    "hpo_terms": "hpo_terms",
                    "hpo_edges": "hpo_edges",
                    "hpo_alternatives": "hpo_alternatives",
                    "hpo_annotations": "hpo_annotations",
                    "disorders": "disorders",
                    "common_conditions": "raw_common_conditions",
                    "common_condition_terms": "raw_common_condition_terms",
                    "common_condition_vitals": "raw_common_condition_vitals",
                    "local_codes": "raw_local_codes",
                    "chief_complaints": "raw_chief_complaints",
                    # Topic by topic: other rooms take `simulation` alone, and Kedro types a key once.
                    "seed": "params:fabrication.seed",
                    "hospital_params": "params:fabrication.hospital",
                    "simulation": "params:fabrication.simulation",
                    "defects": "params:fabrication.defects",
                },
                outputs=["raw_triage", "raw_histories", "raw_truth", "fabrication_ledger"],
                name="fabricate_hospital",
                tags=["fabrication"],
            ),
        ]
    )
