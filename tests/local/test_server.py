"""The server: what the owner of a workspace gives to those who work for it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from support.murmur import Shop, shop

from murmuration.local.acting import Acting
from murmuration.local.keys import HALF
from murmuration.local.reading import Reading
from murmuration.workspace import Workspace

HTTP = """
project: shop
pipeline: fetch
deadline: 5m
tasks:
  get: {action: http.request, with: {url: "http://127.0.0.1:9/"}, timeout: 20s}
edges: []
"""


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def error(here: Shop) -> str:
    tasks = here.json("run", "fetch", code=1)["tasks"]
    assert isinstance(tasks, list)
    [task] = tasks
    assert isinstance(task, dict)
    assert isinstance(task["error"], dict)
    return str(task["error"]["type"])


def test_actions_are_given_the_settings_of_the_operator(here: Shop) -> None:
    (here.root / "pipelines" / "fetch.yaml").write_text(HTTP)
    assert error(here) == "Refused"
    (here.root / "settings.yaml").write_text('allow: ["127.0.0.1:9"]\nkeep: 10d\n')
    assert error(here) != "Refused", "it may try now, and finds nobody there"


def test_what_a_crash_left_in_a_bucket_goes_when_the_next_server_begins(here: Shop) -> None:
    half = here.root / "buckets" / "uploads" / f"{HALF}0123"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"ha")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(half, (two_days_ago, two_days_ago))
    here("up", "--once")
    assert not half.exists()


SECRETS = """
project: shop
pipeline: pay
deadline: 5m
tasks:
  pay:  {function: pay, with: {token: "${secrets.TOKEN}", fail: "${input.fail}"}, timeout: 20s}
  call: {action: lambda.invoke, with: {function: pay, payload: {token: "${secrets.TOKEN}", fail: true}}, timeout: 20s}
  none: {action: pass, with: {value: "${secrets.NEVER}"}, timeout: 20s}
  else: {action: pass, with: {value: "${secrets.NEVER || 'nothing'}"}, timeout: 20s}
edges: []
"""
PAY = """
def handler(event, context):
    print("paying with", context.secrets["TOKEN"])
    context.logger.info("the token is %s", event["token"])
    context.progress(0.5, event["token"])
    if event["fail"]:
        raise PermissionError("refused: " + event["token"])
"""
TOKEN = "s3cr3t-and-long"


def test_what_a_function_prints_or_fails_with_shows_no_secret(here: Shop) -> None:
    (here.root / "project.yaml").write_text("project: shop\nsecrets: [TOKEN, NEVER]\n")
    (here.root / "secrets.env").write_text(f"TOKEN={TOKEN}\n")
    (here.root / "functions" / "pay").mkdir()
    (here.root / "functions" / "pay" / "handler.py").write_text(PAY)
    (here.root / "pipelines" / "pay.yaml").write_text(SECRETS)
    told = here.json("run", "pay", "--input", '{"fail": true}', code=1)
    assert "refused: ***" in json.dumps(told)
    assert "paying with ***" in here("logs").stdout
    kept = b"".join(file.read_bytes() for file in here.root.joinpath(".murmuration").rglob("*") if file.is_file())
    assert b"paying with" in kept
    assert TOKEN.encode() not in kept


def test_a_secret_without_a_value_fails_the_task_that_cannot_do_without(here: Shop) -> None:
    (here.root / "project.yaml").write_text("project: shop\nsecrets: [TOKEN, NEVER]\n")
    (here.root / "pipelines" / "pay.yaml").write_text(SECRETS)
    told = here.json("run", "pay", code=1)
    assert isinstance(told["tasks"], list)
    tasks = {str(task["task"]): task for task in told["tasks"] if isinstance(task, dict)}
    assert tasks["none"]["error"] == {
        "type": "MissingSecret",
        "message": "no value is there for the secret NEVER",
        "detail": {},
    }
    assert tasks["else"]["output"] == "nothing"


def test_the_failure_of_an_action_has_no_trace_but_that_of_the_function_it_called(here: Shop) -> None:
    (here.root / "functions" / "pay").mkdir()
    (here.root / "functions" / "pay" / "handler.py").write_text("def handler(event, context):\n    return 1 / 0\n")
    (here.root / "pipelines" / "calls.yaml").write_text(
        "project: shop\npipeline: calls\ndeadline: 5m\ntasks:\n"
        "  call: {action: lambda.invoke, with: {function: pay}, timeout: 20s}\n"
        "  move: {action: s3.read, with: {bucket: nowhere, key: a}, timeout: 20s}\n"
        "edges: []\n"
    )
    told = here.json("run", "calls", code=1)
    assert isinstance(told["tasks"], list)
    call, move = (task["error"] for task in told["tasks"] if isinstance(task, dict))
    assert isinstance(call, dict)
    assert isinstance(move, dict)
    assert (call["type"], "return 1 / 0" in str(call["detail"])) == ("ZeroDivisionError", True)
    assert (move["type"], move["detail"]) == ("NotFound", {})


def test_publishing_reads_variables_and_secrets_again(here: Shop, caplog: pytest.LogCaptureFixture) -> None:
    (here.root / "project.yaml").write_text("project: shop\nsecrets: [TOKEN]\n")
    with Acting(Workspace(here.root), "a test") as acting:
        acting.ask("publish", {"pipelines": []})
        settings = acting.serve().stack.settings
        assert settings.secrets("shop") == {}
        (here.root / "secrets.env").write_text(f"TOKEN={TOKEN}\n")
        (here.root / "project.yaml").write_text("project: shop\nsecrets: [TOKEN]\nvariables: {size: 3}\n")
        acting.ask("publish", {"pipelines": []})
        assert (settings.secrets("shop"), settings.variables("shop")) == ({"TOKEN": TOKEN}, {"size": 3})
        (here.root / "secrets.env").write_text(f"no value {TOKEN}\n")
        acting.ask("publish", {"pipelines": []})
        assert settings.secrets("shop") == {"TOKEN": TOKEN}
    assert "stay as they were: secrets.env: line 1 is not NAME=value" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("document", ["project: [1\n", "project: shop\nvariables: [size, 3]\n"])
def test_nobody_works_without_what_a_broken_project_would_have_said(
    here: Shop, document: str, caplog: pytest.LogCaptureFixture
) -> None:
    (here.root / "project.yaml").write_text("project: shop\nvariables: {size: 3}\n")
    with Acting(Workspace(here.root), "a test") as acting:
        settings = acting.serve().stack.settings
        (here.root / "project.yaml").write_text(document)
        acting.ask("publish", {"pipelines": []})
        assert settings.variables("shop") == {"size": 3}
    assert "variables and secrets stay as they were: project.yaml:" in caplog.text
    assert "project.yaml:" in here("up", "--once", code=2).stderr
    assert "(project.yaml:" in here("run", "orders", code=2).stderr


CALLBACK = """
project: shop
pipeline: ask
deadline: 5m
tasks:
  ask:  {function: ask, callback: true, timeout: 2m, with: {}}
  then: {action: pass, with: {value: "${tasks.ask.output.answer}"}, timeout: 20s}
  else: {action: pass, with: {value: "no"}, timeout: 20s}
