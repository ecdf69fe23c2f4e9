"""`murmur doctor`: what could be wrong with this machine and this workspace."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from pydantic import JsonValue

from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import print_json
from murmuration.local.owner import holder
from murmuration.workspace import Workspace
from schemas.problem import Severity

_OLDEST_PYTHON: Final = (3, 11)
_LEAST_FREE: Final = 1 << 30
_SLOW_FSYNC_MS: Final = 20.0
_FSYNCS: Final = 16
_LIMITS: Final = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_CORE", "RLIMIT_NOFILE")


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    told: str
    well: bool = True
    advice: str = ""


@click.command("doctor", short_help="look for what could be wrong here")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(as_json: bool, place: Place) -> None:
    """Look at this machine and this workspace: versions, the lock, the disk, limits, functions, documents. Changes nothing.

    Each function is loaded once, in a worker process.

    With --target STAGE, or --aws, a deployed stack is tried out: a pipeline of two tasks is published, started by an event
    and taken out again, a forged event must be refused, and something undeliverable must be kept.

    Exit code 0: all is well. 1: something is not. 2: it could not be tried.
    """
    findings: list[Finding] = []
    for found in _findings(place):
        findings.append(found)
        if not as_json:
            mark = click.style("✓", fg="green") if found.well else click.style("✗", fg="red")
            click.echo(f"{mark} {found.what}: {found.told}")
            if found.advice:
                click.echo(f"    {click.style(found.advice, fg='cyan')}")
    well = all(found.well for found in findings)
    if as_json:
        told: list[JsonValue] = [
            {"what": one.what, "told": one.told, "well": one.well, "advice": one.advice} for one in findings
        ]
        print_json({"well": well, "findings": told})
    raise SystemExit(0 if well else 1)


def _findings(place: Place) -> Iterator[Finding]:
    if place.local:
        yield from _machine()
        yield from _workspace(place.maybe())
        return
    from murmuration.cli.doctor_there import smoked

    for found in smoked(place):
        yield Finding(found.what, found.told, found.well, found.advice)


def _machine() -> Iterator[Finding]:
    new = sys.version_info[:2] >= _OLDEST_PYTHON
    yield Finding("Python", platform.python_version(), new, "" if new else "3.11 or newer is needed")
    yield Finding("system", f"{platform.system()} {platform.release()}, {os.cpu_count()} processors")
    import resource

    absent = [name for name in _LIMITS if not hasattr(resource, name)]
    if sys.platform == "darwin":
        absent.append("RLIMIT_AS (accepted and not kept)")
    told = f"{', '.join(absent)} absent: tasks are watched instead" if absent else "all there"
    yield Finding("limits of processes", told)


def _workspace(workspace: Workspace | None) -> Iterator[Finding]:
    if workspace is None:
        yield Finding("workspace", "none here or in a folder above", False, "Make one: murmur init")
        return
    yield Finding("workspace", str(workspace.root))
    yield _lock(workspace)
    yield from _disk(workspace.state if workspace.state.exists() else workspace.root)
    yield _database(workspace)
    yield from _documents(workspace)
    yield from _functions(workspace)


def _lock(workspace: Workspace) -> Finding:
    there = holder(workspace.state)
    if there is None:
        return Finding("server", "none runs here")
    return Finding("server", f"process {there.process} ({there.what}), for {time.time() - there.since:.0f} s")


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    enough = free > _LEAST_FREE
    yield Finding(
        "disk",
        f"{free / (1 << 30):.1f} GB free",
        enough,
        "" if enough else "Make room: the store stops when it is full",
    )
    try:
        took = _fsync_ms(folder)
    except OSError as wrong:
        yield Finding(
            "fsync", f"nothing can be written in {folder}: {wrong.strerror}", False, "Let this user write there"
        )
        return
    fast = took < _SLOW_FSYNC_MS
    advice = "" if fast else "Each transition waits for one: murmur up --durability normal does not"
    yield Finding("fsync", f"{took:.2f} ms (the middle of {_FSYNCS})", fast, advice)


def _fsync_ms(folder: Path) -> float:
    sync = getattr(os, "fdatasync", os.fsync)
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            sync(file.fileno())
            times.append(time.perf_counter() - began)
    return sorted(times)[_FSYNCS // 2] * 1000


def _database(workspace: Workspace) -> Finding:
    from murmuration.local.checkup import SQLITE, check_up
    from schemas.errors import MurmurationError

    if not workspace.database.exists():
        return Finding("database", f"SQLite {SQLITE}; none yet")
    try:
        found = check_up(workspace.database)
    except MurmurationError as wrong:
        return Finding("database", f"{wrong.where}: {wrong.what}", False, wrong.advice)
    size = workspace.database.stat().st_size / (1 << 20)
    told = f"SQLite {SQLITE}, {found.journal}, {size:.1f} MB, {found.runs:,} runs, {found.dead} undelivered"
    if found.damage:
        advice = "Move .murmuration away and start again; runs in it are lost"
        return Finding("database", f"{told}: {found.damage}", False, advice)
    return Finding("database", told, not found.dead, "Look at them: murmur dlq list" if found.dead else "")


def _documents(workspace: Workspace) -> Iterator[Finding]:
    checked, sources = workspace.read()
    mistakes = [one for one in checked.problems if one.severity is Severity.ERROR]
    told = f"{len(checked.pipelines)} sound of {max(0, len(sources) - len(checked.projects))}"
    yield Finding("pipelines", told, not mistakes, "murmur check shows each mistake with its place" if mistakes else "")
    for mistake in mistakes:
        yield Finding(f"  {mistake.file}:{mistake.line}", mistake.message, False, mistake.advice)
    from murmuration.functions import discover

    known = discover(workspace.root)
    for pipeline in checked.pipelines:
        for name, task in pipeline.tasks.items():
            if task.function is not None and task.function not in known and task.function not in pipeline.functions:
                told = f"its function {task.function} has no folder"
                advice = f"Write functions/{task.function}/handler.py"
                yield Finding(f"  {pipeline.name}, task {name}", told, False, advice)


def _functions(workspace: Workspace) -> Iterator[Finding]:
    from murmuration.functions import describe, discover

    found = discover(workspace.root)
    problems = {name: told.problem for name, one in found.items() if (told := describe(one.folder)).problem}
    yield Finding("functions", f"{len(found) - len(problems)} of {len(found)} can be loaded", not problems)
    for name, problem in problems.items():
        yield Finding(f"  functions/{name}", problem, False)
