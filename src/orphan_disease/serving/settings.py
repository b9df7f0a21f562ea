"""Settings of the service, from `ORPHAN_DISEASE_*` variables of the environment (docs/reference/variables.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["PREFIX", "Settings", "SettingsError"]

PREFIX: Final = "ORPHAN_DISEASE_"


class SettingsError(ValueError):
    """A variable of the environment that is not as it must be; the text names it and what is allowed."""


class Settings(BaseModel):
    """How the service runs. Each field is the variable of its name in capitals, after the prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_root: str = Field(default="data", description="folder or URL under which a run keeps its data")
    model: str = Field(
        default="", description="folder or URL of the model packages; `<data root>/06_models/…` if empty"
    )
    model_pointer: str = Field(default="champion", description="pointer or version; `latest` until one is promoted")
    model_card: str = Field(
        default="", description="the card's file; `<data root>/08_reporting/model_card.md` if empty"
    )
    model_poll_seconds: float = Field(default=0.0, ge=0, description="how often to look for a new model; 0 is never")
    serving_folder: Path = Field(
        default=Path("data/07_model_output/serving"), description="where ledger, audit and keys are kept"
    )

    archive: str = Field(default="", description="folder or URL that kept answers are shipped to; local if empty")
    ship_seconds: float = Field(default=60.0, gt=0, description="how often answers are shipped to the archive")
    audit_key_path: Path | None = Field(default=None, description="file whose bytes sign the audit trail's anchor")
    api_keys_path: Path | None = Field(
        default=None, description="file of hashed API keys; the serving folder's if unset"
    )
    oidc_issuer: str = Field(default="", description="issuer of access tokens; none are accepted if empty")
    oidc_audience: str = Field(default="", description="audience that access tokens must name")
    oidc_jwks: str = Field(default="", description="URL of the issuer's keys, or a file of them for development")
    oidc_roles_claim: str = Field(default="roles", description="claim of the roles; dots lead inwards")
    requests_per_second: float = Field(default=200.0, gt=0, description="of one client in the long run; then 429")
    burst_requests: int = Field(default=400, ge=1, description="of one client at once")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65_535, description="port to listen on; 0 lets the system choose")
    forwarded_allow_ips: str = Field(default="127.0.0.1", description="proxies whose X-Forwarded-For is believed")

    sagemaker: bool = Field(default=False, description="answer SageMaker's calls, which bring no credentials")
    scoring_process: bool = Field(default=True, description="score in a process of its own, in twice the memory")
    cached_terms: int = Field(default=2_500, ge=0, description="terms whose evidence is remembered, 160 kB each")
    batch_cases: int = Field(default=16, ge=1, le=1_024, description="cases scored at once")
    batch_wait_ms: float = Field(default=3.0, ge=0, le=1_000, description="how long a case waits for others")
    queue_cases: int = Field(default=256, ge=1, description="cases that may wait; more are answered with 503")
    queue_seconds: float = Field(default=2.0, gt=0, description="the longest wait in the queue, as estimated; then 503")
    requests_in_work: int = Field(default=512, ge=1, description="requests at once; more are answered with 503")
    answer_timeout_seconds: float = Field(default=10.0, gt=0, description="the longest wait for an answer; then 503")
    request_timeout_seconds: float = Field(default=10.0, gt=0, description="the longest wait for a request; then 408")
    keep_alive_seconds: int = Field(default=75, ge=1, description="how long an idle connection is kept")
    shutdown_seconds: int = Field(default=20, ge=1, description="how long requests may take to end at shutdown")

    body_bytes: int = Field(default=1_000_000, ge=1_000, description="the largest body of a request; then 413")
    batch_body_bytes: int = Field(default=20_000_000, ge=1_000, description="the largest body of a batch; then 413")
    batch_lines: int = Field(default=1_000, ge=1, description="the most cases of a batch; then 413")
    header_bytes: int = Field(default=16_384, ge=1_024, description="the largest headers of a request; then 431")

    emf_namespace: str = Field(
        default="", description="CloudWatch namespace of metric lines; none are written if empty"
    )
    emf_seconds: float = Field(default=60.0, gt=0, description="how often metric lines are written")
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="least level logged")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings that the environment names, and the defaults of the others.

        Raises:
            SettingsError: naming each variable that is not as it must be.
        """
        names = {name: f"{PREFIX}{name.upper()}" for name in cls.model_fields}
        given = {name: environment[variable] for name, variable in names.items() if environment.get(variable)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(f"{names[str(each['loc'][0])]}: {each['msg']}" for each in error.errors())
        raise SettingsError(f"{wrong}. See docs/reference/variables.md")

    def to_environment(self) -> dict[str, str]:
        """The variables that give these settings again."""
        given = self.model_dump(mode="json", exclude_none=True)
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items() if value != ""}

    @property
    def archive_root(self) -> str:
        """Where kept answers are shipped."""
        return self.archive or str(self.serving_folder / "archive")

    @property
    def api_keys_file(self) -> Path:
        """The file of hashed API keys."""
        return self.api_keys_path or self.serving_folder / "api_keys.json"

    @property
    def model_root(self) -> str:
        """Where the model packages are."""
        return self.model or f"{self.data_root}/06_models/model_package"

    @property
    def model_card_path(self) -> str:
        """Where the card of the trained model is."""
        return self.model_card or f"{self.data_root}/08_reporting/model_card.md"
