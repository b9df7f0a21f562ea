"""Tokens as a provider signs them, and as others forge them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://login.hospital.example", "orphan-disease"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def jwk(key: PrivateKey, kid: str, **more: str) -> dict[str, Any]:
    public = key.public_key()
    is_rsa = isinstance(public, rsa.RSAPublicKey)
    content: dict[str, Any] = (
        RSAAlgorithm.to_jwk(public, as_dict=True) if is_rsa else ECAlgorithm.to_jwk(public, as_dict=True)  # type: ignore[arg-type]
    )
    return {**content, "kid": kid, **more}


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "dr-1",
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "roles": ["clinician"],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def signed(key: PrivateKey, kid: str | None = "r", algorithm: str = "RS256", **changes: Any) -> str:
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(claims(**changes), key, algorithm, headers=headers)


def unsigned(header: Mapping[str, Any], signature: bytes = b"", **changes: Any) -> str:
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    body = json.dumps(claims(**changes), default=lambda moment: int(moment.timestamp()))
    return ".".join([part(json.dumps(header).encode()), part(body.encode()), part(signature)])


def confused(key: rsa.RSAPrivateKey) -> str:
    """A token signed by HMAC with the public key for its secret (CVE-2015-9235)."""
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    token = unsigned({"alg": "HS256", "kid": "r"})
    message = token.rsplit(".", 1)[0]
    signature = base64.urlsafe_b64encode(hmac.new(public, message.encode(), hashlib.sha256).digest())
    return f"{message}.{signature.rstrip(b'=').decode()}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
