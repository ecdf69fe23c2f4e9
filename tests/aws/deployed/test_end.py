"""When all else was done with the stack: what its functions asked for meanwhile, and that nothing is left of it. In this order."""

from __future__ import annotations

from support.deployed.everything import named
from support.deployed.standing import PREFIX, Standing

BUSY = ("start", "task", "projector", "sweeper", "timers", "undelivered", "publish", "api")
IDLE = {
    "task-medium": "no example asks for so much memory; it is the task function",
    "task-large": "as task-medium",
    "task-huge": "as task-medium",
}
"""Why their roles are not seen at work here. tests/aws/template/test_roles.py looks at each action of each role."""


def test_every_function_worked_under_its_role_and_was_denied_nothing(here: Standing) -> None:
    here.call("sweeper", {})
    asked = [one for one in here.aws.asked() if one.function.startswith(f"{PREFIX}-")]
    denied = {f"{one.function}: {one.action} on {one.on}" for one in asked if one.denied}
    assert not denied, "\n".join(sorted(denied))
    assert {one.function.removeprefix(f"{PREFIX}-") for one in asked} == set(BUSY)
    functions = {one["FunctionName"] for one in here.client("lambda").list_functions()["Functions"]}
    assert functions == {f"{PREFIX}-{name}" for name in (*BUSY, *IDLE)}


def test_no_functions_log_tells_of_a_denial_or_a_mistake(here: Standing) -> None:
    told = here.logs()
    assert any(told.values())
    wrong = [
        f"{group}: {line}"
        for group, lines in told.items()
        for line in lines
        if "AccessDenied" in line or "is not authorized" in line or '"level":"ERROR"' in line
    ]
    assert not wrong, "\n".join(wrong)


def test_destroying_it_leaves_nothing(here: Standing) -> None:
    before = named(here)
    assert {"stack", "table", "bucket", "rule", "schedule", "parameter", "function", "queue"} <= before.keys()
    done = here.murmur("destroy", "--stage", "dev", "--yes")
    assert done.returncode == 0, done.stdout + here.recent()
    here.destroyed = True
    assert done.stdout.rstrip().endswith("is gone")
    assert named(here) == {}
