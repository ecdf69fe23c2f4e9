"""A field's alternatives as plain calls: one for texts, one for every other value. What is slow about asking is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from events.pattern.fold import Fold
from events.pattern.match import accepts, may_be_absent
from events.pattern.operators import (
    Absent,
    AnythingBut,
    Between,
    Equal,
    Exists,
    Folded,
    FoldedPrefix,
    FoldedSuffix,
    Like,
    Operator,
    Prefix,
    Suffix,
    Text,
    Within,
)
from events.pattern.parse import Alternatives
from events.pattern.wildcard import Wildcard

TextCheck = Callable[[str], bool]
OtherCheck = Callable[[object], bool]

_TEXTS = (Text, Within, Prefix, Suffix, FoldedPrefix, FoldedSuffix, Folded, Like, Absent)


@dataclass(slots=True, eq=False)
class Clause:
    """One field of one branch or of many: where, and what the value must be."""

    path: str
    alternatives: Alternatives
    absent: bool = field(init=False)
    text: TextCheck = field(init=False)
    other: OtherCheck = field(init=False)

    def __post_init__(self) -> None:
        self.absent = may_be_absent(self.alternatives)
        self.text = _text_check(self.alternatives)
        self.other = _other_check(self.alternatives)


def _always(_: object) -> bool:
    return True


def _never(_: object) -> bool:
    return False


def _text_check(alternatives: Alternatives) -> TextCheck:
    checks = [_one_check(operator) for operator in alternatives if not isinstance(operator, Absent)]
    exact = frozenset(operator.text for operator in alternatives if isinstance(operator, Text))
    if len(exact) == len(alternatives):
        return exact.__contains__
    if len(checks) == 1:
        return checks[0]
    return lambda value: any(check(value) for check in checks)


def _one_check(operator: Operator) -> TextCheck:
    match operator:
        case Prefix(text=text) if not text.endswith('"'):
            return lambda value: value.startswith(text)
        case Suffix(text=text) if not text.startswith('"'):
            return lambda value: value.endswith(text)
        case Folded(text=text):
            return Fold(text).equals
        case Like(text=text):
            return Wildcard(text).matches
        case Exists():
            return _always
        case AnythingBut(excluded=excluded):
            return _but(excluded)
        case _:
            return operator.accepts


def _other_check(alternatives: Alternatives) -> OtherCheck:
    """For null, booleans and numbers; a list or an object is never asked about."""
    checks = [operator for operator in alternatives if not isinstance(operator, _TEXTS)]
    if not checks:
        return _never
    if len(checks) == 1:
        (only,) = checks
        if isinstance(only, AnythingBut) and all(isinstance(each, _TEXTS) for each in only.excluded):
            return _always
        return _between(only) if isinstance(only, Between) else only.accepts
    return lambda value: accepts(alternatives, value)


def _between(bounds: Between) -> OtherCheck:
    low, high, low_open, high_open = bounds.low, bounds.high, bounds.low_open, bounds.high_open

    def check(value: object) -> bool:
        if type(value) is not float:
            return bounds.accepts(value)
        return (low < value < high) or (value == low and not low_open) or (value == high and not high_open)

    return check


def _but(excluded: tuple[Operator, ...]) -> TextCheck:
    texts = frozenset(operator.text for operator in excluded if isinstance(operator, Text))
    rest = [_one_check(operator) for operator in excluded if not isinstance(operator, Text | Equal)]
    if not rest:
        return lambda value: value not in texts
    if len(rest) == 1:
        only = rest[0]
        return lambda value: not only(value)
    return lambda value: not any(check(value) for check in rest)
