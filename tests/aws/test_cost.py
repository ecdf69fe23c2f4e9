"""The bill: what the model says a run asks of AWS is what is counted when it runs; and the budget, as far as it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.counted import counted
from support.sky import Sky, sky

from murmuration.cli.main import main
from murmuration.cost import prices
from murmuration.cost.bill import bill_of
from murmuration.cost.calls import Assumed, Heard, calls_of
from murmuration.workspace import Workspace
from schemas.outcome import Outcome
from schemas.pipeline import Pipeline

EXAMPLES = Path(__file__).parents[2] / "examples"
PASS: dict[str, Any] = {"action": "pass", "timeout": "30s"}
FAIL: dict[str, Any] = {"action": "fail", "with": {"message": "no"}, "timeout": "30s"}
FAILED = (Outcome.failed("Failed"),)

Answers = Mapping[str, Sequence[Outcome]] | None


def drawn(name: str, tasks: dict[str, Any], *edges: str) -> Pipeline:
    """`a>b`, or `a>b failure`."""
    read = [edge.split() for edge in edges]
    listed = [
        {**dict(zip(("from", "to"), told[0].split(">"), strict=True)), **({"on": told[1]} if told[1:] else {})}
        for told in read
    ]
    return Pipeline.read({"project": "examples", "pipeline": name, "deadline": "1h", "tasks": tasks, "edges": listed})


def chain(length: int) -> Pipeline:
    edges = [f"t{n}>t{n + 1}" for n in range(length - 1)]
    return drawn(f"chain-{length}", {f"t{n}": PASS for n in range(length)}, *edges)


RESEARCH = drawn(
    "research",
    dict.fromkeys(("question", "papers", "patents", "news", "web", "rank", "read", "answer"), PASS),
    *(f"question>{source}" for source in ("papers", "patents", "news", "web")),
    *(f"{source}>rank" for source in ("papers", "patents", "news", "web")),
    "rank>read",
    "read>answer",
)
"""A question, four sources side by side, what they found ranked, read and answered."""
RETRIED = drawn(
    "retried", {"a": {**FAIL, "retry": {"attempts": 3, "delay": "1ms", "jitter": "none"}}, "b": PASS}, "a>b failure"
)
SETTLED = drawn("settled", {"a": FAIL, "b": PASS, "c": PASS, "z": {**PASS, "join": "settled"}}, "a>b", "b>z", "c>z")
ANY = drawn("any", {"a": PASS, "b": PASS, "z": {**PASS, "join": "any"}}, "a>z", "b>z")

SHAPES: Mapping[str, tuple[Pipeline, Answers]] = {
    "one task": (chain(1), None),
    "two tasks": (chain(2), None),
    "nine tasks": (chain(9), None),
    "the research DAG": (RESEARCH, None),
    "a retry and what takes its failure up": (RETRIED, {"a": FAILED}),
    "a join that hears of a skip": (SETTLED, {"a": FAILED}),
    "a join of the first": (ANY, None),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sky]:
    with sky(tmp_path_factory.mktemp("sky"), in_order=True) as made:
        made.deploy("examples", EXAMPLES / "functions")
        yield made


def the_model_holds(here: Sky, pipeline: Pipeline, answers: Answers) -> None:
    found = counted(here, pipeline.name)
    told = calls_of(pipeline, answers)
    assert found.events == told.events
    # An outcome that the projector finds in the ledger before it hears of it is kept twice.
    assert told.writes <= found.writes <= told.writes + 1
    # Told of the projector's messages; the timers' are sent by the model's requests.
    timers = told.attempts - told.tasks
    assert found.messages - timers == told.messages
    assert found.sends == told.messages + timers
    # Which outcome meets which at a join, and who looks whether all is over, depends on their order.
    assert told.reads * 0.7 <= found.reads <= told.reads * 1.2
    assert found.invocations + timers == round(told.invocations - told.messages / 10)
    # A function's manifest is read again each half minute, by each process and not by each run.
    assert found.puts == 0, "of small outputs nothing lies in S3"


@pytest.mark.parametrize("shape", SHAPES)
def test_what_the_model_says_is_what_is_counted(here: Sky, shape: str) -> None:
    pipeline, answers = SHAPES[shape]
    here.publish(pipeline)
    the_model_holds(here, pipeline, answers)


def test_the_arithmetic_costs_what_it_is_said_to(here: Sky) -> None:
    documents = Workspace(EXAMPLES).read()[0]
    [arithmetic] = [one for one in documents.pipelines if one.name == "examples/arithmetic"]
    here.publish(arithmetic, projects=documents.projects)
    the_model_holds(here, arithmetic, None)


# -- the budget


def a_task() -> tuple[float, float]:
    """Of a long chain: events and write units; and all of it but compute. Dollars for a million tasks."""
    one, two = bill_of(chain(50)), bill_of(chain(51))
    return two.core - one.core, two.usd - one.usd


def test_a_task_with_one_edge_costs_one_event_and_three_write_units() -> None:
    one, two = calls_of(chain(50)), calls_of(chain(51))
    assert (two.events - one.events, two.writes - one.writes, two.messages - one.messages) == (1, 3, 1)
    core, all_of_it = a_task()
    assert core < 4, "DESIGN, section 9"
    assert all_of_it < 5


@pytest.mark.parametrize(
    ("pipeline", "core", "all_of_it"), [(chain(2), 6.0, 4.0), (RESEARCH, 6.0, 5.0), (chain(20), 7.0, 5.0)]
)
def test_how_far_below_standard(pipeline: Pipeline, core: float, all_of_it: float) -> None:
    """Events and write units as AWS's examples count transitions, with start and end; and everything but compute, the same."""
    bill = bill_of(pipeline)
    assert bill.with_ends / bill.core >= core
    assert bill.with_ends / bill.usd >= all_of_it


