"""`murmur check`: every mistake in a set of documents, told as a good compiler tells it."""

from __future__ import annotations

import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from events.check import Checked, Target
from murmuration.checking import check
from murmuration.cli.documents import exit_code, print_problem, source_of
from schemas.problem import Code, Severity, spell
from schemas.source import Source

_ENDINGS = (".yaml", ".yml", ".json")
_ALIKE = 3
"""So many warnings of one kind are shown in full, of each file; the rest is counted."""


@click.command("check", short_help="say everything that is wrong with a document")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@click.option(
    "--target", type=click.Choice([target.value for target in Target]), help="Also refuse what this platform cannot do."
)
def command(files: tuple[str, ...], as_json: bool, target: str | None) -> None:
    """Say everything that is wrong with pipelines and projects.

    FILE is a pipeline or a project in YAML or JSON, a folder (its *.yaml, *.yml and *.json, and those in its
    pipelines/), or - for the standard input. Files given together are checked together: give the project's document
    too, and its pipelines, secrets, variables and buckets are known by name.

    Exit code 0: no mistakes (warnings do not count). 1: mistakes. 2: something could not be read.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A document and its file's name may hold what the terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
    each_once = {os.path.normpath(Path(path).absolute()): path for file in files for path in _paths(file)}
    sources = [source_of(path) for path in each_once.values()]
    checked = check(sources, target=Target(target) if target else None)
    if as_json:
        click.echo(json.dumps(_document(checked), indent=2))
    else:
        _print(checked, sources)
    raise SystemExit(exit_code(checked))


def _paths(file: str) -> Iterable[str]:
    folder = Path(file)
    if file == "-" or not folder.is_dir():
        return (file,)
    inside = sorted(str(path) for below in (folder, folder / "pipelines") for path in _documents(below))
    return inside or (file,)


def _documents(folder: Path) -> Iterable[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix in _ENDINGS and path.is_file()]
    except OSError:
        return ()


def _document(checked: Checked) -> dict[str, object]:
    return {
        "ok": checked.ok,
        "problems": [
            {
                "code": problem.code.value,
                "severity": problem.severity.value,
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "path": spell(problem.path),
                "message": problem.message,
                "advice": problem.advice,
            }
            for problem in checked.problems
        ],
    }


def _print(checked: Checked, sources: Sequence[Source]) -> None:
    by_file = {source.file: source for source in sources}
    shown: Counter[tuple[str, Code]] = Counter()
    for problem in checked.problems:
        kind = (problem.file, problem.code)
        shown[kind] += 1
        if problem.severity is Severity.ERROR or shown[kind] <= _ALIKE:
            print_problem(problem, by_file[problem.file], err=False)
    for (file, code), count in shown.items():
        hidden = [one for one in checked.problems if (one.file, one.code) == (file, code)][_ALIKE:]
        if hidden[:1] and hidden[0].severity is Severity.WARNING:
            names = ", ".join(spell(one.path) for one in hidden[:10])
            click.echo(
                f"{file}: {count - _ALIKE} more warnings [{code}]: {names}{', ...' if len(hidden) > 10 else ''}\n"
            )
    _print_sum(checked, len(sources))


def _print_sum(checked: Checked, files: int) -> None:
    errors = sum(problem.severity is Severity.ERROR for problem in checked.problems)
    warnings = len(checked.problems) - errors
    told = f"{_count(files, 'file')}: {_count(errors, 'mistake')}, {_count(warnings, 'warning')}"
    click.echo(click.style(told, fg="green" if not errors else "red"))


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
