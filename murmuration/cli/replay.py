"""`murmur replay`: events from outside that were kept, once more through the triggers."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
from pydantic import JsonValue

from murmuration.cli.following import follow_all
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import count, print_json
from schemas.duration import Duration
from schemas.errors import InvalidDuration, MurmurationError
from schemas.model import JsonObject


class BadMoment(MurmurationError):
    code = "bad-moment"


@click.command("replay", short_help="take up kept events once more")
@click.option(
    "--name", help="The replay's name: under the same name no event starts a run twice. The time, when left out."
)
@click.option(
    "--since", metavar="WHEN", help="Only events from then on: 2030-01-31T12:00:00Z, or 2h for two hours ago."
)
@click.option("--until", metavar="WHEN", help="Only events up to then.")
@click.option("--source", help="Only events of this source.")
@click.option("--type", "kind", help="Only events of this type.")
@click.option("--pipeline", metavar="NAME", help="Only this pipeline's triggers.")
@click.option("--wait", is_flag=True, help="Stay until the runs have ended. Without a server it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(
    name: str | None,
    since: str | None,
    until: str | None,
    source: str | None,
    kind: str | None,
    pipeline: str | None,
    wait: bool,
    as_json: bool,
    place: Place,
) -> None:
    """Take up events from outside that were kept, as if they came again: the active triggers start runs of their own for them.

    The system's own events are never replayed.

    On AWS EventBridge replays the archive of the bus, which chooses by time alone and takes some minutes: murmur runs shows
    what comes of it.

    Exit code 0: done, on AWS: begun; with --wait: and every run succeeded. 1: one of them did not. 2: it could not be tried.
    """
    if not place.local and (source or kind or wait):
        raise click.UsageError("--source, --type and --wait are for the local stack")
    now = datetime.now(UTC)
    name = name or now.strftime("%Y-%m-%dT%H:%M:%SZ" if place.local else "%Y-%m-%dT%H-%M-%SZ")
    body: JsonObject = {"name": name, "since": _moment(since, now, "--since") if since else 0}
    body |= {"until": _moment(until, now, "--until") if until else time.time_ns() // 1_000_000}
    body |= {"source": source, "type": kind, "pipeline": pipeline}
    if not place.local:
        _begin_there(body, as_json, place)
        return
    runs: list[str] = []
    refused: list[JsonValue] = []
    events, after = 0, 0
    with place.acting("replay") as acting:
        while True:
            told = acting.ask("replay", {**body, "after": after})
            events += _number(told["events"])
            runs += [str(run) for run in _listed(told["runs"])]
            refused += _listed(told["refused"])
            if told["next"] is None:
                break
            after = _number(told["next"])
        ok = True
        if wait or (acting.alone and runs):
            with acting.reading() as reading:
                ok = follow_all(reading, runs, acting.follow)
    if as_json:
        told = {"name": name, "events": events, "runs": [*runs], "refused": refused}
        print_json({**acting.where, **told})
    else:
        click.echo(
            f"Replay {name}: {count(events, 'event')}, {count(len(runs), 'run')} started, {len(refused) or 'none'} refused."
        )
        for why in dict.fromkeys(map(str, refused)):
            click.echo(click.style(f"  {why}", fg="yellow"))
    raise SystemExit(0 if ok else 1)


def _begin_there(body: JsonObject, as_json: bool, place: Place) -> None:
    with place.acting("replay") as acting:
        told = acting.ask("replay", body)
    if as_json:
        print_json({**acting.where, **told})
    else:
        click.echo(
            f"Replay {told['name']} is {told['state']}: {count(len(_listed(told['rules'])), 'rule')} will hear it."
        )


def _moment(text: str, now: datetime, option: str) -> int:
    try:
        return round(now.timestamp() * 1000) - Duration.parse(text).ms
    except InvalidDuration:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadMoment(
            f"{option} {text[:40]!r} is no moment", advice="Write 2030-01-31T12:00:00Z, or 2h for two hours ago"
        ) from None
    return round((at if at.tzinfo is not None else at.astimezone()).timestamp() * 1000)


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _number(value: JsonValue) -> int:
    assert isinstance(value, int), "it was counted"
    return value
