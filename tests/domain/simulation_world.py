"""A small ontology with its annotations, disorders and hospital tables, for the tests of simulation."""

from datetime import UTC, datetime

import pandas as pd

from orphan_disease.contracts.parameters.fabrication import FabricationParams, HospitalParams
from orphan_disease.domain.annotations import parse_hpoa
from orphan_disease.domain.hospital import HospitalSources
from orphan_disease.domain.ontology import Ontology, parse_obo

ROOT = "HP:0000118"
SYSTEMS = ("HP:0000707", "HP:0000478", "HP:0001626", "HP:0010461")
MALE_SIGN = "HP:0000135"
OBSOLETE = "HP:0009990"
# Each system has five signs, each sign two kinds.
SIGNS = [f"HP:{100 * system + sign:07d}" for system in range(1, 5) for sign in range(5)]
KINDS = [f"HP:{10_000 + 10 * place + kind:07d}" for place in range(20) for kind in range(2)]


def obo_lines() -> list[str]:
    stanzas = [("HP:0000001", [], "All"), (ROOT, ["HP:0000001"], "Phenotypic abnormality")]
    stanzas += [(system, [ROOT], f"system {system}") for system in SYSTEMS]
    stanzas += [(sign, [SYSTEMS[place // 5]], f"sign {sign}") for place, sign in enumerate(SIGNS)]
    stanzas += [(kind, [SIGNS[place // 2]], f"kind {kind}") for place, kind in enumerate(KINDS)]
    lines = ["format-version: 1.2", "data-version: hp/releases/2025-01-16"]
    for term, parents, name in stanzas:
        lines += ["", "[Term]", f"id: {term}", f"name: {name}", *(f"is_a: {parent}" for parent in parents)]
        if term == SIGNS[0]:
            lines.append(f"alt_id: {OBSOLETE}")
    return lines


def ontology() -> Ontology:
    content = parse_obo(obo_lines())
    return Ontology.from_frames(content.terms, content.edges, content.alternatives, content.version)


def annotations() -> pd.DataFrame:
    """Twelve disorders of six signs each; OMIM:100 is X-linked recessive with neonatal onset and one boys' sign."""
    names = ("database_id", "disease_name", "qualifier", "hpo_id", "reference", "evidence")
    header = "\t".join((*names, "onset", "frequency", "sex", "modifier", "aspect", "biocuration"))
    rows = [header]
    frequencies = ("3/4", "HP:0040281", "HP:0040283", "50%", "", "8/10")

    def row(disease: str, term: str, frequency: str, aspect: str) -> str:
        return "\t".join((disease, f"disease {disease}", "", term, "PMID:1", "PCS", "", frequency, "", "", aspect, "x"))

    for number in range(12):
        disease = f"OMIM:{100 + number}"
        rows += [
            row(disease, SIGNS[(number * 3 + place * 2) % len(SIGNS)], frequency, "P")
            for place, frequency in enumerate(frequencies)
        ]
    rows.append(row("OMIM:100", "HP:0001419", "", "I"))
    rows.append(row("OMIM:100", "HP:0003623", "", "C"))
    return parse_hpoa(rows)


def disorders() -> pd.DataFrame:
    ids = [f"OMIM:{100 + number}" for number in range(12)]
    return pd.DataFrame(
        {
            "disorder_id": ids,
            "disorder_name": [f"disease {name}" for name in ids],
            "member_ids": [[name, f"ORPHA:{name[5:]}"] for name in ids],
            "category": ["neurological", "unknown"] * 6,
            "prevalence_class": ["1-9 / 100 000", None] * 6,
            "onsets": [[] for _ in ids],
            "inheritances": [[] for _ in ids],
        }
    )


def sources() -> HospitalSources:
    conditions = pd.DataFrame(
        {
            "condition_id": ["ICD10:J06.9", "ICD10:O20"],
            "icd10": ["J06.9", "O20"],
            "name_en": ["cold", "threatened miscarriage"],
            "relative_incidence": [9.0, 1.0],
            "age_min_years": [0.0, 15.0],
            "age_mode_years": [5.0, 28.0],
            "age_max_years": [90.0, 45.0],
            "female_share": [0.5, 1.0],
            "chief_complaint": ["fever", "pregnancy"],
        }
    )
    terms = pd.DataFrame(
        {
            "icd10": ["J06.9"] * 4 + ["O20"] * 2,
            "hpo_id": [SIGNS[5], SIGNS[6], SIGNS[7], SIGNS[8], SIGNS[9], SIGNS[10]],
            "frequency": [0.9, 0.6, 0.3, 0.5, 0.8, 0.4],
        }
    )
    vitals = pd.DataFrame({"icd10": ["J06.9"], "field": ["temperature_c"], "mean": [38.4], "sd": [0.3]})
    codes = pd.DataFrame({"code": ["FIEB", "TOS"], "hpo_id": [SIGNS[5], SIGNS[0]]})
    complaints = pd.DataFrame(
        {"code": ["fever", "eye", "pregnancy", "other"], "hpo_root": [SIGNS[5], "HP:0000478", SIGNS[9], ROOT]}
    )
    return HospitalSources(ontology(), annotations(), disorders(), conditions, terms, vitals, codes, complaints)


def params(patients: int = 400, seed: int = 7, **hospital: float) -> FabricationParams:
    date = datetime(2026, 1, 1, tzinfo=UTC)
    return FabricationParams(
        seed=seed,
        hospital=HospitalParams(
            patients=patients, reference_date=date, orphan_disorders=12, unknown_category_share=0.5, **hospital
        ),
    )