edges: [{from: ask, to: then}, {from: ask, to: else, on: failure}]
"""
ASK = """
def handler(event, context):
    open("token", "w").write(context.token)
"""


@pytest.mark.parametrize(
    ("settled", "came"),
    [(("--output", '{"answer": "yes"}'), {"then": "yes"}), (("--error", "she said no"), {"else": "no"})],
)
def test_a_task_that_waits_is_settled_by_its_token(here: Shop, settled: tuple[str, str], came: dict[str, str]) -> None:
    (here.root / "functions" / "ask").mkdir()
    (here.root / "functions" / "ask" / "handler.py").write_text(ASK)
    (here.root / "pipelines" / "ask.yaml").write_text(CALLBACK)
    here("publish")
    with Acting(Workspace(here.root), "a test") as acting:
        told = acting.ask("run", {"pipeline": "ask", "request": "one"})
        with Reading(acting.workspace.state) as reading:
            run = str(told["run"])
            acting.follow(lambda: reading.show(run).states["ask"] == "waiting")
    token = (here.root / "token").read_text()
    assert "waits under this token" in here("settle", run, "ask", "--token", "0123", code=2).stderr
    assert "of r-" in here("settle", run, "ask", "--token", token, *settled).stdout
    assert "waits under this token" in here("settle", run, "ask", "--token", token, code=2).stderr
    here("up", "--once")
    tasks = here.json("show", run)["tasks"]
    assert isinstance(tasks, list)
    outputs = {task["task"]: task["output"] for task in tasks if isinstance(task, dict)}
    assert {name: outputs[name] for name in came} == came


CHUNKS = """
import sys, time

def handler(event, context):
    token = context.secrets["TOKEN"]
    print("paying with " + token[:6], end="", flush=True)
    context.logger.info("between")
    print(token[6:], "and more", flush=True)
    sys.stdout.write("x" * 65_530 + token)
    sys.stdout.flush()
    time.sleep(0.1)
"""


def test_a_secret_that_is_printed_in_two_pieces_is_masked_all_the_same(here: Shop) -> None:
    (here.root / "project.yaml").write_text("project: shop\nsecrets: [TOKEN, NEVER]\n")
    (here.root / "secrets.env").write_text(f"TOKEN={TOKEN}\n")
    (here.root / "functions" / "pay").mkdir()
    (here.root / "functions" / "pay" / "handler.py").write_text(CHUNKS)
    (here.root / "pipelines" / "pay.yaml").write_text(SECRETS)
    here.json("run", "pay", "--input", '{"fail": false}', code=1)
    logged = here.json("logs", "last", "pay")["logs"]
    assert isinstance(logged, list)
    told = [one for one in logged if isinstance(one, dict) and one["stream"] == "stdout"]
    said = "".join(str(one["text"]) for one in told)
    assert TOKEN not in said
    assert TOKEN[6:] not in said
    assert said.startswith("paying with *** and more\n")
    assert said.endswith("x***")
