from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.pipelines import endings, pipelines

from events.interpret import interpret
from events.joins import Decision
from events.rules import Choice, compile_rules
from events.simulation import simulate
from events.surroundings import Surroundings
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline
from schemas.trigger import RunEnd
from schemas.version import Version


def played(document, answers=None, choice=Choice.AUTO, input_=None):
    pipeline = (
        document if isinstance(document, Pipeline) else Pipeline.read({"project": "p", "pipeline": "x", **document})
    )
    plan = compile_rules(Version(pipeline=pipeline, number=1), choice=choice)
    return simulate(plan, Surroundings(), input_, answers or {})


def parameters(simulation):
    return {one.task: one.parameters for one in simulation.given}


@examples(25)
@given(st.data(), st.sampled_from([Choice.EDGE, Choice.SLOT]))
def test_a_simulation_runs_and_ends_as_the_reference_says(data, choice):
    pipeline = data.draw(pipelines())
    ends = data.draw(endings(pipeline))
    simulation = played(pipeline, {task: (outcome,) for task, outcome in ends.items()}, choice)
    reference = interpret(pipeline, ends)
    assert {one.task for one in simulation.given} == set(reference.runs)
    assert simulation.end == reference


CHAIN = {
    "tasks": {
        "a": {"function": "f", "with": {"n": "${input.n}", "list": ["${input.n}", 2]}},
        "b": {
            "function": "f",
            "with": {"x": "${tasks.a.output.x}", "secret": "${secrets.key}", "bad": "${length(input.n)}"},
        },
    },
    "edges": [{"from": "a", "to": "b"}],
}


def test_parameters_are_filled_in_and_what_nobody_knows_stays_as_it_is_written():
    assert parameters(played(CHAIN, input_={"n": 1})) == {
        "a": {"n": 1, "list": [1, 2]},
        "b": {
            "x": "${tasks.a.output.x}",
            "secret": "${secrets.key}",
            "bad": parameters(played(CHAIN, input_={"n": 1}))["b"]["bad"],
        },
    }
    known = played(CHAIN, {"a": [Outcome.succeeded({"x": 7})]}, input_={"n": "four"})
    assert parameters(known)["b"] == {"x": 7, "secret": "${secrets.key}", "bad": 4}


def test_an_expression_that_fails_is_told_in_its_place():
    assert "fails" in str(parameters(played(CHAIN, input_={"n": 1}))["b"]["bad"])


def test_each_attempt_has_its_answer_and_the_last_one_stands_for_the_rest():
    document = {"tasks": {"a": {"function": "f", "retry": {"attempts": 4}}}}
    failed = Outcome.failed("E")
    simulation = played(document, {"a": [failed, Outcome.succeeded(1)]})
    assert simulation.given[0].attempts == (failed, Outcome.succeeded(1))
    assert played(document, {"a": [failed]}).given[0].attempts == (failed,) * 4
    assert played(document, {"a": [failed]}).end.end is RunEnd.FAILED


def test_what_comes_after_a_gate_has_decided_is_told_as_late():
    document = {
        "tasks": {"a": {"function": "f"}, "b": {"function": "f"}, "c": {"function": "f", "join": "any"}},
        "edges": [{"from": "a", "to": "c"}, {"from": "b", "to": "c"}],
    }
    decisions = [one.decision for step in played(document).steps for rule in step.fired for one in rule.reached]
    assert decisions.count(None) == 1
    assert decisions.count(Decision.RUN) == 3


def test_roots_beyond_the_reach_of_the_slots_run_too():
    document = {"tasks": {f"t{n}": {"function": "f"} for n in range(40)}}
    simulation = played(document, choice=Choice.SLOT)
    assert len(simulation.given) == 40
    assert simulation.end.end is RunEnd.SUCCEEDED
