"""The command, called in this process, and a workspace to call it in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from murmuration.cli.main import main
from schemas.model import JsonObject

SLOW = """
project: shop
pipeline: orders
deadline: 10m
input: {type: object}
triggers:
  placed: {event: {source: [shop], detail-type: [order.placed]}, input: "${detail}", key: "${detail.id}"}
tasks:
  check:   {function: check, with: {input: "${input}"}, timeout: 30s}
  deliver: {function: check, with: {input: "${tasks.check.output}"}, timeout: 30s}
  refund:  {action: pass, timeout: 30s}
edges:
  - {from: check, to: deliver, when: {total: [{numeric: [">=", 10]}]}}
  - {from: check, to: refund, on: failure}
"""
CHECK = '''
import time


def handler(event, context):
    """Says what it was given; waits and breaks where it is asked to."""
    given = event["input"]
    print("checking", given.get("id"))
    context.progress(0.5, "half way")
    while given.get("wait") and not (context_folder() / "go").exists():
        time.sleep(0.01)
    if given.get("breaks") and not (context_folder() / "mended").exists():
        raise ValueError("told to break")
    return given


def context_folder():
    import pathlib

    return pathlib.Path(__file__).parent
'''


@dataclass
class Shop:
    root: Path

    def __call__(self, *arguments: object, code: int = 0, input: str | None = None) -> Result:
        """Call a verb here. Its exit code is the expected one, and no stack trace is ever seen."""
        verb, *rest = (str(one) for one in arguments)
        answer = CliRunner().invoke(main, [verb, *rest], input=input, env={"MURMUR_WORKSPACE": str(self.root)})
        assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
        assert "Traceback" not in answer.stderr
        assert answer.exit_code == code, answer.output + answer.stderr
        return answer

    def json(self, *arguments: object, code: int = 0) -> JsonObject:
        told = json.loads(self(*arguments, "--json", code=code).stdout)
        assert isinstance(told, dict)
        return told

    def let_go(self) -> None:
        (self.root / "functions" / "check" / "go").touch()

    def mend(self) -> None:
        (self.root / "functions" / "check" / "mended").touch()

    def states(self, run: object) -> dict[str, str]:
        tasks = self.json("show", run)["tasks"]
        assert isinstance(tasks, list)
        return {str(task["task"]): str(task["state"]) for task in tasks if isinstance(task, dict)}


def shop(root: Path) -> Shop:
    (root / "pipelines").mkdir(parents=True)
    (root / "functions" / "check").mkdir(parents=True)
    (root / "project.yaml").write_text("project: shop\n")
    (root / "pipelines" / "orders.yaml").write_text(SLOW)
    (root / "functions" / "check" / "handler.py").write_text(CHECK)
    return Shop(root)
