"""Parameters of notifications: who is told of a month's decision, and how often it is tried."""

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MailParams", "NotificationParams"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MailParams(_Frozen):
    """A mail server that takes mail from this machine; STARTTLS is used where it offers it."""

    host: str
    port: int = Field(default=25, ge=1, le=65535)
    sender: str
    recipients: tuple[str, ...] = Field(min_length=1)


class NotificationParams(_Frozen):
    """Channels; one that is not named is off. A message holds a decision and its reasons, nothing of a patient."""

    actions: tuple[str, ...] = Field(description="decisions that are told")
    webhook_url: str | None = Field(default=None, description="receives the decision as JSON, by POST")
    sns_topic_arn: str | None = None
    mail: MailParams | None = None
    attempts: int = Field(ge=1, description="of each channel")
    wait_seconds: float = Field(ge=0, description="before the second attempt; doubled before each further one")
    timeout_seconds: float = Field(gt=0)

    @property
    def is_off(self) -> bool:
        """Whether nobody is told."""
        return self.webhook_url is None and self.sns_topic_arn is None and self.mail is None
