"""The reference: what a pipeline means, in its smallest form (DESIGN section 3). Every backend is tested against it.

Outcomes decide edges, edges decide gates, a gate that will not open is an outcome again. Each step is final and none asks
in which order the others came, so the end is the same for every order, and what is told of a part of the outcomes stays
true of the whole. Without cycles nothing is left waiting once every task that runs has answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from events.edges import is_live
from events.joins import Decision, decide_by_count
from schemas.outcome import Outcome, Status
from schemas.pipeline import Edge, Pipeline
from schemas.trigger import RunEnd
from schemas.wiring import Wiring

_SKIPPED = Outcome.skipped()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """All in document order."""

    outcomes: Mapping[str, Outcome]
    """The tasks that are decided."""
    runs: tuple[str, ...]
    """The tasks whose gate has opened, and the roots; those that have not answered yet are not in `outcomes`."""
    skipped: tuple[str, ...]
    waiting: tuple[str, ...]
    """The tasks whose gate has neither opened nor shut."""
    edges: Mapping[str, bool]
    """By edge id, of the decided ones: is it live?"""
    inputs: Mapping[str, tuple[Edge, ...]]
    """By task that runs: the live edges into it. `any` and `at_least` froze those of them that came in time."""
    unhandled: tuple[str, ...]
    """Once the run has ended: the failed tasks whose failure nobody took up."""
    end: RunEnd | None
    """None while a task is undecided."""


def interpret(pipeline: Pipeline, outcomes: Mapping[str, Outcome]) -> Interpretation:
    """`outcomes` says what each task would answer, were it run; a task that it leaves out is still at work."""
    wiring = Wiring(pipeline)
    spread = Spread(wiring)
    ready = list(wiring.roots)
    while ready:
        task = ready.pop()
        answer = outcomes.get(task)
        if answer is not None:
            assert answer.status is not Status.SKIPPED, f"{task} cannot answer that it was skipped"
            ready += spread.settle([(task, answer)])
    return _told(wiring, spread)


class Spread:
    """Follows outcomes down the graph, each edge once. What `interpret` and `derive` share."""

    __slots__ = ("_dead", "_live", "_wiring", "decisions", "edges", "outcomes")

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._live = dict.fromkeys(wiring.tasks, 0)
        self._dead = dict.fromkeys(wiring.tasks, 0)
        self.outcomes: dict[str, Outcome] = {}
        self.edges: dict[str, bool] = {}
        self.decisions: dict[str, Decision] = {name: self._decide(name) for name in wiring.tasks}
        self.settle((name, _SKIPPED) for name, decision in self.decisions.items() if decision is Decision.SKIP)

    def settle(self, facts: Iterable[tuple[str, Outcome]]) -> list[str]:
        """Take outcomes as facts, and all skips that follow. The tasks whose gates have opened by it."""
        opened: list[str] = []
        settled = [(task, outcome) for task, outcome in facts if task not in self.outcomes]
        self.outcomes.update(settled)
        while settled:
            task, outcome = settled.pop()
            for edge in self._wiring.outgoing[task]:
                live = self.edges[edge.id] = is_live(edge, outcome)
                decision = self._arrived(edge.to, live)
                if decision is Decision.RUN:
                    opened.append(edge.to)
                elif decision is Decision.SKIP and edge.to not in self.outcomes:
                    self.outcomes[edge.to] = _SKIPPED
                    settled.append((edge.to, _SKIPPED))
        return opened

    def _arrived(self, to: str, live: bool) -> Decision | None:
        """The gate's decision, where this edge brought it about."""
        counts = self._live if live else self._dead
        counts[to] += 1
        if self.decisions[to] is not Decision.WAIT:
            return None
        self.decisions[to] = self._decide(to)
        return self.decisions[to]

    def _decide(self, task: str) -> Decision:
        edges = len(self._wiring.incoming[task])
        return decide_by_count(self._wiring.tasks[task].join, edges, self._live[task], self._dead[task])

    def end(self) -> RunEnd | None:
        if len(self.outcomes) < len(self._wiring.tasks):
            return None
        return RunEnd.FAILED if self.unhandled() else RunEnd.SUCCEEDED

    def unhandled(self) -> tuple[str, ...]:
        """Of a run whose tasks are all decided: those that failed, and nobody took the failure up."""
        failed = (name for name in self._wiring.tasks if self.outcomes[name].status is Status.FAILED)
        return tuple(name for name in failed if not self._taken_up(name))

    def _taken_up(self, failed: str) -> bool:
        # Out of a failed task only `failure` and `completion` edges are ever live.
        return any(
            self.edges[edge.id] and self.outcomes[edge.to].status is not Status.SKIPPED
            for edge in self._wiring.outgoing[failed]
        )


def _told(wiring: Wiring, spread: Spread) -> Interpretation:
    decisions, outcomes, edges = spread.decisions, spread.outcomes, spread.edges
    runs = tuple(name for name in wiring.tasks if decisions[name] is Decision.RUN)
    end = spread.end()
    return Interpretation(
        outcomes={name: outcomes[name] for name in wiring.tasks if name in outcomes},
        runs=runs,
        skipped=tuple(name for name in wiring.tasks if decisions[name] is Decision.SKIP),
        waiting=tuple(name for name in wiring.tasks if decisions[name] is Decision.WAIT),
        edges={edge.id: edges[edge.id] for edge in wiring.pipeline.edges if edge.id in edges},
        inputs={name: tuple(edge for edge in wiring.incoming[name] if edges.get(edge.id)) for name in runs},
        unhandled=() if end is None else spread.unhandled(),
        end=end,
    )
