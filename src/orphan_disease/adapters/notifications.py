"""Telling people of a month's decision: webhook, SNS, mail, each tried again when it fails.

A message is the decision with its reasons in Spanish and English: no patient, no case. A decision is told once on each
channel: what has been told is noted under the decision's key, and a channel that failed is tried at the next run.
"""

import logging
import smtplib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any, Final

import boto3
import orjson
import requests
from botocore.exceptions import BotoCoreError, ClientError
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from orphan_disease.contracts.parameters.notifications import MailParams, NotificationParams
from orphan_disease.domain.monitoring_words import ACTIONS, ADVICE

__all__ = ["NotificationHooks", "message_of", "notify"]

FAILURES: Final = (requests.RequestException, BotoCoreError, ClientError, OSError, smtplib.SMTPException)
TOLD: Final = "told_decisions"
DECISION: Final = "monitoring_decision"

_logger = logging.getLogger(__name__)


def message_of(decision: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a decision, Spanish first.

    >>> message_of({"month": "2026-05", "action": "ok", "model_version": "m1", "reasons": []})[0]
    'orphan_disease 2026-05: Todo en orden / All is well'
    """
    action = str(decision["action"])
    names, advice = ACTIONS[action], ADVICE[action]
    parts = []
    for language in ("es", "en"):
        reasons = [f"- {reason[language]}" for reason in decision["reasons"]]
        parts.append("\n".join([names[language], advice[language], *reasons]))
    subject = f"orphan_disease {decision['month']}: {names['es']} / {names['en']}"
    return subject, "\n\n".join([*parts, f"model {decision['model_version']}"]) + "\n"


def notify(decision: Mapping[str, Any], params: NotificationParams, told: set[str]) -> set[str]:
    """Tell a decision on every channel that has not told it yet.

    Args:
        decision: see `domain.monitoring.decide_action`.
        params: channels and patience.
        told: channels that have told it.

    Returns:
        The channels that have told it now; one that failed every attempt is logged and left out.
    """
    done = set(told)
    for name, send in _channels(params).items():
        if name in told:
            continue
        try:
            _patiently(params)(send, decision, params)
        except RetryError as error:
            cause = type(error.last_attempt.exception()).__name__
            _logger.error("month %s: %s could not be told (%s)", decision["month"], name, cause)
        else:
            done.add(name)
    return done


class NotificationHooks:
    """Kedro hooks that tell a decision once it is saved. Telling never fails a run: the decision stands without it."""

    def __init__(self) -> None:
        """Nobody is told before a decision is made."""
        self._params: NotificationParams | None = None
        self._decision: Mapping[str, Any] | None = None

    @hook_impl
    def after_context_created(self, context: Any) -> None:
        """Read who is told."""
        given = context.params.get("notifications")
        self._params = NotificationParams.model_validate(given) if given else None
        self._decision = None

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Keep the decision until the run is over."""
        if dataset_name == DECISION:
            self._decision = data

    @hook_impl
    def after_pipeline_run(self, catalog: CatalogProtocol[Any, Any]) -> None:
        """Tell it, unless it was told before or nobody wants to know."""
        decision, params = self._decision, self._params
        if decision is None or params is None or params.is_off or decision["action"] not in params.actions:
            return
        noted = catalog.load(TOLD)
        name = f"{decision['month']}_{decision['key']}"
        told = set(noted.get(name, []))
        done = notify(decision, params, told)
        if done != told:
            catalog.save(TOLD, {name: sorted(done)})


def _channels(params: NotificationParams) -> dict[str, Callable[[Mapping[str, Any], NotificationParams], None]]:
    wanted = {
        "webhook": (params.webhook_url, _post),
        "sns": (params.sns_topic_arn, _publish),
        "mail": (params.mail, _mail),
    }
    return {name: send for name, (setting, send) in wanted.items() if setting is not None}


def _patiently(params: NotificationParams) -> Retrying:
    return Retrying(
        stop=stop_after_attempt(params.attempts),
        wait=wait_exponential(multiplier=params.wait_seconds, min=params.wait_seconds),
        retry=retry_if_exception_type(FAILURES),
    )


def _post(decision: Mapping[str, Any], params: NotificationParams) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(decision["key"])}
    body = orjson.dumps(decision)
    answer = requests.post(str(params.webhook_url), data=body, headers=headers, timeout=params.timeout_seconds)
    answer.raise_for_status()


def _publish(decision: Mapping[str, Any], params: NotificationParams) -> None:
    subject, text = message_of(decision)
    plain = subject.encode("ascii", "replace").decode()[:100]  # what SNS takes as a subject
    boto3.client("sns").publish(TopicArn=str(params.sns_topic_arn), Subject=plain, Message=text)


def _mail(decision: Mapping[str, Any], params: NotificationParams) -> None:
    settings: MailParams | None = params.mail
    if settings is None:
        return
    subject, text = message_of(decision)
    message = EmailMessage()
    message["Subject"], message["From"] = subject, settings.sender
    message["To"] = ", ".join(settings.recipients)
    message.set_content(text)
    with smtplib.SMTP(settings.host, settings.port, timeout=params.timeout_seconds) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls()
        server.send_message(message)
