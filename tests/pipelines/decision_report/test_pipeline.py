"""The whole report on the decision, on a model that sixty patients taught; every second one counts as published."""

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.runner import SequentialRunner
from matplotlib.figure import Figure

from orphan_disease.contracts import columns
from orphan_disease.contracts.parameters.decision_report import DecisionReportParams
from orphan_disease.contracts.parameters.evaluation import EvaluationParams
from orphan_disease.contracts.parameters.modelling import Family
from orphan_disease.pipelines import balancing, decision_report, evaluation, feature_engineering, modelling
from tests.domain import small_predictor as small
from tests.pipelines.small_hospital import KeptDataset, small_catalog

MEASURED = ("apply_model", "join_answers", "measure_classification")
PAGE = "build_decision_report"
PROVENANCES = {"simulated", "publication"}


def _keep(catalog: DataCatalog, **data: object) -> None:
    for name, value in data.items():
        catalog[name] = KeptDataset(value, copy_mode="assign")


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def reported() -> DataCatalog:
    learning = feature_engineering.create_pipeline() + balancing.create_pipeline() + modelling.create_pipeline()
    learning += evaluation.create_pipeline().only_nodes(*MEASURED)
    report = decision_report.create_pipeline()
    catalog = small_catalog()
    for name in ("cases", "labels"):
        table: pd.DataFrame = catalog.load(name)
        published = np.where(np.arange(len(table)) % 2, "publication", "simulated")
        _keep(catalog, **{name: table.assign(**{columns.PROVENANCE: published})})
    for name in (learning + report).all_outputs():
        catalog[name] = KeptDataset(copy_mode="assign")
    _keep(
        catalog,
        **{
            "params:evaluation.measurement": EvaluationParams(bootstrap_samples=10, minimum_cases=2, seed=small.SEED),
            "params:decision_report": DecisionReportParams(
                seed=small.SEED, family=Family.DECISION_TREE, shares=(0.5, 1.0), explained_cases=3, scarce_patients=9
            ),
            "orphanet_disorders": pd.DataFrame(columns=["orpha_code", "disorder_type", "heads"]),
            "orphanet_cross_references": pd.DataFrame(columns=["orpha_code", "reference_id"]),
            "masked_protocol_metrics": {},
            "simulated_protocol_metrics": {},
        },
    )
    runner = SequentialRunner()
    runner.run(learning, catalog)
    measuring = report.filter(node_names=[node.name for node in report.nodes if node.name != PAGE])
    runner.run(measuring, catalog)
    drawn = {name: _png(catalog.load(name)) for name in sorted(measuring.all_outputs()) if name.endswith("_plot")}
    others = dict.fromkeys(("confusion_plot", "calibration_plot", "per_category_plot"), b"\x89PNG")
    told = {"model_version": "toy", "knowledge_version": "toy", "selected": catalog.load("selected_candidate")}
    _keep(catalog, **drawn, **others, training_summary=told)
    runner.run(report.only_nodes(PAGE), catalog)
    return catalog


def test_every_table_keeps_simulated_and_published_patients_apart(reported: DataCatalog) -> None:
    for name in ("balancing_metrics", "ablation_metrics", "learning_metrics", "scarce_disorder_metrics"):
        table: pd.DataFrame = reported.load(name)
        assert set(table[columns.PROVENANCE]) == PROVENANCES, name
    assert set(reported.load("own_protocol_metrics")) == PROVENANCES


def test_without_orphanet_no_error_is_called_one_of_a_second_category(reported: DataCatalog) -> None:
    assert reported.load("ambiguity_metrics") == {}


def test_the_strategies_are_those_that_were_compared(reported: DataCatalog) -> None:
    table: pd.DataFrame = reported.load("balancing_metrics")
    plan: dict[str, Any] = reported.load("resampling_plan")
    assert set(table["strategy"]) == set(plan["candidates"])
    measured: pd.DataFrame = reported.load("candidate_metrics")
    own = measured[(measured["head"] == "category") & (measured["candidate"] == "decision_tree+smote")]
    for row in own[own["metric"] == "macro_f1"].itertuples():
        shown = table[
            (table["strategy"] == "smote") & (table["metric"] == "macro_f1") & (table["cases_of"] == "all")
        ].set_index(columns.PROVENANCE)["value"]
        assert shown[row.provenance] == pytest.approx(row.value)


def test_all_features_and_the_selected_strategy_give_the_figure_of_the_comparison(reported: DataCatalog) -> None:
    ablation: pd.DataFrame = reported.load("ablation_metrics")
    learning: pd.DataFrame = reported.load("learning_metrics")
    balanced: pd.DataFrame = reported.load("balancing_metrics")
    f1 = [table[table["metric"] == "macro_f1"] for table in (ablation, learning, balanced)]
    for provenance in PROVENANCES:
        whole, taught, none = (table[table[columns.PROVENANCE] == provenance] for table in f1)
        expected = none[(none["strategy"] == "none") & (none["cases_of"] == "all")]["value"].item()
        category = whole[(whole["head"] == "category") & (whole["variant"] == "all")]
        assert category["value"].item() == pytest.approx(expected)
        assert taught[taught["share"] == 1.0]["value"].tolist() == pytest.approx([expected] * 2)


def test_orphan_detection_pairs_published_with_simulated_patients(reported: DataCatalog) -> None:
    found: dict[str, Any] = reported.load("orphan_detection_metrics")
    assert found["caveats"]
    assert found["pairs"] <= min(found["orphan_cases"], found["common_cases"])


def test_contributions_are_of_held_out_patients(reported: DataCatalog) -> None:
    table: pd.DataFrame = reported.load("contribution_metrics")
    assert set(table["head"]) == {"category", "orphan"}
    assert (table["mean_size"] >= table["mean"].abs() - 1e-9).all()


def test_the_page_holds_every_picture_and_says_which_protocols_were_not_run(reported: DataCatalog) -> None:
    page: str = reported.load("decision_report")
    assert page.count("data:image/png;base64,") == 8
    assert "Not run yet: disorder_masked, simulated_only" in page
    assert "Measured with decision_tree+none" in page
