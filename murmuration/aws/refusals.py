"""What AWS refuses, in our own words. The one place where botocore's exceptions become ours.

`Unavailable`: for now; nothing is known to be done, and the delivery comes again. `Denied`: a role lacks a right.
`AwsRefused`: the call itself was wrong, or what it names is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from events.ports import Unavailable
from schemas.errors import MurmurationError

FOR_NOW: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerErrorException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation"})


class AwsRefused(MurmurationError):
    code = "aws-refused"


class Denied(AwsRefused):
    code = "aws-denied"


def code_of(wrong: ClientError) -> str:
    return str(wrong.response.get("Error", {}).get("Code", ""))


@contextmanager
def translated(where: str) -> Iterator[None]:
    """`where` is the service, as people call it. Exceptions that callers decide on are caught inside."""
    try:
        yield
    except ClientError as wrong:
        raise _ours(wrong, where) from wrong
    except BotoCoreError as wrong:
        # No reply, or none that can be read: whether anything was done is not known.
        raise Unavailable(f"{where} did not answer: {wrong}", advice="It will be tried again") from wrong


def _ours(wrong: ClientError, where: str) -> MurmurationError:
    code, message = code_of(wrong), str(wrong.response.get("Error", {}).get("Message", wrong))
    status = wrong.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in FOR_NOW or status >= 500:
        return Unavailable(f"{where} refuses for now: {code}: {message}", advice="It will be tried again")
    if code in _DENIED:
        advice = "Give the role this right; the roles that template.yaml makes have what they need"
        return Denied(f"{where} denies it: {message}", advice=advice)
    return AwsRefused(f"{where} refuses: {code}: {message}")
