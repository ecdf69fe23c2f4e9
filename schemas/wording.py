"""A validator's error in our own words: what is wrong here, and what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from pydantic_core import ErrorDetails

from schemas.names import BUCKET, NAME, did_you_mean
from schemas.problem import Code, Path


@dataclass(frozen=True, slots=True)
class Wording:
    code: Code
    message: str
    advice: str = ""
    meant: str = ""
    """The key that a misspelt one stands for."""


_AN_EDGE = "an edge: {from: ..., to: ...} under edges"

# Words that other systems use, and ours.
_FOREIGN = {
    "after": _AN_EDGE,
    "args": "with",
    "arguments": "with",
    "catch": "an edge with on: failure",
    "condition": "when, on an edge",
    "cron": "schedule: {cron: ...} in a trigger",
    "depends": _AN_EDGE,
    "depends_on": _AN_EDGE,
    "dependsOn": _AN_EDGE,
    "env": "with",
    "if": "when, on an edge",
    "inputs": "with in a task, input at the top",
    "jobs": "tasks",
    "lambda": "function in a task; functions: {NAME: {lambda: ARN}} at the top",
    "name": "pipeline for the pipeline's name; a task's name is its key",
    "needs": _AN_EDGE,
    "next": _AN_EDGE,
    "nodes": "tasks",
    "parameters": "with",
    "params": "with",
    "requires": _AN_EDGE,
    "retries": "retry: {attempts: ...}",
    "s3_trigger": "s3 in a trigger",
    "schedule": "triggers: {NAME: {schedule: ...}}",
    "source": "from",
    "states": "tasks",
    "steps": "tasks",
    "target": "to",
    "trigger": "triggers",
    "upstream": _AN_EDGE,
    "uses": "action",
}

_NAMED = {
    "from": "task",
    "to": "task",
    "tasks": "task",
    "triggers": "trigger",
    "functions": "function",
    "buckets": "bucket",
    "variables": "variable",
    "secrets": "secret",
}

# What may be written where something else stands that a mapping or a list must be.
_EXAMPLES = {
    "tasks": "tasks: {NAME: {function: NAME}}",
    "edges": "edges: [{from: TASK, to: TASK}]",
    "triggers": "triggers: {NAME: {schedule: {rate: 15m}}}",
    "functions": "functions: {NAME: {lambda: ARN}}",
    "retry": "retry: {attempts: 3}",
    "with": "with: {PARAMETER: VALUE}",
    "when": "an event pattern: when: {FIELD: [VALUE]}",
    "event": "an event pattern: event: {source: [NAME]}",
    "input": "a JSON Schema: input: {type: object}",
    "for_each": 'for_each: "${input.items}"',
    "concurrency": "a number, or {limit: 5, full: queue}",
    "s3": "s3: {bucket: NAME}",
    "schedule": 'schedule: {cron: "0 2 * * *"}',
    "pipeline": "pipeline: {pipeline: NAME}",
    "webhook": "webhook: {secret: NAME}",
    "manual": "manual: {}",
    "buckets": "buckets: {NAME: {}}",
    "members": "members: {NAME: viewer}",
}
_ENTRIES = {"tasks": "{function: NAME}", "triggers": "{schedule: {rate: 15m}}", "edges": "{from: TASK, to: TASK}"}

_BELONGS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
}


def show(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}..."'
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return str(value)


def word(error: ErrorDetails, path: Path, value: JsonValue, free: tuple[str, ...]) -> Wording:
    """`path` is where the error stands in the document, `value` what stands there, `free` the keys that could stand there."""
    subject = str(path[-1]) if path and isinstance(path[-1], str) else "this"
    told: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return Wording(Code.MISSING_KEY, f"{subject} is missing here", f"Write {subject}: ...")
        case "extra_forbidden":
            return _unknown_key(subject, free)
        case "duration":
            advice = f"Write {value}s for {value} seconds" if type(value) is int else told["advice"]
            return Wording(Code.BAD_DURATION, f"{show(value)} is not a duration", advice)
        case "no_time":
            return Wording(Code.BAD_DURATION, f"{subject} cannot be {show(value)}", "Write 1s or more")
        case "one_of" | "missing_secret":
            return Wording(_code_of_choice(told, value), error["msg"], told["advice"])
        case "string_pattern_mismatch":
            return _bad_name(told["pattern"], subject, path, value)
        case "string_too_long":
            return _too_long(error, subject, told["max_length"])
        case "greater_than_equal" | "less_than_equal" as kind:
            least = kind == "greater_than_equal"
            bound = told["ge" if least else "le"]
            advice = f"Write {bound:g} or {'more' if least else 'less'}"
            return Wording(Code.BAD_VALUE, f"{subject} cannot be {show(value)}", advice)
        case "enum" | "literal_error":
            return _choice(subject, value, re.findall(r"'([^']*)'", told["expected"]))
        case "too_short":
            return Wording(Code.BAD_VALUE, f"{subject} must not be empty", "Write at least one entry")
        case kind if kind in _BELONGS:
            return _type(path, value, kind)
    return Wording(Code.BAD_VALUE, f"{subject} cannot be {show(value)}")


def _entry(path: Path) -> str:
    """`the task "resize"`, `an edge`: how an entry is called that is not what it must be."""
    match path:
        case (("tasks" | "triggers" | "functions" | "buckets") as kind, str(name)):
            return f"the {_NAMED[kind]} {show(name)}"
        case ("edges", int()):
            return "an edge"
    return ""


def _unknown_key(key: str, free: tuple[str, ...]) -> Wording:
    guess = did_you_mean(key, free)
    shown = show(key)
    if guess:
        return Wording(Code.UNKNOWN_KEY, f"nobody knows the key {shown}", guess, meant=guess.split('"')[1])
    if ours := _FOREIGN.get(key) or _FOREIGN.get(key.lower()):
        return Wording(Code.UNKNOWN_KEY, f"nobody knows the key {shown}", f"Here it is {ours}")
    return Wording(
        Code.UNKNOWN_KEY, f"nobody knows the key {shown}", f"Known here: {', '.join(free)}" if free else "Remove it"
    )


def _code_of_choice(told: dict[str, Any], value: JsonValue) -> Code:
    several = isinstance(value, dict) and (
        " and " in told.get("how_many", "")
        or {"function", "action"} <= value.keys()
        or {"cron", "rate"} <= value.keys()
    )
    return Code.BAD_VALUE if several else Code.MISSING_KEY


def _bad_name(pattern: str, subject: str, path: Path, value: JsonValue) -> Wording:
    if subject == "lambda":
        advice = "Write arn:aws:lambda:REGION:ACCOUNT:function:NAME"
        return Wording(Code.BAD_VALUE, f"{show(value)} is not the ARN of a Lambda function", advice)
    if subject == "action":
        return Wording(
            Code.BAD_NAME, f"{show(value)} cannot be the name of an action", "Actions are named like s3.copy"
        )
    if subject == "function" and str(value).startswith("arn:"):
        advice = "Write functions: {NAME: {lambda: ARN}} at the top, and function: NAME here"
        return Wording(Code.BAD_NAME, "an ARN cannot be the name of a function", advice)
    kind = _NAMED.get(subject) or _NAMED.get(str(path[-2]) if len(path) > 1 else "", subject)
    if pattern == BUCKET:
        advice = "A bucket has 3 to 63 small letters, digits, - and . and begins and ends with a letter or a digit"
        return Wording(Code.BAD_NAME, f"{show(value)} cannot be the name of a bucket", advice)
    rule = "letters, digits, - or _" if pattern == NAME else "letters, digits or _"
    better = re.sub(r"[^A-Za-z0-9_]+", "-" if pattern == NAME else "_", str(value)).strip("-_")
    advice = f"A name begins with a letter and goes on with {rule}"
    if better[:1].isalpha() and len(better) <= 48:
        advice += f': write "{better}"'
    return Wording(Code.BAD_NAME, f"{show(value)} cannot be the name of a {kind}", advice)


def _too_long(error: ErrorDetails, subject: str, most: int) -> Wording:
    named = "[key]" in error["loc"] or subject in ("project", "pipeline", "from", "to", "function", "action")
    return Wording(
        Code.BAD_NAME if named else Code.BAD_VALUE,
        f"{show(subject) if '[key]' in error['loc'] else subject} is too long",
        f"Write at most {most} characters",
    )


def _choice(subject: str, value: JsonValue, known: list[str]) -> Wording:
    if subject == "on" and isinstance(value, list):
        advice = "Write completion to hear of both, or one edge for each"
        return Wording(Code.BAD_VALUE, f"{subject} cannot be {show(value)}", advice)
    guess = did_you_mean(value, known) if isinstance(value, str) else ""
    advice = f"{guess + ' ' if guess else ''}Write {', '.join(known[:-1])} or {known[-1]}"
    return Wording(Code.BAD_VALUE, f"{subject} cannot be {show(value)}", advice)


def _type(path: Path, value: JsonValue, kind: str) -> Wording:
    belongs = _BELONGS[kind]
    subject = _entry(path) or str(path[-1])
    return Wording(Code.BAD_VALUE, f"{subject} must be {belongs}, not {show(value)}", _instead(path, value, kind))


def _instead(path: Path, value: JsonValue, kind: str) -> str:
    """What to write, where the value says what was meant, or else an example."""
    scalar = isinstance(value, str | int | float)
    match kind:
        case "dict_type" | "model_type" | "tuple_type" if example := _example(path):
            return f"Write {example}"
        case _ if value is None:
            return "Write a value, or leave the key out"
        case "dict_type" | "model_type":
            return "Write {KEY: VALUE}"
        case "tuple_type" if scalar:
            return f"Write it as a list: [{value if isinstance(value, str) else show(value)}]"
        case "string_type" if scalar:
            return f'Put it in quotes: "{show(value)}"'
        case "string_type" if path[-1] in ("from", "to"):
            return "Write one edge for each task"
        case "bool_type" if isinstance(value, str):
            return "Without quotes; yes, no, on and off are text"
        case "int_type" | "float_type" if isinstance(value, str):
            return "Without quotes"
    return ""


def _example(path: Path) -> str:
    if len(path) == 2 and path[0] in _ENTRIES:
        return _ENTRIES[str(path[0])]
    return _EXAMPLES.get(str(path[-1]), "")


def word_join(value: JsonValue) -> Wording:
    """A join is a word or a mapping; whatever else it is, it is one mistake."""
    write = "Write all, any, settled or {at_least: 2}"
    if isinstance(value, dict) and "at_least" in value:
        extra = [key for key in value if key != "at_least"]
        if extra:
            return Wording(Code.UNKNOWN_KEY, f"nobody knows the key {show(extra[0])} in a join", write)
        advice = "It counts edges: write a whole number from 1 to 100000"
        return Wording(Code.BAD_VALUE, f"at_least cannot be {show(value['at_least'])}", advice)
    if isinstance(value, str):
        guess = did_you_mean(value, ("all", "any", "settled"))
        return Wording(Code.BAD_VALUE, f"join cannot be {show(value)}", f"{guess + ' ' if guess else ''}{write}")
    if isinstance(value, dict) and len(value) == 1:
        return Wording(Code.UNKNOWN_KEY, f"nobody knows the key {show(next(iter(value)))} in a join", write)
    return Wording(Code.BAD_VALUE, f"join cannot be {show(value)}", write)
