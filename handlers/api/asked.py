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

from handlers.api.routes import Route
from handlers.auth import Caller, Unauthenticated

CONTEXT: Final = "asked"
LONGEST_WAIT_S: Final = 25.0
"""API Gateway gives up after 30."""


class NotYet(Exception):  # no error: it is told to the door, never to a caller
    """Nothing to tell so far, and so many seconds more to wait for it."""

    def __init__(self, left: float = LONGEST_WAIT_S) -> None:
        self.left = left
        super().__init__()


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
    route: Route | None = None
    """The one it is for."""
    unknown: Unauthenticated | None = None
    """Why nobody is known by the token that came, at an open door."""

    def wait(self, most: float) -> None:
        """`NotYet`, for as long as the caller wants to wait. After that, what there is must do."""
        if (left := min(most, LONGEST_WAIT_S) - self.waited) > 0:
            raise NotYet(left)


def asked(request: Request) -> Asked:
    found = request.context[CONTEXT]
    assert isinstance(found, Asked), "the app puts it there before each request"
    return found


Here = Annotated[Asked, Depends(asked)]
