"""Names in the OpenAPI document: of operations, and of the schemas that pydantic had to tell apart by their modules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from handlers.api.routes import Route

_WHOLE: Final = frozenset({"list", "search"})
"""What they answer is many."""


def operation_id(route: Route) -> str:
    words = getattr(route.handler, "__name__", route.method.lower()).strip("_").split("_")
    if words[-1].endswith("s") and _singular(words[-1]) in route.rule:
        return _camel(words)
    said = {_singular(word) for word in words}
    nouns = [part for part in route.rule.split("/") if part and "<" not in part]
    nouns = [noun for noun in nouns if not said & {_singular(word) for word in noun.split("-")}]
    if not nouns:
        return _camel(words)
    noun = nouns[-1].removesuffix(".json").split("-")
    if words[0] not in _WHOLE:
        noun[-1] = _singular(noun[-1])
    return _camel([*words, *noun])


def names_of(definitions: Iterable[str]) -> Mapping[str, str]:
    """`handlers__api__tokens__Page` is `TokensPage`, `Draft-Output` is `Draft` and `Draft-Input` is `DraftInput`."""
    taken = {name for name in definitions if "__" not in name and "-" not in name}
    found: dict[str, str] = {}
    for name in sorted(definitions, key=lambda name: (name.endswith("-Input"), name)):
        if name in taken:
            continue
        plain = name.removesuffix("-Input").removesuffix("-Output")
        parts = plain.split("__")
        short = "".join(part.title().replace("_", "") for part in parts[-2:-1]) + parts[-1]
        wanted = f"{short}Input" if name.endswith("-Input") else short
        while wanted in taken:
            wanted += "_"
        taken.add(wanted)
        found[name] = wanted
    return found


def _camel(words: Iterable[str]) -> str:
    first, *rest = [word for word in words if word]
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return re.sub(r"(?<=[^s])s$", "", word)
