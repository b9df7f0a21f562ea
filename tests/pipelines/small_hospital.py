"""Sixty labelled patients of a toy knowledge, and everything that the learning rooms read of the catalog."""

from typing import Any

import numpy as np
import pandas as pd
from kedro.io import DataCatalog, MemoryDataset

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.balancing import AugmentationParams, ResamplingParams
from orphan_disease.contracts.parameters.fabrication import SimulationParams
from orphan_disease.contracts.parameters.feature_engineering import (
    CaseBaseParams,
    EncoderParams,
    EvidenceFitParams,
    EvidenceParams,
    LearnedEvidenceParams,
    ScorerParams,
)
from orphan_disease.contracts.parameters.knowledge import CategoryScheme, CategorySpec, DominanceParams, KnowledgeParams
from orphan_disease.contracts.parameters.modelling import DemographicParams, ModellingParams, RerankerParams
from orphan_disease.domain.cases_to_answer import complete_cases
from tests.domain import small_predictor as small

PATIENTS = 60
CONFIRMED = 9  # the first of them are given as confirmed cases, too


class KeptDataset(MemoryDataset):
    """A dataset in memory that outlives its last reader in a run."""

    def _release(self) -> None:
        """Keep it."""


def small_catalog() -> DataCatalog:
    """Inputs of feature_engineering, balancing and modelling."""
    return DataCatalog(
        {name: KeptDataset(value, copy_mode="assign") for name, value in {**_tables(), **_params()}.items()}
    )


def _tables() -> dict[str, Any]:
    ontology = small.small_ontology()
    edges = ontology.parents.tocoo()
    cases, labels, split = _patients()
    return {
        "hpo_terms": pd.DataFrame(
            {columns.TERM_ID: ontology.term_ids, columns.LABEL: ontology.labels, columns.IS_OBSOLETE: False}
        ).assign(**{columns.SYNONYMS: [[]] * len(ontology.term_ids)}),
        "hpo_edges": pd.DataFrame(
            {
                columns.TERM_ID: [ontology.term_ids[place] for place in edges.row],
                columns.PARENT_ID: [ontology.term_ids[place] for place in edges.col],
            }
        ),
        "hpo_alternatives": pd.DataFrame({columns.ALTERNATIVE_ID: [], columns.TERM_ID: []}),
        "hpo_annotations": small._annotations(),
        "disorders": small._disorders(),
        "knowledge_profile": {"knowledge_version": "toy knowledge"},
        "cases": cases,
        "labels": labels,
        "split_assignment": split,
        "typed_confirmed_cases": cases.iloc[:CONFIRMED][[columns.CASE_ID]],
    }


def _patients() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Every third patient has no orphan disease; disorder OMIM:11 is held out for testing."""
    generator = np.random.default_rng(0)
    rows = []
    for number in range(PATIENTS):
        place = number % 12
        own, other = (small.NERVOUS_TERMS, small.SKIN_TERMS) if place < 6 else (small.SKIN_TERMS, small.NERVOUS_TERMS)
        orphan = number % 3 > 0
        start = 2 * (place % 6)
        terms = [own[start], own[start + 1]] if orphan else [own[start], other[generator.integers(12)]]
        category = small.CATEGORIES[place // 6] if orphan else None
        rows.append((f"p{number:02d}", terms, orphan, category, f"OMIM:{place}" if orphan else "NONE"))
    table = pd.DataFrame(
        rows,
        columns=[columns.CASE_ID, columns.OBSERVED_TERMS, columns.IS_ORPHAN, columns.CATEGORY, columns.DISORDER_ID],
    ).assign(**{columns.PROVENANCE: "simulated", columns.DIAGNOSIS_ID: "x", columns.CONFIRMED_AT: pd.NaT})
    named = table[[columns.CASE_ID, columns.OBSERVED_TERMS, columns.PROVENANCE]]
    cases = complete_cases(named.assign(sex="female", age_days=100.0))
    group = table[columns.DISORDER_ID].where(table[columns.IS_ORPHAN], table[columns.CASE_ID])
    held_out = group == "OMIM:11"
    split = table[[columns.CASE_ID]].assign(**{columns.GROUP: group})
    split[columns.SPLIT] = np.where(held_out, "test_disorders", "train")
    split[columns.FOLD] = np.where(held_out, -1, pd.factorize(group)[0] % 3)
    return cases, table.drop(columns=columns.OBSERVED_TERMS), split


def _params() -> dict[str, Any]:
    learned = LearnedEvidenceParams(patients_per_disorder=5, folds=2, hidden_units=4, epochs=2, minimum_term_patients=1)
    evidence = EvidenceParams(
        scorers=(ScorerParams(name="likelihood", temperatures=(1.0,)),), learned=learned, top_ranks=(1, 3)
    )
    specs = tuple(CategorySpec(name=name, label_es=f"{name} es", label_en=name) for name in small.CATEGORIES)
    scheme = CategoryScheme(name="toy", kind="given", categories=specs)
    return {
        "params:feature_engineering.encoder": EncoderParams(minimum_observed_cases=2),
        "params:feature_engineering.evidence": EvidenceFitParams(evidence=evidence, seed=small.SEED),
        "params:knowledge.categories": KnowledgeParams(
            scheme="toy", schemes={"toy": scheme}, classification_roots=(), dominance=DominanceParams(margin=0.5)
        ),
        "params:fabrication.simulation": SimulationParams(),
        "params:balancing.augmentation": AugmentationParams(seed=small.SEED, maximum_cases=20),
        "params:balancing.resampling": ResamplingParams(smote_neighbours=2),
        "params:feature_engineering.case_base": CaseBaseParams(),
        "params:modelling": _modelling(),
        "params:ranking.demographics": DemographicParams(),
        "params:ranking.reranker": RerankerParams(
            seed=small.SEED, rounds=3, folds=2, minimum_cases=5, simulated_patients=30
        ),
    }


def _modelling() -> ModellingParams:
    return ModellingParams.model_validate(
        {
            "seed": small.SEED,
            "candidates": {
                "families": ["decision_tree", "xgboost"],
                "resampling_family": "decision_tree",
                "threads": 1,
                "decision_tree": {"min_samples_leaf": 2},
                "xgboost": {"trees": 5, "min_child_weight": 0.1},
            },
            "category_head": {"feature_groups": ["profile", "evidence"]},
            "orphan_head": {"feature_groups": ["profile", "evidence", "vitals"]},
            "orphan_candidates": {
                "families": ["decision_tree"],
                "resampling_family": "decision_tree",
                "decision_tree": {"min_samples_leaf": 2},
            },
            "selection": {"bootstrap_samples": 10},
            "decision": {"novelty_feature": "evidence__likelihood_level", "coverage": 0.8},
        }
    )
