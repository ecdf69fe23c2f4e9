"""What the storm asks for: pipelines of every shape, and the function that all of their tasks are."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from events.ids import asked_run, event_run
from schemas.model import JsonObject

PROJECT: Final = "storm"
JOURNAL: Final = "journal"

FUNCTION: Final = '''
import os
import pathlib
import time

JOURNAL = pathlib.Path(__file__).parents[2] / "journal"


def handler(event, context):
    """Notes that it begins; fails as often as it is told to."""
    line = f"{context.run} {context.task} {context.attempt} {time.time_ns() // 1_000_000}\\n"
    file = os.open(JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(file, line.encode())
    os.close(file)
    if event.get("takes"):
        time.sleep(event["takes"])
    if context.attempt <= event.get("fails", 0):
        raise RuntimeError(f"attempt {context.attempt} was told to fail")
    return {"n": event.get("n", 1)}
'''

_HEAD: Final = "project: storm\npipeline: {name}\ndeadline: 10m\n"
PIPELINES: Final = {
    "chain": """
tasks:
  a: {function: work, timeout: 30s, with: {n: 1}}
  b: {function: work, timeout: 30s, with: {n: "${tasks.a.output.n}"}}
  c: {function: work, timeout: 30s, with: {n: "${tasks.b.output.n}", takes: 0.005}}
  d: {function: work, timeout: 30s, with: {n: "${tasks.c.output.n}"}}
edges: [{from: a, to: b}, {from: b, to: c}, {from: c, to: d}]
""",
    "fan": """
triggers: {asked: {event: {source: [storm.outside], detail-type: [fan]}}}
tasks:
  s: {function: work, timeout: 30s}
  a: {function: work, timeout: 30s}
  b: {function: work, timeout: 30s, with: {takes: 0.01}}
  c: {function: work, timeout: 30s}
  d: {function: work, timeout: 30s, with: {takes: 0.02}}
  e: {function: work, timeout: 30s}
  j: {function: work, timeout: 30s, with: {n: "${tasks.d.output.n}"}}
  k: {function: work, timeout: 30s, join: any}
edges:
  - {from: s, to: a}
  - {from: s, to: b}
  - {from: s, to: c}
  - {from: s, to: d}
  - {from: s, to: e}
  - {from: a, to: j}
  - {from: b, to: j}
  - {from: c, to: j}
  - {from: d, to: j}
  - {from: e, to: j}
  - {from: a, to: k}
  - {from: b, to: k}
  - {from: j, to: k}
""",
    "join": """
tasks:
  s: {function: work, timeout: 30s}
  good: {function: work, timeout: 30s, with: {takes: 0.01}}
  bad: {function: work, timeout: 30s, with: {fails: 9}}
  mend: {function: work, timeout: 30s}
  never: {function: work, timeout: 30s}
  two: {function: work, timeout: 30s, join: {at_least: 2}}
  end: {function: work, timeout: 30s, join: settled}
edges:
  - {from: s, to: good}
  - {from: s, to: bad}
  - {from: bad, to: mend, on: failure}
  - {from: bad, to: never}
  - {from: good, to: two}
  - {from: mend, to: two}
  - {from: bad, to: two, on: completion}
  - {from: never, to: end}
  - {from: two, to: end}
  - {from: mend, to: end, on: completion}
""",
    "again": """
tasks:
  a: {function: work, timeout: 30s, with: {fails: 2}, retry: {attempts: 4, delay: 20ms, backoff: 1.5}}
  b: {function: work, timeout: 30s, with: {fails: 1, takes: 0.005}, retry: {attempts: 4, delay: 10ms}}
edges: [{from: a, to: b}]
""",
    "pause": """
tasks:
  w: {action: wait, timeout: 30s, with: {duration: 60ms}}
  a: {function: work, timeout: 30s}
edges: [{from: w, to: a}]
""",
    "after": """
triggers: {ended: {pipeline: {pipeline: chain, on: [succeeded, failed]}}}
concurrency: 5
tasks: {z: {function: work, timeout: 30s}}
""",
}
for _name, _text in PIPELINES.items():
    PIPELINES[_name] = _HEAD.format(name=_name) + _text


@dataclass(frozen=True, slots=True)
class Asked:
    id: str
    kind: str
    body: JsonObject
    run: str
    """The run that comes of it: derived, so known before."""


def ask_for(chance: Random) -> Asked:
    id_ = f"{chance.getrandbits(64):016x}"
    # Seldom the one with an action: a new worker's first takes it half a second to load them.
    name = chance.choices(["chain", "fan", "join", "again", "pause"], [20, 20, 20, 20, 1])[0]
    if name == "fan":
        event: JsonObject = {"source": "storm.outside", "type": "fan", "detail": {}, "id": id_}
        return Asked(id_, "emit", event, event_run(f"{PROJECT}/fan", "asked", "storm.outside", id_))
    body: JsonObject = {"pipeline": f"{PROJECT}/{name}", "input": {}, "request": id_}
    return Asked(id_, "run", body, asked_run(f"{PROJECT}/{name}", id_))


def follower(run: str, end: str) -> str:
    """The run that the end of a chain starts."""
    return event_run(f"{PROJECT}/after", "ended", "murmuration", f"{run}/run.{end}")
