"""Answer a table of cases on a Spark cluster by the registered model, and append the answers to a table.

The registered model leaves out documents that cannot be read, as batch inference does; `mlflow.pyfunc.spark_udf` needs
one answer for each row. So each partition is answered as frames (`mapInPandas`), by a model that is loaded once.
"""

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

import pandas as pd

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SCHEMA: Final = (
    "case_id string, patient_id string, model_version string, knowledge_version string, predicted_at string, "
    "orphan_probability double, category string, category_probabilities string, prediction_set string, "
    "differential string"
)
COLUMNS: Final = tuple(field.split()[0] for field in SCHEMA.split(", "))
CASES_AT_ONCE: Final = 256


class Model(Protocol):
    """What answers frames of payloads, as a registered model does."""

    def predict(self, data: pd.DataFrame) -> pd.DataFrame:
        """The answers to a frame."""
        ...


def answers_of(frames: Iterator[pd.DataFrame], load: Callable[[], Model]) -> Iterator[pd.DataFrame]:
    """The answers to frames of payloads, a frame for each part of at most `CASES_AT_ONCE`.

    Args:
        frames: with a column `payload`.
        load: gives the model; called once, before the first frame.
    """
    model = load()
    for frame in frames:
        for start in range(0, len(frame), CASES_AT_ONCE):
            part = frame.iloc[start : start + CASES_AT_ONCE][["payload"]].reset_index(drop=True)
            yield model.predict(part)[list(COLUMNS)]


def answer_table(spark: "SparkSession", cases: str, answers: str, model_uri: str) -> None:
    """Append the answers to a table of cases.

    Args:
        spark: the session.
        cases: name of a table with a column `payload`.
        answers: name of the table that is appended to.
        model_uri: of the registered model.
    """

    def load() -> Model:
        import mlflow  # noqa: PLC0415  # on the workers

        loaded: Model = mlflow.pyfunc.load_model(model_uri)
        return loaded

    def answer(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        return answers_of(frames, load)

    payloads = spark.table(cases).select("payload")
    payloads.mapInPandas(answer, schema=SCHEMA).write.mode("append").saveAsTable(answers)


def main() -> None:
    """Read the options and answer."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  # of the cluster, no requirement of the project

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", required=True, help="table of cases")
    parser.add_argument("--answers", required=True, help="table of answers")
    parser.add_argument("--model", required=True, help="URI of the registered model")
    options = parser.parse_args()
    answer_table(SparkSession.builder.getOrCreate(), options.cases, options.answers, options.model)


if __name__ == "__main__":
    main()
