"""The packaged model as a version of MLflow's registered model, under an alias."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import mlflow
import pandas as pd
from kedro.io import AbstractDataset
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, DataType, Schema, TensorSpec
from mlflow.types.schema import Array

import orphan_disease
from orphan_disease.adapters import package_files
from orphan_disease.adapters.champion_alias import CHAMPION_ALIAS, VERSION_TAG
from orphan_disease.contracts import columns
from orphan_disease.contracts.records import probability_column
from orphan_disease.domain.prediction import Predictor

__all__ = ["CANDIDATE", "CHAMPION", "RegisteredModelDataset", "model_signature"]

CHAMPION: Final = CHAMPION_ALIAS
CANDIDATE: Final = "candidate"  # the newest version, not promoted yet

_NUMBERS: Final = (columns.AGE_DAYS, columns.ONSET_AGE_DAYS, *columns.VITAL_SIGNS)
_TEXTS: Final = (columns.PAYLOAD, columns.CASE_ID, columns.SEX, columns.CONSCIOUSNESS, columns.CHIEF_COMPLAINT)
_LISTS: Final = (columns.OBSERVED_TERMS, columns.EXCLUDED_TERMS)

_logger = logging.getLogger(__name__)


class RegisteredModelDataset(AbstractDataset[Predictor, str]):
    """Saving registers a version; loading names the version that an alias points to.

    Args:
        name: of the registered model.
        alias: that loading follows.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(self, *, name: str, alias: str = CHAMPION, metadata: dict[str, Any] | None = None) -> None:
        """Keep the settings; the registry is not asked yet."""
        self._name = name
        self._alias = alias
        self.metadata = metadata

    def save(self, data: Predictor) -> None:
        """Log the package to the active run and register it: as champion if there is none yet, else as candidate."""
        if mlflow.active_run() is None:
            _logger.info("no run is tracked: the model is not registered")
            return
        client = MlflowClient()
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # type: ignore[no-untyped-call]  # MLflow leaves it untyped
        with TemporaryDirectory(prefix="registered_model_") as aside:
            manifest = package_files.write_package(data, Path(aside))
            logged = mlflow.pyfunc.log_model(
                name=self._name,
                python_model=str(Path(__file__).with_name("pyfunc_model.py")),
                artifacts={"package": aside},
                code_paths=[str(Path(orphan_disease.__file__).parent)],
                signature=model_signature(data.categories),
                pip_requirements=list(manifest.requirements),
                input_example=pd.DataFrame({columns.CASE_ID: ["example"], columns.OBSERVED_TERMS: [["HP:0001250"]]}),
                registered_model_name=self._name,
                metadata={VERSION_TAG: manifest.version, "knowledge_version": manifest.knowledge_version},
            )
        number = str(logged.registered_model_version)
        client.set_model_version_tag(self._name, number, VERSION_TAG, manifest.version)
        client.set_registered_model_alias(self._name, CANDIDATE, number)
        if not self._has_alias(client, CHAMPION):
            client.set_registered_model_alias(self._name, CHAMPION, number)

    def load(self) -> str:
        """The number of the version that the alias names."""
        return str(MlflowClient().get_model_version_by_alias(self._name, self._alias).version)

    def _exists(self) -> bool:
        return self._has_alias(MlflowClient(), self._alias)

    def _has_alias(self, client: MlflowClient, alias: str) -> bool:
        try:
            client.get_model_version_by_alias(self._name, alias)
        except MlflowException:
            return False
        return True

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "alias": self._alias}


def model_signature(categories: tuple[str, ...]) -> ModelSignature:
    """What the registered model takes and gives: either a payload or the fields of a case, nothing is compulsory."""
    inputs: list[ColSpec | TensorSpec] = [
        *(ColSpec(DataType.string, name, required=False) for name in _TEXTS),
        *(ColSpec(DataType.double, name, required=False) for name in _NUMBERS),
        *(ColSpec(Array(DataType.string), name, required=False) for name in _LISTS),
    ]
    texts = (
        columns.CASE_ID, columns.PATIENT_ID, columns.MODEL_VERSION, columns.KNOWLEDGE_VERSION, columns.PREDICTED_AT,
        columns.CATEGORY, columns.CATEGORY_PROBABILITIES, columns.PREDICTION_SET, columns.DIFFERENTIAL,
        columns.NEXT_QUESTIONS,
    )  # fmt: skip
    numbers = (columns.ORPHAN_PROBABILITY, *map(probability_column, categories))
    outputs: list[ColSpec | TensorSpec] = [
        *(ColSpec(DataType.string, name) for name in texts),
        *(ColSpec(DataType.double, name) for name in numbers),
    ]
    return ModelSignature(Schema(inputs), Schema(outputs))
