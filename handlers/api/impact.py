"""What a publish means, as the API tells it: the same for a dry run and for what was done; and how a backend's answer is read."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.api.found import Found
from handlers.impact import Heard, RuleTold
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model


class RulesTold(Model):
    added: list[RuleTold]
    kept: list[RuleTold]
    removed: list[RuleTold]
    """At once."""
    later: list[RuleTold]
    """When the last run of the version that drains has ended."""


class QuotaTold(Model):
    """Of the bus. Locally it is what AWS would count, and stops nobody."""

    used: int
    after: int
    limit: int
    left: int
    wildcards: int
    wildcard_limit: int


class ObstacleTold(Model):
    pipeline: str
    what: str
    advice: str
    stops: bool


class Impact(Model):
    dry_run: bool
    under_way: bool
    """It takes longer than an answer may wait, and goes on: this is what was still to be done. GET .../versions says when it is live."""
    possible: bool
    """Nothing stands in the way."""
    pipeline: str
    version: int
    live: int | None
    """The version before it."""
    new: bool
    """False: this very version is live already."""
    plan: str
    why: str
    triggers: list[str]
    drains: list[str]
    rules: RulesTold
    quota: QuotaTold
    price: JsonObject
    """Of a million runs on AWS, in dollars, beside Step Functions."""
    archive: Heard
    in_flight: dict[str, int]
    """Runs that have not ended, by the version that they stay on."""
    file: str | None
    """Where it is written, too."""
    obstacles: list[ObstacleTold]
    problems: list[Found]
    by: str
    at: str
    etag: str
    """Of the draft, as it is now."""


def change_of(told: JsonObject) -> JsonObject:
    published = told["published"]
    assert isinstance(published, list), "what was published is listed"
    [change] = published
    assert isinstance(change, dict), "with what it means"
    return change


def rules_of(change: JsonObject) -> dict[str, list[str]]:
    rules = change["rules"]
    assert isinstance(rules, dict), "rules are told by what becomes of them"
    return {kind: texts(rules.get(kind)) for kind in ("added", "kept", "removed", "later")}


def texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def quota_of(told: JsonObject, added: Sequence[RuleTold], bus: str) -> QuotaTold:
    quota = told["quota"]
    assert isinstance(quota, dict), "a bus has a quota"
    number = {name: int(str(value)) for name, value in quota.items()}
    return QuotaTold(
        used=number["rules"] - sum(one.bus == bus for one in added),
        after=number["rules"],
        limit=number["of"],
        left=number["left"],
        wildcards=number["wildcards"],
        wildcard_limit=number["of_wildcards"],
    )


def with_obstacle(told: JsonObject, wrong: MurmurationError, pipeline: str, *, stops: bool) -> JsonObject:
    listed = told.get("obstacles")
    one: JsonObject = {"pipeline": pipeline, "what": wrong.what, "advice": wrong.advice, "stops": stops}
    return {**told, "obstacles": [*(listed if isinstance(listed, list) else ()), one]}


def obstacles_of(told: JsonObject) -> list[ObstacleTold]:
    listed = told.get("obstacles")
    return [ObstacleTold.read(one) for one in listed] if isinstance(listed, list) else []
