"""What must hold of every run, whatever befell it. One module for every layer of proof: properties, faults, kills.

ended              no run is pending for ever
one outcome        no task has two, in the ledger or in what was said
never again        a settled task is never claimed, and never worked on, again
opened once        what a gate froze is what its join asks for, and never changes
never taken back   nothing final that a reader was shown is shown otherwise later
agreement          the view, the ledger and the reference say the same
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from events.catalog import TASK_ENDS
from events.derive import derive
from events.event import Event
from events.fold import fold_all
from events.interpret import Interpretation, interpret
from events.joins import decide_by_count
from events.ledger import RunRecord, RunState, TaskRecord, TaskState
from schemas.outcome import Outcome, Status
from schemas.pipeline import Pipeline
from schemas.run import Picture, RunView
from schemas.trigger import RunEnd
from schemas.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is stored of a run."""

    run: RunRecord
    pipeline: Pipeline
    tasks: Mapping[str, TaskRecord]
    events: Sequence[Event]

    @property
    def answered(self) -> dict[str, Outcome]:
        return {name: one.outcome for name, one in self.tasks.items() if one.outcome is not None and one.attempt > 0}

    @property
    def meaning(self) -> Interpretation:
        return interpret(self.pipeline, self.answered)

    @property
    def view(self) -> RunView:
        return fold_all(RunView(self.run.id), self.events)

    @property
    def picture(self) -> Picture:
        return derive(self.view, self.pipeline)


def hold(facts: Facts) -> None:
    """Everything that the stored facts alone can show, of a run that should be over."""
    ended(facts)
    one_outcome_each(facts.events)
    opened_as_joins_ask(facts)
    agreement(facts)


def ended(facts: Facts) -> None:
    assert facts.run.state is RunState.ENDED, f"{facts.run.id} is {facts.run.state}: {_states(facts)}"
    assert facts.run.end is not None


def one_outcome_each(events: Sequence[Event]) -> None:
    """However often it was said."""
    told: dict[tuple[str, str | None], Event] = {}
    for event in events:
        if event.type in TASK_ENDS:
            first = told.setdefault((event.run, event.task), event)
            same = (first.id, first.data, first.time) == (event.id, event.data, event.time)
            assert same, f"{event.run}/{event.task} has two outcomes: {first} and {event}"


def opened_as_joins_ask(facts: Facts) -> None:
    wiring, meaning = Wiring(facts.pipeline), facts.meaning
    for name, record in facts.tasks.items():
        edges = {edge.id for edge in wiring.incoming[name]}
        if record.attempt == 0 or not edges:
            continue
        live = {edge.id for edge in meaning.inputs.get(name, ())}
        assert set(record.edges) <= live, f"{name} was opened by edges that are not live: {set(record.edges) - live}"
        dead = sum(meaning.edges.get(edge) is False for edge in edges)
        join = facts.pipeline.tasks[name].join
        decision = decide_by_count(join, len(edges), len(record.edges), dead if join == "settled" else 0)
        assert decision == "run", f"{name} with {join} was opened by {len(record.edges)} of {len(edges)} edges"


def agreement(facts: Facts) -> None:
    """Of a run that is over: what was recorded, what it means, what people are shown."""
    meaning, picture, view = facts.meaning, facts.picture, facts.view
    for name, record in facts.tasks.items():
        if record.outcome is None:
            continue
        assert meaning.outcomes.get(name) == record.outcome, f"{name} should not be {record.outcome.status}"
        heard = view.tasks[name].outcome if name in view.tasks else None
        silent = record.outcome.status is Status.SKIPPED and heard is None
        assert silent or heard == record.outcome, f"{name} is {record.outcome}, and the view heard {heard}"
    for name in facts.pipeline.tasks:
        outcome = meaning.outcomes.get(name)
        shown = picture.tasks[name]
        if outcome is not None:
            assert shown.value == outcome.status.value, f"{name} is {outcome.status} and shown as {shown}"
        else:
            assert not shown.final, f"{name} has no outcome and is shown as {shown}"
    end = facts.run.end
    assert view.state.end == end, f"{facts.run.id} ended as {end}, and is shown as {view.state}"
    if end in (RunEnd.SUCCEEDED, RunEnd.FAILED):
        assert meaning.end == end, f"{facts.run.id} is {end}, its outcomes mean {meaning.end}"
        assert picture.conclusion == end


def never_taken_back(before: Picture, after: Picture) -> None:
    for name, state in before.tasks.items():
        if state.final:
            assert after.tasks[name] is state, f"{name} was shown as {state}, then as {after.tasks[name]}"
    if before.state.end is not None:
        assert after.state is before.state, f"the run was shown as {before.state}, then as {after.state}"
    if before.conclusion is not None:
        assert after.conclusion == before.conclusion
    for edge, live in before.edges.items():
        assert after.edges.get(edge) is live, f"the edge {edge} was live: {live}, and is {after.edges.get(edge)}"


def never_again(before: TaskRecord | None, after: TaskRecord) -> None:
    """One task's record, then its next."""
    if before is None:
        return
    if before.state is TaskState.SETTLED:
        same = after == before or after == before._replace(delivery="")
        assert same, f"a settled task changed: {before} became {after}"
    assert (after.opened, after.edges) == (before.opened, before.edges), "a gate opened twice"
    assert after.attempt - before.attempt in (0, 1)
    assert after.attempt == before.attempt or after.state is TaskState.RETRYING, "only a retry is a new attempt"


def _states(facts: Facts) -> str:
    return ", ".join(f"{name}: {record.state} {record.attempt}" for name, record in facts.tasks.items())
