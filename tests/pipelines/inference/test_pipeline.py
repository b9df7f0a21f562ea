"""Inference reads the cases and the package, and nothing else."""

import json

import pandas as pd
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from orphan_disease.contracts.parameters.inference import AnswerParams
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.pipelines.inference import create_pipeline
from tests.domain.small_predictor import NERVOUS_TERMS, small_predictor


def test_inference_needs_the_cases_the_package_and_the_words_of_clinics() -> None:
    assert create_pipeline().inputs() == {
        "raw_inference_cases",
        "served_package",
        "clinical_vocabulary",
        "params:inference.answers",
    }


def test_every_document_is_answered_or_set_aside() -> None:
    document = {"id": "x", "subject": {"id": "p"}, "phenotypicFeatures": [{"type": {"id": NERVOUS_TERMS[0]}}]}
    documents = pd.DataFrame(
        {"source_file": ["a.json", "b.json"], "source_line": [None, None], "payload": [json.dumps(document), "[]"]}
    ).astype({"source_line": "Int64"})
    outputs = {name: MemoryDataset() for name in ("inference_cases", "inference_quarantine", "predictions")}
    given = {
        "raw_inference_cases": MemoryDataset(documents),
        "served_package": MemoryDataset(small_predictor(), copy_mode="assign"),
        "params:inference.answers": MemoryDataset(AnswerParams(questions=0)),
        "clinical_vocabulary": MemoryDataset(ClinicalVocabulary(), copy_mode="assign"),
    }
    catalog = DataCatalog({**given, **outputs})
    SequentialRunner().run(create_pipeline(), catalog)

    assert catalog.load("predictions")["case_id"].tolist() == ["x"]
    quarantine = catalog.load("inference_quarantine")
    assert "b.json" in quarantine["source_file"].tolist()
