"""When a model is trained again. Whether the new one is then served is `domain.promotion`'s question."""

from collections.abc import Mapping
from typing import Any

from orphan_disease.contracts.parameters.retraining import RetrainingParams
from orphan_disease.domain.monitoring import Action

__all__ = ["RetrainingNotDueError", "order_retraining"]


class RetrainingNotDueError(RuntimeError):
    """Nothing calls for training again; the message says what would."""


def order_retraining(decision: Mapping[str, Any], champion_version: str, params: RetrainingParams) -> dict[str, Any]:
    """The order to train again, or a refusal.

    Args:
        decision: see `domain.monitoring.decide_action`.
        champion_version: the version that is served now.
        params: `force` and, if wanted, the month that the decision must be of.

    Raises:
        RetrainingNotDueError: if the monitoring does not call for it and it is not forced.
    """
    month, action = decision.get("month"), decision.get("action")
    if not params.force:
        if params.month is not None and params.month != month:
            raise RetrainingNotDueError(
                f"the last monitored month is {month}, not {params.month}: run `kedro run --pipeline=monitoring "
                f"--params=month={params.month}` first, or give force=true"
            )
        if action != Action.RETRAIN.value:
            raise RetrainingNotDueError(
                f"monitoring of {month} says {action}: {decision.get('reason')}. Nothing is trained; "
                "`kedro run --pipeline=retraining --params=force=true` trains all the same"
            )
    reason = "forced" if params.force else str(decision.get("reason"))
    return {"month": params.month or month, "action": action, "reason": reason, "champion_version": champion_version}
