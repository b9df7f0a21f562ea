"""Who may call which route. A route that is not named here is refused to everyone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from orphan_disease.contracts.principal import Principal, Role

__all__ = ["ACCESS", "AUDITED", "PLATFORM", "PLATFORM_ACCESS", "PUBLIC", "allowing_role"]

PUBLIC: Final = "public"  # nobody is asked who they are
PLATFORM: Final = Principal("sagemaker", frozenset({Role.SERVICE}))
"""Who calls `PLATFORM_ACCESS`: a platform that has asked for credentials itself, and passes none on."""
_ASKING: Final = frozenset({Role.CLINICIAN, Role.SERVICE})
_READING: Final = _ASKING | {Role.AUDITOR}
_ANYONE: Final = frozenset(Role)

ACCESS: Final[Mapping[tuple[str, str], frozenset[Role] | Literal["public"]]] = MappingProxyType(
    {
        ("GET", "/v1/health/live"): PUBLIC,
        ("GET", "/v1/health/ready"): PUBLIC,
        ("GET", "/openapi.json"): PUBLIC,
        ("POST", "/v1/predictions"): _ASKING,
        ("POST", "/v1/predictions/batch"): _ASKING,
        ("GET", "/v1/predictions/{prediction_id}"): _READING,
        ("POST", "/v1/explanations"): _ASKING,
        ("GET", "/v1/terms"): _ANYONE,
        ("GET", "/v1/model"): _ANYONE,
        ("GET", "/v1/model/card"): _ANYONE,
        ("POST", "/v1/model/reload"): frozenset({Role.OPERATOR}),
        ("GET", "/metrics"): frozenset({Role.OPERATOR}),
    }
)
"""(method, path) -> roles of which one is enough."""

PLATFORM_ACCESS: Final[Mapping[tuple[str, str], frozenset[Role] | Literal["public"]]] = MappingProxyType(
    {("GET", "/ping"): PUBLIC, ("POST", "/invocations"): frozenset({Role.SERVICE})}
)
"""The same of the routes that exist on SageMaker alone."""

AUDITED: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("POST", "/v1/predictions"): "predict",
        ("POST", "/v1/predictions/batch"): "predict_batch",
        ("GET", "/v1/predictions/{prediction_id}"): "read_prediction",
        ("POST", "/v1/explanations"): "explain",
        ("POST", "/v1/model/reload"): "reload_model",
        ("POST", "/invocations"): "invoke",
    }
)
"""(method, path) -> what the audit trail calls it. Whatever is refused is audited too."""


def allowing_role(principal: Principal, roles: frozenset[Role]) -> Role | None:
    """The role by which the principal may pass; None where it may not."""
    held = sorted(principal.roles & roles)
    return held[0] if held else None
