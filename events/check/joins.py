"""Joins: every task can run in some case. The proof is `schemas.liveness`; here its findings are told where they stand."""

from __future__ import annotations

from events.check.subject import Subject
from schemas.liveness import prove
from schemas.problem import Code

_ADVICE = {
    "all": "Write join: any if one of these edges is enough, or join: settled to run once all are decided",
    "any": "Remove the edges that can never be live, or change what they hear",
    "settled": "Remove the edges that can never be live, or change what they hear",
}
_COUNTED = "Write join: any, or a smaller at_least"


def check_joins(subject: Subject) -> None:
    for finding in prove(subject.provable):
        assert finding.code is Code.JOIN_NEVER_OPENS, "cycles are opened before the proof"
        if finding.task in subject.doubtful_gates or finding.task in subject.contradicted:
            continue
        join = subject.pipeline.tasks[finding.task].join
        advice = _ADVICE[join] if isinstance(join, str) else _COUNTED
        written = (*finding.path, "join")
        path = written if subject.source.has(written) else finding.path
        subject.add(finding.code, path, finding.story, advice, key=True)
