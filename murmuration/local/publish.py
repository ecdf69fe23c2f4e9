"""Publishing, locally: compile, put the version and its rules, flip the active one. All in one transaction."""

from __future__ import annotations

from events.ports import Published
from events.rules import Plan, compile_rules, render_all
from murmuration.local.stack import Stack
from schemas.pipeline import Pipeline
from schemas.version import Version


def publish(stack: Stack, pipeline: Pipeline) -> Plan:
    """The next version, live. The same document again is the version that is already there."""
    with stack.database.transaction():
        plan = put(stack, pipeline)
    stack.load_rules()
    return plan


def put(stack: Stack, pipeline: Pipeline) -> Plan:
    """Inside a transaction, after which the rules are loaded."""
    active = stack.catalog.active(pipeline.name)
    if active is not None and active.version.pipeline == pipeline:
        return compile_rules(active.version, surroundings=stack.surroundings)
    plan = _next(stack, pipeline)
    rules = render_all(plan.all, stack.surroundings)
    stack.catalog.put(Published(plan.version, plan.table), rules, stack.clock.now())
    stack.catalog.flip(pipeline.name, plan.version.number)
    return plan


def put_aside(stack: Stack, pipeline: Pipeline) -> Plan:
    """A version that is run and never live: what is active stays so, and nothing triggers this one.

    Inside a transaction, after which the rules are loaded. A document that was the last version, or is the active one, is not
    put again.
    """
    last = stack.catalog.version(f"{pipeline.name}@{stack.catalog.last_number(pipeline.name)}")
    for known in (stack.catalog.active(pipeline.name), last):
        if known is not None and known.version.pipeline == pipeline:
            return compile_rules(known.version, surroundings=stack.surroundings)
    plan = _next(stack, pipeline)
    rules = render_all((*plan.rules, *plan.shared), stack.surroundings)
    stack.catalog.put(Published(plan.version, plan.table), rules, stack.clock.now())
    stack.catalog.drain(pipeline.name, plan.version.number)
    return plan


def _next(stack: Stack, pipeline: Pipeline) -> Plan:
    version = Version(pipeline=pipeline, number=stack.catalog.last_number(pipeline.name) + 1)
    return compile_rules(version, surroundings=stack.surroundings)
