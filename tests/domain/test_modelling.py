import json

import numpy as np
import pandas as pd
import pytest

from orphan_disease.contracts import columns
from orphan_disease.contracts.frames import features as shapes
from orphan_disease.contracts.frames.shape import require_shape
from orphan_disease.contracts.parameters.balancing import ResamplingParams
from orphan_disease.contracts.parameters.modelling import Family, ModellingParams, Resampling
from orphan_disease.domain import comparison, heads, modelling
from orphan_disease.domain.decision import DecisionRule
from orphan_disease.domain.modelling import LabelledFeatures, TwoHeads
from orphan_disease.domain.resampling import build_resampling_plan

CATEGORIES = ("a", "b", "c")
PARAMS = ModellingParams.model_validate(
    {
        "seed": 3,
        "candidates": {
            "families": ["decision_tree", "xgboost"],
            "resampling_family": "decision_tree",
            "threads": 2,
            "xgboost": {"trees": 10, "learning_rate": 0.3},
        },
        "category_head": {"feature_groups": ["profile"]},
        "orphan_head": {"feature_groups": ["profile", "vitals"]},
        "orphan_candidates": {"families": ["decision_tree"], "resampling_family": "decision_tree"},
        "selection": {"bootstrap_samples": 20},
        "decision": {"novelty_feature": "evidence__level"},
    }
)


def _data(cases: int = 400) -> LabelledFeatures:
    """Half orphan cases of three categories in 60 disorders, half others; every signal is noisy."""
    generator = np.random.default_rng(0)
    orphan = np.arange(cases) % 2 == 0
    codes = generator.integers(0, 3, cases)
    disorder = [f"d{code}{place}" for code, place in zip(codes, generator.integers(0, 20, cases), strict=True)]
    ids = [f"case-{place:03d}" for place in range(cases)]
    labels = pd.DataFrame({columns.CASE_ID: ids, columns.IS_ORPHAN: orphan, columns.PROVENANCE: "simulated"})
    labels[columns.CATEGORY] = np.where(orphan, np.array(CATEGORIES)[codes], None)
    labels[columns.DISORDER_ID] = np.where(orphan, disorder, "NONE")
    features = pd.DataFrame({columns.CASE_ID: ids, "evidence__level": generator.normal(size=cases)})
    for code, name in enumerate(CATEGORIES):
        features[f"profile__{name}"] = (codes == code) * 2.0 + generator.normal(size=cases)
    features["vitals__pulse"] = orphan * 2.0 + generator.normal(size=cases)
    groups = np.where(orphan, disorder, ids)
    split = pd.DataFrame({columns.CASE_ID: ids, columns.GROUP: groups, columns.SPLIT: "train"})
    split[columns.FOLD] = pd.factorize(groups)[0] % 5
    numbers = features.columns != columns.CASE_ID
    return LabelledFeatures(features.astype(dict.fromkeys(features.columns[numbers], "float32")), labels, split)


@pytest.fixture(scope="module")
def both() -> TwoHeads:
    data = _data()
    more = data.features[data.labels[columns.CATEGORY] == "c"].reset_index(drop=True)
    pool = pd.DataFrame({columns.CATEGORY: "c", columns.DISORDER_ID: [f"new{row}" for row in range(len(more))]})
    plan = build_resampling_plan({"a": 60, "b": 60, "c": 60}, ResamplingParams()).model_dump(mode="json")
    built = modelling.build_training_heads(data, (more, pool), json.loads(json.dumps(plan)), CATEGORIES, PARAMS)
    return TwoHeads(built, PARAMS)


@pytest.fixture(scope="module")
def compared(both: TwoHeads) -> tuple[pd.DataFrame, pd.DataFrame]:
    return both.compare(lambda count: None)


