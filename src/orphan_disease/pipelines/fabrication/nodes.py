"""Nodes of `fabrication`."""

import pandas as pd

from orphan_disease.contracts.parameters.fabrication import (
    DefectRates,
    FabricationParams,
    HospitalParams,
    SimulationParams,
)
from orphan_disease.domain import hospital
from orphan_disease.domain.ontology import Ontology

__all__ = ["fabricate_hospital"]


def fabricate_hospital(  # noqa: PLR0913, PLR0917  # everything that a hospital is made of
    hpo_terms: pd.DataFrame,
    hpo_edges: pd.DataFrame,
    hpo_alternatives: pd.DataFrame,
    hpo_annotations: pd.DataFrame,
    disorders: pd.DataFrame,
    common_conditions: pd.DataFrame,
    common_condition_terms: pd.DataFrame,
    common_condition_vitals: pd.DataFrame,
    local_codes: pd.DataFrame,
    chief_complaints: pd.DataFrame,
    seed: int,
    hospital_params: HospitalParams,
    simulation: SimulationParams,
    defects: DefectRates,
) -> hospital.FabricatedHospital:
    """Simulated patients as triage forms, histories and later diagnoses, with a ledger of the defects put in."""
    sources = hospital.HospitalSources(
        Ontology.from_frames(hpo_terms, hpo_edges, hpo_alternatives),
        hpo_annotations,
        disorders,
        common_conditions,
        common_condition_terms,
        common_condition_vitals,
        local_codes,
        chief_complaints,
    )
    params = FabricationParams(seed=seed, hospital=hospital_params, simulation=simulation, defects=defects)
    return hospital.fabricate_hospital(sources, params)
