"""Pipelines for infrastructure code: the templates of several of them as one, and a document as YAML that reads back the same."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import yaml

from schemas.model import JsonObject

_WIDTH = 120
_PARTS = ("Parameters", "Conditions", "Resources")


def together(templates: Sequence[JsonObject], names: Sequence[str]) -> JsonObject:
    """What they share stands there once: it has the same name in each."""
    made: JsonObject = {**templates[0], "Description": f"The rules of {', '.join(names)}"[:1_000]}
    for part in _PARTS:
        every: JsonObject = {}
        for template in templates:
            members = template[part]
            assert isinstance(members, dict), f"{part} has names"
            every |= members
        made[part] = every
    return made


def as_yaml(document: JsonObject) -> str:
    """In the document's own order. Words that YAML might take for something else stand in quotes."""
    # As JSON first: a word of a closed set is a text then.
    text = yaml.dump(
        orjson.loads(orjson.dumps(document)), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=_WIDTH
    )
    assert isinstance(text, str), "without a stream it is text"
    return text


class _Plain(yaml.SafeDumper):
    """No anchors: what is the same twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True
