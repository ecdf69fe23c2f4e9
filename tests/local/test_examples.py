"""The examples: clean documents, the same in both plans, ending as the page about them says; functions that do their work.

Called directly here, as their author would try them; `test_examples_run.py` runs them on the real stack.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from pydantic import JsonValue

from events.answers import answers
from events.hearing import hear
from events.rules import Choice, Plan, Surroundings, compile_rules
from events.simulation import simulate
from murmuration.functions import calling, discover
from murmuration.functions.loading import Shelf
from murmuration.local.workers.store import Folders
from murmuration.sdk import Artifacts, Context, InvalidInput
from murmuration.workspace import Workspace
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.problem import Code
from schemas.trigger import RunEnd
from schemas.version import Version

EXAMPLES = Workspace(Path(__file__).parents[2] / "examples")
BUCKETS = ("uploads", "thumbnails", "quarantine", "reports", "sales", "stock")
SURROUNDINGS = Surroundings(buckets={bucket: bucket for bucket in BUCKETS})


@pytest.fixture(scope="module")
def pipelines() -> Mapping[str, Pipeline]:
    return {one.pipeline: one for one in EXAMPLES.read()[0].pipelines}


# the documents


def test_they_are_clean_and_only_a_division_by_zero_is_left_to_fail_its_run() -> None:
    checked, _ = EXAMPLES.read()
    assert checked.ok
    assert {(one.code, one.file) for one in checked.problems} == {(Code.UNHANDLED_FAILURE, "pipelines/arithmetic.yaml")}


def test_what_they_name_is_there(pipelines: Mapping[str, Pipeline]) -> None:
    assert set(pipelines) == {"arithmetic", "orders", "pictures", "restock", "sales-report"}
    named = {task.function for one in pipelines.values() for task in one.tasks.values() if task.function is not None}
    assert named == set(discover(EXAMPLES.root)), "functions that are used, and those that there are"
    (project,) = EXAMPLES.projects()
    assert set(BUCKETS) == set(project.buckets) == {folder.name for folder in EXAMPLES.buckets.iterdir()}


def test_the_arithmetic_has_five_tasks(pipelines: Mapping[str, Pipeline]) -> None:
    tasks = pipelines["arithmetic"].tasks
    assert [task.function for task in tasks.values()] == ["add", "subtract", "divide", "subtract", "multiply"]


PICTURE: JsonObject = {
    "file": {"bucket": "uploads", "key": "a.png"},
    "format": "PNG",
    "width": 1200,
    "height": 786,
    "size": 19803,
}
THUMBNAIL: JsonObject = {"bucket": "thumbnails", "key": "200/a.png", "size": 1, "width": 200, "height": 131}
PURCHASE: JsonObject = {"kind": "purchase", "order": "A-1", "cents": 4990}
REFUND: JsonObject = {**PURCHASE, "kind": "refund"}
LOOKED: JsonObject = {"file": {"bucket": "stock", "key": "stock.json"}, "size": 1}


@dataclass(frozen=True)
class Course:
    pipeline: str
    input: JsonValue
    outcomes: JsonObject
    skipped: str
    end: RunEnd = RunEnd.SUCCEEDED


COURSES = {
    "a picture": Course(
        "pictures", {"key": "a.png"}, {"validate": {"output": PICTURE}, "resize": {"output": THUMBNAIL}}, "quarantine"
    ),
    "no picture": Course(
        "pictures",
        {"key": "a.png"},
        {"validate": {"error": {"type": "NotAPicture", "message": "a.png is none"}}},
        "resize table store",
    ),
    "it cannot be made smaller": Course(
        "pictures", {"key": "a.png"}, {"validate": {"output": PICTURE}, "resize": "failed"}, "table store"
    ),
    "no table": Course(
        "pictures", {"key": "a.png"}, {"validate": {"output": PICTURE}, "table": "failed"}, "store quarantine"
    ),
    "it cannot be stored": Course(
        "pictures", {"key": "a.png"}, {"validate": {"output": PICTURE}, "store": "failed"}, "quarantine"
    ),
    "a night": Course(
        "sales-report", None, {"clean": {"output": {"file": {"key": "x"}, "rows": 1, "dropped": []}}}, "no-report"
    ),
    "a night without sales": Course("sales-report", None, {"clean": {"error": "NoSales"}}, "summarise report"),
    "a list": Course("restock", {}, {"look": {"output": {**LOOKED, "found": True}}}, "problem"),
    "no list": Course("restock", {}, {"look": {"output": {**LOOKED, "found": False}}}, "read few order problem"),
    "a list that is none": Course(
        "restock", {}, {"look": {"output": {**LOOKED, "found": True}}, "read": {"error": "BadContent"}}, "few order"
    ),
    "a purchase": Course("orders", PURCHASE, {"receive": {"output": PURCHASE}}, "refund trouble"),
    "a refund": Course("orders", REFUND, {"receive": {"output": REFUND}}, "charge trouble"),
    "a purchase that is declined": Course(
        "orders", PURCHASE, {"receive": {"output": PURCHASE}, "charge": {"error": "Declined"}}, "refund receipt"
    ),
    "a sum": Course("arithmetic", None, {}, ""),
    "a division by zero": Course(
        "arithmetic", None, {"quotient": {"error": "ZeroDivisionError"}}, "less result", RunEnd.FAILED
    ),
}


@pytest.mark.parametrize("choice", [Choice.EDGE, Choice.SLOT])
@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_it_ends_as_it_should_in_either_plan(course: Course, choice: Choice, pipelines: Mapping[str, Pipeline]) -> None:
    pipeline = pipelines[course.pipeline]
    told = simulate(planned(pipeline, choice), SURROUNDINGS, course.input, answers(course.outcomes, pipeline.tasks))
    assert " ".join(told.end.skipped) == course.skipped
    assert told.end.end is course.end
    assert {one.task for one in told.given} == set(pipeline.tasks) - set(course.skipped.split())


def planned(pipeline: Pipeline, choice: Choice = Choice.AUTO) -> Plan:
    plan = compile_rules(Version(pipeline=pipeline, number=1), surroundings=SURROUNDINGS, choice=choice)
    assert not list(plan.quota.problems())
    return plan


@pytest.mark.parametrize(("key", "taken"), [("in/a.PNG.txt", False), ("in/a.png", True)])
def test_a_picture_that_is_dropped_starts_its_run(key: str, taken: bool, pipelines: Mapping[str, Pipeline]) -> None:
    event: JsonObject = {
        "id": "1",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": "uploads"}, "object": {"key": key}},
    }
    [heard] = hear(planned(pipelines["pictures"]), event)
    assert (heard.taken.input if heard.taken is not None else None) == ({"key": key} if taken else None)


def test_an_order_that_is_booked_twice_is_one_run(pipelines: Mapping[str, Pipeline]) -> None:
    said: JsonObject = {"source": "shop", "detail-type": "order.booked", "detail": PURCHASE}
    runs = [one.taken for id_ in "12" for one in hear(planned(pipelines["orders"]), {**said, "id": id_})]
    assert runs[0] is not None
    assert runs[1] is not None
    assert runs[0].run == runs[1].run


# the functions

Call = Callable[..., JsonValue]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES.buckets, tmp_path / "buckets")
    for sample in (EXAMPLES.root / "samples").iterdir():
        shutil.copy(sample, tmp_path / "buckets/uploads")
    return tmp_path


@pytest.fixture
def call(workspace: Path) -> Call:
    """As a worker calls it: parameters are checked, and the answer is JSON."""

    def called(name: str, **parameters: JsonValue) -> JsonValue:
        store = Artifacts(Folders(str(workspace / "files"), str(workspace / "buckets")), "run/task/1")
        context = Context("run", "examples/p@1", "task", 1, "run/task", {}, {}, store, None, name)
        shelf = Shelf()
        try:
            answer: JsonValue = calling.handler(shelf.load(str(EXAMPLES.functions / name)))(parameters, context)  # type: ignore[assignment]  # a typed function's answer is JSON
        finally:
            shelf.close()
        return answer

    return called


def test_every_function_says_what_it_takes_and_gives() -> None:
    for name, function in discover(EXAMPLES.root).items():
        shelf = Shelf()
        try:
            told = calling.schema(shelf.load(str(function.folder)))
        finally:
            shelf.close()
        assert told["description"], name
        assert told["input"], name
        assert told["output"], name


def test_the_arithmetic(call: Call) -> None:
    quotient = call("divide", a=call("add", a=5, b=3), b=call("subtract", a=6, b=3))
    assert call("multiply", a=call("subtract", a=quotient, b=2), b=40) == 26.66666666666666
    with pytest.raises(ZeroDivisionError):
        call("divide", a=1, b=0)
    with pytest.raises(InvalidInput, match="b: is missing"):
        call("add", a=1)


def test_a_picture_is_looked_at_and_made_smaller(call: Call, workspace: Path) -> None:
    file: JsonValue = {"bucket": "uploads", "key": "flock.png"}
    assert call("inspect_picture", file=file) == {
        "file": file,
        "format": "PNG",
        "width": 1200,
        "height": 786,
        "size": 19803,
    }
    told = call("make_thumbnail", file=file, width=200, bucket="thumbnails")
    kept = workspace / "buckets/thumbnails/200/flock.png"
    assert told == {
        "bucket": "thumbnails",
        "key": "200/flock.png",
        "size": kept.stat().st_size,
        "width": 200,
        "height": 131,
    }
    with Image.open(kept) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("PNG", (200, 131))


def test_a_picture_is_turned_upright_and_never_made_larger(call: Call, workspace: Path) -> None:
    lying = Image.new("RGB", (60, 40))
    exif = lying.getexif()
    exif[0x0112] = 6  # the camera was held upright
    lying.save(workspace / "buckets/uploads/a.jpg", exif=exif)
    told = call("make_thumbnail", file={"bucket": "uploads", "key": "a.jpg"}, width=200)
    assert isinstance(told, dict)
    assert (told["width"], told["height"]) == (40, 60)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("broken.png", "broken.png cannot be decoded"),
        ("letter.png", "is no PNG"),
        ("huge.png", "too many to be taken in"),
    ],
)
def test_what_is_no_picture_is_refused(call: Call, workspace: Path, key: str, why: str) -> None:
    uploads = workspace / "buckets/uploads"
    (uploads / "letter.png").write_text("Dear Sir or Madam")
    Image.new("1", (10_000, 5_000)).save(uploads / "huge.png")
    with pytest.raises(Exception, match=why) as caught:
        call("inspect_picture", file={"bucket": "uploads", "key": key})
    assert type(caught.value).__name__ == "NotAPicture"


def test_sales_are_cleaned_summed_up_and_reported(call: Call, workspace: Path) -> None:
    (project,) = EXAMPLES.projects()
    cleaned = call("clean_sales", files=project.variables["sales_files"])
    assert isinstance(cleaned, dict)
    assert cleaned["rows"] == 8
    dropped = cleaned["dropped"]
    assert isinstance(dropped, list)
    assert [f"{one['file']}:{one['line']} {one['why']}" for one in dropped if isinstance(one, dict)] == [
        "north.csv:4 the order N-1002 is there already",
        "north.csv:6 'n/a' is no quantity",
        "north.csv:8 it names no order or no product",
        "south.csv:3 '2026-02-30' is no day",
        "south.csv:5 '-1' is no quantity",
        "south.csv:7 it names no order or no product",
    ]
    summary = call("summarise_sales", file=cleaned["file"])
    assert isinstance(summary, dict)
    assert (summary["first_day"], summary["last_day"], summary["orders"]) == ("2026-03-13", "2026-03-14", 8)
    assert summary["takings"] == "98.90"
    assert summary["shops"] == [
        {"name": "north", "sold": 9, "takings": "50.40"},
        {"name": "south", "sold": 9, "takings": "48.50"},
    ]
    report = call("write_sales_report", summary=summary, dropped=dropped, bucket="reports")
    text = (workspace / "buckets/reports/sales/2026-03-14.md").read_text()
    assert report == {"bucket": "reports", "key": "sales/2026-03-14.md", "size": len(text)}
    assert text.startswith("# Sales, 2026-03-13 to 2026-03-14\n\n8 orders, 98.90 in all.\n")
    assert "- south.csv, line 3: '2026-02-30' is no day\n" in text


def test_a_report_of_no_sales_is_refused(call: Call, workspace: Path) -> None:
    (workspace / "buckets/sales/north.csv").write_text("order,day,product,quantity,price\n")
    with pytest.raises(Exception, match=r"no sale was found in north\.csv") as caught:
        call("clean_sales", files=[{"bucket": "sales", "key": "north.csv"}])
    assert type(caught.value).__name__ == "NoSales"


def test_a_file_is_found_or_is_not(call: Call, workspace: Path) -> None:
    there: JsonObject = {"bucket": "stock", "key": "stock.json"}
    size = (workspace / "buckets/stock/stock.json").stat().st_size
    assert call("find_file", file=there) == {"file": there, "found": True, "size": size}
    gone: JsonObject = {"bucket": "stock", "key": "tomorrow.json"}
    assert call("find_file", file=gone) == {"file": gone, "found": False, "size": 0}


def test_money_goes_in_and_out(call: Call) -> None:
    told: JsonObject = {"order": "A-1", "reference": "run/task"}
    assert call("charge", order="A-1", cents=4990) == {**told, "booked_cents": 4990}
    assert call("refund", order="A-1", cents=4990) == {**told, "booked_cents": -4990}
    with pytest.raises(Exception, match=r"A-1: 20000\.00 is above the limit") as caught:
        call("charge", order="A-1", cents=2_000_000)
    assert type(caught.value).__name__ == "Declined"
