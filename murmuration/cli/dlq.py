"""`murmur dlq`: deliveries that the bus has given up on."""

from __future__ import annotations

import click
from pydantic import JsonValue

from handlers.reading import NothingYet
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import console, plain, print_json, short, table
from schemas.errors import MurmurationError
from schemas.names import did_you_mean


class NoSuchLetter(MurmurationError):
    code = "no-such-letter"


@click.group("dlq", short_help="look at what could not be delivered, and deliver it again")
def command() -> None:
    """Deliveries that failed too often or for too long lie in the dead-letter queue until somebody sends them again."""


@command.command("list", short_help="list them")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@placed_anywhere
def list_(as_json: bool, place: Place) -> None:
    """List them, the oldest first, each with why it failed the last time.

    Exit code 0, also when there are none. 2: it could not be tried.
    """
    try:
        with place.reading() as reading:
            dead = reading.dead()
    except NothingYet:
        dead = []
    if as_json:
        letters: list[JsonValue] = [
            {"id": one.id, "to": one.to, "tries": one.tries, "why": one.why, "event": one.event} for one in dead
        ]
        print_json({"dead": letters})
    elif not dead:
        click.echo("Nothing is undelivered.")
    else:
        rows = [
            (plain(one.id), one.to, str(one.tries or ""), plain(one.why), plain(short(one.event, 200))) for one in dead
        ]
        console().print(table(("Delivery", "To", "Tries", "Why", "Event"), rows, right=("Tries",)))


@command.command("redrive", short_help="deliver them again")
@click.argument("ids", nargs=-1, metavar="[DELIVERY...]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def redrive(ids: tuple[str, ...], as_json: bool, place: Place) -> None:
    """Deliver DELIVERY..., or all of them, again. Tasks that have run since then do not run again.

    Exit code 0: they are on their way, also when there were none. 2: it could not be tried, or one of them is not there.
    """
    with place.reading() as reading:
        known = [one.id for one in reading.dead()]
    if missing := next((one for one in ids if one not in known), None):
        near = did_you_mean(missing, known) or "murmur dlq list shows those there are"
        raise NoSuchLetter(f"nothing undelivered is called {missing}", advice=near)
    with place.acting("dlq redrive") as acting:
        told = acting.ask("redrive", {"ids": [*ids] if ids else None})
        alone = acting.alone
    if as_json:
        print_json({**acting.where, **told})
        return
    number = told["redriven"]
    assert isinstance(number, int), "they were counted"
    when = " They wait for murmur up." if alone and number else ""
    click.echo(f"{number or 'No'} deliver{'y' if number == 1 else 'ies'} sent again.{when}")
