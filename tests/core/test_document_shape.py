"""The shape of documents: every mistake in our words and at its place, and as much of the model as can be had."""

from __future__ import annotations

import json

import pytest
from support.checking import pipeline

from schemas.document import read
from schemas.errors import InvalidDocument, UnreadableDocument
from schemas.fields import model_at
from schemas.pipeline import Edge, Pipeline
from schemas.problem import Path
from schemas.shape import Shape, read_pipeline, shape
from schemas.wording import word

TASK = {"function": "work"}


def shaped(document: object) -> Shape:
    return shape(read(json.dumps(document), file="x.json"))


def told(document: object) -> list[tuple[str, Path]]:
    return [(problem.code.value, problem.path) for problem in shaped(document).problems]


def changed(**more: object) -> dict[str, object]:
    document: dict[str, object] = {"project": "shop", "pipeline": "orders", "tasks": {"a": TASK}}
    return document | more


def task(**more: object) -> dict[str, object]:
    return changed(tasks={"a": TASK | more})


def trigger(**source: object) -> dict[str, object]:
    return changed(triggers={"t": source})


A: Path = ("tasks", "a")
T: Path = ("triggers", "t")


@pytest.mark.parametrize(
    ("document", "code", "path", "message", "advice"),
    [
        (changed(frob=1), "unknown-key", ("frob",), '"frob"', "Known here: description"),
        (changed(trigers={}), "unknown-key", ("trigers",), '"trigers"', 'Did you mean "triggers"?'),
        (task(depends_on=["b"]), "unknown-key", (*A, "depends_on"), "depends_on", "an edge: {from"),
        (task(retries=3), "unknown-key", (*A, "retries"), "retries", "retry"),
        (task(join="al"), "bad-value", (*A, "join"), '"al"', 'Did you mean "all"? Write all, any'),
        (task(join=5), "bad-value", (*A, "join"), "join cannot be 5", "Write all, any"),
        (task(join={}), "bad-value", (*A, "join"), "a mapping", "Write all, any"),
        (task(join={"at_least": 0}), "bad-value", (*A, "join"), "at_least cannot be 0", "counts edges"),
        (task(join={"at_least": 1, "x": 1}), "unknown-key", (*A, "join"), '"x"', "Write all, any"),
        (task(join={"atleast": 1}), "unknown-key", (*A, "join"), '"atleast"', "Write all, any"),
        (task(timeout=30), "bad-duration", (*A, "timeout"), "30 is not", "Write 30s for 30 seconds"),
        (task(timeout="0s"), "bad-duration", (*A, "timeout"), 'timeout cannot be "0s"', "Write 1s or more"),
        (task(timeout="soon"), "bad-duration", (*A, "timeout"), '"soon" is not', "500ms"),
        (task(callback="no"), "bad-value", (*A, "callback"), "true or false", "no, on and off are text"),
        (task(callback=1), "bad-value", (*A, "callback"), "true or false, not 1", ""),
        (task(callback=None), "bad-value", (*A, "callback"), "nothing", "leave the key out"),
        (task(memory="big"), "bad-value", (*A, "memory"), '"big"', "small, medium, large or huge"),
        (task(memory=[]), "bad-value", (*A, "memory"), "a list", "small, medium, large or huge"),
        (task(description=5), "bad-value", (*A, "description"), "text, not 5", 'quotes: "5"'),
        (task(description="x" * 2_001), "bad-value", (*A, "description"), "too long", "2000"),
        (task(description=True), "bad-value", (*A, "description"), "text, not true", 'quotes: "true"'),
        (task(retry={"on": "X"}), "bad-value", (*A, "retry", "on"), "a list", "[X]"),
        (task(retry={"on": 5}), "bad-value", (*A, "retry", "on"), "a list", "[5]"),
        (task(retry={"attempts": "3"}), "bad-value", (*A, "retry", "attempts"), "a whole number", "Without quotes"),
        (task(retry={"attempts": 1.5}), "bad-value", (*A, "retry", "attempts"), "a whole number", ""),
        (task(retry={"attempts": 0}), "bad-value", (*A, "retry", "attempts"), "cannot be 0", "1 or more"),
        (task(retry={"backoff": 1e9}), "bad-value", (*A, "retry", "backoff"), "cannot be", "100 or less"),
        (task(with_=5), "unknown-key", (*A, "with_"), "with_", "with"),
        (task(**{"with": []}), "bad-value", (*A, "with"), "a mapping, not a list", "{PARAMETER: VALUE}"),
        (task(for_each=5), "bad-value", (*A, "for_each"), "a mapping", "${input.items}"),
        (task(retry=3), "bad-value", (*A, "retry"), "a mapping, not 3", "{attempts: 3}"),
        (changed(tasks={"a": {"function": "arn:aws:x"}}), "bad-name", (*A, "function"), "an ARN", "lambda: ARN"),
        (changed(functions={"x": 5}), "bad-value", ("functions", "x"), 'function "x"', "{KEY: VALUE}"),
        (changed(edges=None), "bad-value", ("edges",), "nothing", "[{from"),
        (changed(States={}), "unknown-key", ("States",), "States", "tasks"),
        (changed(edges=[{"from": ["a"], "to": "a"}]), "bad-value", ("edges", 0, "from"), "a list", "one edge for each"),
        (changed(edges=[{"from": "a", "to": "a", "on": ["failure"]}]), "bad-value", ("edges", 0, "on"), "a list", "completion"),
        (task(action="s3.copy"), "bad-value", A, "either a function or an action", "NAME"),
        (changed(tasks={"a": {}}), "missing-key", A, "either a function or an action", "NAME"),
        (changed(tasks={"a": None}), "bad-value", A, 'the task "a"', "{function: NAME}"),
        (changed(tasks={"a": {"action": "S3"}}), "bad-name", (*A, "action"), "an action", "s3.copy"),
        (changed(tasks={"a": {"function": "f" * 65}}), "bad-name", (*A, "function"), "too long", "64"),
        (changed(tasks={"a b": TASK}), "bad-name", ("tasks", "a b"), "of a task", 'write "a-b"'),
        (changed(tasks={"a" * 65: TASK}), "bad-name", ("tasks", "a" * 65), "too long", "64"),
        (changed(tasks={"": TASK}), "bad-name", ("tasks", ""), '""', "begins with a letter"),
        (changed(tasks=[TASK]), "bad-value", ("tasks",), "a mapping, not a list", "tasks: {NAME"),
        (changed(tasks={}), "bad-value", ("tasks",), "must not be empty", "one entry"),
        (changed(edges={}), "bad-value", ("edges",), "a list, not a mapping", "[{from"),
        (changed(edges=[5]), "bad-value", ("edges", 0), "an edge must be a mapping", "{from: TASK"),
        (changed(edges=[{"from": "a"}]), "missing-key", ("edges", 0, "to"), "to is missing", "to: ..."),
        (changed(edges=[{"frm": "a", "to": "a"}]), "unknown-key", ("edges", 0, "frm"), "frm", '"from"'),
        (changed(edges=[{"from": 1, "to": "a"}]), "bad-value", ("edges", 0, "from"), "text, not 1", '"1"'),
        (changed(edges=[{"from": "x y", "to": "a"}]), "bad-name", ("edges", 0, "from"), "of a task", '"x-y"'),
        (changed(edges=[{"from": "a", "to": "a", "on": "fail"}]), "bad-value", ("edges", 0, "on"), '"fail"', '"failure"'),
        (changed(concurrency=0), "bad-value", ("concurrency",), "cannot be 0", "1 or more"),
        (changed(concurrency={"limit": 1, "full": "wait"}), "bad-value", ("concurrency", "full"), '"wait"', "queue or drop"),
        (changed(functions={"x": {"lambda": "x"}}), "bad-value", ("functions", "x", "lambda"), "ARN", "arn:aws"),
        (trigger(), "missing-key", T, "this one has none", "Write one of event"),
        (trigger(manual=None), "missing-key", T, "an empty manual", "Write manual: {}"),
        (trigger(event=None), "missing-key", T, "an empty event", "Write event: {...}"),
        (trigger(manual={}, event={"source": ["x"]}), "bad-value", T, "event and manual", "Write one of event"),
        (trigger(s3={"bucket": "B"}), "bad-name", (*T, "s3", "bucket"), "of a bucket", "3 to 63"),
        (trigger(schedule={}), "missing-key", (*T, "schedule"), "either cron or rate", "cron"),
        (trigger(schedule={"cron": "* * * * *", "rate": "1m"}), "bad-value", (*T, "schedule"), "either cron", "rate"),
        (trigger(schedule={"cron": 5}), "bad-value", (*T, "schedule", "cron"), "text, not 5", '"5"'),
        (trigger(webhook={}), "missing-key", (*T, "webhook"), "needs the name of its secret", "secret: NAME"),
        (trigger(pipeline={"pipeline": "x", "on": []}), "bad-value", (*T, "pipeline", "on"), "must not be empty", "one"),
        (changed(project="1"), "bad-name", ("project",), "of a project", "begins with a letter"),
        ({"project": "a", "variables": {"a-b": 1}}, "bad-name", ("variables", "a-b"), "a variable", '"a_b"'),
        ({"project": "a", "secrets": ["a-b"]}, "bad-name", ("secrets", 0), "a secret", '"a_b"'),
        ({"project": "a", "members": {"x": "boss"}}, "bad-value", ("members", "x"), '"boss"', "viewer"),
        ({"project": "a", "buckets": {"b": {}}}, "bad-name", ("buckets", "b"), "a bucket", "3 to 63"),
        ({"project": "a", "announce": "some"}, "bad-value", ("announce",), '"some"', "heard or all"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_once_and_in_our_words(
    document: object, code: str, path: Path, message: str, advice: str
) -> None:
    (problem,) = shaped(document).problems
    assert (problem.code.value, problem.path) == (code, path)
    assert message in problem.message
    assert advice in problem.advice
    assert problem.line == 1
    assert problem.column > 0


def test_mistakes_are_told_at_the_key_or_at_the_value() -> None:
    text = "project: shop\npipeline: orders\ntasks:\n  a b: {function: x}\n  c: {function: f, retires: 3, timeout: 30}\n  d:\n    join: any\n"
    found = {(problem.path, problem.line, problem.column) for problem in shape(read(text)).problems}
    assert found == {
        (("tasks", "a b"), 4, 3),
        (("tasks", "c", "retires"), 5, 20),
        (("tasks", "c", "timeout"), 5, 41),
        (("tasks", "d"), 6, 3),
    }


def test_all_mistakes_are_told_at_once() -> None:
    document = changed(
        project=None,
        frob=1,
        tasks={"a": TASK | {"timeout": 5, "retry": {"attempts": 0}}, "b": None, "1": TASK},
        edges=[{"from": "a"}, {"from": "a", "to": "b", "on": "x"}],
    )
    assert {path for _, path in told(document)} == {
        ("project",),
        ("frob",),
        ("tasks", "a", "timeout"),
        ("tasks", "a", "retry", "attempts"),
        ("tasks", "b"),
        ("tasks", "1"),
        ("edges", 0, "to"),
        ("edges", 1, "on"),
    }


def test_the_rule_of_a_mapping_is_told_beside_the_mistakes_in_it() -> None:
    assert told(changed(tasks={"a": {"timeout": 5}})) == [("bad-duration", (*A, "timeout")), ("missing-key", A)]


@pytest.mark.parametrize(
    "document",
    [
        changed(tasks={"a": {"functon": "f"}}),
        changed(edges=[{"from": "a", "too": "a"}]),
        trigger(schedul={"rate": "1m"}),
        trigger(s3={"bukket": "abc"}),
        {"project": "a", "pipelin": "b", "tasks": {"a": TASK}},
        trigger(webhook={"secre": "x"}),
    ],
)
def test_a_misspelt_key_is_not_missing_too(document: object) -> None:
    assert [code for code, _ in told(document)] == ["unknown-key"]


def test_a_bad_name_of_a_task_is_not_told_at_its_edges_too() -> None:
    document = changed(tasks={"a": TASK, "b c": TASK}, edges=[{"from": "a", "to": "b c"}])
    assert told(document) == [("bad-name", ("tasks", "b c"))]


def test_a_number_that_could_not_be_kept_is_not_missed() -> None:
    source = read("project: a\npipeline: b\ntasks: {t: {function: f, retry: {attempts: .inf}}}")
    assert [problem.code.value for problem in shape(source).problems] == ["bad-number"]


def test_as_little_as_will_do_is_cut() -> None:
    found = shaped(
        changed(
            tasks={
                "a": TASK | {"timeout": 5, "join": "any"},
                "b": {"function": "1", "action": "x", "memory": "small"},
                "c": 5,
                "1": TASK,
            },
            edges=[{"from": "a"}, {"from": "a", "to": "b", "on": "x"}, {"from": "b", "to": "c"}],
            triggers={"t": {"s3": {"bucket": "B"}}, "m": {"manual": {}}},
        )
    )
    assert found.pipeline is not None
    assert found.pipeline.document() == {
        "project": "shop",
        "pipeline": "orders",
        "triggers": {"m": {"manual": {}}},
        "tasks": {
            "a": {"function": "work", "join": "any"},
            "b": {"function": "unknown", "memory": "small"},
            "c": {"function": "unknown"},
        },
        "edges": [{"from": "a", "to": "b"}, {"from": "b", "to": "c"}],
    }
    assert found.edges == (1, 2)
    assert found.touched("tasks", "a", "timeout")
    assert found.touched("edges", 1)
    assert not found.touched("edges", 2)
    assert found.gone("tasks", "1", "function")
    assert not found.gone("tasks", "a")


def test_a_document_without_tasks_still_has_a_shape() -> None:
    found = shaped({"project": "a"} | {"pipeline": 5})
    assert found.pipeline is not None
    assert found.gone("tasks")
    assert found.gone("pipeline")


@pytest.mark.parametrize(
    ("document", "is_project"),
    [
        ({"project": "a"}, True),
        ({"project": "a", "secrets": []}, True),
        ({"project": "a", "colour": "red"}, True),
        ({"project": "a", "pipelin": "b"}, False),
        ({"project": "a", "tasks": {}}, False),
        ({}, False),
    ],
)
def test_what_kind_of_document_it_is(document: object, is_project: bool) -> None:
    assert (shaped(document).project is not None) is is_project


def test_a_pipeline_without_a_mistake_is_read() -> None:
    assert read_pipeline(read(pipeline())).name == "shop/orders"


def test_a_pipeline_with_mistakes_is_refused_with_all_of_them() -> None:
    with pytest.raises(InvalidDocument) as refused:
        read_pipeline(read(json.dumps(task(timeout=5, memory="x"))))
    assert len(refused.value.problems) == 2
    assert "2 mistakes" in refused.value.what


@pytest.mark.parametrize(("text", "words"), [("project: a", "a project, not a pipeline"), ("[", "not YAML")])
def test_what_is_no_pipeline_is_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadableDocument, match=words):
        read_pipeline(read(text, file="x.yaml"))


@pytest.mark.parametrize("document", [json.loads(pipeline()), {"project": "shop"}])
def test_a_document_may_name_its_schema_for_editors(document: dict[str, object]) -> None:
    schema = "https://example.org/pipeline.schema.json"
    found, plain = (shape(read(json.dumps(one), file="x.json")) for one in ({"$schema": schema, **document}, document))
    assert found.problems == ()
    assert (found.pipeline, found.project) == (plain.pipeline, plain.project)
    assert [path for _, path in told({**document, "$schema": 5})] == [("$schema",)]


def test_what_could_not_be_read_has_no_shape() -> None:
    source = read("[")
    found = shape(source)
    assert found.pipeline is None
    assert found.project is None
    assert found.problems == source.problems


def test_a_mistake_below_a_bad_name_is_told_too() -> None:
    document = changed(tasks={"a": TASK, "1": {"function": 5, "retry": {"on": "X"}}})
    below: list[Path] = [("tasks", "1"), ("tasks", "1", "function"), ("tasks", "1", "retry", "on")]
    assert sorted(path for _, path in told(document)) == below


def test_a_kind_of_error_that_nobody_thought_of_is_told_without_jargon() -> None:
    found = word({"type": "new_in_pydantic", "loc": ("x",), "msg": "jargon", "input": 5}, ("x",), 5, ())
    assert (found.message, found.advice) == ("x cannot be 5", "")


def test_where_any_key_may_stand_no_key_is_known() -> None:
    assert model_at(Pipeline, ("input", "properties", "x")) is None
    assert model_at(Pipeline, ("edges", 0)) is Edge