def test_express_is_cheaper_and_it_is_said() -> None:
    bill = bill_of(chain(2))
    assert bill.express < bill.usd
    told = CliRunner().invoke(main, ["cost", str(EXAMPLES / "pipelines" / "arithmetic.yaml")])
    assert told.exit_code == 0
    assert "times less" in told.output


# -- what changes it


def test_what_the_bus_is_used_for_is_paid_for() -> None:
    plain = calls_of(chain(2))
    dear = calls_of(chain(2), heard=Heard(start=True, end=True))
    assert dear.events - plain.events == 2
    assert dear.messages == plain.messages + 1, "the end, to the projector by its rule"


def test_large_outputs_lie_in_s3_and_larger_ones_cost_units() -> None:
    small, middling, large = (calls_of(chain(4), assumed=Assumed(output_kb=kb)) for kb in (0.5, 4.0, 100.0))
    assert (small.puts, middling.puts, large.puts) == (0, 4, 4)
    assert middling.writes == small.writes + 4 * 4
    assert large.writes == small.writes


def test_a_choice_counts_for_others_and_an_outcome_file_says_which(tmp_path: Path) -> None:
    document = {
        "project": "p",
        "pipeline": "x",
        "tasks": {name: {"action": "pass"} for name in "abc"},
        "edges": [
            {"from": "a", "to": "b", "when": {"n": [1]}},
            {"from": "a", "to": "c", "when": {"n": [2]}},
        ],
    }
    pipeline = Pipeline.read(document)
    both, one = bill_of(pipeline), bill_of(pipeline, {"a": (Outcome.succeeded({"n": 1}),)})
    assert (both.calls.tasks, one.calls.tasks) == (3, 2)
    assert one.rival.transitions == 3, "a, the choice, b"
    (tmp_path / "x.json").write_text(json.dumps(document))
    (tmp_path / "outcomes.json").write_text('{"a": {"output": {"n": 1}}}')
    asks = ["cost", str(tmp_path / "x.json"), "--outcomes", str(tmp_path / "outcomes.json"), "--json"]
    told = json.loads(CliRunner().invoke(main, asks).stdout)
    assert told["tasks"] == 2
    assert told["step_functions"]["transitions"] == 3
    (tmp_path / "outcomes.json").write_text('{"z": "failed"}')
    assert CliRunner().invoke(main, asks).exit_code == 1


def test_a_run_that_is_too_long_for_express_is_said_to_be() -> None:
    assert bill_of(chain(4), assumed=Assumed(task_seconds=100)).rival.too_long


def test_every_price_says_where_and_when_it_was_read() -> None:
    for price in prices.ALL:
        assert price.usd > 0
        assert price.source.startswith("aws.amazon.com/")
        assert price.seen.startswith("2026-")
