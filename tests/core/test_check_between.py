"""Several documents together: what stands twice, what is not there, and who would start whom for ever."""

from __future__ import annotations

import json

import pytest
from support.checking import codes, only, pipeline, problems

from events.check import Given, check
from schemas.document import read
from schemas.problem import Code, Severity
from schemas.shape import shape

WORK = {"function": "work"}
UPLOADS = {"u": {"s3": {"bucket": "uploads", "prefix": "in/", "suffix": [".png", ".jpg"]}}}


def named(name: str, *, project: str = "shop", tasks: dict[str, object] | None = None, **triggers: object) -> str:
    return pipeline([], tasks or {"a": WORK}, project=project, pipeline=name, triggers=triggers)


def after(name: str, **more: object) -> dict[str, object]:
    return {"pipeline": {"pipeline": name} | more}


def writer(key: str, bucket: str = "uploads") -> dict[str, object]:
    return {"w": {"action": "s3.write", "with": {"bucket": bucket, "key": key, "text": "x"}}}


def emitter(source: str = "shop", kind: str = "order.placed", detail: object = None) -> dict[str, object]:
    return {"e": {"action": "emit", "with": {"source": source, "type": kind, "detail": detail}}}


def test_a_pipeline_or_a_project_described_twice() -> None:
    problem = only(named("orders"), named("orders"))
    assert (problem.code, problem.file, problem.path) == (Code.DUPLICATE_PIPELINE, "1.yaml", ("pipeline",))
    assert "0.yaml" in problem.message
    assert codes('{"project": "shop"}', '{"project": "shop"}') == ["duplicate-pipeline"]
    assert codes(named("orders"), named("orders", project="other"), '{"project": "shop"}') == []
    assert codes("project: 1", "project: 1") == ["bad-value", "bad-value"]
    assert codes("[", "[") == ["unreadable", "unreadable"]


def test_documents_without_a_file_are_told_apart() -> None:
    found = check([read(named("orders")), read(named("orders"))]).problems
    assert any("another document" in problem.message for problem in found)


def test_an_unknown_pipeline_is_told_where_the_project_is_known() -> None:
    document = named("orders", t=after("retrns"), u=after("other", project="far"), v=after("returns"))
    assert codes(document, named("returns")) == []
    problem = only(document, named("returns"), '{"project": "shop"}')
    assert (problem.code, problem.path) == (Code.UNKNOWN_PIPELINE, ("triggers", "t", "pipeline", "pipeline"))
    assert problem.advice == 'Did you mean "returns"?'


def test_a_pipeline_that_starts_itself() -> None:
    problem = only(named("orders", t=after("orders")))
    assert (problem.code, problem.path) == (Code.STARTS_ITSELF, ("triggers", "t"))
    assert "shop/orders would start itself" in problem.message


def test_two_pipelines_that_start_each_other_are_told_once() -> None:
    problem = only(named("orders", t=after("returns")), named("returns", t=after("orders"), u=after("orders")))
    assert problem.code is Code.STARTS_ITSELF
    assert "shop/returns -> shop/orders -> shop/returns" in problem.message


def test_a_chain_that_comes_back() -> None:
    chain = [named("a", t=after("c")), named("b", t=after("a")), named("c", t=after("b"), self=after("c"))]
    assert codes(*chain) == ["starts-itself", "starts-itself"]
    assert codes(*chain[:2]) == []


@pytest.mark.parametrize(
    ("key", "severity"),
    [
        ("in/x.png", Severity.ERROR),
        ("in/x.gif", None),
        ("out/x.png", None),
        ("in/${input.name}", Severity.ERROR),
        ("in/${input.name}.png", Severity.ERROR),
        ("in/${input.name}.gif", None),
        ("i${input.name}.jpg", Severity.ERROR),
        ("out/${input.name}", None),
        ("${input.key}", Severity.WARNING),
        ("${input.name}.png", Severity.WARNING),
    ],
)
def test_writing_where_a_trigger_listens(key: str, severity: Severity | None) -> None:
    found = problems(named("orders", tasks=writer(key), **UPLOADS))
    assert [(problem.code, problem.severity) for problem in found] == (
        [(Code.STARTS_ITSELF, severity)] if severity else []
    )


def test_a_whole_bucket_is_heard_whatever_the_key() -> None:
    assert only(named("orders", tasks=writer("${input.key}"), u={"s3": {"bucket": "uploads"}})).severity == "error"


def of_s3(**detail: object) -> dict[str, object]:
    return {"source": ["aws.s3"], "detail-type": ["Object Created"]} | ({"detail": detail} if detail else {})


def keyed(*asked: object) -> dict[str, object]:
    return of_s3(bucket={"name": ["uploads"]}, object={"key": [*asked]})


