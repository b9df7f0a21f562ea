"""The order to train again."""

import pytest

from orphan_disease.contracts.parameters.retraining import RetrainingParams
from orphan_disease.domain.retraining import RetrainingNotDueError, order_retraining

PARAMS = RetrainingParams()
RETRAIN = {"month": "2026-03", "action": "retrain", "reason": "macro-F1 0.4 is below 0.55"}
OK = {"month": "2026-03", "action": "ok", "reason": "macro-F1 0.9 is at least 0.65"}


def test_a_month_that_calls_for_it_orders_it() -> None:
    order = order_retraining(RETRAIN, "m1", PARAMS)
    assert (order["month"], order["champion_version"], order["reason"]) == ("2026-03", "m1", RETRAIN["reason"])


def test_a_good_month_is_refused_with_the_way_to_force_it() -> None:
    with pytest.raises(RetrainingNotDueError, match=r"2026-03 says ok.*force=true"):
        order_retraining(OK, "m1", PARAMS)


def test_an_order_for_another_month_asks_to_monitor_it_first() -> None:
    with pytest.raises(RetrainingNotDueError, match=r"last monitored month is 2026-03, not 2026-04"):
        order_retraining(RETRAIN, "m1", PARAMS.model_copy(update={"month": "2026-04"}))


def test_force_needs_no_month() -> None:
    order = order_retraining(
        {"month": None, "action": "not_monitored"}, "m1", PARAMS.model_copy(update={"force": True})
    )
    assert order["reason"] == "forced"
