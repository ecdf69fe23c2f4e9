"""Templates: any JSON value with `${...}` in its texts, where `...` is JMESPath.

- A text that is one expression and nothing else becomes what the expression gives, of whatever type.
- With text around it, it becomes text: texts go in as they are, null goes in as nothing, all else as its JSON.
- `$${` is a plain `${`. Keys are never templates. An expression ends at its own `}`: braces in quotations and in
  `{key: value}` belong to it.

    template = Template.parse({"file": "${input.object}", "note": "for ${input.customer || 'nobody'}"})
    template.references()           # what it reads, to be checked at publish
    template.evaluate(scope)        # {"file": ..., "note": ...}

What is missing is null. Nothing is ever run that is not JMESPath, and that within bounds: `events.jmespath_compile`
says what may be written, `events.jmespath_bounds` what it may cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from events.jmespath_bounds import BUDGET, Budget, Exhausted, Refused, answer, json_text, spell_expression, stopped
from events.jmespath_compile import Compiled, compile_expression, quoted_end, unclosed
from events.references import EVENT_ROOTS, FIELDS, ROOTS, WEBHOOK_ROOTS, Reference, references_of
from schemas.errors import InvalidExpression
from schemas.problem import Path, spell

__all__ = [
    "EVENT_ROOTS",
    "FIELDS",
    "ROOTS",
    "WEBHOOK_ROOTS",
    "ExpressionMistake",
    "Reference",
    "Template",
    "mistakes",
    "references",
]

DEEPEST_VALUE: Final = 100
_FREE_COPIES: Final = 8
"""So few plain ways cannot make a value grow much; with more of them, what each gives is weighed."""


@dataclass(frozen=True, slots=True)
class ExpressionMistake:
    """One expression that cannot be, and where it stands in the value."""

    what: str
    advice: str
    expression: str
    where: Path


@dataclass(frozen=True, slots=True)
class _Text:
    """Texts and expressions in turn; `alone` when it is one expression, whose type is kept."""

    parts: tuple[str | Compiled, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Template:
    _value: object
    _references: tuple[Reference, ...] = field(repr=False)

    @classmethod
    def parse(cls, value: JsonValue) -> Template:
        """The template, or `InvalidExpression` that tells every mistake in it."""
        reader = _Reader()
        read = reader.value(value, ())
        if reader.mistakes:
            first = reader.mistakes[0]
            raise InvalidExpression(
                "; ".join(one.what for one in reader.mistakes), where=_place(first), advice=first.advice
            )
        return cls(read, tuple(reader.references))

    def references(self) -> tuple[Reference, ...]:
        return self._references

    @property
    def is_one_expression(self) -> bool:
        """And nothing else: only then can it give anything but the kind that is written."""
        return isinstance(self._value, _Text) and self._value.alone

    def evaluate(self, scope: Mapping[str, JsonValue], *, budget: int = BUDGET) -> JsonValue:
        """The value with every expression filled in, or `ExpressionFailed`. One budget for all of them together."""
        return _Evaluation(scope, Budget(budget), len(self._references) > _FREE_COPIES).value(self._value)


def references(value: JsonValue) -> tuple[Reference, ...]:
    return Template.parse(value).references()


def mistakes(value: JsonValue) -> tuple[ExpressionMistake, ...]:
    """Everything that keeps this value from being a template."""
    reader = _Reader()
    reader.value(value, ())
    return tuple(reader.mistakes)


def _place(mistake: ExpressionMistake) -> str:
    expression = spell_expression(mistake.expression) if mistake.expression else ""
    return " at ".join(part for part in (expression, spell(mistake.where)) if part)


class _Reader:
    """Walks a value; keeps what is read and what is wrong."""

    def __init__(self) -> None:
        self.references: list[Reference] = []
        self.mistakes: list[ExpressionMistake] = []

    def value(self, value: JsonValue, where: Path) -> object:
        if len(where) > DEEPEST_VALUE:
            advice = f"At most {DEEPEST_VALUE} levels are allowed"
            self.mistakes.append(ExpressionMistake("the value nests too deep", advice, "", where[:3]))
            return None
        if isinstance(value, str):
            return self._text(value, where) if "${" in value else value
        if isinstance(value, dict):
            return {key: self.value(member, (*where, key)) for key, member in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*where, at)) for at, item in enumerate(value)]
        return value

    def _text(self, text: str, where: Path) -> object:
        parts: list[str | Compiled] = []
        for plain, source in self._split(text, where):
            if source is None:
                parts.append(plain)
                continue
            try:
                compiled = compile_expression(source)
            except InvalidExpression as wrong:
                self.mistakes.append(ExpressionMistake(wrong.what, wrong.advice, source, where))
                continue
            parts.append(compiled)
            self.references += references_of(compiled, where)
        return _Text(tuple(parts), len(parts) == 1 and isinstance(parts[0], Compiled))

    def _split(self, text: str, where: Path) -> Iterator[tuple[str, str | None]]:
        """Plain texts and the sources of expressions, in turn."""
        at, plain = 0, ""
        while (dollar := text.find("$", at)) >= 0:
            plain += text[at:dollar]
            if text.startswith("$${", dollar):
                plain, at = plain + "${", dollar + 3
            elif text.startswith("${", dollar):
                if plain:
                    yield plain, None
                plain = ""
                try:
                    at = _end(text, dollar + 2)
                except InvalidExpression as wrong:
                    self.mistakes.append(ExpressionMistake(wrong.what, wrong.advice, "", where))
                    return
                yield "", text[dollar + 2 : at - 1]
            else:
                plain, at = plain + "$", dollar + 1
        if plain or at < len(text):
            yield plain + text[at:], None


def _end(text: str, start: int) -> int:
    """Just behind the `}` that ends the expression starting at `start`."""
    at, open_ = start, 1
    while at < len(text):
        character = text[at]
        if character in "'\"`":
            end = quoted_end(text, at)
            if end < 0:
                raise unclosed(character)
            at = end
            continue
        open_ += (character == "{") - (character == "}")
        at += 1
        if open_ == 0:
            return at
    raise InvalidExpression("${ is never closed", advice="Close it with }, or write $${ for a plain ${")


class _Evaluation:
    __slots__ = ("_budget", "_scope", "_weighed")

    def __init__(self, scope: Mapping[str, JsonValue], budget: Budget, weighed: bool) -> None:
        self._scope = scope
        self._budget = budget
        self._weighed = weighed

    def value(self, part: object) -> JsonValue:
        if isinstance(part, _Text):
            return self._text(part)
        if isinstance(part, dict):
            return {key: self.value(member) for key, member in part.items()}
        if isinstance(part, list):
            return [self.value(item) for item in part]
        assert part is None or isinstance(part, str | int | float), "a template is made of JSON"
        return part

    def _text(self, text: _Text) -> JsonValue:
        if text.alone:
            assert isinstance(text.parts[0], Compiled)
            return self._answer(text.parts[0])
        return "".join(part if isinstance(part, str) else self._spelled(part) for part in text.parts)

    def _answer(self, expression: Compiled) -> JsonValue:
        if expression.steps is None:
            return answer(expression.tree, self._scope, self._budget, expression.text)
        found = _follow(self._scope, expression.steps)
        if self._weighed:
            self._weigh(found, expression)
        return found

    def _spelled(self, expression: Compiled) -> str:
        value = self._answer(expression)
        self._weigh(value, expression)
        try:
            return value if isinstance(value, str) else "" if value is None else json_text(value)
        except Refused as refused:
            raise stopped(expression.text, refused) from None

    def _weigh(self, value: JsonValue, expression: Compiled) -> None:
        try:
            self._budget.weigh(value)
        except Exhausted as stop:
            raise stopped(expression.text, stop) from None


def _follow(scope: Mapping[str, JsonValue], steps: tuple[str | int, ...]) -> JsonValue:
    first, *more = steps
    found = scope.get(first) if isinstance(first, str) else None
    for step in more:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
            found = found[step]
        else:
            return None
    return found
