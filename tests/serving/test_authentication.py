"""Who has good credentials is known; whoever has others is told one sentence, the same for all."""

import base64
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from orphan_disease.contracts.principal import Principal, Role
from orphan_disease.serving.access_tokens import AccessTokens, OidcSettings
from orphan_disease.serving.api_keys import ApiKeys, create_key
from orphan_disease.serving.authentication import REFUSED, AuthenticationError, Authenticator
from tests.serving.signed_tokens import AUDIENCE, ISSUER, bearer, claims, confused, jwk, signed, unsigned

SHORT_KEY = rsa.generate_private_key(65_537, 1_024)  # noqa: S505  # which the service must refuse


@pytest.fixture
def key_set(tmp_path: Path, rsa_key: rsa.RSAPrivateKey, ec_key: ec.EllipticCurvePrivateKey) -> Path:
    path = tmp_path / "jwks.json"
    keys = [jwk(rsa_key, "r"), jwk(ec_key, "e"), jwk(rsa_key, "for-encryption", use="enc"), jwk(SHORT_KEY, "short")]
    path.write_text(json.dumps({"keys": keys}))
    return path


@pytest.fixture
def authenticator(key_set: Path) -> Authenticator:
    return Authenticator(AccessTokens(OidcSettings(issuer=ISSUER, audience=AUDIENCE, jwks_path=key_set)))


def test_a_good_token_tells_subject_and_roles(authenticator: Authenticator, rsa_key: Any, ec_key: Any) -> None:
    expected = Principal("dr-1", frozenset({Role.CLINICIAN}))
    assert authenticator.authenticate(bearer(signed(rsa_key))) == expected
    assert authenticator.authenticate(bearer(signed(ec_key, "e", "ES256"))) == expected
    assert authenticator.authenticate({"AUTHORIZATION": f"bearer {signed(rsa_key)}", "X-Other": "1"}) == expected


@pytest.mark.parametrize(
    ("named", "roles"),
    [
        (["clinician", "auditor", "cleaner"], {Role.CLINICIAN, Role.AUDITOR}),
        ("operator service", {Role.OPERATOR, Role.SERVICE}),
        ([["clinician"], {"a": 1}, "auditor"], {Role.AUDITOR}),
    ],
)
def test_only_roles_of_this_service_count(
    authenticator: Authenticator, rsa_key: Any, named: Any, roles: set[Role]
) -> None:
    assert authenticator.authenticate(bearer(signed(rsa_key, roles=named))).roles == roles


def test_roles_may_lie_inside_another_claim(key_set: Path, rsa_key: Any) -> None:
    settings = OidcSettings(issuer=ISSUER, audience=AUDIENCE, jwks_path=key_set, roles_claim="realm_access.roles")
    authenticator = Authenticator(AccessTokens(settings))
    token = signed(rsa_key, realm_access={"roles": ["operator"]})
    assert authenticator.authenticate(bearer(token)).roles == {Role.OPERATOR}
    with pytest.raises(AuthenticationError):
        authenticator.authenticate(bearer(signed(rsa_key, realm_access="operator")))


