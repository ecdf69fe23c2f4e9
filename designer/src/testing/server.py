"""What the server says of schedules and expressions, written down so that the designer's own reading is held to it.

python designer/src/testing/server.py       from the root of the repository
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from events.jmespath_compile import compile_expression
from events.references import references_of
from schemas.errors import InvalidExpression
from schemas.model import JsonObject
from schemas.pipeline import Edge, EdgeKind
from schemas.schedule import cron_mistake

CRONS = (
    "0 2 * * *",
    "*/5 * * * *",
    "30 2 * * *",
    "0 9-17 * * MON-FRI",
    "15 10 1 * *",
    "0 0 L * *",
    "0 0 LW * *",
    "0 12 * * FRI#2",
    "0 12 * * 5L",
    "0 0 13 * 5",
    "0 0 */2 * 5",
    "10,40 1,3 * * *",
    "0 */6 * * *",
    "5/20 2 * 3,10 *",
    "0 0 29 2 *",
    "* 2 * * *",
    "0 3 * JAN-MAR 0",
    "59 23 31 12 7",
    "0 0 1-7 * MON",
    "0 0 * * 1#5",
    "0 1 5,L 2 *",
    "45 1,2 * * 0",
    "0 4 L-1 * *",
    "61 * * * *",
    "0 0 30 2 *",
    "* * * *",
    "0 5-2 * * *",
    "0 0 * * 5#6",
    "0 0 31 4 *",
    "*/0 * * * *",
    "0 0 ? * *",
    "0 0 31 4 L",
)
ZONES = (
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Pacific/Apia",
)
STARTS = (
    "2026-03-28T12:07:00",
    "2026-10-24T20:00:00",
    "2026-10-31T23:00:00",
    "2027-03-13T22:15:00",
    "2026-04-04T10:00:00",
    "2026-10-03T10:00:00",
    "2024-02-28T23:59:00",
    "2026-07-01T00:00:00",
)
EXPRESSIONS = (
    "input.a",
    "tasks.a.output.items[?size > `1`].name",
    "tasks.a.output || tasks.b.output",
    "not_null(tasks.a.output, input.b, 'x')",
    'tasks."b-side".output[0].x',
    "length(tasks.a.output)",
    "{a: tasks.a.output, b: input.c}",
    "[tasks.a.output, run.id]",
    "tasks.*.output",
    "tasks | a",
    "@",
    "item.x[1:2]",
    "item[-1]",
    "tasks.a.output[*].b[].c",
    "sort_by(tasks.a.output, &x)",
    "!tasks.a.output",
    "tasks.a.output == `3` && input.b != 'c'",
    "join(', ', map(&@, input.l))",
    "tasks.a.output.{x: y.z}",
    "tasks.a.[output, status]",
    "(tasks.a || tasks.b).output",
    "a.",
    "a b",
    "foo(",
    "'x",
    "`{`",
    '"q',
    "a[",
    "a[?b",
    "a[1:2:3:4]",
    "a =b",
    "a.b-c",
    "{a: }",
    "[]",
    "a[]",
    "[*].x",
    "*.x",
    "a.*",
    "a.*.b | [0]",
    "&a",
    "@.input.x",
    "tasks.a.output[?b=='it\\'s']",
    "tasks[0]",
    "`[1,2]`[0]",
    "to_string(tasks.a.output) || ''",
    "a||b||c",
    "!a.b",
    "a[*][*]",
    "a[0][1]",
    "a.[b]",
    "a{b: c}",
    '"f"(a)',
    "f(a,)",
    "f(,a)",
    "a[::]",
    "a[:]",
    "a[1:]",
    "a[-3:-1:2]",
    "a[*",
    "tasks.a['x']",
    "",
    " ",
    "a . b",
    "-1",
    "a[--1]",
    "a.1",
    "a.'x'",
    "a.`1`",
    "max_by(input.x, &y).z",
    "tasks.a.output.x | length(@)",
    "a && !b",
    "a[?!(b)]",
    "a[?b][?c][0]",
    "a[][0]",
    "[?a].b",
    "{a: b}.c",
    "[a, b][0]",
)


def schedules() -> list[dict[str, object]]:
    chance = random.Random(7)
    told: list[dict[str, object]] = []
    for cron in CRONS:
        if cron_mistake(cron):
            told.append({"cron": cron, "zone": "UTC", "after": f"{STARTS[0]}Z", "times": None})
            continue
        for zone in chance.sample(ZONES, 3):
            if zone == "Australia/Lord_Howe" and cron.split()[0].startswith("*"):
                # Its clocks change by half an hour, over which the library steps by whole ones.
                continue
            told += [_fires(cron, zone, start) for start in chance.sample(STARTS, 3)]
    return told


def _fires(cron: str, zone: str, start: str) -> dict[str, object]:
    after = datetime.fromisoformat(start).replace(tzinfo=UTC)
    times = CronSim(cron, after if zone == "UTC" else after.astimezone(ZoneInfo(zone)))
    spelled = [next(times).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for _ in range(5)]
    return {"cron": cron, "zone": zone, "after": f"{start}Z", "times": spelled}


def expressions() -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for text in EXPRESSIONS:
        try:
            reads = [
                {"path": list(one.path), "default": one.has_default} for one in references_of(compile_expression(text))
            ]
        except InvalidExpression as wrong:
            # Which functions there are is the server's to say.
            if not any(word in wrong.what for word in ("no function", "argument", "wrong place")):
                told.append({"text": text, "reads": None})
        else:
            told.append({"text": text, "reads": reads})
    return told


def edges() -> list[dict[str, object]]:
    conditions: list[JsonObject | None] = [None, {"width": [{"numeric": [">=", 64]}]}, {"é": ['ü\\n"', 0.5, None]}]
    made = [
        Edge.read({"from": from_, "to": "b", "on": on, "when": when})
        for from_ in ("a", "a-much-longer-name-of-a-task-than-any-of-the-others-here")
        for on in EdgeKind
        for when in conditions
    ]
    return [{"id": edge.id, "edge": edge.document()} for edge in made]


if __name__ == "__main__":
    told = {"cron": schedules(), "expressions": expressions(), "edges": edges()}
    Path(__file__).with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n")
