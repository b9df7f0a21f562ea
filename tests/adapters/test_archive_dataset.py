from pathlib import Path

import numpy as np
import pytest

from orphan_disease.adapters.archive_dataset import ArchiveDataset
from orphan_disease.domain.case_evidence import measure_evidence
from orphan_disease.domain.ranking import Ranker
from tests.domain.small_predictor import small_cases, small_predictor


def test_knowledge_and_evidence_come_back_with_the_same_answers(tmp_path: Path) -> None:
    predictor = small_predictor()
    knowledge = ArchiveDataset(kind="knowledge_base", filepath=str(tmp_path / "knowledge_base.zip"))
    evidence = ArchiveDataset(kind="category_evidence", filepath=str(tmp_path / "category_evidence.zip"))
    knowledge.save(predictor.knowledge)
    evidence.save(predictor.evidence)
    restored = measure_evidence(small_cases(), Ranker(knowledge.load()), evidence.load())
    np.testing.assert_array_equal(restored, measure_evidence(small_cases(), predictor.ranker, predictor.evidence))


def test_equal_objects_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        ArchiveDataset(kind="category_evidence", filepath=str(tmp_path / name)).save(small_predictor().evidence)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        ArchiveDataset(kind="pickle", filepath=str(tmp_path / "x"))
    with pytest.raises(Exception, match="expected a KnowledgeBase, got a CategoryEvidence"):
        ArchiveDataset(kind="knowledge_base", filepath=str(tmp_path / "x")).save(small_predictor().evidence)
