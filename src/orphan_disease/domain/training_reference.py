"""What a month is compared with: the cases that a model was judged on, and its answers to those held out.

The out-of-fold answers came of models fitted on parts of the data, and only to disorders unseen by them, so that their
probabilities are lower than the packaged model's: answers are compared with held-out ones alone, cases with all.
"""

import pandas as pd

from orphan_disease.contracts import columns
from orphan_disease.domain.drift import PREDICTIONS, describe_answers, describe_cases
from orphan_disease.domain.evaluation import OUT_OF_FOLD
from orphan_disease.domain.ontology import Ontology

__all__ = ["build_training_reference"]


def build_training_reference(
    cases: pd.DataFrame, answers: pd.DataFrame, ontology: Ontology, model_version: str
) -> pd.DataFrame:
    """One row a judged case: MODEL_VERSION, PROVENANCE, and what `domain.drift` looks at; no id, no date.

    Args:
        cases: the `cases` table.
        answers: `evaluated_answers`.
        ontology: of the model.
        model_version: of the model that gave the held-out answers.
    """
    described = describe_answers(answers)
    hidden = [name for name in map(str, described) if name.startswith(PREDICTIONS)]
    described[hidden] = described[hidden].mask(answers[columns.SPLIT] == OUT_OF_FOLD)
    whose = answers[[columns.CASE_ID, columns.PROVENANCE]].assign(**{columns.MODEL_VERSION: model_version})
    of_cases = describe_cases(cases[cases[columns.CASE_ID].isin(answers[columns.CASE_ID])], ontology)
    rows = whose.merge(of_cases, on=columns.CASE_ID, validate="one_to_one")
    rows = rows.merge(described, on=columns.CASE_ID, validate="one_to_one")
    return rows.sort_values(columns.CASE_ID, ignore_index=True).drop(columns=columns.CASE_ID)
