"""Routes: what is asked where, by which operation. Each route names its operation, so none is open by oversight.

    routes = Routes("runs")
    routes.get("/runs/<run>", Operation.RUN_READ, self.show, "A run, as far as it is known")

`OPEN` is for the few that ask for no token. Where the path names a project (`<project>`) the role in it is asked for before
anything is read; elsewhere a role in some project, and the handler asks for the right one as soon as it knows which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from handlers.auth import Operation

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
OPEN: Final = None
_SEGMENT: Final = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Route:
    method: Method
    rule: str
    operation: Operation | None
    handler: Callable[..., Any]
    summary: str
    tag: str
    status: int
    creates: bool
    """It honours an idempotency key: its answer is kept."""
    derives: bool
    """It honours one by itself: what it makes has an id that is derived from the key."""
    untold: tuple[str, ...]
    """What of an answer is told only once, and not kept with it."""
    listed: bool
    """In the OpenAPI document."""


class Routes:
    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.all: list[Route] = []

    def get(
        self, rule: str, operation: Operation | None, handler: Callable[..., Any], summary: str, *, listed: bool = True
    ) -> None:
        self._add("GET", rule, operation, handler, summary, HTTPStatus.OK, listed=listed)

    def post(
        self,
        rule: str,
        operation: Operation | None,
        handler: Callable[..., Any],
        summary: str,
        *,
        status: int = HTTPStatus.OK,
        creates: bool = False,
        derives: bool = False,
        untold: tuple[str, ...] = (),
        listed: bool = True,
    ) -> None:
        made = Route("POST", rule, operation, handler, summary, self.tag, status, creates, derives, untold, listed)
        self.all.append(made)

    def put(
        self,
        rule: str,
        operation: Operation | None,
        handler: Callable[..., Any],
        summary: str,
        *,
        status: int = HTTPStatus.OK,
    ) -> None:
        self._add("PUT", rule, operation, handler, summary, status)

    def patch(self, rule: str, operation: Operation | None, handler: Callable[..., Any], summary: str) -> None:
        self._add("PATCH", rule, operation, handler, summary, HTTPStatus.OK)

    def delete(
        self,
        rule: str,
        operation: Operation | None,
        handler: Callable[..., Any],
        summary: str,
        *,
        status: int = HTTPStatus.NO_CONTENT,
    ) -> None:
        self._add("DELETE", rule, operation, handler, summary, status)

    def _add(
        self,
        method: Method,
        rule: str,
        operation: Operation | None,
        handler: Callable[..., Any],
        summary: str,
        status: int,
        *,
        listed: bool = True,
    ) -> None:
        self.all.append(
            Route(method, rule, operation, handler, summary, self.tag, int(status), False, False, (), listed)
        )


@dataclass(frozen=True, slots=True)
class Match:
    route: Route
    project: str | None
    """The one that the path names."""


class Matcher:
    """Which route a request is for, and what else its path would take. Rules without a parameter come first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: "<" in route.rule)
        self._rules = [(_compiled(route.rule), route) for route in ordered]

    def match(self, method: str, path: str) -> Match | None:
        for rule, route in self._rules:
            if route.method == method and (found := rule.fullmatch(path)):
                return Match(route, found.groupdict().get("project"))
        return None

    def is_open(self, path: str) -> bool:
        """Something there is asked without a token."""
        return any(route.operation is OPEN and rule.fullmatch(path) for rule, route in self._rules)

    def allowed(self, path: str) -> list[str]:
        """The methods that this path takes; none where there is nothing."""
        taken: set[str] = {route.method for rule, route in self._rules if rule.fullmatch(path)}
        if taken:
            taken.add("OPTIONS")
        if "GET" in taken:
            taken.add("HEAD")
        return sorted(taken)


def _compiled(rule: str) -> re.Pattern[str]:
    parts = _SEGMENT.split(rule)
    spelled = [f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(spelled))
