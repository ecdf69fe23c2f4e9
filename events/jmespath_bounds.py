"""Answering a JMESPath expression within bounds: whatever a stranger wrote, it ends soon and gives JSON.

1. Answering has a budget. Every visited node costs one; every value that is put together, compared or handed to a function
   costs its weight: the values inside it, and text by 16 characters. So `[@,@][] | [@,@][] | ...`, which doubles each
   time, ends early, and so does a `join` of everything with everything.
2. What comes out is JSON: no NaN, no infinity, no number beyond 64 bits, no `&expression`.
3. An error never tells a value: it may be a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import orjson
from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter
from pydantic import JsonValue

from schemas.errors import ExpressionFailed

BUDGET: Final = 1_000_000
_CHARACTERS_PER_UNIT: Final = 16
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,4})?", re.ASCII)


class Exhausted(Exception):
    """The budget is spent."""


class Refused(Exception):
    """An answer that is no JSON."""


class Budget:
    """What one evaluation may still cost."""

    __slots__ = ("left",)

    def __init__(self, left: int = BUDGET) -> None:
        self.left = left

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise Exhausted

    def weigh(self, value: object) -> None:
        """Spend what a value weighs, counting what it shares as often as it is shown."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            self.spend(1)
            if isinstance(one, str):
                self.spend(len(one) // _CHARACTERS_PER_UNIT)
            elif isinstance(one, list):
                self.spend(len(one))
                waiting += one
            elif isinstance(one, dict):
                self.spend(len(one))
                waiting += one.values()


def answer(tree: object, scope: Mapping[str, JsonValue], budget: Budget, text: str) -> JsonValue:
    """What the compiled expression gives for this scope, or `ExpressionFailed`."""
    try:
        result: JsonValue = _Interpreter(budget).visit(tree, scope)
        _check_result(result, budget)
    except JMESPathTypeError as wrong:
        wanted = " or ".join(wrong.expected_types)
        what = f"{wrong.function_name}() needs {wanted} and was given {wrong.actual_type}"
        raise failed(text, what, "Give a default where a value may be missing") from None
    except (Exhausted, Refused) as stop:
        raise stopped(text, stop) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        raise failed(text, "the expression cannot be answered for these values") from None
    return result


def failed(text: str, what: str, advice: str = "") -> ExpressionFailed:
    return ExpressionFailed(what, where=spell_expression(text), advice=advice)


def stopped(text: str, stop: Exhausted | Refused) -> ExpressionFailed:
    if isinstance(stop, Exhausted):
        return failed(text, "the expression costs too much", "Let it look at less: name the part that is needed")
    return failed(text, str(stop))


def spell_expression(text: str) -> str:
    return f"${{{text if len(text) <= 200 else text[:200] + '...'}}}"


def json_text(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise Refused("a value in it has no text in JSON") from None


class _Functions(Functions):
    """JMESPath's own, with JSON's idea of a number and of a text, and no text that grows without bounds."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        arguments = list(resolved_args)
        for argument in arguments:
            self._budget.weigh(argument)
        return super().call_function(function_name, arguments)

    @signature({"types": []})
    def _func_to_number(self, arg: object) -> object:
        if isinstance(arg, str) and (number := _NUMBER.fullmatch(arg)):
            return int(arg) if number[1] is None and number[2] is None else float(arg)
        return arg if _is_number(arg) else None

    @signature({"types": []})
    def _func_to_string(self, arg: object) -> str:
        return arg if isinstance(arg, str) else json_text(arg)

    @signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, array: list[str]) -> str:
        self._budget.spend(len(separator) * len(array) // _CHARACTERS_PER_UNIT)
        return separator.join(array)


FUNCTIONS: Final[Mapping[str, Mapping[str, Any]]] = _Functions.FUNCTION_TABLE
"""By name: its `signature`, one entry per argument."""


class _Interpreter(TreeInterpreter):
    def __init__(self, budget: Budget) -> None:
        super().__init__(Options(custom_functions=_Functions(budget)))
        self._budget = budget
        self._order: dict[str, Callable[[Any, Any], Any]] = self.COMPARATOR_FUNC

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._budget.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        return self._copied(super().visit_flatten(node, value))

    def visit_index_expression(self, node: Any, value: Any) -> Any:
        """Slices too: what they copy is paid for."""
        result = super().visit_index_expression(node, value)
        return self._copied(result) if node["children"][-1]["type"] == "slice" else result

    def visit_multi_select_list(self, node: Any, value: Any) -> Any:
        return self._made(super().visit_multi_select_list(node, value))

    def visit_multi_select_dict(self, node: Any, value: Any) -> Any:
        return self._made(super().visit_multi_select_dict(node, value))

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Between a text and a number there is no order: null, as between all other kinds."""
        left, right = (self.visit(child, value) for child in node["children"])
        self._budget.weigh(left)
        equality = node["value"] in ("eq", "ne")
        return self._order[node["value"]](left, right) if equality or _have_order(left, right) else None

    def _copied(self, items: Any) -> Any:
        if items is not None:
            self._budget.spend(len(items))
        return items

    def _made(self, value: Any) -> Any:
        self._budget.weigh(value)
        return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _have_order(left: object, right: object) -> bool:
    return (_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))


def _check_result(value: object, budget: Budget) -> None:
    budget.weigh(value)
    waiting = [value]
    while waiting:
        match waiting.pop():
            case None | bool() | str():
                pass
            case int() as number:
                if not -(2**63) <= number < 2**64:
                    raise Refused("the expression gives a number beyond 64 bits")
            case float() as number:
                if not math.isfinite(number):
                    raise Refused("the expression gives a number that JSON does not have")
            case list() as items:
                waiting += items
            case dict() as members:
                waiting += members.values()
            case _:
                raise Refused("the expression gives an &expression, which only goes into a function")
