"""Kedro dataset of a promotion: saving a comparison moves the champion, or records why it did not move."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from kedro.io import AbstractDataset
from mlflow.exceptions import MlflowException

from orphan_disease.adapters.champion_alias import move_champion_alias
from orphan_disease.adapters.package_store import PackageStore
from orphan_disease.adapters.promotion_history import PromotionConflictError, Request
from orphan_disease.contracts.promotion import PromotionAction
from orphan_disease.contracts.validation import VALIDATION_RESULTS_FILE

__all__ = ["ChampionMoveDataset"]

_BESIDE: Final = ("champion_version", "candidate_version", "promoted", "verdict", "reason", "action", "month")

_logger = logging.getLogger(__name__)


class ChampionMoveDataset(AbstractDataset[Mapping[str, Any], str]):
    """The end of a retraining: the champion moves by compare-and-set, and the history says why.

    Args:
        filepath: the folder or URL that holds the packages.
        by: who the history names.
        model: registered model whose alias follows; None leaves MLflow alone.
        credentials: given by Kedro when the catalog names credentials.
        metadata: free metadata, ignored by Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str,
        by: str,
        model: str | None = None,
        credentials: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep the settings; nothing is read or written yet."""
        self._store = PackageStore(filepath, credentials)
        self._by = by
        self._model = model
        self.metadata = metadata

    def load(self) -> str:
        """The version that is served."""
        return self._store.served()

    def save(self, data: Mapping[str, Any]) -> None:
        """Append the event; see `domain.promotion.compare_answers` and `judge_promotion` for the record.

        Where the history ends with this very event already, nothing is done: a run that was cut off after it goes on.

        Raises:
            PromotionConflictError: if another version is served than the one that the comparison was made with.
        """
        request = self._request(data)
        if self._is_recorded(request):
            _logger.info("%s: recorded already", request.version)
            return
        start = self._store.history.state()
        served = self._store.served()
        if served != data["champion_version"]:
            raise PromotionConflictError(
                f"{served} is served now, and not {data['champion_version']}, which {data['candidate_version']} was "
                "compared with; nothing was changed. Run the retraining again"
            )
        event = self._store.history.append(request, start)
        _logger.info("%s: %s; champion %s", event.action.value, event.to_version, event.champion)
        if event.is_move and self._model is not None:
            self._follow(self._model, event.to_version)

    def _request(self, data: Mapping[str, Any]) -> Request:
        return Request(
            action=PromotionAction.PROMOTED if data["promoted"] else PromotionAction.REFUSED,
            version=data["candidate_version"],
            by=self._by,
            reason=data["verdict"],
            report=self._store.evidence_digest(data["candidate_version"], VALIDATION_RESULTS_FILE),
            comparison={name: value for name, value in data.items() if name not in _BESIDE},
        )

    def _is_recorded(self, request: Request) -> bool:
        events = self._store.history.events()
        if not events:
            return False
        last = events[-1]
        return (last.action, last.to_version, last.by, last.reason, last.report, last.comparison) == (
            request.action,
            request.version,
            request.by,
            request.reason,
            request.report,
            request.comparison,
        )

    def _follow(self, model: str, version: str) -> None:
        """Let MLflow's alias follow; what is served does not hang on it, so its failure is told and no more."""
        try:
            move_champion_alias(model, version)
        except MlflowException as error:
            _logger.warning("the champion moved, MLflow's alias did not: %s. `orphan-disease alias` repeats it", error)

    def _exists(self) -> bool:
        return self._store.history.champion() is not None

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._store.root, "by": self._by, "model": self._model}
