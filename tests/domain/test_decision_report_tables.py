"""Tables of the report on the decision: the figures that were measured, in words, and none that was not."""

import pandas as pd

from orphan_disease.domain import decision_report_tables as tables
from tests.domain import report_figures as given

SHOWN = "0.500 (0.250-0.750)"
AGAINST = "-0.100 (-0.200 to +0.050)"


def test_the_decision_and_its_sets_are_told_where_they_were_measured() -> None:
    place = ["unseen disorders, out of fold", "publication", "40", "12"]  # the hospital's two cases were not measured
    head, *lines = tables.decision_lines(given.classification())
    assert head[:5] == ["split", "provenance", "cases", "groups", "macro-F1"]
    assert lines == [[*place, *[SHOWN] * 4]]
    head, *lines = tables.set_lines(given.classification())
    assert head[4:7] == ["coverage", "coverage of disorders", "mean set size"]
    assert lines == [[*place, *[SHOWN] * 5]]


def test_each_category_has_its_precision_recall_and_f1() -> None:
    head, *lines = tables.category_lines(given.classification())
    assert head[3:] == ["precision", "recall", "F1", "coverage"]
    assert lines == [[name, "unseen disorders, out of fold", "publication", *[SHOWN] * 4] for name in ("nerve", "skin")]


def test_a_category_without_cases_has_a_dash_for_its_coverage() -> None:
    metrics = given.classification()
    del metrics["out_of_fold"]["publication"]["category"]["coverage_skin"]
    lines = tables.category_lines(metrics)
    assert [line[-1] for line in lines[1:]] == [SHOWN, "-"]


def test_risk_is_told_at_full_coverage_and_where_it_was_asked() -> None:
    head, by_case, by_disorder = tables.risk_lines(given.risk_coverage())
    assert head[2:] == ["counted", "accuracy at full coverage", "accuracy at 80 % answered", "gain", "largest gain"]
    assert by_case == ["unseen disorders, out of fold", "publication", "case by case", *[SHOWN] * 4]
    assert by_disorder == ["unseen disorders, out of fold", "publication", "each disorder once", *[SHOWN] * 4]


def test_errors_of_a_second_category_are_told_with_their_count() -> None:
    head, line = tables.ambiguity_lines(given.ambiguity())
    assert head == ["split", "provenance", "errors", "errors of a second category", "by chance"]
    assert line == ["unseen disorders, out of fold", "publication", "9", SHOWN, SHOWN]


def test_a_subgroup_without_enough_cases_of_a_category_has_no_macro_f1() -> None:
    head, line = tables.subgroup_lines(given.subgroups())
    assert head[2:5] == ["cases", "groups", "macro-F1"]
    assert line == ["sex", "female", "40", "12", "-", *[SHOWN] * 5]


def test_what_a_group_of_features_brings_is_told_against_all() -> None:
    _, whole, without, alone = tables.ablation_lines(given.ablation())
    assert whole == ["all features", "category", "publication", "7", SHOWN, "", SHOWN, ""]
    assert without == ["without: demographics", "category", "publication", "7", SHOWN, AGAINST, SHOWN, AGAINST]
    assert alone[0] == "alone: demographics"


def test_a_point_of_the_learning_curve_names_its_teachers() -> None:
    lines = tables.learning_lines(given.learning())[1:]
    assert [line[0] for line in lines] == [
        "50% of patients",
        "100% of patients",
        "50% of disorders",
        "100% of disorders",
    ]
    assert lines[0][1:] == ["20", "6", SHOWN, SHOWN, SHOWN]


def test_strategies_stand_beside_none_over_all_cases_and_scarce_disorders() -> None:
    head, *lines = tables.balancing_lines(given.balancing())
    assert head[4:] == ["macro-F1", "against none", "log-loss", "against none", "calibration error", "against none"]
    assert [line[:2] for line in lines] == [
        ["none", "all"],
        ["SMOTE", "all"],
        ["none", "scarce disorders"],
        ["SMOTE", "scarce disorders"],
    ]
    assert lines[0][4:] == [SHOWN, "", SHOWN, "", SHOWN, ""]
    assert lines[1][4:] == [SHOWN, AGAINST, SHOWN, AGAINST, SHOWN, AGAINST]


def test_each_category_has_its_strategies_side_by_side() -> None:
    both = given.balancing()
    other = both[both["category"] == "skin"].assign(category="nerve")
    mixed = pd.concat([both, other]).sort_values("strategy", kind="stable")
    head, *lines = tables.balancing_category_lines(mixed)
    assert head[:3] == ["category", "strategy", "F1"]
    assert [line[:2] for line in lines] == [
        ["skin", "none"],
        ["skin", "SMOTE"],
        ["nerve", "none"],
        ["nerve", "SMOTE"],
    ]


def test_scarce_disorders_are_told_with_and_without_augmentation() -> None:
    lines = tables.scarce_lines(given.scarce())[1:]
    assert [line[2] for line in lines] == ["none", "augmentation"]
    assert lines[0][3:] == ["40", "12", SHOWN, "", SHOWN, ""]
    assert lines[1][3:] == ["40", "12", SHOWN, AGAINST, SHOWN, AGAINST]


def test_a_macro_f1_that_is_not_defined_is_a_dash() -> None:
    scarce = given.scarce()
    lines = tables.scarce_lines(scarce[scarce["metric"] != "macro_f1"])[1:]
    assert lines[1][3:] == ["40", "12", "-", "-", SHOWN, AGAINST]


def test_orphan_detection_is_told_matched_unmatched_and_by_counting() -> None:
    lines = tables.orphan_lines(given.orphan_detection())[1:]
    assert [line[0] for line in lines] == ["matched", "unmatched", "counting findings alone"]
    assert tables.orphan_lines({"pairs": 0}) == []


def test_the_features_that_weigh_most_come_first_and_no_more_than_asked_for() -> None:
    lines = tables.contribution_lines(given.contributions(), 2)[1:]
    assert lines == [
        ["mujer", "female", "0.400", "+0.300"],
        ["hombre", "male", "0.200", "-0.100"],
    ]
