"""How things look: tables and colours for people, one JSON document for programs. Rich is loaded when a table is drawn."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click
import orjson
from pydantic import JsonValue

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH: Final = 140
"""Where no terminal says how wide it is."""
_LONGEST: Final = 400
_BAR: Final = 10

STYLES: Final = {
    "succeeded": "green",
    "failed": "red",
    "timed_out": "red",
    "cancelled": "yellow",
    "retrying": "yellow",
    "running": "cyan",
    "waiting": "cyan",
    "ready": "cyan",
    "skipped": "bright_black",
    "pending": "bright_black",
    "requested": "bright_black",
}
MARKS: Final = {
    "succeeded": "✓",
    "failed": "✗",
    "timed_out": "✗",
    "cancelled": "■",
    "retrying": "↻",
    "running": "▶",
    "waiting": "…",
    "ready": "▷",
    "skipped": "↷",
    "pending": "·",
    "requested": "·",
}


def print_json(document: JsonValue) -> None:
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()) -> Table:
    """Cells are Rich markup; what somebody else wrote in them goes through `plain`."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def state(name: str) -> str:
    return f"[{STYLES[name]}]{MARKS[name]} {name.replace('_', ' ')}[/]"


def moment(at: int) -> str:
    """In the reader's own zone."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def iso(at: int) -> str | None:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat().replace("+00:00", "Z") if at else None


def span(ms: int) -> str:
    if ms < 1_000:
        return f"{ms} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(ms // 1000, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def short(value: JsonValue, longest: int = _LONGEST) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text):,} characters)"


def bar(share: float) -> str:
    done = round(max(0.0, min(1.0, share)) * _BAR)
    return f"{'█' * done}{'░' * (_BAR - done)} {share:4.0%}"


def count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