@pytest.mark.parametrize(
    ("event", "key", "severity"),
    [
        ({"source": ["aws.s3"]}, "in/x.png", Severity.ERROR),
        ({"source": [{"prefix": "aws."}]}, "${input.key}", Severity.ERROR),
        (of_s3(bucket={"name": ["uploads"]}), "in/x.png", Severity.ERROR),
        (of_s3(bucket={"name": ["other"]}), "in/x.png", None),
        ({"source": ["aws.s3"], "detail-type": ["Object Deleted"]}, "in/x.png", None),
        ({"source": ["aws.ec2"]}, "in/x.png", None),
        (keyed({"prefix": "in/"}), "in/x.png", Severity.ERROR),
        (keyed({"prefix": "in/"}), "out/x.png", None),
        (keyed({"prefix": "in/"}), "in/${input.name}", Severity.ERROR),
        (keyed({"prefix": "in/"}), "i${input.name}", Severity.WARNING),
        (keyed({"prefix": "in/"}), "${input.key}", Severity.WARNING),
        (keyed({"prefix": "in/"}), "out/${input.name}", None),
        (keyed({"suffix": ".png"}), "${input.name}.png", Severity.ERROR),
        (keyed({"suffix": ".png"}), "${input.name}", Severity.WARNING),
        (keyed({"suffix": ".png"}), "${input.name}.gif", None),
        (keyed("in/x.png"), "in/${input.name}", Severity.WARNING),
        (keyed("in/x.png", {"prefix": "in/"}), "in/${input.name}", Severity.ERROR),
        (keyed("in/x.png"), "out/${input.name}", None),
        (keyed("in/x.png"), "in/${input.name}.gif", None),
        (keyed({"wildcard": "in/*.png"}), "in/${input.name}", Severity.WARNING),
        (of_s3(object={"size": [{"numeric": [">", 5]}]}), "in/x.png", Severity.WARNING),
        (of_s3(object={"colour": ["red"]}), "in/x.png", None),
        (of_s3(object={"colour": [{"exists": False}]}), "in/x.png", Severity.ERROR),
        (of_s3(reason=["PutObject"]), "in/x.png", Severity.WARNING),
        ({"source": ["aws.s3"], "account": ["123456789012"]}, "in/x.png", Severity.WARNING),
        ({"$or": [{"source": ["shop"]}, {"source": ["aws.s3"]}]}, "in/x.png", Severity.ERROR),
        ({"source": "aws.s3"}, "in/x.png", None),
    ],
)
def test_writing_what_an_event_trigger_hears_of_s3(event: object, key: str, severity: Severity | None) -> None:
    found = problems(named("orders", tasks=writer(key), t={"event": event}))
    told = [(one.code, one.severity) for one in found if one.code is not Code.BAD_PATTERN]
    assert told == ([(Code.STARTS_ITSELF, severity)] if severity else [])


def test_a_bucket_of_an_event_is_told_by_its_real_name_too() -> None:
    def asking(name: str) -> list[str]:
        document = named("orders", tasks=writer("x"), t={"event": of_s3(bucket={"name": [name]})})
        return codes(document, '{"project": "shop", "buckets": {"uploads": {"name": "the-one"}}}')

    assert asking("the-one") == asking("uploads") == ["starts-itself"]
    assert asking("another") == []


def test_copying_is_about_the_target() -> None:
    def copying(source: object, target: object) -> list[str]:
        return codes(
            named("orders", tasks={"c": {"action": "s3.copy", "with": {"from": source, "to": target}}}, **UPLOADS)
        )

    inside, outside = {"bucket": "uploads", "key": "in/x.png"}, {"bucket": "uploads", "key": "out/x.png"}
    assert copying(outside, inside) == ["starts-itself"]
    assert copying(inside, outside) == []
    assert copying(inside, "${input.target}") == []
    assert copying(inside, {"bucket": "${input.bucket}", "key": "in/x.png"}) == []
    assert copying(inside, {"bucket": "uploads"}) == []


def test_a_bucket_is_told_by_its_real_name() -> None:
    document = named("orders", tasks=writer("in/x.png", "${variables.out}"), **UPLOADS)
    other = named("pictures", project="other", tasks=writer("in/x.png", "pics"))
    assert codes(document) == []
    assert codes(document, '{"project": "shop", "variables": {"out": "uploads"}}') == ["starts-itself"]
    assert codes(document, '{"project": "shop", "variables": {"out": 5}}') == []
    back = named("orders", **UPLOADS, t=after("orders", project="other"))
    shared = '{"project": "%s", "buckets": {"%s": {"name": "the-one"}}}'
    assert codes(back, other, shared % ("shop", "uploads"), shared % ("other", "pics")) == []
    ring = named("pictures", project="other", tasks=writer("in/x.png", "pics"), t=after("orders", project="shop"))
    assert codes(named("orders", **UPLOADS), ring) == []
    assert codes(named("orders", **UPLOADS), ring, shared % ("shop", "uploads"), shared % ("other", "pics")) == [
        "starts-itself"
    ]


