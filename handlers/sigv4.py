"""AWS's Signature Version 4, verified: who signed a request, and that nothing of it was changed since.

    Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders=..., Signature=...

The date, region and service in the credential's scope make a key of the secret; it signs a hash of method, path, query, the
signed headers and the body. What must always hold: the host, the date and what is asked for are among what was signed; the
time is near ours; signatures are compared in constant time; the body is hashed here, whatever a header says of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote_to_bytes

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SKEW_S: Final = 900.0
_END: Final = "aws4_request"
_DATE: Final = "x-amz-date"
_SIGNED_BEFORE_ALL: Final = ("host", _DATE, "x-amz-target")
_FIELD: Final = re.compile(r"\s*(Credential|SignedHeaders|Signature)=([^,\s]+)\s*")
_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNRESERVED: Final = "-_.~"


class Fault(StrEnum):
    """AWS's own names."""

    MISSING = "MissingAuthenticationTokenException"
    INCOMPLETE = "IncompleteSignatureException"
    UNKNOWN = "UnrecognizedClientException"
    WRONG = "InvalidSignatureException"


class NotSigned(Exception):  # told in AWS's form, by whoever speaks its protocol
    def __init__(self, fault: Fault, message: str) -> None:
        self.fault = fault
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """What an `Authorization` header says."""

    key: str
    """The access key's id."""
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    """Names of headers, in order."""
    signature: str

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{_END}"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """As it was sent."""
    query: str
    headers: Mapping[str, str]
    """By lower-case name; what came more often is joined by commas."""
    body: bytes


def read(authorization: str) -> Signature:
    if not authorization:
        raise NotSigned(Fault.MISSING, "Missing Authentication Token")
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise NotSigned(Fault.INCOMPLETE, f"Authorization header requires the algorithm {ALGORITHM}.")
    given: dict[str, str] = {}
    for part in rest.split(","):
        found = _FIELD.fullmatch(part)
        if found is None or found[1] in given:
            raise NotSigned(Fault.INCOMPLETE, "Authorization header is malformed.")
        given[found[1]] = found[2]
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if name not in given]
    if missing:
        told = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise NotSigned(Fault.INCOMPLETE, told)
    scope = given["Credential"].rsplit("/", 4)
    if len(scope) != 5 or scope[4] != _END or not all(scope):
        raise NotSigned(Fault.INCOMPLETE, "Credential must have exactly 5 slash-delimited elements.")
    if not _HEX.fullmatch(given["Signature"]):
        raise NotSigned(Fault.INCOMPLETE, "Signature must be 64 hexadecimal digits.")
    return Signature(
        scope[0], scope[1], scope[2], scope[3], tuple(given["SignedHeaders"].split(";")), given["Signature"]
    )


def verify(signature: Signature, secret: str, request: Request, service: str, now: datetime) -> None:
    """`NotSigned` for whatever is not this request, signed with this secret, now."""
    left_out = [name for name in _SIGNED_BEFORE_ALL if name in request.headers and name not in signature.signed]
    if left_out or "host" not in request.headers:
        raise NotSigned(Fault.WRONG, f"'{(left_out or ['host'])[0]}' must be a 'SignedHeader' in the Authorization.")
    stamp = request.headers.get(_DATE, "")
    try:
        at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotSigned(
            Fault.INCOMPLETE, "Authorization header requires existence of an 'X-Amz-Date' header."
        ) from None
    if signature.service != service:
        raise NotSigned(Fault.WRONG, f"Credential should be scoped to correct service: '{service}'.")
    if signature.date != stamp[:8]:
        raise NotSigned(Fault.WRONG, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date.")
    late = (now - at).total_seconds()
    if late > SKEW_S:
        raise NotSigned(Fault.WRONG, f"Signature expired: {stamp} is now earlier than 15 min. ago")
    if late < -SKEW_S:
        raise NotSigned(Fault.WRONG, f"Signature not yet current: {stamp} is still later than in 15 min.")
    if not hmac.compare_digest(sign(signature, secret, request), signature.signature):
        told = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key."
        raise NotSigned(Fault.WRONG, told)


def sign(signature: Signature, secret: str, request: Request) -> str:
    """What it ought to be."""
    hashed = hashlib.sha256(_canonical(request, signature.signed).encode("utf-8", "surrogateescape")).hexdigest()
    text = "\n".join((ALGORITHM, request.headers[_DATE], signature.scope, hashed))
    key = f"AWS4{secret}".encode()
    for part in (signature.date, signature.region, signature.service, _END):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _canonical(request: Request, signed: Iterable[str]) -> str:
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed]
    return "\n".join(
        (
            request.method,
            quote(request.path or "/", safe=f"/{_UNRESERVED}"),  # once more than it was sent, as all but S3 have it
            _canonical_query(request.query),
            "".join(headers),
            ";".join(signed),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def _canonical_query(query: str) -> str:
    pairs = [part.partition("=") for part in query.split("&") if part]
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    )


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)
