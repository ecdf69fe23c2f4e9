"""Edges that contradict: two out of one task, both needed by one gate, whose conditions exclude each other.

Success and failure exclude each other as well; that is what the liveness check tells, which knows no conditions. Here it is
about what conditions ask of one value: `{n: [1]}` and `{n: [2]}`. Only what is certain counts, except that in EventBridge a list matches when one
of its items does: a condition on an output is taken to be about a single value, for that is what people mean.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from events.check.conditions import Condition, read_condition
from events.check.subject import Subject
from events.pattern.match import may_be_absent
from events.pattern.operators import Absent, Between, Equal, Literal, Operator, Text
from events.pattern.parse import Alternatives, Branch
from schemas.gate import needed
from schemas.pipeline import EdgeKind
from schemas.problem import Code

_MOST_EDGES = 50
"""Between two tasks; more of them are not compared."""
MOST_COMPARED = 200_000
"""Ways to meet one condition with ways to meet another, in a whole document. A `$or` may make a thousand of each."""


def check_contradictions(subject: Subject) -> None:
    left = MOST_COMPARED
    between: dict[tuple[str, str], list[int]] = defaultdict(list)
    fan_in: dict[str, int] = defaultdict(int)
    for at, edge in enumerate(subject.pipeline.edges):
        between[edge.from_, edge.to].append(at)
        fan_in[edge.to] += 1
    for (_, to), found in between.items():
        task = subject.pipeline.tasks.get(to)
        if task is not None and len(found) > 1 and needed(task.join, fan_in[to]) == fan_in[to]:
            left = _compare(subject, found[:_MOST_EDGES], left)


def _compare(subject: Subject, found: list[int], left: int) -> int:
    """The first two that exclude each other are told; they have to be mended first."""
    edges = subject.pipeline.edges
    sound = [at for at in found if at not in subject.dead_conditions]
    conditions = {at: read_condition(edges[at].on, edges[at].when) for at in sound}
    for one, other in combinations(sound, 2):
        first, second = conditions[one], conditions[other]
        left -= len(first.cases) * len(second.cases)
        kinds = {edges[one].on, edges[other].on}
        if left < 0 or kinds == {EdgeKind.SUCCESS, EdgeKind.FAILURE}:
            continue
        if field := excluded(first, second):
            subject.contradicted.add(edges[other].to)
            place = subject.source.tell(subject.edge_path(one))
            subject.add(
                Code.CONTRADICTING_EDGES,
                subject.edge_path(other),
                f"{edges[other].to} needs this edge and the one at {place}, and no {field} can match both conditions",
                "Write join: any in the task, or give both edges the same condition",
            )
            break
    return left


def excluded(first: Condition, second: Condition) -> str:
    """The field that keeps the two apart, in every way they could both be met; nothing when there is such a way."""
    apart = "status"
    for one in first.cases:
        for other in second.cases:
            if one.status is not other.status:
                continue
            apart = _apart(one.asks, other.asks)
            if not apart:
                return ""
    return apart


def _apart(one: Branch, other: Branch) -> str:
    return next((path for path, wanted in one.items() if path in other and _exclude(wanted, other[path])), "")


def _exclude(one: Alternatives, other: Alternatives) -> bool:
    if may_be_absent(one) and may_be_absent(other):
        return False
    return not any(_meet(left, right) for left in one for right in other)


def _meet(one: Operator, other: Operator) -> bool:
    """Whether a value may satisfy both; yes where it cannot be told."""
    if isinstance(one, Absent) or isinstance(other, Absent):
        return False
    for exact, asked in ((one, other), (other, one)):
        if isinstance(exact, Text):
            return asked.accepts(exact.text)
        if isinstance(exact, Literal):
            return asked.accepts(exact.value)
        if isinstance(exact, Equal):
            return asked.accepts(exact.number)
    if isinstance(one, Between) and isinstance(other, Between):
        low, high = max(one.low, other.low), min(one.high, other.high)
        middle = (low + high) / 2
        return low <= high and one.accepts(middle) and other.accepts(middle)
    return True
