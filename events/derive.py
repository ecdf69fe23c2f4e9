"""What follows from what was heard: who is skipped, what is awaited and on which edge, what the outcomes amount to.

An outcome that was heard is a fact, also before what led to it was heard. Everything else follows from facts by the rules
of `events.interpret`, and facts only grow. So no reader is shown a final state that is later taken back: a skip is told
once the gate can no longer open, and the run's own state is what was recorded, never what its tasks suggest, since a
cancel or the deadline may have been recorded first.
"""

from __future__ import annotations

from events.interpret import Spread
from events.joins import Decision
from schemas.pipeline import Edge, Pipeline
from schemas.run import Picture, RunState, RunView, TaskState
from schemas.wiring import Wiring


def derive(view: RunView, pipeline: Pipeline) -> Picture:
    wiring = Wiring(pipeline)
    spread = Spread(wiring)
    heard = ((name, task.outcome) for name, task in view.tasks.items() if name in wiring.tasks)
    spread.settle((name, outcome) for name, outcome in heard if outcome is not None)
    tasks = {name: _state(name, view, spread) for name in wiring.tasks}
    waiting = [name for name, state in tasks.items() if state is TaskState.PENDING and wiring.incoming[name]]
    conclusion = spread.end()
    return Picture(
        state=view.state,
        conclusion=conclusion,
        tasks=tasks | {name: task.state for name, task in view.tasks.items() if name not in tasks},
        edges=spread.edges,
        waits={} if view.state.end else {name: _undecided(name, wiring, spread) for name in waiting},
        unhandled=() if conclusion is None else spread.unhandled(),
    )


def _state(task: str, view: RunView, spread: Spread) -> TaskState:
    if task in spread.outcomes:
        return TaskState(spread.outcomes[task].status.value)
    heard = view.tasks.get(task)
    if heard and (heard.state is not TaskState.READY or heard.attempt > 1):
        return heard.state
    # A first request says only that one edge is live; whether that is enough the gate knows.
    opened = spread.decisions[task] is Decision.RUN and view.state is not RunState.REQUESTED
    return TaskState.READY if opened else TaskState.PENDING


def _undecided(task: str, wiring: Wiring, spread: Spread) -> tuple[Edge, ...]:
    return tuple(edge for edge in wiring.incoming[task] if edge.id not in spread.edges)
