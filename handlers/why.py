"""Why: did this task run, or why did it not? Told from events, the ledger's records and the rules, and from nothing else.

For each edge into the task: what its task came to, whether that makes the edge live and by which word of the document,
the event that said it and the rule that carried it. Then what the join makes of the edges. An edge that is missing is
named with what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from events.delivery import delivery
from events.envelope import detail
from events.event import BUS_SOURCE, EventType
from events.ledger import Millis, RunRecord, TaskRecord
from events.pattern import Pattern
from events.ports import Said
from events.router import Router
from events.slots import slots_for
from handlers.loaded import Loaded
from handlers.saying import outcome_said, run_said
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status
from schemas.pipeline import AtLeast, Edge, EdgeKind, Join
from schemas.run import Picture, RunState, RunView, TaskState

_MOST_CLAUSES: Final = 3


@dataclass(frozen=True, slots=True)
class Carried:
    """What brought an edge, or the start of the run, to the task."""

    event: str
    at: Millis
    rule: str | None
    """None where it was asked for by name, and no rule was needed."""
    pattern: JsonObject | None


@dataclass(frozen=True, slots=True)
class EdgeStory:
    edge: Edge
    live: bool | None
    """None while it is undecided."""
    why: str
    carried: Carried | None = None
    counted: bool = False
    """It was live when the gate opened: part of the task's input."""


@dataclass(frozen=True, slots=True)
class Story:
    task: str
    state: TaskState
    why: str
    edges: tuple[EdgeStory, ...]
    stopped: bool = False
    """It was at work when its run was ended."""
    start: Carried | None = None
    """Of a root: what told it that the run has started."""
    attempts: tuple[str, ...] = ()


class _Rules:
    def __init__(self, rules: Iterable[JsonObject]) -> None:
        rendered = tuple(rules)
        self.router = Router(rendered)
        self.patterns: dict[str, JsonObject] = {}
        for rule in rendered:
            pattern = rule["EventPattern"]
            assert isinstance(pattern, dict), "a rendered rule has its pattern"
            self.patterns[str(rule["Name"])] = pattern


def why(
    loaded: Loaded,
    run: RunRecord,
    task: str,
    view: RunView,
    picture: Picture,
    records: Mapping[str, TaskRecord],
    rules: Iterable[JsonObject],
) -> Story:
    node = loaded.node(task)
    assert node is not None, "the task is one of the pipeline's"
    bus, record, over = _Rules(rules), records.get(task), picture.state.end is not None
    edges = tuple(
        EdgeStory(
            edge,
            picture.edges.get(edge.id),
            edge_reason(edge, outcome_in(view, picture, edge.from_), picture.tasks[edge.from_], over),
            _carrier(loaded, bus, run, edge, records.get(edge.from_)) if picture.edges.get(edge.id) else None,
            record is not None and edge.id in record.edges,
        )
        for edge in node.incoming.values()
    )
    ran = record is not None and record.attempt > 0
    return Story(
        task=task,
        state=picture.tasks[task],
        why=_verdict(node.task.join, run, picture, task, record, edges),
        edges=edges,
        stopped=over and ran and not picture.tasks[task].final,
        start=_started(loaded, bus, run, task) if not edges and ran else None,
        attempts=tuple(_attempts(view, task)),
    )


def skip_reason(loaded: Loaded, task: str, view: RunView, picture: Picture) -> str:
    """In one line: the dead edges that shut its gate."""
    node = loaded.node(task)
    assert node is not None, "the task is one of the pipeline's"
    dead = [edge for edge in node.incoming.values() if picture.edges.get(edge.id) is False]
    told = [edge_reason(edge, outcome_in(view, picture, edge.from_), picture.tasks[edge.from_]) for edge in dead]
    return "; ".join(dict.fromkeys(told[:_MOST_CLAUSES])) + (
        f"; and {len(told) - _MOST_CLAUSES} more" if len(told) > _MOST_CLAUSES else ""
    )


def outcome_in(view: RunView, picture: Picture, task: str) -> Outcome | None:
    heard = view.tasks.get(task)
    if heard is not None and heard.outcome is not None:
        return heard.outcome
    return Outcome.skipped() if picture.tasks[task] is TaskState.SKIPPED else None


def edge_reason(edge: Edge, outcome: Outcome | None, state: TaskState, over: bool = False) -> str:
    """What the task at its beginning came to, and what in the edge that meets or misses. `over`: nothing comes any more."""
    if outcome is None:
        if state is TaskState.PENDING:
            return f"{edge.from_} {'never ran' if over else 'has not run yet'}"
        return f"{edge.from_} {'was stopped with the run' if over else f'is {state.value}'}"
    match outcome.status:
        case Status.SKIPPED:
            return f"{edge.from_} was skipped"
        case Status.SUCCEEDED if edge.on is EdgeKind.FAILURE:
            return f"{edge.from_} succeeded, and the edge is on failure"
        case Status.FAILED if edge.on is EdgeKind.SUCCESS:
            return f"{edge.from_} failed, and the edge is on success"
        case _:
            told = f"{edge.from_} {outcome.status.value}"
    if edge.when is None:
        return told
    missed = _missed(edge, outcome)
    return f"{told}, but {missed}" if missed else f"{told}, and its condition holds"


