"""Warnings: what may be meant so, and often is not.

A failure is taken up by an edge on failure or completion. A task that runs only to take up a failure is not asked who takes
up its own: that has no end.
"""

from __future__ import annotations

from events.check.subject import Subject
from schemas.pipeline import EdgeKind
from schemas.problem import Code, Severity


def check_advice(subject: Subject) -> None:
    edges = subject.pipeline.edges
    handled = {edge.from_ for edge in edges if edge.on is not EdgeKind.SUCCESS} | subject.heard_of_failing
    handlers = {edge.to for edge in edges} - {edge.to for edge in edges if edge.on is EdgeKind.SUCCESS}
    for name, task in subject.pipeline.tasks.items():
        if subject.shape.gone("tasks", name) or subject.shape.gone("edges"):
            continue
        if name not in handled and name not in handlers:
            subject.add(
                Code.UNHANDLED_FAILURE,
                ("tasks", name),
                f"if {name} fails, nobody takes it up and the run fails",
                f"Add {{from: {name}, to: TASK, on: failure}} if something should happen then",
                key=True,
                severity=Severity.WARNING,
            )
        if task.timeout is None and not subject.shape.touched("tasks", name, "timeout"):
            subject.add(
                Code.NO_TIMEOUT,
                ("tasks", name),
                f"{name} has no timeout, so it may hang until the run's deadline",
                "Write timeout: 5m, or how long it may take",
                key=True,
                severity=Severity.WARNING,
            )
