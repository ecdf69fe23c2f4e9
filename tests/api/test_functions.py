"""Functions over HTTP: what they say of themselves, edited as a whole, tried out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.murmur import Shop, shop
from support.served import Answered, Served, served

TYPED = '''
from pydantic import BaseModel

from murmuration import task


class Size(BaseModel):
    width: int


@task
def handler(size: Size, times: int = 2) -> dict[str, int]:
    """Multiplies a width.

    And says so.
    """
    print("multiplying")
    return {"width": size.width * times}
'''


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop(tmp_path_factory.mktemp("functions") / "shop")


@pytest.fixture(scope="module")
def here(there: Shop) -> Iterator[Served]:
    with served(there.root) as found:
        yield found


def create(here: Served, name: str, files: dict[str, str]) -> Answered:
    return here.put(f"/functions/{name}", {"files": files}, headers={"if-none-match": "*"})


def test_a_function_is_written_described_edited_and_removed(here: Served) -> None:
    made = create(here, "scale", {"handler.py": TYPED, "notes/README.md": "hello"})
    assert made.status == 201, made.body
    told = here.get("/functions/scale")
    shown = told.json
    assert shown["description"].startswith("Multiplies a width.")
    assert shown["input"]["properties"]["times"]["default"] == 2
    assert shown["output"]["type"] == "object"
    assert (shown["problem"], shown["mistakes"], shown["used_by"]) == ("", [], [])
    assert {one["path"] for one in shown["files"]} == {"handler.py", "notes/README.md"}
    etag = told.headers["etag"]
    changed = {"files": {"handler.py": TYPED.replace("= 2", "= 3")}}
    done = here.put("/functions/scale", changed, headers={"if-match": etag})
    assert done.status == 200
    assert [one["path"] for one in done.json["files"]] == ["handler.py"]
    assert here.get("/functions/scale").json["input"]["properties"]["times"]["default"] == 3
    late = here.put("/functions/scale", changed, headers={"if-match": etag})
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert late.headers["etag"] == done.headers["etag"]
    assert create(here, "scale", changed["files"]).status == 412
    assert here.put("/functions/scale", changed).status == 428
    assert here.delete("/functions/scale").status == 204
    assert here.get("/functions/scale").code == "no-such-function"


def test_each_is_listed_and_one_that_cannot_be_loaded_says_why(here: Served) -> None:
    create(here, "broken", {"handler.py": '"""Breaks."""\nimport nothing_of_that_name\n'})
    listed = {one["name"]: one for one in here.get("/functions", wait=20).json["functions"]}
    assert "nothing_of_that_name" in listed["broken"]["problem"]
    assert listed["broken"]["description"] == "Breaks."
    assert listed["check"]["problem"] == ""
    assert listed["check"]["described"]


def test_a_text_with_a_mistake_is_saved_and_the_mistake_told(here: Served) -> None:
    made = create(here, "typo", {"handler.py": "def handler(event:\n    return 1\n"})
    assert made.status == 201
    [mistake] = made.json["mistakes"]
    assert (mistake["file"], mistake["line"]) == ("handler.py", 1)
    assert mistake["column"] >= 12


@pytest.mark.parametrize(
    "path",
    [
        "../outside.py",
        "a/../../outside.py",
        "/etc/passwd",
        "a//b.py",
        "./a.py",
        "a/./b.py",
        "a\\b.py",
        ".hidden",
        "__pycache__/x.pyc",
        "node_modules/a.js",
        "CON.py",
        "a/lpt1.txt",
        "ü.py",
        "a\u202eb.py",
        "a b.py",
        "a\n.py",
        "dot.",
        "",
        "a/b/c/d/e/f/g.py",
        "x" * 200 + ".py",
        "Handler.py",
        "handler.py/x.py",
    ],
)
def test_a_path_that_is_not_plain_is_refused_in_words(here: Served, there: Shop, path: str) -> None:
    before = sorted(there.root.rglob("*.py"))
    told = create(here, "sly", {"handler.py": "", path: "x = 1\n"})
    assert (told.status, told.code) == (422, "bad-file")
    assert told.json["detail"]
    assert sorted(there.root.rglob("*.py")) == before


@pytest.mark.parametrize("name", ["..", ".", "a.b", "ü", "con", "-a", "a" * 65, "%2e%2e", "a%2fb", "a%00b", "__init__"])
def test_a_name_that_is_none_is_refused(here: Served, there: Shop, name: str) -> None:
    before = sorted(there.root.parent.rglob("*.py"))
    assert create(here, name, {"handler.py": ""}).status in (404, 405, 422)
    assert sorted(there.root.parent.rglob("*.py")) == before


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.py": ""},
        {"handler.py": "x\0"},
        {"handler.py": "# " + "x" * 1024 * 1024},
        {"handler.py": "", **{f"f{n}.py": "" for n in range(300)}},
        {"handler.py": "", **{f"f{n}.txt": "x" * 1_000_000 for n in range(5)}},
    ],
    ids=["none", "no-handler", "zero-byte", "too-long", "too-many", "too-much"],
)
def test_files_that_are_none_or_too_much_are_refused(here: Served, files: dict[str, str]) -> None:
    assert create(here, "bad", files).code == "bad-file"


def test_half_a_character_is_no_text(here: Served) -> None:
    body = b'{"files": {"handler.py": "x = \\"\\ud800\\""}}'
    told = here.put("/functions/half", body, headers={"if-none-match": "*"})
    assert told.status == 422


def test_nothing_is_written_through_a_link(here: Served, there: Shop, tmp_path: Path) -> None:
    functions = there.root / "functions"
    (tmp_path / "handler.py").write_text("# elsewhere\n")
    (functions / "linked").symlink_to(tmp_path)
    etag = here.get("/functions/linked").headers["etag"]
    told = here.put("/functions/linked", {"files": {"handler.py": ""}}, headers={"if-match": etag})
    assert told.code == "bad-file"
    create(here, "within", {"handler.py": ""})
    (functions / "within" / "sub").symlink_to(tmp_path)
    shown = here.get("/functions/within")
    assert [one["path"] for one in shown.json["files"]] == ["handler.py"]
    files = {"handler.py": "", "sub/handler.py": "x = 1"}
    assert (
        here.put("/functions/within", {"files": files}, headers={"if-match": shown.headers["etag"]}).code == "bad-file"
    )
    assert (tmp_path / "handler.py").read_text() == "# elsewhere\n"
    assert here.delete("/functions/linked").code == "bad-file"
    (functions / "linked").unlink()


def test_what_is_no_text_goes_along(here: Served, there: Shop) -> None:
    create(here, "model", {"handler.py": "x = 1\n"})
    weights = there.root / "functions" / "model" / "weights.bin"
    weights.write_bytes(b"\x00\xff" * 100)
    shown = here.get("/functions/model")
    assert {one["path"]: one["text"] for one in shown.json["files"]}["weights.bin"] is None
    files = {"handler.py": "x = 2\n"}
    assert here.put("/functions/model", {"files": files}, headers={"if-match": shown.headers["etag"]}).status == 200
    assert weights.read_bytes() == b"\x00\xff" * 100
    assert (weights.parent / "handler.py").read_text() == "x = 2\n"
    assert not [one for one in weights.parents[1].iterdir() if one.name.startswith(".")], "nothing is left behind"


def test_what_a_live_pipeline_uses_is_not_removed(here: Served) -> None:
    told = here.delete("/functions/check")
    assert (told.status, told.code) == (409, "function-in-use")
    assert "shop/orders" in told.json["detail"]


def test_a_function_is_tried_out(here: Served) -> None:
    create(here, "tried", {"handler.py": TYPED})
    told = here.post("/functions/tried/test", {"input": {"size": {"width": 4}}})
    assert told.status == 200
    tried = told.json
    assert (tried["state"], tried["output"], tried["error"]) == ("succeeded", {"width": 8}, None)
    assert tried["seconds"] >= 0
    assert [one["text"] for one in tried["lines"]] == ["multiplying\n"]
    wrong = here.post("/functions/tried/test", {"input": {"size": {"width": "x"}}}).json
    assert (wrong["state"], wrong["error"]["type"]) == ("failed", "InvalidInput")
    assert here.post("/functions/nobody/test", {}).code == "no-such-function"


def test_an_attempt_sees_the_old_files_or_the_new_and_never_both(here: Served) -> None:
    def files(number: int) -> dict[str, str]:
        code = "import a, b\ndef handler(event, context):\n    return [a.N, b.N]\n"
        return {"handler.py": code, "a.py": f"N = {number}\n", "b.py": f"N = {number}\n"}

    create(here, "pair", files(0))
    stop = threading.Event()
    wrong: list[Any] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            etag = here.get("/functions/pair").headers["etag"]
            told = here.put("/functions/pair", {"files": files(number)}, headers={"if-match": etag})
            if told.status != 200:
                wrong.append(told.body)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [here.post("/lib/pair", {}) for _ in range(25)]
    finally:
        stop.set()
        writer.join()
    assert not wrong
    assert all(told.status == 200 for told in seen), [told.body for told in seen if told.status != 200]
    assert all(first == second for first, second in (told.json for told in seen))
    assert len({told.json[0] for told in seen}) > 1, "it was edited meanwhile"