def _missed(edge: Edge, outcome: Outcome) -> str:
    assert edge.when is not None, "only an edge with a condition can miss it"
    data = outcome.data()
    match edge.on:
        case EdgeKind.SUCCESS:
            looked = data.get("output")
        case EdgeKind.FAILURE:
            looked = data.get("error")
        case EdgeKind.COMPLETION:
            looked = data
        case _:
            assert_never(edge.on)
    if not isinstance(looked, dict):
        return "its output is no object, so no condition on its fields holds"
    try:
        failed = Pattern(edge.when).explain(looked)
    except MurmurationError as wrong:
        return str(wrong)
    return "; ".join(str(one) for one in failed[:_MOST_CLAUSES])


def _verdict(
    join: Join, run: RunRecord, picture: Picture, task: str, record: TaskRecord | None, edges: Sequence[EdgeStory]
) -> str:
    state = picture.tasks[task]
    if record is not None and record.attempt > 0:
        if run.rerun_of and not record.token:
            return f"Its outcome was kept from {run.rerun_of}: it did not run again."
        if not edges:
            return "It ran because the run started: no edge leads into it."
        counted = [str(story.edge) for story in edges if story.counted]
        return f"It ran because {_listed(counted)} {_is_are(counted)} live: {_asks(join, len(edges))}."
    dead = [str(story.edge) for story in edges if story.live is False]
    missing = [f"{story.edge} ({story.why})" for story in edges if story.live is None]
    match state:
        case TaskState.SKIPPED:
            return f"It was skipped because {_listed(dead)} {_is_are(dead)} dead: {_asks(join, len(edges))}."
        case TaskState.READY:
            return "Its gate has opened, and nobody has claimed it yet. The sweeper will ask for it again."
        case _ if picture.state.end is not None:
            left = f"; {_listed(missing)} {_is_are(missing)} undecided" if missing else ""
            return f"It did not run because the run {_ended(picture.state)} first{left}."
        case _ if picture.state is RunState.REQUESTED:
            return "It has not run because the run waits for a place: its pipeline runs as many as it may."
        case _:
            return f"It waits for {_listed(missing)}: {_asks(join, len(edges))}."


def _asks(join: Join, edges: int) -> str:
    match join:
        case "all":
            return "its join, all, needs every edge live" if edges > 1 else "it has one edge in"
        case "any":
            return "its join, any, needs one live edge"
        case "settled":
            return "its join, settled, needs every edge decided and one of them live"
        case AtLeast(at_least=count):
            return f"its join needs {count} live edges of {edges}"
        case _:
            assert_never(join)


def _attempts(view: RunView, task: str) -> Iterable[str]:
    heard = view.tasks.get(task)
    for number, attempt in sorted(heard.attempts.items() if heard is not None else ()):
        error = attempt.told.data.get("error")
        told = f" with {error.get('type')}: {error.get('message')}" if isinstance(error, dict) else ""
        due = f"; tried again at {attempt.told.data['due']}" if attempt.state is TaskState.RETRYING else ""
        if number:
            state = "failed" if attempt.state is TaskState.RETRYING else attempt.state.value
            yield f"attempt {number} {state}{told}{due}"


def _carrier(loaded: Loaded, bus: _Rules, run: RunRecord, edge: Edge, record: TaskRecord | None) -> Carried | None:
    if record is None or record.outcome is None:
        return None
    said = outcome_said(loaded, run.id, edge.from_, record.attempt, record.outcome, record.ended, None)
    return _carried(loaded, bus, said, record.ended, edge.to, edge.id)


def _started(loaded: Loaded, bus: _Rules, run: RunRecord, task: str) -> Carried:
    slots = None if loaded.slots is None else slots_for(loaded.slots, None, None)
    said = run_said(run, EventType.RUN_STARTED, run.started, {}, slots)
    return _carried(loaded, bus, said, run.started, task, None)


def _carried(loaded: Loaded, bus: _Rules, said: Said, at: Millis, task: str, edge: str | None) -> Carried:
    event = said.event
    told: JsonObject = {"source": BUS_SOURCE, "detail-type": event.type.value, "detail": detail(event, said.routing)}
    for routed in bus.router.route(told):
        if routed.told is not None and "trigger" not in routed.told:
            heard = delivery(routed.by, routed.told, event, loaded.slots)
            if heard.task == task and (edge is None or edge in heard.edges):
                return Carried(event.id, at, routed.rule, bus.patterns[routed.rule])
    return Carried(event.id, at, None, None)


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return names[0] if names else "no edge"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _is_are(names: Sequence[str]) -> str:
    return "was" if len(names) < 2 else "were"


def _ended(state: RunState) -> str:
    match state:
        case RunState.CANCELLED:
            return "was cancelled"
        case RunState.TIMED_OUT:
            return "reached its deadline"
        case _:
            return state.value
