"""The documents that a verb is given: files in, pipelines out, or every mistake told and the verb ended.

check, rules and simulate read by this, so a file that one of them refuses is refused by all, in the same words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click

from events.check import Checked
from murmuration.checking import check
from schemas.document import read, too_large
from schemas.errors import MurmurationError
from schemas.pipeline import Pipeline
from schemas.problem import Code, Problem, Severity, plain, spell
from schemas.project import Project
from schemas.source import MAX_BYTES, Format, Source

MISTAKES = 1
UNREADABLE = 2
_NO_DOCUMENT = frozenset([Code.UNREADABLE, Code.TOO_LARGE, Code.TOO_DEEP])
_WIDEST = 160
_LIKE_JSON = re.compile(rb'\s*\{\s*"')


@dataclass(frozen=True, slots=True)
class Documents:
    """One pipeline without a mistake, and its project where that was given."""

    pipeline: Pipeline
    project: Project | None


def pipeline_of(file: str | Path) -> Pipeline:
    return sound(file).pipeline


def sound(file: str | Path, project: str | Path | None = None) -> Documents:
    """What these files hold. Where something is wrong it is told on standard error, and the command ends."""
    sources = [source_of(each) for each in (file, project) if each is not None]
    checked = check(sources)
    mistakes = [problem for problem in checked.problems if problem.severity is Severity.ERROR]
    if mistakes:
        by_file = {source.file: source for source in sources}
        for problem in mistakes:
            print_problem(problem, by_file[problem.file])
        raise SystemExit(exit_code(checked))
    if len(checked.pipelines) != 1:
        raise click.UsageError(f"{file}: this is a project. Name a pipeline's file, and the project's with --project")
    return Documents(checked.pipelines[0], next(iter(checked.projects), None))


def exit_code(checked: Checked) -> int:
    if any(problem.code in _NO_DOCUMENT for problem in checked.problems):
        return UNREADABLE
    return 0 if checked.ok else MISTAKES


def refuse(wrong: MurmurationError) -> NoReturn:
    """It could not be tried at all."""
    click.echo(str(wrong), err=True)
    raise SystemExit(UNREADABLE)


def source_of(file: str | Path) -> Source:
    """Never more than a document may have is read, whatever the file is: a pipe has no size. Never raises."""
    name = str(file)
    try:
        if name == "-":
            return _read(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")
        path = Path(file)
        if path.is_dir():
            return _unreadable(name, "this is a folder, and none of its documents was taken", "Name a file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Source(name, "", None, (too_large(name, size),))
        with path.open("rb") as opened:
            return _read(opened.read(MAX_BYTES + 1), name)
    except FileNotFoundError:
        return _unreadable(name, "there is no such file", "Check the path")
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
        return _unreadable(name, f"the file cannot be read: {reason.lower()}", "Check its permissions")


def print_problem(problem: Problem, source: Source, *, err: bool = True) -> None:
    """As a good compiler tells it: the place, the line, a mark under it, what to write instead."""
    colour = "red" if problem.severity is Severity.ERROR else "yellow"
    place = plain(f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file)
    where = f" (at {spell(problem.path)})" if problem.path else ""
    kind = click.style(f"{problem.severity.value} [{problem.code.value}]", fg=colour, bold=True)
    _print((f"{click.style(place, bold=True)}: {kind} {plain(problem.message + where)}",), err=err)
    if text := source.lines[problem.line]:
        start = max(0, problem.column - 1 - _WIDEST // 2) if len(text) > _WIDEST else 0
        told = text[start : start + _WIDEST].replace("\t", " ")
        mark = click.style("^", fg=colour, bold=True)
        _print((f"  {problem.line:>5} | {told}", f"        | {' ' * (problem.column - 1 - start)}{mark}"), err=err)
    advice = f"        = {click.style(plain(problem.advice), fg='cyan')}"
    _print((advice, "") if problem.advice else ("",), err=err)


def _print(lines: Iterable[str], *, err: bool) -> None:
    for line in lines:
        click.echo(line, err=err)


def _read(data: bytes, file: str) -> Source:
    guessed: Format | None = "json" if file == "<stdin>" and _LIKE_JSON.match(data) else None
    return read(data, file=file, format=guessed)


def _unreadable(file: str, what: str, advice: str) -> Source:
    return Source(file, "", None, (Problem(Code.UNREADABLE, what, advice, file=file),))
