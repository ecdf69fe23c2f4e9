"""`murmur match`: does an event match a pattern, and if not, why not; or a whole file of such cases."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from events.pattern import LONGEST, LONGEST_EVER, InvalidPattern, Pattern, over_length
from schemas.errors import MurmurationError

if TYPE_CHECKING:
    from events.pattern import Failure
    from murmuration.cli.match_cases import Result


@click.command("match", short_help="try an event pattern on an event")
@click.option("--pattern", "pattern_file", metavar="FILE", help="The event pattern, as JSON; - for the standard input.")
@click.option("--event", "event_file", metavar="FILE", help="The event, as JSON; - for the standard input.")
@click.option("--cases", "cases_file", metavar="FILE.jsonl", help="A file of cases instead, one a line.")
@click.option("--explain", is_flag=True, help="Say which clause fails, and on which value.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
def command(
    pattern_file: str | None, event_file: str | None, cases_file: str | None, explain: bool, as_json: bool
) -> None:
    """Try an EventBridge event pattern on an event: the answer is the one EventBridge would give.

    A case is a line of JSON with name, pattern, event and expect (match, no_match, invalid, valid), or with rules, event
    and expect_matching_rules (the places of the rules that match). Pattern and event are JSON, or JSON text in a string.

    Exit code 0: match, or all cases as expected. 1: no match, or some case differs. 2: the pattern is not valid, or
    something could not be read.
    """
    if cases_file is not None:
        if pattern_file is not None or event_file is not None or explain:
            raise click.UsageError("--cases stands alone: its lines have the patterns and the events")
        _run_cases(cases_file, as_json=as_json)
    if pattern_file is None or event_file is None:
        raise click.UsageError("give --pattern and --event, or --cases")
    if pattern_file == event_file == "-":
        raise click.UsageError("only one of --pattern and --event can be the standard input")
    _run_one(pattern_file, event_file, explain=explain, as_json=as_json)


def _run_one(pattern_file: str, event_file: str, *, explain: bool, as_json: bool) -> NoReturn:
    text = _read(pattern_file, as_json=as_json)
    try:
        pattern = Pattern(text)
        if problem := over_length(text.strip(), LONGEST_EVER):
            raise InvalidPattern(problem, advice=f"By default it even takes only {LONGEST:,}.")
    except InvalidPattern as error:
        _fail("invalid", error, pattern_file, as_json=as_json)
    event = _read(event_file, as_json=as_json)
    try:
        matched = pattern.matches(event)
        failures = pattern.explain(event) if explain else ()
    except MurmurationError as error:
        _fail("unreadable", error, event_file, as_json=as_json)
    if as_json:
        verdict: dict[str, object] = {"verdict": "match" if matched else "no_match"}
        click.echo(
            json.dumps(verdict | ({"failures": [_document(each) for each in failures]} if explain else {}), indent=2)
        )
    else:
        click.echo("match" if matched else "no match")
        _print_failures(failures, branches=len(pattern.plans))
    raise SystemExit(0 if matched else 1)


def _print_failures(failures: tuple[Failure, ...], *, branches: int) -> None:
    for failure in failures:
        branch = f"branch {failure.branch} of {branches}: " if branches > 1 else ""
        click.echo(f"  {branch}{failure}")


def _document(failure: Failure) -> dict[str, object]:
    return {
        "branch": failure.branch,
        "reason": failure.reason.value,
        "fields": list(failure.fields),
        "wanted": failure.wanted,
        "found": list(failure.found),
    }


def _run_cases(file: str, *, as_json: bool) -> NoReturn:
    from murmuration.cli.match_cases import run

    results = [
        run(number, line) for number, line in enumerate(_read(file, as_json=as_json).splitlines(), 1) if line.strip()
    ]
    wrong = [result for result in results if result.problem]
    if as_json:
        listed = [{"line": each.line, "name": each.name, "problem": each.problem} for each in wrong]
        click.echo(json.dumps({"cases": len(results), "wrong": len(wrong), "problems": listed}, indent=2))
    else:
        _print_cases(results, wrong)
    raise SystemExit(1 if wrong or not results else 0)


def _print_cases(results: list[Result], wrong: list[Result]) -> None:
    for result in wrong:
        click.echo(f"line {result.line}{f' ({result.name})' if result.name else ''}: {result.problem}")
    if not results:
        click.echo("the file has no cases")
    elif wrong:
        click.echo(f"{len(wrong):,} of {len(results):,} cases differ")
    else:
        click.echo(f"all {len(results):,} cases as expected")


def _fail(verdict: str, error: MurmurationError, where: str, *, as_json: bool) -> NoReturn:
    if as_json:
        document = {"verdict": verdict, "where": where, "what": error.what, "advice": error.advice}
        click.echo(json.dumps(document, indent=2))
    else:
        name = "the standard input" if where == "-" else where
        what = "the pattern is not valid" if verdict == "invalid" else "cannot be matched"
        click.echo(f"{name}: {what}: {error}", err=True)
    raise SystemExit(2)


def _read(file: str, *, as_json: bool) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        _fail("unreadable", MurmurationError(f"cannot be read ({error.strerror or error})"), file, as_json=as_json)
    except UnicodeDecodeError as error:
        _fail("unreadable", MurmurationError(f"is not UTF-8 (byte {error.start})"), file, as_json=as_json)
