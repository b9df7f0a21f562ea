from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orphan_disease.adapters.archive_dataset import ArchiveDataset
from orphan_disease.contracts import columns
from orphan_disease.domain.case_evidence import measure_evidence
from orphan_disease.domain.modelling import TrainingHeads
from orphan_disease.domain.ranking import Ranker
from orphan_disease.domain.resampling import AugmentationPool, ResamplingPlan
from orphan_disease.domain.validation import TrainingSet
from tests.domain.small_predictor import small_cases, small_predictor


def _training_set(classes: tuple[str, ...], weight_exponent: float) -> TrainingSet:
    ids = pd.Index([f"c{place}" for place in range(4)], name=columns.CASE_ID)
    features = pd.DataFrame({"profile__a": [0.1, 2.0, -1.0, 0.0], "vitals__b": [1.0, 0.0, 1.0, 3.5]}, index=ids)
    labels = pd.DataFrame(
        {columns.DISORDER_ID: ["OMIM:1", "OMIM:2", None, "NONE"], columns.FOLD: [0, 1, 1, 0]}, index=ids
    )
    labels[columns.CONFIRMED_AT] = pd.to_datetime(["2026-01-01", None, None, "2026-03-01"], utc=True)
    return TrainingSet(features.astype("float32"), labels, np.array([0, 1, 1, 0]), classes, weight_exponent)


def _training_heads(pool: AugmentationPool | None) -> TrainingHeads:
    plan = ResamplingPlan(counts={"x": 2, "y": 2}, targets={"x": 2, "y": 2}, candidates=("none",), smote_neighbours=5)
    return TrainingHeads(_training_set(("x", "y"), 0.5), _training_set(("non_orphan", "orphan"), 0.0), plan, pool)


def test_knowledge_and_evidence_come_back_with_the_same_answers(tmp_path: Path) -> None:
    predictor = small_predictor()
    knowledge = ArchiveDataset(kind="knowledge_base", filepath=str(tmp_path / "knowledge_base.zip"))
    evidence = ArchiveDataset(kind="category_evidence", filepath=str(tmp_path / "category_evidence.zip"))
    knowledge.save(predictor.knowledge)
    evidence.save(predictor.evidence)
    restored = measure_evidence(small_cases(), Ranker(knowledge.load()), evidence.load())
    np.testing.assert_array_equal(restored, measure_evidence(small_cases(), predictor.ranker, predictor.evidence))


def test_what_the_heads_learn_from_comes_back_whole(tmp_path: Path) -> None:
    pool = AugmentationPool(np.ones((1, 2), np.float32), np.array([1]), np.array(["ORPHA:7"], dtype=object))
    saved = _training_heads(pool)
    dataset = ArchiveDataset(kind="training_heads", filepath=str(tmp_path / "training_heads.zip"))
    dataset.save(saved)
    loaded = dataset.load()
    for own, other in ((saved.category, loaded.category), (saved.orphan, loaded.orphan)):
        pd.testing.assert_frame_equal(own.features, other.features)
        pd.testing.assert_frame_equal(own.labels, other.labels)
        np.testing.assert_array_equal(own.codes, other.codes)
        assert (own.classes, own.weight_exponent) == (other.classes, other.weight_exponent)
    assert saved.plan == loaded.plan
    np.testing.assert_array_equal(pool.features, loaded.pool.features)
    np.testing.assert_array_equal(pool.codes, loaded.pool.codes)
    assert loaded.pool.disorder_ids.tolist() == ["ORPHA:7"]


def test_heads_without_simulated_patients_come_back_without(tmp_path: Path) -> None:
    dataset = ArchiveDataset(kind="training_heads", filepath=str(tmp_path / "training_heads.zip"))
    dataset.save(_training_heads(None))
    assert dataset.load().pool is None


def test_equal_objects_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        ArchiveDataset(kind="category_evidence", filepath=str(tmp_path / name)).save(small_predictor().evidence)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        ArchiveDataset(kind="pickle", filepath=str(tmp_path / "x"))
    with pytest.raises(Exception, match="expected a KnowledgeBase, got a CategoryEvidence"):
        ArchiveDataset(kind="knowledge_base", filepath=str(tmp_path / "x")).save(small_predictor().evidence)
