"""What a pattern can ask of one value: an operator per class, each with `accepts`.

A value is a leaf of an event: a text, True, False, None, or a number (`Spelled` where no double holds it). An operator looks
at the kind first: "1" is not 1, and True is not 1. `Absent` accepts no value; it is judged where fields are, in `match`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from events.pattern.address import Address, read_address
from events.pattern.fold import Fold
from events.pattern.number import Spelled, as_number
from events.pattern.wildcard import Wildcard

Value = str | bool | int | float | Spelled | None


@dataclass(frozen=True, slots=True)
class Text:
    """An exact string."""

    text: str

    def accepts(self, value: object) -> bool:
        return type(value) is str and value == self.text


@dataclass(frozen=True, slots=True)
class Literal:
    """null, true or false."""

    value: bool | None

    def accepts(self, value: object) -> bool:
        return value is self.value


@dataclass(frozen=True, slots=True)
class Equal:
    """An exact number, or `numeric` with `=`."""

    number: float | Spelled

    def accepts(self, value: object) -> bool:
        if type(value) is int:
            return as_number(value) == self.number
        return type(value) is not bool and value == self.number


@dataclass(frozen=True, slots=True)
class Between:
    """`numeric` with a bound or two; an open bound is not itself in the range."""

    low: float = -sys.float_info.max
    high: float = sys.float_info.max
    low_open: bool = False
    high_open: bool = False

    def accepts(self, value: object) -> bool:
        if type(value) is int:
            value = as_number(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if value <= self.low and (self.low_open or value < self.low):
            return False
        return value < self.high or (value == self.high and not self.high_open)


@dataclass(frozen=True, slots=True)
class Within:
    """Addresses: `cidr`, or an exact string that is an address."""

    low: Address
    high: Address
    text: str = field(default="", compare=False)

    def accepts(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        address = read_address(value)
        return address is not None and self.low <= address <= self.high


@dataclass(frozen=True, slots=True)
class Prefix:
    """EventBridge compares texts inside their quotation marks, so a prefix that ends with one is also a whole text."""

    text: str

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and (value.startswith(self.text) or value + '"' == self.text)


@dataclass(frozen=True, slots=True)
class Suffix:
    text: str

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and (value.endswith(self.text) or '"' + value == self.text)


@dataclass(frozen=True, slots=True)
class FoldedPrefix:
    text: str
    _fold: Fold = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fold", Fold(self.text))

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and (
            self._fold.starts(value) or (self.text.endswith('"') and self._fold.equals(value + '"'))
        )


@dataclass(frozen=True, slots=True)
class FoldedSuffix:
    text: str
    _fold: Fold = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fold", Fold(self.text))

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and (
            self._fold.ends(value) or (self.text.startswith('"') and self._fold.equals('"' + value))
        )


@dataclass(frozen=True, slots=True)
class Folded:
    """`equals-ignore-case`."""

    text: str
    _fold: Fold = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_fold", Fold(self.text))

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and self._fold.equals(value)


@dataclass(frozen=True, slots=True)
class Like:
    """`wildcard`."""

    text: str
    _wildcard: Wildcard = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_wildcard", Wildcard(self.text))

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and self._wildcard.matches(value)


Excluded = Text | Equal | Prefix | Suffix | Folded | Like


@dataclass(frozen=True, slots=True)
class AnythingBut:
    """There is a value, of whatever kind, and none of these takes it."""

    excluded: tuple[Excluded, ...]

    def accepts(self, value: object) -> bool:
        return not any(operator.accepts(value) for operator in self.excluded)


@dataclass(frozen=True, slots=True)
class Exists:
    def accepts(self, value: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Absent:
    """`exists: false`."""

    def accepts(self, value: object) -> bool:
        return False


Operator = (
    Text | Literal | Equal | Between | Within | Prefix | Suffix | FoldedPrefix | FoldedSuffix | Folded | Like
    | AnythingBut | Exists | Absent
)  # fmt: skip
