"""Objects in buckets: copied, read, written, deleted; and keys that lead nowhere else."""

from __future__ import annotations

import pytest
from pydantic import JsonValue
from support.actions import Context, do, done, refusal

from schemas.model import JsonObject


@pytest.fixture
def context() -> Context:
    context = Context()
    context.buckets.write("uploads", "in/a.txt", "grüezi\r\nzweite\n".encode(), "text/plain")
    context.buckets.write("uploads", "raw.bin", b"\xff\x00", "application/octet-stream")
    context.buckets.write("uploads", "data.json", b'{"n": [1, 2.5]}', "application/json")
    return context


def test_copy(context: Context) -> None:
    places: JsonObject = {
        "from": {"bucket": "uploads", "key": "raw.bin"},
        "to": {"bucket": "other", "key": "x/y"},
    }
    output = done("s3.copy", context, **places)
    assert context.buckets.objects["other", "x/y"] == b"\xff\x00"
    assert (output["bucket"], output["key"], output["size"]) == ("other", "x/y", 2)
    assert ("uploads", "raw.bin") in context.buckets.objects


@pytest.mark.parametrize(
    ("key", "format_", "content"),
    [
        ("in/a.txt", "text", "grüezi\r\nzweite\n"),
        ("in/a.txt", "lines", ["grüezi", "zweite"]),
        ("data.json", "json", {"n": [1, 2.5]}),
        ("raw.bin", "base64", "/wA="),
    ],
)
def test_read_by_format(context: Context, key: str, format_: str, content: JsonValue) -> None:
    output = done("s3.read", context, bucket="uploads", key=key, format=format_)
    assert output["content"] == content
    assert output["size"] == len(context.buckets.objects["uploads", key])


@pytest.mark.parametrize(("content", "lines"), [(b"", []), (b"a", ["a"]), (b"a\n\nb\n", ["a", "", "b"]), (b"\n", [""])])
def test_lines_end_and_do_not_separate(context: Context, content: bytes, lines: list[str]) -> None:
    context.buckets.write("uploads", "lines", content, "")
    assert done("s3.read", context, bucket="uploads", key="lines", format="lines")["content"] == lines


@pytest.mark.parametrize(("key", "format_", "said"), [("raw.bin", "text", "UTF-8"), ("in/a.txt", "json", "JSON")])
def test_what_is_not_of_the_format_says_so(context: Context, key: str, format_: str, said: str) -> None:
    failed = refusal("s3.read", context, bucket="uploads", key=key, format=format_)
    assert failed.type == "BadContent"
    assert said in failed.what


def test_reading_has_a_limit(context: Context) -> None:
    assert refusal("s3.read", context, bucket="uploads", key="in/a.txt", max_bytes=3).type == "TooLarge"
    assert refusal("s3.read", context, bucket="uploads", key="gone").type == "NotFound"


@pytest.mark.parametrize(
    ("content", "stored", "kind"),
    [
        ({"text": "ü"}, "ü".encode(), "text/plain; charset=utf-8"),
        ({"text": ""}, b"", "text/plain; charset=utf-8"),
        ({"json": {"a": None}}, b'{"a":null}', "application/json"),
        ({"json": None}, b"null", "application/json"),
        ({"base64": "/wA="}, b"\xff\x00", "application/octet-stream"),
        ({"artifact": "art-1"}, b"a file", "application/octet-stream"),
        ({"text": "<p>", "content_type": "text/html"}, b"<p>", "text/html"),
    ],
)
def test_write_each_kind_of_content(context: Context, content: JsonObject, stored: bytes, kind: str) -> None:
    context.artifacts.stored["art-1"] = b"a file"
    output = done("s3.write", context, bucket="reports", key="r/1", **content)
    assert context.buckets.objects["reports", "r/1"] == stored
    assert (output["size"], output["content_type"]) == (len(stored), kind)


@pytest.mark.parametrize(
    "content",
    [{}, {"text": "a", "json": 1}, {"base64": "not base64!"}, {"text": None}, {"text": "x", "content_type": "a\r\nb"}],
)
def test_write_wants_exactly_one_content(context: Context, content: JsonObject) -> None:
    assert refusal("s3.write", context, bucket="reports", key="r/1", **content).type == "InvalidInput"
    assert ("reports", "r/1") not in context.buckets.objects


def test_delete_is_done_also_when_there_is_nothing(context: Context) -> None:
    place: JsonObject = {"bucket": "uploads", "key": "raw.bin"}
    assert do("s3.delete", context, **place) == {**place, "deleted": True}
    assert do("s3.delete", context, **place) == {**place, "deleted": False}


@pytest.mark.parametrize(
    "key",
    [
        "../x",
        "a/../../x",
        "a/..",
        "..",
        ".",
        "a/./b",
        "/etc/passwd",
        "a//b",
        "a/",
        "",
        "a\x00b",
        "a\\..\\b",
        "a\nb",
        "k" * 1025,
        "ü" * 600,
    ],
)
def test_a_key_leads_nowhere_else(context: Context, key: str) -> None:
    for name in ("s3.read", "s3.delete"):
        assert refusal(name, context, bucket="uploads", key=key).type == "InvalidInput"


@pytest.mark.parametrize("key", ["a..b", ".hidden", "ü/日本.png", "a b/c+d=e", "k" * 1024])
def test_a_plain_key_may_look_unusual(context: Context, key: str) -> None:
    done("s3.write", context, bucket="reports", key=key, text="x")
    assert ("reports", key) in context.buckets.objects


@pytest.mark.parametrize("bucket", ["..", "No", "a/b", "", "x"])
def test_a_bucket_is_named_as_s3_names_them(context: Context, bucket: str) -> None:
    assert refusal("s3.read", context, bucket=bucket, key="k").type == "InvalidInput"