def test_the_tables_have_their_declared_shape(compared: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    metrics, predictions = compared
    require_shape(metrics, shapes.CANDIDATE_METRICS)
    require_shape(predictions, shapes.CANDIDATE_PREDICTIONS)


def test_strategies_are_compared_on_one_family_and_families_with_the_winner(
    compared: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    metrics, _ = compared
    category = set(metrics.loc[metrics["head"] == "category", "candidate"])
    assert {f"decision_tree+{strategy.value}" for strategy in Resampling} <= category
    assert len(category) == len(Resampling) + 1
    assert sum(name.startswith("xgboost+") for name in category) == 1
    assert set(metrics.loc[metrics["head"] == "orphan", "candidate"]) == {"decision_tree+none"}


def test_what_is_written_can_be_read_back(both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    metrics, predictions = compared
    training = both.training[heads.CATEGORY_HEAD]
    shuffled = predictions.sample(frac=1.0, random_state=0)
    first = comparison.read_probabilities(predictions, "category", training)
    again = comparison.read_probabilities(shuffled, "category", training)
    for name, values in first.items():
        assert values.sum(axis=1) == pytest.approx(1.0)
        np.testing.assert_array_equal(values, again[name])
    assert all(cost.fit_seconds > 0 for cost in comparison.read_costs(metrics, "category").values())


def test_selection_names_a_candidate_and_its_out_of_fold_answers(
    both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    selected = both.select(*compared)
    unseen = both.out_of_fold(selected, compared[1], _data().features)
    require_shape(unseen, shapes.OUT_OF_FOLD_PREDICTIONS)
    assert len(unseen) == 400
    assert unseen["raw_a"].notna().sum() == 200
    assert unseen["raw_orphan"].notna().all()
    json.dumps(selected)


def test_each_head_is_fitted_to_its_own_question(both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    selected = both.select(*compared)
    category = modelling.fit_head(both, heads.CATEGORY_HEAD, selected)
    orphan = modelling.fit_head(both, heads.ORPHAN_HEAD, selected)
    assert category.classes == CATEGORIES
    assert orphan.classes == ("non_orphan", "orphan")
    assert orphan.family is Family.DECISION_TREE
    assert "vitals__pulse" not in category.feature_names


def test_calibration_gives_a_rule_that_covers_what_it_promises(
    both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    selected = both.select(*compared)
    unseen = both.out_of_fold(selected, compared[1], _data().features)
    fitted, decided = modelling.fit_calibration(both, unseen)
    rule = DecisionRule.from_dict(json.loads(json.dumps(fitted.rule.to_dict())))
    assert rule == fitted.rule
    assert rule.categories == CATEGORIES
    assert sum(rule.category_trained) == pytest.approx(1.0)
    require_shape(decided, shapes.CROSS_FITTED_DECISIONS)
    answered = decided.set_index(columns.CASE_ID)[columns.PREDICTION_SET]
    actual = both.training[heads.CATEGORY_HEAD].labels[columns.CATEGORY]
    inside = [name in answered[case] for case, name in actual.items()]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.06)
    assert 1.0 <= answered[actual.index].map(len).mean() < 3.0


def test_one_threshold_may_serve_all_categories(both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    unseen = both.out_of_fold(both.select(*compared), compared[1], _data().features)
    found = {}
    for kind in ("category", "common"):
        decision = PARAMS.decision.model_copy(update={"conformal_thresholds": kind})
        other = TwoHeads(both.data, PARAMS.model_copy(update={"decision": decision}))
        found[kind] = modelling.fit_calibration(other, unseen)[0].rule.thresholds
    assert len(found["category"]) == len(CATEGORIES) == len(found["common"])
    assert len(set(found["common"])) == 1
    assert len(set(found["category"])) > 1


def test_deployment_shares_must_name_every_category(
    both: TwoHeads, compared: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    unseen = both.out_of_fold(both.select(*compared), compared[1], _data().features)
    decision = PARAMS.decision.model_copy(update={"category_prevalences": {"a": 1.0}})
    other = TwoHeads(both.data, PARAMS.model_copy(update={"decision": decision}))
    with pytest.raises(ValueError, match="a share of each of a, b, c"):
        modelling.fit_calibration(other, unseen)
