"""Answers: how tasks are taken to end, as a person writes them for a simulation.

validate: succeeded                       no output
resize:   {output: {width: 100}}          succeeded with this output
upload:   {error: TimeoutError}           failed; or {error: {type: ..., message: ...}}
report:   [failed, failed, succeeded]     attempt by attempt; the last one stands for all that follow
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import JsonValue, ValidationError

from schemas.errors import InvalidDocument
from schemas.model import JsonObject
from schemas.names import did_you_mean
from schemas.outcome import Outcome, Status, TaskError
from schemas.problem import Code, Path, Problem

_ADVICE = "Write succeeded, failed, {output: ...}, {error: TYPE} or a list of these"


def answers(document: JsonObject, tasks: Iterable[str]) -> dict[str, tuple[Outcome, ...]]:
    """By task, attempt by attempt; `InvalidDocument` with every mistake."""
    known = tuple(tasks)
    problems: list[Problem] = []
    found: dict[str, tuple[Outcome, ...]] = {}
    for task, told in document.items():
        if task not in known:
            problems.append(Problem(Code.UNKNOWN_TASK, f"there is no task {task}", _meant(task, known), (task,)))
            continue
        attempts = told if isinstance(told, list) else [told]
        read = [_outcome(attempt, (task,), problems) for attempt in attempts]
        if not read:
            problems.append(Problem(Code.BAD_VALUE, "no attempt is given", _ADVICE, (task,)))
        found[task] = tuple(read)
    if problems:
        raise InvalidDocument(tuple(problems))
    return found


def _meant(task: str, known: tuple[str, ...]) -> str:
    return did_you_mean(task, known) or f"There {'are' if len(known) > 1 else 'is'} {', '.join(known[:20])}"


def _outcome(told: JsonValue, path: Path, problems: list[Problem]) -> Outcome:
    match told:
        case "succeeded":
            return Outcome.succeeded()
        case "failed":
            return Outcome.failed("Error")
        case {"output": output, **rest} if (
            not rest.keys() - {"status"} and rest.get("status", "succeeded") == "succeeded"
        ):
            return Outcome.succeeded(output)
        case {"error": str(type_), **rest} if not rest.keys() - {"status"} and rest.get("status", "failed") == "failed":
            return Outcome.failed(type_)
        case {"error": dict(error), **rest} if (
            not rest.keys() - {"status"} and rest.get("status", "failed") == "failed"
        ):
            try:
                return Outcome(status=Status.FAILED, error=TaskError.read(error))
            except ValidationError:
                pass
        case _:
            pass
    problems.append(Problem(Code.BAD_VALUE, f"{told!r} is no way for a task to end"[:200], _ADVICE, path))
    return Outcome.succeeded()
