"""A document as YAML that reads back the same."""

from __future__ import annotations

from typing import Final

import orjson
import yaml

from schemas.model import JsonObject

_WIDTH: Final = 120


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
