"""Publishing, locally: compile, put the version and its rules, flip the active one. All in one transaction."""

from __future__ import annotations

from events.ports import Published
from events.rules import Plan, compile_rules, render_all
from murmuration.local.stack import Stack
from schemas.pipeline import Pipeline
from schemas.version import Version


def publish(stack: Stack, pipeline: Pipeline) -> Plan:
    """The next version, live. The same document again is the version that is already there."""
    active = stack.catalog.active(pipeline.name)
    if active is not None and active.version.pipeline == pipeline:
        return compile_rules(active.version, surroundings=stack.surroundings)
    with stack.database.transaction():
        version = Version(pipeline=pipeline, number=stack.catalog.last_number(pipeline.name) + 1)
        plan = compile_rules(version, surroundings=stack.surroundings)
        stack.catalog.put(Published(version, plan.table), render_all(plan.all, stack.surroundings), stack.clock.now())
        stack.catalog.flip(pipeline.name, version.number)
    stack.load_rules()
    return plan
