"""A secret is used in every way, and then looked for everywhere: in files, databases, answers, events, the audit log, exports."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support.canary import Canary
from support.murmur import Shop, shop
from support.served import served

PIPELINE = """
project: shop
pipeline: leaks
deadline: 1m
tasks:
  prints:  {{function: leak, with: {{how: print, value: "${{secrets.CANARY}}"}}, timeout: 20s}}
  logs:    {{function: leak, with: {{how: log, value: "x ${{secrets.CANARY}}"}}, timeout: 20s}}
  returns: {{function: leak, with: {{how: return, value: "${{secrets.CANARY}}"}}, timeout: 20s}}
  large:   {{function: leak, with: {{how: large, value: "${{secrets.CANARY}}"}}, timeout: 20s}}
  raises:  {{function: leak, with: {{how: raise, value: "${{secrets.CANARY}}"}}, timeout: 20s}}
  says:    {{function: leak, with: {{how: say, value: "${{secrets.CANARY}}"}}, timeout: 20s}}
  context: {{function: leak, with: {{how: context}}, timeout: 20s}}
  passes:  {{action: pass, with: {{value: {{deep: ["${{secrets.CANARY}}"]}}}}, timeout: 20s}}
  emits:   {{action: emit, with: {{source: shop, type: said, detail: {{it: "${{secrets.CANARY}}"}}}}, timeout: 20s}}
  sends:
    action: http.request
    timeout: 20s
    with:
      url: "http://127.0.0.1:{port}/echo"
      method: POST
      auth: {{basic: {{username: me, password: "${{secrets.CANARY}}"}}}}
      body: {{json: {{it: "${{secrets.CANARY}}"}}}}
"""
FUNCTION = """
import base64
import sys


def handler(event, context):
    how, value = event["how"], event.get("value") or context.secrets["CANARY"]
    if how == "print":
        print(value, [value], value.encode(), base64.b64encode(value.encode()).decode())
        print("half", value[:20], end="")
        print(value[20:])
        print(value, file=sys.stderr)
    elif how == "log":
        context.logger.warning("it is %s", value)
        context.progress(0.5, value)
    elif how == "raise":
        raise ValueError(f"it was {value}", {"value": value})
    elif how == "say":
        context.emit({"source": "shop", "detail-type": "said", "detail": {"it": value}})
    elif how == "large":
        return {"much": [value] * 2_000}
    return {"value": value, value: 1, "b64": base64.b64encode(b"ab:" + value.encode()).decode()}
"""


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    heard: list[bytes] = []

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            heard.append(content)
            told = json.dumps({"headers": dict(self.headers), "body": content.decode()}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()
    assert heard, "it was sent"


def test_a_secret_is_nowhere(tmp_path: Path, echo: int) -> None:
    root = tmp_path / "shop"
    murmur: Shop = shop(root)
    (root / "settings.yaml").write_text("allow: [private]\n")
    (root / "project.yaml").write_text("project: shop\nsecrets: [CANARY]\n")
    (root / "pipelines" / "leaks.yaml").write_text(PIPELINE.format(port=echo))
    (root / "functions" / "leak").mkdir()
    (root / "functions" / "leak" / "handler.py").write_text(FUNCTION)
    canary, told = Canary(), []
    with served(root) as here:

        def ask(path: str, **query: object) -> bytes:
            answer = here.get(path, **query)
            told.append(answer.body)
            return answer.body

        told.append(here.put("/projects/shop/secrets/CANARY", {"value": canary.value}).body)
        told.append(here.put("/projects/shop/secrets/CANARY", {"value": canary.value, "more": 1}).body)
        told.append(here.put("/projects/shop/secrets/CANARY", {"value": [canary.value]}).body)
        told.append(here.put("/projects/shop/secrets/TOO", {"value": canary.value * 200}).body)
        told.append(here.put("/projects/shop/secrets/BAD", canary.value.encode()).body)
        run = murmur.json("run", "leaks", "--wait", code=1)["run"]
        states = murmur.states(run)
        assert states.pop("raises") == "failed"
        assert set(states.values()) == {"succeeded"}, states
        for path in ("/projects", "/projects/shop", "/projects/shop/secrets", "/projects/shop/variables", "/audit"):
            assert ask(path)
        for path in ("/runs", f"/runs/{run}", f"/runs/{run}/events", f"/runs/{run}/logs", "/archive", "/refusals"):
            assert ask(path)
        told += [murmur(*verb).output.encode() for verb in _verbs(run, root)]
        assert b'"set":true' in ask("/projects/shop/secrets")
        while_it_runs = canary.found(root)
    assert not [body for body in told if canary.sings(body)]
    assert while_it_runs == []
    assert canary.found(root, tmp_path / "shop.log") == []
    logs = murmur("logs", run).output
    assert "***" in logs


def _verbs(run: object, root: Path) -> list[tuple[str, ...]]:
    file = str(root / "pipelines" / "leaks.yaml")
    return [
        *(("show", str(run), "--json"), ("events", str(run), "--json"), ("logs", str(run)), ("why", str(run), "sends")),
        *(("export", file), ("rules", file), ("refused",), ("dlq", "list")),
    ]


def test_a_canary_is_found_however_it_is_spelled(tmp_path: Path) -> None:
    canary = Canary()
    for number, form in enumerate(sorted(canary.forms)):
        (tmp_path / f"{number}").write_bytes(b"before " + form + b" after")
    assert len(canary.found(tmp_path)) == len(canary.forms)
    (tmp_path / "none").write_text(canary.value[:-1])
    assert len(canary.found(tmp_path)) == len(canary.forms)
