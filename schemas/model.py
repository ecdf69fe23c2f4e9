"""What all models of documents share: frozen, strict about types, and no key that nobody knows."""

from __future__ import annotations

from typing import Self

import orjson
from pydantic import BaseModel, ConfigDict, JsonValue

JsonObject = dict[str, JsonValue]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True, ser_json_inf_nan="null")

    @classmethod
    def read(cls, document: object) -> Self:
        """From a parsed document, by JSON's types: a list is a tuple and a string an enum, but "3" is no number.

        Its keys are those of the document: `with`, never `with_`.
        """
        return cls.model_validate_json(orjson.dumps(document), by_alias=True, by_name=False)

    def document(self) -> JsonObject:
        """The document again: what was left at its default is left out, and reading it gives this model."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
