"""The registered model as MLflow loads it: this file is the model's code, the package's folder is its data.

Input: one row a case, either `payload` (a phenopacket as JSON text) or the fields of the `cases` table (at least
`case_id` and `observed_terms`). Output: one record a case (see `contracts.records`), nested fields as JSON text.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow
import orjson
import pandas as pd
import pyarrow as pa
from mlflow.pyfunc.model import PythonModel, PythonModelContext

from orphan_disease.adapters.clinical_vocabulary import read_vocabulary
from orphan_disease.adapters.package_files import read_package
from orphan_disease.contracts import columns
from orphan_disease.domain.cases_to_answer import cases_to_answer, complete_cases

__all__ = ["OrphanDiseaseModel"]

PACKAGE_ARTIFACT = "package"


class OrphanDiseaseModel(PythonModel):
    """Loads the package once, verified, and answers frames of cases."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the package that was logged beside this code."""
        self._predictor = read_package(Path(context.artifacts[PACKAGE_ARTIFACT]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Answer the cases of a frame; documents that cannot be read are left out, as batch inference does."""
        del context, params
        if columns.PAYLOAD in model_input.columns:
            documents = pd.DataFrame(
                {
                    columns.SOURCE_FILE: "request",
                    columns.SOURCE_LINE: range(1, len(model_input) + 1),
                    columns.PAYLOAD: model_input[columns.PAYLOAD].tolist(),
                }
            ).astype({columns.SOURCE_LINE: "Int64"})
            cases, _ = cases_to_answer(documents, self._predictor.knowledge.ontology, read_vocabulary())
        else:
            cases = complete_cases(model_input)
        return _flat(self._predictor.predict(cases))


def _flat(records: pd.DataFrame) -> pd.DataFrame:
    """Records with nested values and times as text, which any MLflow client can carry."""
    nested = {
        str(name): [_json(value) for value in records[name]]
        for name, kind in records.dtypes.items()
        if isinstance(kind, pd.ArrowDtype) and pa.types.is_nested(kind.pyarrow_dtype)
    }
    moments = records[columns.PREDICTED_AT].map(lambda moment: moment.isoformat()).astype(str)
    return records.drop(columns=[columns.IS_SIMULATED]).assign(**nested, **{columns.PREDICTED_AT: moments})


def _json(value: Any) -> str:
    plain = dict(value) if value and isinstance(value[0], tuple) else value
    return orjson.dumps(plain).decode("utf-8")


mlflow.models.set_model(OrphanDiseaseModel())
