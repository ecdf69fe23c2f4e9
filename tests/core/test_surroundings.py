"""Who runs a task, by what it needs."""

from __future__ import annotations

from events.rules import Surroundings
from schemas.pipeline import Memory, Task


def test_what_needs_the_library_that_is_left_out_runs_elsewhere() -> None:
    surroundings = Surroundings(prefix="murmur-dev", memory_functions={Memory.MEDIUM: "murmur-dev-task-medium"})
    heavy = Task.read({"action": "validate", "with": {"schema": {}, "data": 1}})
    light = Task.read({"action": "pass"})
    assert surroundings.function_of(heavy, {}).key == "murmur-dev-task-medium"
    assert surroundings.function_of(light, {}).key == "murmur-dev-task"
    assert Surroundings().function_of(heavy, {}) == Surroundings().task_function
