"""`murmur rerun`: a run again, whole or from what failed."""

from __future__ import annotations

import secrets

import click

from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.run import end_of


@click.command("rerun", short_help="run a run again")
@click.argument("run")
@click.option(
    "--from-failed",
    is_flag=True,
    help="Keep what succeeded; run what failed, what never ran, and what follows from it.",
)
@click.option("--wait", is_flag=True, help="Stay until it has ended. Without a server it always does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(run: str, from_failed: bool, wait: bool, as_json: bool, place: Place) -> None:
    """Run RUN (an id, enough of its beginning, or last) again, as a new run of the same version with the same input.

    Exit code 0: it succeeded; without --wait: it started. 1: it failed, was cancelled or timed out. 2: it could not be
    tried, or there is nothing to run again.
    """
    with place.reading() as reading:
        found = reading.run(run)
    with place.acting("rerun") as acting:
        told = acting.ask("rerun", {"run": found, "request": secrets.token_hex(16), "from_failed": from_failed})
        raise SystemExit(end_of(acting, told, wait or acting.alone, as_json))
