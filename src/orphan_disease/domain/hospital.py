"""A fabricated hospital: triage forms, clinical histories and confirmed diagnoses, as a hospital would export them.

Every record says that it is simulated. The patients come from the knowledge (docs/explanation/fabricated_hospital.md):
orphan disorders by their annotations, common conditions by the project's table, and visits with nothing found.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from orphan_disease.contracts import triage_form
from orphan_disease.contracts.parameters.fabrication import FabricationParams
from orphan_disease.domain.hospital_conditions import build_common_conditions
from orphan_disease.domain.hospital_defects import defect_ledger
from orphan_disease.domain.hospital_form_defects import spoil_forms
from orphan_disease.domain.hospital_forms import VISIT_KEY, HospitalWords, draw_visits, write_forms
from orphan_disease.domain.hospital_histories import write_histories
from orphan_disease.domain.hospital_history_defects import spoil_histories
from orphan_disease.domain.hospital_patients import draw_patients
from orphan_disease.domain.hospital_truth import write_truth
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.simulation_knowledge import build_simulation_knowledge

__all__ = ["FabricatedHospital", "HospitalSources", "fabricate_hospital"]


@dataclass(frozen=True, eq=False)
class HospitalSources:
    """What a hospital is fabricated from.

    Attributes:
        ontology: the terms.
        annotations: `hpo_annotations`.
        disorders: `disorders`.
        conditions: common conditions, one row each.
        condition_terms: their signs with frequency.
        condition_vitals: their vital signs.
        local_codes: the form's own symptom codes.
        chief_complaints: the form's words for a complaint.
    """

    ontology: Ontology
    annotations: pd.DataFrame
    disorders: pd.DataFrame
    conditions: pd.DataFrame
    condition_terms: pd.DataFrame
    condition_vitals: pd.DataFrame
    local_codes: pd.DataFrame
    chief_complaints: pd.DataFrame


class FabricatedHospital(NamedTuple):
    """The hospital's files as tables, and where defects were put.

    Attributes:
        triage: the form, all text, columns of `contracts.triage_form`.
        histories: one document per row: source_file, source_line, payload.
        truth: all text, columns of `contracts.truth_file`.
        ledger: source, patient_id, encounter_id, field, defect.
    """

    triage: pd.DataFrame
    histories: pd.DataFrame
    truth: pd.DataFrame
    ledger: pd.DataFrame


def fabricate_hospital(sources: HospitalSources, params: FabricationParams) -> FabricatedHospital:
    """Draw the patients, write their files and put the documented defects in. Equal arguments give equal tables."""
    disorders = sources.disorders.reset_index(drop=True)
    knowledge = build_simulation_knowledge(sources.ontology, sources.annotations, disorders, params.simulation)
    common = build_common_conditions(
        sources.ontology, sources.conditions, sources.condition_terms, sources.condition_vitals
    )
    patients = draw_patients(knowledge, disorders, common, params)
    visits = draw_visits(patients, params)
    words = HospitalWords(sources.ontology, sources.local_codes, sources.chief_complaints)
    forms = write_forms(patients, visits, words, params)
    histories = write_histories(patients, visits, sources.ontology, params)
    visit_keys = visits.set_index(triage_form.ENCOUNTER_ID)[VISIT_KEY]
    history_keys = visit_keys.loc[histories[triage_form.ENCOUNTER_ID]].to_numpy(dtype=np.uint64)
    triage, form_defects = spoil_forms(forms, visits[VISIT_KEY].to_numpy(dtype=np.uint64), params.defects)
    retired = {current: old for old, current in sorted(sources.ontology.replacements.items(), reverse=True)}
    documents, history_defects = spoil_histories(histories, history_keys, retired, params.defects)
    truth, truth_defects = write_truth(patients, visits, params)
    ledger = defect_ledger([*form_defects, *history_defects, *truth_defects])
    return FabricatedHospital(triage, documents, truth, ledger)
