"""Asked: what a route's handler is given beside its parameters. Who asks, the request's own id, and how long it has waited.

    def show(self, run: str, asked: Here) -> ...

A handler that has nothing to tell yet, and was asked to wait for it, raises `NotYet`. Whoever stands at the door asks it again
when something may have changed, so a handler neither sleeps nor holds anything open: what it does before must be harmless twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from handlers.auth import Caller

CONTEXT: Final = "asked"
LONGEST_WAIT_S: Final = 25.0
"""API Gateway gives up after 30."""


class NotYet(Exception):  # no error: it is told to the door, never to a caller
    """Nothing to tell so far."""


@dataclass(frozen=True, slots=True)
class Asked:
    caller: Caller
    request: str
    """The request's own id. What is asked again for waiting has the same."""
    headers: Mapping[str, str]
    """By lower-case name."""
    query: str
    """As it came."""
    body: bytes
    """As it came."""
    waited: float = 0.0
    """Seconds since it was asked first."""

    def wait(self, most: float) -> None:
        """`NotYet`, for as long as the caller wants to wait. After that, what there is must do."""
        if self.waited < min(most, LONGEST_WAIT_S):
            raise NotYet


def asked(request: Request) -> Asked:
    found = request.context[CONTEXT]
    assert isinstance(found, Asked), "the app puts it there before each request"
    return found


Here = Annotated[Asked, Depends(asked)]
