"""Nodes of `inference`: documents to cases, cases to prediction records."""

import pandas as pd
from tqdm import tqdm

from orphan_disease.contracts.parameters.inference import AnswerParams
from orphan_disease.domain.cases_to_answer import cases_to_answer
from orphan_disease.domain.clinical_vocabulary import ClinicalVocabulary
from orphan_disease.domain.prediction import Predictor

__all__ = ["predict_cases", "type_inference_cases"]


def type_inference_cases(
    documents: pd.DataFrame, predictor: Predictor, vocabulary: ClinicalVocabulary
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Type the cases with the model's own ontology; what cannot be read is set aside with a reason."""
    return cases_to_answer(documents, predictor.knowledge.ontology, vocabulary)


def predict_cases(predictor: Predictor, cases: pd.DataFrame, params: AnswerParams) -> pd.DataFrame:
    """Answer every case: orphan or not, category, differential, next questions."""
    model = predictor if params.case_base else predictor.without_case_base()
    with tqdm(total=len(cases), desc="cases answered", unit="case") as bar:
        return model.predict(cases, questions=params.questions, progress=bar.update)
