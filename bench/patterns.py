"""Event patterns: the cost of an event against many rules, in multiples of what reading its JSON with orjson costs.

Events are JSON text, as they come from a bus. Times are CPU times, the best of several rounds, and reading the same events is
measured in turns with matching them. The third-party workloads lie beside the checkout and are left out where they are
not; what others took for them was published with orjson's own speed on that machine, and so can be compared.
"""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import orjson

from events.pattern import Pattern, RuleIndex

TITLE = "patterns: an event against many rules, 1x = orjson reading the event"

SHARED = Path(__file__).parents[2] / "shared" / "conformance" / "patterns"
ROUNDS = 7
SAMPLE = 2_000

READ_CITYLOTS, READ_NRULES = 544, 1_127
"""Thousand events per CPU-second that orjson read where the figures of the others were measured."""
BEST_PYTHON = {
    "EXACT": 66, "WILDCARD": 52, "PREFIX": 50, "SUFFIX": 51, "EQUALS_IGNORE_CASE": 44, "NUMERIC": 43, "ANYTHING_BUT": 52,
    "ANYTHING_BUT_WILDCARD": 39, "COMPLEX_ARRAYS": 18, "PARTIAL_COMBO": 7.1, "COMBO": 5.2,
}  # fmt: skip
JAVA = {10: 330, 100: 342, 1_000: 358, 10_000: 182}


def run() -> Iterator[tuple[str, str]]:
    yield from _own_rules()
    yield from _worst_cases()
    if SHARED.exists():
        yield from _citylots()
        yield from _nrules()
    else:
        yield "third-party workloads", f"left out: {SHARED.name} is not beside the checkout"


def _own_rules() -> Iterator[tuple[str, str]]:
    """Rules as the compiler makes them, canary branches, conditions and slots included."""
    first = 0.0
    for count in (10, 100, 1_000, 10_000):
        index = RuleIndex()
        for number in range(count):
            index.add(f"rule{number}", _rule(number))
        events = [orjson.dumps(_event(number % count, number)) for number in range(SAMPLE)]
        assert all(f"rule{number % count}" in index.match(event) for number, event in enumerate(events))
        cost, unit = _cost(index.match, events)
        first = first or cost
        yield f"compiled rules, {count:,}", f"{cost / unit:.1f}x; {cost / first:.2f} of the cost at 10"


def _rule(number: int) -> dict[str, object]:
    detail: dict[str, object] = {"pipeline": [f"media/p{number // 10}@3"], "task": [f"t{number % 10}"]}
    if number % 10 == 9:
        detail["data"] = {"output": {f"width{number % 30}": [{"numeric": [">=", 64]}]}}
    types = ["task.succeeded"] if number % 3 else ["task.succeeded", "task.failed"]
    branch = {"detail-type": types, "detail": detail}
    return {"source": ["murmuration"], "$or": [branch, {"detail": {"canary": [f"{number:04x}"]}}]}


def _event(number: int, run: int) -> dict[str, object]:
    data = {"output": {f"width{number % 30}": 64 + number % 7, "uri": f"s3://bucket/run{run}/{number}.png"}}
    detail = {
        "specversion": "1.0", "id": f"run{run}/t{number % 10}/1/task.succeeded", "type": "task.succeeded", "run": f"r-{run}",
        "pipeline": f"media/p{number // 10}@3", "task": f"t{number % 10}", "attempt": 1, "data": data,
    }  # fmt: skip
    return {
        "version": "0", "id": f"e-{run}", "detail-type": "task.succeeded", "source": "murmuration", "account": "0" * 12,
        "time": "2026-08-20T12:00:00Z", "region": "eu-central-1", "resources": [], "detail": detail,
    }  # fmt: skip


def _worst_cases() -> Iterator[tuple[str, str]]:
    """Events of 1 MB made to hurt: half of one must cost half."""
    names = [f"k{number:02}" for number in range(40)]

    def elements(count: int) -> bytes:
        return orjson.dumps(
            {"a": [{name: int(place % 40 != n) for n, name in enumerate(names)} for place in range(count)]}
        )

    together = Pattern({"a": {name: [1] for name in names}})
    missing = Pattern({"a": {name: [1, {"exists": False}] for name in names}})
    wildcard = Pattern({"a": [{"wildcard": "*ab*ba*ab*c"}]})
    for what, pattern, make in (
        ("40 fields in one of 2,900 elements", together, lambda part: elements(int(2_900 * part))),
        ("the same, each of them optional", missing, lambda part: elements(int(2_900 * part))),
        (
            "a wildcard of four stars in a text of 1 MB",
            wildcard,
            lambda part: orjson.dumps({"a": "ab" * int(500_000 * part)}),
        ),
    ):
        half, _ = _cost(pattern.matches, [make(0.5)])
        whole, unit = _cost(pattern.matches, [make(1.0)])
        yield what, f"{whole / unit:.1f}x; {whole / half:.1f} times the cost of half the event"


def _citylots() -> Iterator[tuple[str, str]]:
    lines = _lines("citylots_20k.jsonl.gz")
    truth = json.loads((SHARED / "citylots_20k.expected.json").read_text())["sets"]
    for name, expected in truth.items():
        index = RuleIndex()
        for place, rule in enumerate(expected["rules"]):
            index.add(str(place), rule)
        counts = Counter(found for line in lines for found in index.match(line))
        right = [counts[str(place)] for place in range(len(expected["rules"]))] == expected["matches"]
        cost, unit = _cost(index.match, lines[:: len(lines) // SAMPLE])
        best = BEST_PYTHON.get(name)
        beside = f"; {READ_CITYLOTS / (cost / unit) / best:.1f} times the best Python matcher" if best else ""
        yield f"citylots {name}", f"{cost / unit:.1f}x; counts {'equal' if right else 'DIFFER'}{beside}"


def _nrules() -> Iterator[tuple[str, str]]:
    for count, java in JAVA.items():
        index = RuleIndex()
        for place, rule in enumerate(_lines(f"nrules_rules_{count}.jsonl.gz")):
            index.add(str(place), rule)
        cost, unit = _cost(index.match, _lines(f"nrules_events_{count}.jsonl.gz"))
        yield (
            f"nrules {count:,}",
            f"{cost / unit:.1f}x; {READ_NRULES / (cost / unit) / java:.2f} times the Java original",
        )


def _lines(name: str) -> list[bytes]:
    return gzip.decompress((SHARED / name).read_bytes()).splitlines()


def _cost(match: Callable[[bytes], object], events: Sequence[bytes]) -> tuple[float, float]:
    """CPU seconds for all events: matching them, and reading them."""
    matching = reading = float("inf")
    for _ in range(ROUNDS):
        reading = min(reading, _timed(orjson.loads, events))
        matching = min(matching, _timed(match, events))
    return matching, reading


def _timed(call: Callable[[bytes], object], events: Sequence[bytes]) -> float:
    begun = time.process_time()
    for event in events:
        call(event)
    return time.process_time() - begun
