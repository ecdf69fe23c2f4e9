"""Every function is an endpoint at once, and fails as its own doing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.murmur import Shop, shop
from support.served import Answered, Served, served

ADD = '''
from pydantic import BaseModel

from murmuration import Context, task


class Pair(BaseModel):
    left: int
    right: int = 0


@task
def handler(pair: Pair, note: str | None = None, *, context: Context) -> int | None:
    """Adds."""
    return pair.left + pair.right
'''
ODD = """
import time
def handler(event, context):
    match event.get("do"):
        case "break":
            raise KeyError("no such drawer")
        case "sleep":
            time.sleep(event["for"])
        case "write":
            return {"file": context.artifacts.write("note.txt", b"\\xffhello")}
        case "large":
            return "x" * 100_000
        case "count":
            path = __import__("pathlib").Path(__file__).with_name("count")
            path.write_text(str(int(path.read_text() or 0) + 1) if path.exists() else "1")
            return path.read_text()
    return event
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop(tmp_path_factory.mktemp("lib") / "shop")


@pytest.fixture(scope="module")
def here(there: Shop) -> Iterator[Served]:
    functions = there.root / "functions"
    for name, text in (("add", ADD), ("odd", ODD)):
        (functions / name).mkdir()
        (functions / name / "handler.py").write_text(text)
    with served(there.root) as found:
        yield found


def test_parameters_go_in_and_the_output_comes_out(here: Served) -> None:
    told = here.post("/lib/add", {"pair": {"left": 1, "right": 2}})
    assert (told.status, told.json) == (200, 3)
    run = here.get(f"/runs/{told.headers['x-run']}").json
    assert (run["state"], run["project"]) == ("succeeded", "shop")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"a": None, "b": [1, {"c": "${input}"}], "with space": 1, 'quo"te': 2, "back\\slash": 3, "brace}": 4, "ü": "é"},
        {"text": "${secrets.key}", "$artifact": {"at": "artifact:0", "size": 1}},
        {"do": "nothing", "deep": {"a": {"b": {"c": [[[]]]}}}, "n": 1.5, "t": True},
    ],
)
def test_every_parameter_arrives_as_it_was_sent(here: Served, given: dict[str, object]) -> None:
    told = here.post("/lib/odd", given)
    assert (told.status, told.json) == (200, given)


def test_a_large_output_comes_whole(here: Served) -> None:
    told = here.post("/lib/odd", {"do": "large"})
    assert told.json == "x" * 100_000
    run = told.headers["x-run"]
    [artifact] = here.get(f"/runs/{run}/artifacts").json["artifacts"]
    assert (artifact["kind"], artifact["name"], artifact["size"]) == ("value", "tasks.odd.output", 100_002)
    assert here.get(f"/runs/{run}/artifacts/{artifact['id']}").json == "x" * 100_000
    assert here.get(f"/runs/{run}/artifacts/{'0' * 64}").code == "no-such-artifact"


def test_a_file_that_it_wrote_is_fetched_through_its_run(here: Served) -> None:
    told = here.post("/lib/odd", {"do": "write", "also": {"bucket": "artifacts", "key": "r-other/odd/1/secret.txt"}})
    run = told.headers["x-run"]
    found = {one["name"]: one for one in here.get(f"/runs/{run}/artifacts").json["artifacts"]}
    assert found["input.also"]["id"] is None, "whoever starts a run names what he likes"
    mine = found["tasks.odd.output.file"]
    assert (mine["kind"], mine["size"], mine["key"].startswith(run)) == ("file", 6, True)
    there = here.get(f"/runs/{run}/artifacts/{mine['id']}")
    assert (there.status, there.body) == (200, b"\xffhello")
    assert there.headers["content-disposition"].startswith("attachment")


def test_what_it_does_not_take_is_told_each(here: Served) -> None:
    told = here.post("/lib/add", {"pair": {"left": "x"}, "other": 1})
    assert (told.status, told.code) == (422, "invalid-input")
    assert {one["where"] for one in told.json["problems"]} == {"body.pair.left", "body.other"}
    assert told.headers["x-run"].startswith("r-")


def test_its_own_failure_is_no_failure_of_the_server(here: Served) -> None:
    told = here.post("/lib/odd", {"do": "break"})
    assert (told.status, told.code) == (424, "function-failed")
    assert told.json["error"]["type"] == "KeyError"
    assert told.json["run"] == told.headers["x-run"]
    late = here.post("/lib/odd", {"do": "sleep", "for": 30}, timeout=1)
    assert (late.status, late.code) == (424, "function-failed")


def test_one_that_works_for_long_is_told_where_to_look(here: Served) -> None:
    told = here.post("/lib/odd", {"do": "sleep", "for": 2}, wait=0.2)
    assert told.status == 202
    assert told.headers["location"] == f"/api/runs/{told.json['run']}"
    while not here.get(f"/runs/{told.json['run']}/events", wait=10).json["ended"]:
        pass
    assert here.get(told.headers["location"]).json["state"] == "succeeded"


def test_the_same_key_is_the_same_call(here: Served) -> None:
    first, second = (here.post("/lib/odd", {"do": "count"}, headers={"idempotency-key": "k"}) for _ in range(2))
    assert first.json == second.json == "1"
    assert first.headers["x-run"] == second.headers["x-run"]


@pytest.mark.parametrize("path", ["/lib/odd", "/functions/odd/test"])
def test_a_key_with_other_parameters_is_never_answered_with_the_first_call(here: Served, path: str) -> None:
    def asked(**parameters: object) -> Answered:
        body = parameters if path == "/lib/odd" else {"input": parameters}
        return here.post(path, body, headers={"idempotency-key": f"of {path}".replace(" ", "-")})

    first = asked(do="large", n=1)
    assert {asked(do="large", n=2).code, asked(do="large").code} == {"key-reused"}
    assert (first.status, asked(do="large", n=1).headers["location"]) == (200, first.headers["location"])


def test_calls_again_are_of_the_same_version(here: Served) -> None:
    bodies = [{"pair": {"left": 1}}, {"pair": {"left": 2}, "note": "n"}] * 3
    runs = [here.get(f"/runs/{here.post('/lib/add', body).headers['x-run']}").json for body in bodies]
    assert len({run["version"] for run in runs}) == 2


def test_what_is_not_there_or_not_allowed(here: Served) -> None:
    assert here.post("/lib/ad", {}).code == "no-such-function"
    assert here.post("/lib/add", [1]).status == 422
    viewer = here.post("/tokens", {"name": "v", "role": "viewer"}).json["token"]
    assert here.post("/lib/add", {}, token=viewer).status == 403


def test_each_is_in_the_document_with_its_schema_as_they_come_and_go(here: Served) -> None:
    here.get("/functions", wait=20)
    document = here.get("/openapi.json").json
    operation = document["paths"]["/lib/add"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    at = document
    for part in schema["properties"]["pair"]["$ref"].removeprefix("#/").split("/"):
        at = at[part.replace("~1", "/")]
    assert at["required"] == ["left"]
    assert operation["summary"] == "Adds."
    text = '"""New here."""\ndef handler(event, context):\n    return 1\n'
    here.put("/functions/fresh", {"files": {"handler.py": text}}, headers={"if-none-match": "*"})
    assert here.get("/openapi.json").json["paths"]["/lib/fresh"]["post"]["summary"] == "New here."
    assert here.delete("/functions/fresh").status == 204
    assert "/lib/fresh" not in here.get("/openapi.json").json["paths"]
