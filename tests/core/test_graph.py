"""Order, ancestors, cycles, and what a task may count on when it runs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.pipelines import endings, pipelines
from support.shapes import shape

from events.edges import is_live
from events.joins import Decision, Gate
from schemas.closure import never_skipped
from schemas.graph import Graph, find_cycles
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.wiring import Wiring


def test_the_order_is_the_document_s_unless_an_edge_says_otherwise() -> None:
    assert Graph(shape("z; b; a -> b; c; b -> y")).order == ("z", "a", "b", "c", "y")


def test_fan_in_counts_edges_and_ancestors_count_tasks() -> None:
    graph = Graph(shape("a -> b; a -x b; b -> c; d"))
    assert (graph.fan_in("b"), graph.fan_in("a")) == (2, 0)
    assert graph.ancestors("c") == {"a", "b"}
    assert graph.ancestors("a") == frozenset()


@pytest.mark.parametrize(
    ("text", "cycles"),
    [
        ("a -> b; b -> c", []),
        ("a -> a", []),  # told as a self-edge
        ("a -> b; b -> c; c -> a", [("a", "b", "c")]),
        ("c -> a; a -> b; b -> c", [("c", "a", "b")]),
        ("a -> b; b -> c; c -> a; b -x a", [("a", "b")]),  # the shortest one
        ("x -> y; y -> x; a -> b; b -> a; x -> a", [("x", "y"), ("a", "b")]),  # one of each knot
        ("in -> a; a -> b; b -> a; b -> out", [("a", "b")]),
    ],
)
def test_cycles_are_found_and_named(text: str, cycles: list[tuple[str, ...]]) -> None:
    assert list(find_cycles(shape(text))) == cycles


@pytest.mark.parametrize(
    ("text", "task", "certain"),
    [
        ("a -> t", "t", "a"),
        ("s -> a; a -> t; b -> t", "t", "s a b"),
        ("a -> t; b -> t; t: any", "t", ""),  # either may still be at work
        ("s -> a; s -> b; a -> t; b -> t; t: any", "t", "s"),  # but both come after s
        ("a -> t; a -x t; t: any", "t", "a"),
        ("a -> t; b -> t; c -> t; t: 2", "t", ""),
        ("a -> t; a -* t; b -> t; t: 2", "t", "a"),  # b alone is not enough
        ("a -> t; a -x t; b -> t; t: 2", "t", "a b"),  # a gives one of its two
        ("s -> a; s -> b; a -> t; b -> t; c -> t; t: 2", "t", "s"),
        ("s -> a; s -x b; a -> t; b -> t; t: settled", "t", "s a b"),  # skipped is decided, too
        ("a -> x; b -> x; x -> t; c -> t; t: settled", "t", "x c"),  # a dead edge shuts x before the other came
        ("a -> x; b -> x; x: any; x -> t; c -> t; t: settled", "t", "x c"),
        ("s -> x; x -> t; c -> t; t: settled", "t", "s x c"),
        ("a -> x; b -> x; x: settled; x -> t; c -> t; t: settled", "t", "a b x c"),
        ("a -* x; b -* x; x -* t; c -> t; t: settled", "t", "a b x c"),  # x is never skipped
        ("a -> x; a -x x; b -* x; x: 2; x -> t; c -> t; t: settled", "t", "a b x c"),  # nor here
        ("a -> x; b -> x; x -* y; y -* z; z -> t; c -> t; t: settled", "t", "x y z c"),
        ("a -> x; b -> x; c -> x; x: 2; x -> t; d -> t; t: settled", "t", "x d"),
        ("a -> x; a -* x; x: 2; x -> t; d -> t; t: settled", "t", "a x d"),
        ("a -> b; a -x c; b -> t; c -> t; t: any", "t", "a b c"),  # whichever runs, the other is skipped
        ("a -> b; b -> c; a -x t; b -x t; c -x t; t: any", "t", "a b c"),  # after the first failure nothing runs
        ("a -> b; a -x c; a -* d; b -> t; c -> t; d -> t; t: any", "t", "a"),
        ("a -> b; a -x c; c -* d; c -x e; d -> f; b -> t; f -> t; e -> t; t: any", "t", "a b c"),
        ("a -> x; b -> x; a -x h; b -x h; h: any; x -> t; h -> t; t: any", "t", "x h"),
        ("a -> t; b -> t; a -x h; b -x h; h: any; h -* u; t -> u; u: any", "u", "h t"),
        ("a -x h; b -x h; h: 2; a -> b; h -> t; a -> t; t: any", "t", "a h"),
        ("a -> x; x: 2; b -> t; x -> t; t: any", "t", "b"),  # x can never run: of when it is skipped nothing is said
        ("a", "a", ""),
        ("a: settled; a -> b", "a", ""),
    ],
)
def test_what_is_certain_when_a_task_runs(text: str, task: str, certain: str) -> None:
    graph = Graph(shape(text))
    assert graph.certain(task) == set(certain.split())
    for other in graph.order:
        assert graph.one_is_certain([other], task) is (other in certain.split())
        assert graph.comes_before(other, task) is (other in graph.ancestors(task))


@pytest.mark.parametrize(
    ("text", "tasks", "is_certain"),
    [
        ("b -> t; c -> t; t: any", "b c", True),  # whichever opened it
        ("b -> t; c -> t; t: any", "b", False),
        ("b -> t; c -> t; d -> t; t: any", "b c", False),
        ("b -> t; c -> t; d -> t; t: 2", "b c", True),
        ("b -> u; c -> u; u: any; u -> t", "b c", True),
        ("b -> u; c -> u; u: any; u -> t; d -> t; t: any", "b c", False),
        ("b -> u; c -> u; u: any; u -> t; d -> t; t: any", "b c d", True),
        ("b -> x; x -> t; c -> t; t: any", "b c", True),
        ("b -> t; t -> c", "c z", False),  # who comes later, or is not there, is never decided
        ("b; t", "b t", False),
    ],
)
def test_one_of_several_is_certain(text: str, tasks: str, is_certain: bool) -> None:
    assert Graph(shape(text)).one_is_certain(tasks.split(), "t") is is_certain


@given(pipelines(), st.data())
@examples(40)
def test_what_is_certain_is_decided_whenever_the_task_runs(pipeline: Pipeline, data: st.DataObject) -> None:
    graph, answers = Graph(pipeline), data.draw(endings(pipeline))
    for task, decided in _decided_at_each_start(pipeline, answers, Random(data.draw(st.integers(0, 2**32)))).items():
        assert graph.certain(task) <= decided
        several = data.draw(st.sets(st.sampled_from(sorted(pipeline.tasks)), max_size=3))
        assert several & decided or not graph.one_is_certain(several, task)
        assert graph.certain(task) <= graph.ancestors(task)


def _decided_at_each_start(pipeline: Pipeline, answers: dict[str, Outcome], chance: Random) -> dict[str, set[str]]:
    """A run in random order: by task that runs, whose outcomes there were when its gate opened."""
    wiring, decided, at_start = Wiring(pipeline), set[str](), dict[str, set[str]]()
    gates = {name: Gate(task.join, [e.id for e in wiring.incoming[name]]) for name, task in pipeline.tasks.items()}
    under_way: list[tuple[str, Outcome]] = []

    def look(task: str) -> None:
        if gates[task].decision is Decision.RUN and task not in at_start:
            at_start[task] = set(decided)
            under_way.append((task, answers[task]))

    def settle(task: str, outcome: Outcome) -> None:
        """Who is skipped for it is skipped in the same moment."""
        heard, ended = [task], [(task, outcome)]
        while ended:
            from_, how = ended.pop()
            decided.add(from_)
            for edge in chance.sample(wiring.outgoing[from_], len(wiring.outgoing[from_])):
                gates[edge.to].arrive(edge.id, is_live(edge, how))
                heard.append(edge.to)
                if gates[edge.to].decision is Decision.SKIP and edge.to not in decided:
                    ended.append((edge.to, Outcome.skipped()))
        for to in chance.sample(heard, len(heard)):
            look(to)

    for task in pipeline.tasks:
        look(task)
    while under_way:
        settle(*under_way.pop(chance.randrange(len(under_way))))
    assert never_skipped(wiring) <= set(at_start)
    return at_start
