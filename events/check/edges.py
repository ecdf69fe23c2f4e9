"""Edges: their tasks exist, no task waits for itself, none stands twice."""

from __future__ import annotations

import json

from events.check.subject import Subject
from schemas.names import did_you_mean
from schemas.problem import Code


def check_edges(subject: Subject) -> None:
    _check_ends(subject)
    _check_twice(subject)
    _check_cycles(subject)
    _check_reached(subject)


def _check_ends(subject: Subject) -> None:
    for at, edge in enumerate(subject.pipeline.edges):
        for end, name in (("from", edge.from_), ("to", edge.to)):
            if not subject.knows_task(name):
                advice = did_you_mean(name, subject.pipeline.tasks) or f"Add the task {name}, or remove the edge"
                subject.add(Code.UNKNOWN_TASK, subject.edge_path(at, end), f'there is no task "{name}"', advice)
        if edge.from_ == edge.to:
            subject.add(
                Code.SELF_EDGE,
                subject.edge_path(at),
                f"{edge.from_} would wait for itself",
                "To try a failed task again write retry: {attempts: 3} in the task",
            )


def _check_twice(subject: Subject) -> None:
    first: dict[str, int] = {}
    for at, edge in enumerate(subject.pipeline.edges):
        if subject.shape.touched(*subject.edge_path(at)):
            continue
        told = json.dumps([edge.from_, edge.to, edge.on, edge.when], sort_keys=True)
        if told in first:
            place = subject.source.tell(subject.edge_path(first[told]))
            subject.add(
                Code.DUPLICATE_EDGE,
                subject.edge_path(at),
                f"the edge {edge} stands twice; it is also at {place}",
                "Remove one",
            )
        else:
            first[told] = at


def _check_cycles(subject: Subject) -> None:
    for cycle in subject.cycles:
        ends = (cycle[-1], cycle[0])
        at = next(at for at, edge in enumerate(subject.pipeline.edges) if (edge.from_, edge.to) == ends)
        subject.add(
            Code.CYCLE,
            subject.edge_path(at),
            f"these tasks wait for each other: {' -> '.join((*cycle, cycle[0]))}",
            "Remove one of these edges; to repeat work use retry, for_each or another run",
        )


def _check_reached(subject: Subject) -> None:
    for name in subject.unreached:
        subject.add(
            Code.UNREACHABLE_TASK,
            ("tasks", name),
            f"{name} can never run: every way to it leads through tasks that wait for themselves",
            "Add an edge from a task that runs, or mend the circle above it",
            key=True,
        )
