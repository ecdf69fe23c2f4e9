"""What IAM would say, as far as the template's policies go: statements, conditions, patterns. A small second reading, for tests.

    allows(statements, Call("events:PutEvents", arn, {"events:source": "murmuration"}))

A denial wins over every permission; what nobody permits is refused. A condition on a key that the call does not have is not
met, unless it is a negative one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{key} {value}" for key, value in self.context.items())
        return f"{self.action} on {self.resource}{f' with {told}' if told else ''}"


def allows(statements: Iterable[Mapping[str, Any]], call: Call) -> bool:
    about = [one for one in statements if concerns(one, call)]
    return any(one["Effect"] == "Allow" for one in about) and not any(one["Effect"] == "Deny" for one in about)


def concerns(statement: Mapping[str, Any], call: Call) -> bool:
    action = any(like(one.lower(), call.action.lower()) for one in listed(statement["Action"]))
    resource = any(like(one, call.resource) for one in listed(statement["Resource"]))
    return action and resource and _conditions_met(statement.get("Condition", {}), call.context)


def _conditions_met(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _met(operator.removeprefix("ForAnyValue:"), listed(wanted), context.get(key))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _met(operator: str, wanted: Sequence[str], found: str | None) -> bool:
    match operator:
        case "StringEquals" | "Bool":
            return found in wanted
        case "StringNotEquals":
            return found not in wanted
        case "StringLike" | "ArnLike" | "ArnEquals":
            return found is not None and any(like(one, found) for one in wanted)
        case _:
            raise AssertionError(f"{operator} is not known here")


def like(pattern: str, text: str) -> bool:
    wild = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wild, text) is not None


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