@pytest.mark.parametrize(
    ("event", "task", "heard"),
    [
        ({"source": ["shop"]}, emitter(), True),
        ({"source": ["store"]}, emitter(), False),
        ({"detail-type": [{"prefix": "order."}]}, emitter(), True),
        ({"source": ["shop"], "detail-type": ["order.paid"]}, emitter(), False),
        ({"source": ["shop"]}, emitter("${input.x}"), False),
        ({"source": ["shop"]}, emitter(kind="${input.x}"), False),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail={"n": 1}), True),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail={"n": 2}), False),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail={"m": 2}), False),
        ({"source": ["shop"], "detail": {"n": [{"exists": False}]}}, emitter(detail={"m": 2}), True),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail={"n": "${input.n}"}), True),
        ({"source": ["shop"], "detail": {"n": {"m": [1]}}}, emitter(detail={"n": "${input.n}"}), True),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail={"n": [1, 2]}), True),
        ({"source": ["shop"], "detail": {"n": [1]}}, emitter(detail="${input}"), False),
        ({"source": "shop"}, emitter(), False),
        ({"source": ["shop"], "region": ["eu-west-1"]}, emitter(), True),
    ],
)
def test_emitting_what_a_trigger_hears(event: object, task: dict[str, object], heard: bool) -> None:
    found = codes(named("orders", tasks=task, t={"event": event}))
    assert ("starts-itself" in found) is heard


def leaving_out(prefix: str) -> dict[str, object]:
    return {"pipeline": [{"anything-but": {"prefix": prefix}}]}


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        ({"source": ["murmuration"]}, True),
        ({"source": ["murmuration"], "detail-type": ["run.failed"]}, True),
        ({"detail-type": ["order.placed"]}, False),
        ({"source": [{"anything-but": ["aws.s3"]}]}, True),
        ({"source": ["murmuration"], "detail": leaving_out("shop/orders@")}, False),
        ({"source": ["murmuration"], "detail": leaving_out("shop/other@")}, True),
        ({"source": ["murmuration"], "detail": {"type": ["order.placed"]}}, False),
        ({"source": ["murmuration"], "detail": {"task": ["a"]}}, True),
        ({"source": ["murmuration"], "detail": {"task": ["b"]}}, False),
        ({"source": ["murmuration"], "detail-type": ["run.failed"], "detail": {"task": ["a"]}}, False),
        ({"source": ["murmuration"], "detail-type": ["run.failed"], "detail": {"task": [{"exists": False}]}}, True),
        ({"source": ["murmuration"], "detail": {"data": {"error": {"type": ["X"]}}}}, True),
        ({"detail": {"order": ["x"]}}, False),
        ({"detail": {"order": [{"exists": False}]}}, True),
    ],
)
def test_hearing_its_own_runs(event: object, heard: bool) -> None:
    found = codes(named("orders", t={"event": event}))
    assert ("starts-itself" in found) is heard


def test_hearing_of_others_is_fine() -> None:
    alert = named(
        "alert",
        t={"event": {"source": ["murmuration"], "detail-type": ["run.failed"], "detail": leaving_out("shop/alert@")}},
    )
    assert codes(alert, named("orders")) == []


def test_a_nameless_pipeline_starts_nobody() -> None:
    document = json.loads(named("orders", t=after("orders")))
    assert codes(json.dumps(document | {"pipeline": "1"})) == ["bad-name"]


def test_what_is_checked_is_given_back() -> None:
    found = check([read(named("orders")), read("project: shop"), read("project: 5"), read(named("1"))])
    assert [pipeline.name for pipeline in found.pipelines] == ["shop/orders"]
    assert [project.project for project in found.projects] == ["shop"]
    assert not found.ok
    assert check([read(named("orders"))]).ok


def test_pipelines_beside_are_known_and_nothing_is_told_of_them() -> None:
    def text(name: str, after: str) -> str:
        return f"project: p\npipeline: {name}\ntriggers: {{t: {{pipeline: {{pipeline: {after}}}}}}}\ntasks: {{a: {{action: pass, timeout: 1s}}}}\n"

    beside = [
        shape(read(text(name, after), file=name)) for name, after in (("b", "a"), ("c", "b"), ("x", "y"), ("y", "x"))
    ]
    own = read(text("a", "c"), file="a")
    found = [one for one in check([own], beside=beside).problems if one.severity is Severity.ERROR]
    assert [(one.file, one.code) for one in found] == [("a", Code.STARTS_ITSELF)]
    assert "p/a -> p/b -> p/c -> p/a" in found[0].message
    assert check([read(text("a", "y"), file="a")], beside=beside).ok


def test_what_people_have_set_for_a_project_is_known_beside_its_document() -> None:
    used = {"a": WORK | {"with": {"greeting": "${variables.greeting}", "key": "${secrets.KEY}"}}}
    sources = [read(named("orders", tasks=used), file="orders.yaml"), read('{"project": "shop"}', file="project.yaml")]

    def unknown(**given: Given) -> int:
        return [one.code for one in check(sources, given=given).problems].count(Code.UNKNOWN_NAME)

    assert unknown() == 2
    assert unknown(shop=Given(frozenset({"greeting"}), frozenset({"KEY"}))) == 0
    assert unknown(other=Given(frozenset({"greeting"}), frozenset({"KEY"}))) == 2