WRONG: dict[str, Callable[[Any, Any, Any], str]] = {
    "expired": lambda r, e, s: signed(r, exp=datetime.now(UTC) - timedelta(minutes=2)),
    "not yet valid": lambda r, e, s: signed(r, nbf=datetime.now(UTC) + timedelta(minutes=2)),
    "issued in the future": lambda r, e, s: signed(r, iat=datetime.now(UTC) + timedelta(minutes=2)),
    "wrong issuer": lambda r, e, s: signed(r, iss="https://login.elsewhere.example"),
    "issuer of the same beginning": lambda r, e, s: signed(r, iss=ISSUER + "/"),
    "wrong audience": lambda r, e, s: signed(r, aud="another-service"),
    "audience list without us": lambda r, e, s: signed(r, aud=["a", "b"]),
    "wrong signature": lambda r, e, s: signed(s),
    "signature cut off": lambda r, e, s: signed(r).rsplit(".", 1)[0] + ".",
    "claims changed": lambda r, e, s: ".".join(
        [signed(r).split(".")[0], unsigned({}, roles=["operator"]).split(".")[1], signed(r).split(".")[2]]
    ),
    "algorithm none": lambda r, e, s: unsigned({"alg": "none", "kid": "r"}),
    "algorithm NONE": lambda r, e, s: unsigned({"alg": "NONE", "kid": "r"}),
    "algorithm is no text": lambda r, e, s: unsigned({"alg": ["RS256"], "kid": "r"}),
    "algorithm not accepted": lambda r, e, s: signed(r, algorithm="RS512"),
    "public key as a shared secret": lambda r, e, s: confused(r),
    "another kind of key": lambda r, e, s: signed(e, "r", "ES256"),
    "unknown key": lambda r, e, s: signed(r, "another"),
    "key for encryption": lambda r, e, s: signed(r, "for-encryption"),
    "key too short": lambda r, e, s: signed(SHORT_KEY, "short"),
    "no key id": lambda r, e, s: signed(r, None),
    "key id is no text": lambda r, e, s: unsigned({"alg": "RS256", "kid": {"a": 1}}, b"x"),
    "key in the header": lambda r, e, s: jwt.encode(claims(), s, "RS256", headers={"kid": "x", "jwk": jwk(s, "x")}),
    "no role": lambda r, e, s: signed(r, roles=None),
    "empty roles": lambda r, e, s: signed(r, roles=[]),
    "a role of another service": lambda r, e, s: signed(r, roles=["cleaner"]),
    "roles in another case": lambda r, e, s: signed(r, roles=["Clinician"]),
    "no subject": lambda r, e, s: signed(r, sub=None),
    "empty subject": lambda r, e, s: signed(r, sub=""),
    "subject with a line break": lambda r, e, s: signed(r, sub="dr\n1"),
    "subject that is no Unicode": lambda r, e, s: signed(r, sub="\ud800"),
    "endless subject": lambda r, e, s: signed(r, sub="d" * 201),
    "no expiry": lambda r, e, s: signed(r, exp=None),
    "no issue time": lambda r, e, s: signed(r, iat=None),
    "no issuer": lambda r, e, s: signed(r, iss=None),
    "no audience": lambda r, e, s: signed(r, aud=None),
    "empty": lambda r, e, s: "",
    "two parts": lambda r, e, s: "a.b",
    "not base64": lambda r, e, s: "é.é.é",
    "header is a list": lambda r, e, s: base64.urlsafe_b64encode(b"[]").decode() + ".e30.e30",
    "endless": lambda r, e, s: "a" * 20_000,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_every_wrong_token_is_refused_in_the_same_words(
    authenticator: Authenticator, private_keys: tuple[Any, Any, Any], wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = WRONG[wrong](*private_keys)
    with caplog.at_level(logging.DEBUG), pytest.raises(AuthenticationError) as refused:
        authenticator.authenticate(bearer(token))
    assert str(refused.value) == REFUSED
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert not [part for part in token.split(".") if len(part) > 4 and part in caplog.text]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"X-API-Key": ""},
        {"X-API-Key": "odk_000000000000_unknown"},
    ],
)
def test_every_other_header_is_refused_in_the_same_words(
    authenticator: Authenticator, tmp_path: Path, headers: dict[str, str]
) -> None:
    for asked in (authenticator, Authenticator(), Authenticator(keys=ApiKeys(tmp_path / "keys.json"))):
        with pytest.raises(AuthenticationError, match=REFUSED):
            asked.authenticate(headers)


def test_an_api_key_is_a_credential_and_two_credentials_are_none(key_set: Path, tmp_path: Path, rsa_key: Any) -> None:
    path = tmp_path / "keys.json"
    key = create_key(path, "laboratory", frozenset({Role.SERVICE}), timedelta(days=1))
    tokens = AccessTokens(OidcSettings(issuer=ISSUER, audience=AUDIENCE, jwks_path=key_set))
    both = Authenticator(tokens, ApiKeys(path))
    assert both.authenticate({"x-api-key": key}) == Principal("laboratory", frozenset({Role.SERVICE}))
    with pytest.raises(AuthenticationError, match=REFUSED):
        both.authenticate({"x-api-key": key, **bearer(signed(rsa_key))})

    path.write_text("no keys")
    with pytest.raises(AuthenticationError, match=REFUSED):
        both.authenticate({"x-api-key": key})
    assert both.authenticate(bearer(signed(rsa_key))).subject == "dr-1"
