"""The list behind a field: plain values and match expressions, each read into an operator or refused with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from events.pattern.address import read_address, read_cidr
from events.pattern.number import Spelled, as_number, read_number
from events.pattern.operators import (
    Absent,
    AnythingBut,
    Between,
    Equal,
    Excluded,
    Exists,
    Folded,
    FoldedPrefix,
    FoldedSuffix,
    Like,
    Literal,
    Operator,
    Prefix,
    Suffix,
    Text,
    Within,
)
from events.pattern.text import Digits, is_array, is_object, members, scrub
from schemas.errors import InvalidPattern

NAMES = ("anything-but", "cidr", "equals-ignore-case", "exactly", "exists", "numeric", "prefix", "suffix", "wildcard")


def read_alternatives(path: str, values: object) -> tuple[Operator, ...]:
    assert isinstance(values, Sequence)
    if not values:
        raise InvalidPattern(
            f"field {path!r} has an empty list", advice='To ask for a missing field write [{"exists": false}].'
        )
    try:
        return tuple(_alternative(value) for value in values)
    except InvalidPattern as error:
        raise InvalidPattern(f"field {path!r}: {error.what}", advice=error.advice) from None


def _alternative(value: object) -> Operator:
    if isinstance(value, str):
        address = read_address(value)
        return Within(address, address, value) if address else Text(scrub(value))
    if value is None or isinstance(value, bool):
        return Literal(value)
    if is_number(value):
        return Equal(number(value))
    if is_object(value):
        return _expression(value)
    raise InvalidPattern(
        f"{kind(value)} cannot be matched", advice="A value is a string, a number, true, false, null or an expression."
    )


def _expression(value: object) -> Operator:
    name, operand = only_member(value, "a match expression")
    match name:
        case "prefix" | "suffix":
            return _affix(name, operand)
        case "equals-ignore-case":
            return Folded(text(operand, name))
        case "wildcard":
            return Like(text(operand, name))
        case "exactly":
            return Text(text(operand, name))
        case "exists":
            if not isinstance(operand, bool):
                raise InvalidPattern("exists is either true or false", advice='Write {"exists": false}.')
            return Exists() if operand else Absent()
        case "numeric":
            return _numeric(operand)
        case "cidr":
            return Within(*read_cidr(text(operand, name)), text(operand, name))
        case "anything-but":
            return _anything_but(operand)
        case _:
            raise InvalidPattern(
                f"there is no operator {name!r}",
                advice=f"The operators are {', '.join(NAMES)}; names of fields go outside the list.",
            )


def _affix(name: str, operand: object) -> Operator:
    if not is_object(operand):
        return Prefix(text(operand, name)) if name == "prefix" else Suffix(text(operand, name))
    inner, folded = only_member(operand, name)
    if inner != "equals-ignore-case":
        raise InvalidPattern(
            f"{name} cannot hold {inner!r}", advice=f'Write {{"{name}": {{"equals-ignore-case": "..."}}}}.'
        )
    folded = text(folded, inner)
    return FoldedPrefix(folded) if name == "prefix" else FoldedSuffix(folded)


def _anything_but(operand: object) -> AnythingBut:
    if is_object(operand):
        name, values = only_member(operand, "anything-but")
        if name not in _EXCLUDABLE:
            raise InvalidPattern(f"anything-but cannot hold {name!r}", advice=f"It holds {', '.join(_EXCLUDABLE)}.")
        listed = values if is_array(values) else [values]
        assert isinstance(listed, Sequence)
        return AnythingBut(tuple(dict.fromkeys(_excluded(name, value) for value in listed)))
    values = operand if is_array(operand) else [operand]
    assert isinstance(values, Sequence)
    if values and all(isinstance(value, str) for value in values):
        return AnythingBut(tuple(dict.fromkeys(Text(text(value, "anything-but")) for value in values)))
    if values and all(is_number(value) for value in values):
        return AnythingBut(tuple(dict.fromkeys(Equal(comparable(value)) for value in values)))
    raise InvalidPattern(
        "anything-but takes a string, a number, or a list that is all strings or all numbers",
        advice='Write {"anything-but": ["a", "b"]}; booleans, null and lists of both kinds are not allowed.',
    )


def _excluded(name: str, operand: object) -> Excluded:
    value = text(operand, f"anything-but {name}")
    match name:
        case "equals-ignore-case":
            return Folded(value)
        case "wildcard":
            return Like(value)
        case _:
            if not value:
                raise InvalidPattern(
                    f"anything-but {name} with an empty text takes nothing away but everything",
                    advice=f"Every string has the empty {name}: write a longer one.",
                )
            return Prefix(value) if name == "prefix" else Suffix(value)


def _numeric(operand: object) -> Equal | Between:
    if not is_array(operand):
        raise InvalidPattern("numeric takes a list", advice=_NUMERIC)
    assert isinstance(operand, Sequence)
    terms = list(operand)
    sign = terms[0] if terms else None
    if sign not in _SIGNS:
        raise InvalidPattern(
            f"numeric begins with {kind(sign) if terms else 'nothing'} instead of =, <, <=, > or >=", advice=_NUMERIC
        )
    bound = _bound(str(sign), terms[1:2])
    if sign == "=":
        _no_more(terms[2:], sign)
        return Equal(bound)
    if sign in {"<", "<="}:
        _no_more(terms[2:], sign)
        return Between(high=bound, high_open=sign == "<")
    if len(terms) == 2:
        return Between(low=bound, low_open=sign == ">")
    if terms[2] not in {"<", "<="}:
        raise InvalidPattern(f"numeric: after {sign} comes < or <=, not {kind(terms[2])}", advice=_NUMERIC)
    top = _bound(str(terms[2]), terms[3:4])
    _no_more(terms[4:], terms[2])
    if bound >= top:
        raise InvalidPattern(
            "numeric: the lower bound is not less than the upper one, so nothing is in the range", advice=_NUMERIC
        )
    return Between(bound, top, sign == ">", terms[2] == "<")


def _bound(sign: str, found: list[object]) -> float:
    if not found or not is_number(found[0]):
        raise InvalidPattern(
            f"numeric: {kind(found[0]) if found else 'nothing'} stands where {sign} needs a number", advice=_NUMERIC
        )
    return comparable(found[0])


def _no_more(terms: list[object], sign: object) -> None:
    if terms:
        raise InvalidPattern(f"numeric: nothing can follow the bound of {sign}", advice=_NUMERIC)


def only_member(value: object, what: str) -> tuple[str, object]:
    found = list(members(value))
    if not found:
        raise InvalidPattern(f"{what} is an empty object", advice=f"The operators are {', '.join(NAMES)}.")
    if len(found) > 1:
        raise InvalidPattern(
            f"{what} has more than one key: {', '.join(repr(name) for name, _ in found)}",
            advice="Write one operator per object; several objects in the list are alternatives.",
        )
    return found[0]


def text(value: object, operator: str) -> str:
    if not isinstance(value, str):
        raise InvalidPattern(f"{operator} takes a string, not {kind(value)}")
    return scrub(value)


def is_number(value: object) -> bool:
    return isinstance(value, Digits | int | float) and not isinstance(value, bool)


def number(value: object) -> float | Spelled:
    if isinstance(value, Digits):
        return read_number(value.text)
    assert isinstance(value, int | float)
    return as_number(value)


def comparable(value: object) -> float:
    found = number(value)
    if isinstance(found, Spelled):
        raise InvalidPattern(
            f"the number {found.text[:60]} cannot be compared: no double holds it exactly",
            advice="Numbers have up to 15 digits or so, and an exponent below 308.",
        )
    return found


def kind(value: object) -> str:
    if isinstance(value, Digits):
        return f"the number {value.text[:60]}"
    if isinstance(value, str):
        return f"the string {value[:60]!r}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if is_array(value):
        return "a list"
    return "an object" if is_object(value) else f"the value {value!r:.60}"


_EXCLUDABLE = ("equals-ignore-case", "prefix", "suffix", "wildcard")
_SIGNS = ("=", "<", "<=", ">", ">=")
_NUMERIC = 'Write {"numeric": [">", 0, "<=", 5]}, {"numeric": ["=", 3]} or one bound alone.'
