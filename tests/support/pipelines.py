"""Random pipelines and outcomes for property tests: every join, every kind of edge, parallel edges, conditions."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy, composite

from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

KINDS = ("success", "failure", "completion")

# Conditions by the kind of edge they go with; each is true of some generated outcomes and false of others.
_ON_OUTPUT = ({"n": [{"numeric": [">=", 2]}]}, {"n": [1]}, {"tag": ["a"]}, {"missing": [{"exists": False}]})
_ON_ERROR = ({"type": ["Timeout"]}, {"type": [{"anything-but": ["Timeout"]}]})
_ON_OUTCOME = ({"status": ["failed"]}, {"output": {"n": [{"numeric": ["<", 2]}]}}, {"error": {"type": ["Timeout"]}})
_CONDITIONS = {"success": _ON_OUTPUT, "failure": _ON_ERROR, "completion": _ON_OUTCOME}


@composite
def pipelines(draw: DrawFn, *, max_tasks: int = 7, conditions: bool = True, density: int = 3) -> Pipeline:
    """A DAG of up to `max_tasks`. `all` over both the success and the failure of one task may occur: it is never opened."""
    count = draw(st.integers(1, max_tasks))
    names = [f"t{n}" for n in range(count)]
    edges: dict[str, dict[str, object]] = {}
    for at, to in enumerate(names[1:], 1):
        for from_ in draw(st.lists(st.sampled_from(names[:at]), max_size=density)):
            kind = draw(st.sampled_from(KINDS))
            edge: dict[str, object] = {"from": from_, "to": to, "on": kind}
            if conditions and draw(st.integers(0, 3)) == 0:
                edge["when"] = draw(st.sampled_from(_CONDITIONS[kind]))
            edges[repr(edge)] = edge
    tasks = {name: {"function": "work", "join": draw(joins())} for name in names}
    return Pipeline.read({"project": "p", "pipeline": "x", "tasks": tasks, "edges": list(edges.values())})


def joins() -> SearchStrategy[object]:
    return st.sampled_from(["all", "any", "settled", {"at_least": 1}, {"at_least": 2}, {"at_least": 3}])


def outcomes() -> SearchStrategy[Outcome]:
    """How a task that runs may end: with an output or an error that conditions can tell apart."""
    output = st.fixed_dictionaries({"n": st.integers(0, 3)}, optional={"tag": st.sampled_from(["a", "b"])})
    return st.one_of(
        output.map(Outcome.succeeded),
        st.none().map(Outcome.succeeded),
        st.sampled_from(["Timeout", "ValueError"]).map(lambda kind: Outcome.failed(kind, "it broke")),
    )


@composite
def endings(draw: DrawFn, pipeline: Pipeline) -> dict[str, Outcome]:
    """What each task would answer, were it run."""
    return {name: draw(outcomes()) for name in pipeline.tasks}
