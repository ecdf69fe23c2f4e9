"""What the models allow at a path: which keys, and which of them may be left out."""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from schemas.model import Model
from schemas.problem import Path


@cache
def fields(model: type[Model]) -> dict[str, FieldInfo]:
    """By the key that stands in a document."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def model_at(model: type[Model], path: Path) -> type[Model] | None:
    """The model of the mapping at `path`; nothing where any key may stand."""
    kinds: tuple[Any, ...] = (model,)
    for step in path:
        kinds = tuple(inner for kind in kinds for inner in _inside(kind, step))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Model)), None)


def may_go(model: type[Model], path: Path) -> bool:
    """Whether the document is still one when the last step of `path` is taken out of it."""
    owner = model_at(model, path[:-1])
    if owner is not None:
        info = fields(owner).get(str(path[-1]))
        return info is None or not info.is_required()
    return isinstance(path[-1], str) or path[:-1] == ("edges",)


def _inside(kind: Any, step: str | int) -> tuple[Any, ...]:
    if isinstance(kind, type) and issubclass(kind, Model):
        info = fields(kind).get(str(step))
        return _flat(info.annotation) if info else ()
    match get_origin(kind), get_args(kind):
        case (origin, (_, value)) if origin is dict:
            return _flat(value)
        case (origin, (item, *_)) if origin is tuple:
            return _flat(item)
    return ()


def _flat(annotation: Any) -> tuple[Any, ...]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _flat(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(inner for option in get_args(annotation) for inner in _flat(option))
    return (annotation,)
