"""JSON web tokens as a user pool signs them, and as nobody should."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab3"
CLIENT = "7client"
NOW_S = 1_800_000_000
SUBJECT = "0af4a1f2-1111-2222-3333-444455556666"


_KEYS: dict[tuple[str, int], rsa.RSAPrivateKey] = {}


def key(name: str = "pool", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same one for the same name, for as long as the tests run."""
    if (name, bits) not in _KEYS:
        _KEYS[name, bits] = rsa.generate_private_key(65_537, bits)
    return _KEYS[name, bits]


def public_pem(name: str = "pool") -> bytes:
    return (
        key(name).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def jwk(name: str = "pool", kid: str | None = None, bits: int = 2048) -> dict[str, Any]:
    told = jwt.algorithms.RSAAlgorithm.to_jwk(key(name, bits).public_key(), as_dict=True)
    return {"kty": told["kty"], "n": told["n"], "e": told["e"], "alg": "RS256", "use": "sig", "kid": kid or name}


def access(**changed: Any) -> dict[str, Any]:
    """Its claims. What is changed to None is left out."""
    claims = {
        "sub": SUBJECT,
        "iss": ISSUER,
        "client_id": CLIENT,
        "token_use": "access",
        "scope": "openid email profile",
        "auth_time": NOW_S,
        "iat": NOW_S,
        "exp": NOW_S + 3600,
        "jti": "1f3c",
        "username": SUBJECT,
        "cognito:groups": ["operator"],
    } | changed
    return {name: value for name, value in claims.items() if value is not None}


def identity(**changed: Any) -> dict[str, Any]:
    claims = (
        access(client_id=None, scope=None, username=None)
        | {
            "token_use": "id",
            "aud": CLIENT,
            "email": "Ann@Example.com",
            "email_verified": True,
            "cognito:username": SUBJECT,
        }
        | changed
    )
    return {name: value for name, value in claims.items() if value is not None}


def part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: object, header: object | None = None, by: str = "pool", bits: int = 2048) -> str:
    """Whatever is in header and claims, signed as RS256 signs."""
    before = f"{part({'alg': 'RS256', 'kid': 'pool'} if header is None else header)}.{part(claims)}"
    signature = key(by, bits).sign(before.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{before}.{part(signature)}"
