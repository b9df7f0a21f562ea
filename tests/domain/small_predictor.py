"""A whole predictor that is fitted in a moment: twelve disorders of two categories over a toy ontology."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from scipy import sparse

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.feature_engineering import (
    EncoderParams,
    EvidenceParams,
    LearnedEvidenceParams,
    ScorerParams,
)
from orphan_disease.contracts.parameters.modelling import CandidateParams, Family
from orphan_disease.domain.calibration import Calibrator
from orphan_disease.domain.case_batch import CaseBatch
from orphan_disease.domain.case_evidence import CategoryEvidence
from orphan_disease.domain.cases_to_answer import complete_cases
from orphan_disease.domain.classifiers import Classifier, build_estimator
from orphan_disease.domain.decision import ORPHAN_CLASSES, DecisionRule
from orphan_disease.domain.encoding import CaseEncoder
from orphan_disease.domain.knowledge import build_knowledge_base
from orphan_disease.domain.learned_evidence import fit_learned_evidence
from orphan_disease.domain.ontology import Ontology
from orphan_disease.domain.prediction import Predictor
from orphan_disease.domain.ranking import RankingSettings

NERVOUS, SKIN = "HP:0000707", "HP:0001574"
NERVOUS_TERMS = tuple(f"HP:10000{place:02}" for place in range(12))
SKIN_TERMS = tuple(f"HP:20000{place:02}" for place in range(12))
CATEGORIES = ("nerve", "skin")
SEED = 7


def small_ontology() -> Ontology:
    parents = {"HP:0000118": "HP:0000001", NERVOUS: "HP:0000118", SKIN: "HP:0000118"}
    parents |= dict.fromkeys(NERVOUS_TERMS, NERVOUS) | dict.fromkeys(SKIN_TERMS, SKIN)
    ids = ["HP:0000001", *parents]
    return Ontology.from_frames(
        pd.DataFrame({"term_id": ids, "label": [f"Term {each[3:]}" for each in ids], "is_obsolete": False}),
        pd.DataFrame(list(parents.items()), columns=["term_id", "parent_id"]),
        pd.DataFrame({"alternative_id": ["HP:9999999"], "term_id": [NERVOUS_TERMS[0]]}),
        "toy",
    )


def small_cases() -> pd.DataFrame:
    """Forty cases: orphan ones with two terms of one system, others with one term of each."""
    rows = []
    for number in range(40):
        own, other = (NERVOUS_TERMS, SKIN_TERMS) if number % 2 else (SKIN_TERMS, NERVOUS_TERMS)
        place = number % 12
        terms = [own[place], own[(place + 1) % 12]] if number < 30 else [own[place], other[place]]
        rows.append((f"c{number}", sorted(terms), "female" if number % 3 else "male", 365.0 * number))
    names = [columns.CASE_ID, columns.OBSERVED_TERMS, columns.SEX, columns.AGE_DAYS]
    return complete_cases(pd.DataFrame(rows, columns=names))


@cache
def small_predictor(category_family: Family = Family.XGBOOST) -> Predictor:
    ontology, cases = small_ontology(), small_cases()
    knowledge = build_knowledge_base(ontology, _annotations(), _disorders(), version="toy knowledge")
    encoder = CaseEncoder.fit(
        cases, ontology, knowledge.information, EncoderParams(minimum_observed_cases=1, minimum_excluded_cases=1)
    )
    predictor = Predictor(
        knowledge=knowledge,
        ranking=RankingSettings(),
        encoder=encoder,
        evidence=_evidence(ontology, cases),
        orphan_classifier=_classifier([], np.array([0, 1]), ORPHAN_CLASSES),
        category_classifier=_classifier([], np.array([0, 1]), CATEGORIES),
        rule=_rule(),
        category_labels={name: {"es": f"{name} es", "en": name} for name in CATEGORIES},
        data_fingerprints={"cases": "0" * 64},
        batch_cases=16,
    )
    batch = CaseBatch.from_frame(cases, ontology)
    features = predictor.features(cases, batch, predictor.ranker.score(batch, "own"))
    return _with_classifiers(predictor, features, category_family)


def _with_classifiers(predictor: Predictor, features: pd.DataFrame, category_family: Family) -> Predictor:
    numbers = np.arange(len(features))
    return replace(
        predictor,
        orphan_classifier=_fitted(features, (numbers < 30).astype(np.intp), ORPHAN_CLASSES, Family.DECISION_TREE),
        category_classifier=_fitted(features[:30], 1 - numbers[:30] % 2, CATEGORIES, category_family),
    )


def _fitted(features: pd.DataFrame, codes: np.ndarray, classes: tuple[str, ...], family: Family) -> Classifier:
    estimator = build_estimator(family, CandidateParams(threads=1), seed=SEED)
    estimator.fit(features.to_numpy(dtype=np.float32), codes)
    return Classifier(family, classes, tuple(features.columns), estimator)


def _classifier(names: list[str], codes: np.ndarray, classes: tuple[str, ...]) -> Classifier:
    estimator = build_estimator(Family.DECISION_TREE, CandidateParams(threads=1), seed=SEED)
    return Classifier(Family.DECISION_TREE, classes, tuple(names), estimator)


def _rule() -> DecisionRule:
    identity = Calibrator(method="temperature", parameters=((1.0,),))
    return DecisionRule(
        categories=CATEGORIES,
        orphan_calibrator=identity,
        orphan_trained=0.5,
        orphan_deployed=0.5,
        category_calibrator=identity,
        category_trained=(0.5, 0.5),
        category_deployed=(0.5, 0.5),
        coverage=0.9,
        score="lac",
        thresholds=(0.6, 0.6),
        maximum_set_size=1,
        novelty_feature="profile__terms_observed",
        novelty_threshold=1.0,
    )


def _evidence(ontology: Ontology, cases: pd.DataFrame) -> CategoryEvidence:
    closed = sparse.csr_matrix(ontology.indicator(list(cases[columns.OBSERVED_TERMS])) @ ontology.closure)
    learned_params = LearnedEvidenceParams(folds=2, hidden_units=2, epochs=1, minimum_term_patients=1)
    codes = (1 - np.arange(len(cases)) % 2).astype(np.intp)
    owners = [f"OMIM:{number % 12}" for number in range(len(cases))]
    learned = fit_learned_evidence(closed, codes, owners, CATEGORIES, learned_params, seed=SEED)
    params = EvidenceParams(
        scorers=(ScorerParams(name="likelihood", temperatures=(1.0,)),), top_ranks=(1, 3), learned=learned_params
    )
    return CategoryEvidence(CATEGORIES, params, learned)


def _disorders() -> pd.DataFrame:
    rows = []
    for place in range(12):
        category = CATEGORIES[place // 6]
        members = [f"OMIM:{place}", f"ORPHA:{100 + place}"]
        rows.append((members[0], f"Disorder {place}", members, category, "<1 / 1 000 000", ["Childhood"], ["Dominant"]))
    names = [columns.DISORDER_ID, columns.DISORDER_NAME, columns.MEMBER_IDS, columns.CATEGORY]
    return pd.DataFrame(rows, columns=[*names, columns.PREVALENCE_CLASS, columns.ONSETS, columns.INHERITANCES])


def _annotations() -> pd.DataFrame:
    rows = []
    for place in range(12):
        terms = NERVOUS_TERMS if place < 6 else SKIN_TERMS
        start = 2 * (place % 6)
        rows += [(f"OMIM:{place}", terms[(start + step) % 12], [f"PMID:{place}"]) for step in range(3)]
    frame = pd.DataFrame(rows, columns=[columns.DATABASE_ID, columns.TERM_ID, columns.REFERENCES])
    missing = (columns.FREQUENCY_OBSERVED, columns.FREQUENCY_EXAMINED, columns.FREQUENCY_LOW, columns.FREQUENCY_HIGH)
    return frame.assign(
        **{columns.ASPECT: "P", columns.NEGATED: False, columns.DISEASE_NAME: frame[columns.DATABASE_ID]},
        **dict.fromkeys(missing, np.nan),
        evidence="PCS",
        onset="",
        sex="",
        modifier="",
    )
