"""`@task`: a function whose arguments are checked and whose schema designers see.

    from murmuration import task, Context

    @task
    def handler(file: str, width: int = 200, *, context: Context) -> dict[str, int]:
        ...

Annotations are what pydantic understands. The parameters of the task (`with:`) become the arguments; one annotated
`Context` is given the context. Wrong arguments fail the task with `InvalidInput`, which lists every one of them. Called directly,
in a test, say, the function is the plain function. pydantic is imported when the schema is first needed.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeVar, cast, overload

from murmuration.sdk.context import Context

if TYPE_CHECKING:
    from pydantic import BaseModel, JsonValue, TypeAdapter
    from pydantic_core import ErrorDetails

    from schemas.model import JsonObject

P = ParamSpec("P")
R = TypeVar("R")
_SHOWN: Final = 60
_PREFIX: Final = "p_"


class InvalidInput(Exception):
    """The parameters are not what the function takes. `detail["problems"]` lists each of them."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.detail: JsonObject = {"problems": [{"at": at, "message": message} for at, message in problems]}
        super().__init__("; ".join(f"{at}: {message}" if at else message for at, message in problems))


class Task(Generic[P, R]):
    """A decorated function."""

    def __init__(self, function: Callable[P, R], description: str | None) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.description = inspect.cleandoc(description or function.__doc__ or "")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def run(self, parameters: JsonValue, context: Context) -> object:
        """Check the parameters, call, and give the result as JSON. A coroutine is given back as it is."""
        positional, named = self._arguments(parameters, context)
        result = cast("Callable[..., object]", self.function)(*positional, **named)
        return self._awaited(result) if inspect.isawaitable(result) else self._told(result)

    async def _awaited(self, result: Any) -> object:
        return self._told(await result)

    def _told(self, result: object) -> object:
        adapter = self._result
        if adapter is not None:
            return adapter.dump_python(result, mode="json", warnings=False)
        dump = getattr(result, "model_dump", None)
        return dump(mode="json") if callable(dump) else result

    def schema(self) -> JsonObject:
        """What designers see: the description, the schema of the arguments and that of the result."""
        told: JsonObject = {"description": self.description, "input": self._model.model_json_schema(by_alias=True)}
        told["output"] = None if self._result is None else self._result.json_schema(mode="serialization")
        return told

    def _arguments(self, parameters: JsonValue, context: Context) -> tuple[list[object], dict[str, object]]:
        from pydantic import ValidationError

        given = {} if parameters is None else parameters
        if not isinstance(given, dict):
            raise InvalidInput([("", f"parameters are an object of names and values, not {_short(given)}")])
        try:
            model = self._model.model_validate(given)
        except ValidationError as error:
            raise InvalidInput([_problem(found) for found in error.errors(include_url=False)]) from None
        positional: list[object] = []
        named: dict[str, object] = {}
        for name, parameter in self._signature.items():
            value = context if name in self._contexts else getattr(model, _field(name))
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[name] = value
        return positional, named | (model.model_extra or {})

    @functools.cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function, include_extras=True)

    @functools.cached_property
    def _signature(self) -> dict[str, inspect.Parameter]:
        """The named parameters; `*args` cannot be given by name and `**more` takes what is left."""
        open_ends = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return {
            name: it for name, it in inspect.signature(self.function).parameters.items() if it.kind not in open_ends
        }

    @functools.cached_property
    def _contexts(self) -> frozenset[str]:
        return frozenset(name for name in self._signature if self._hints.get(name) in (Context, Context | None))

    @functools.cached_property
    def _model(self) -> type[BaseModel]:
        from pydantic import ConfigDict, create_model

        fields: dict[str, Any] = {}
        for name, parameter in self._signature.items():
            if name in self._contexts:
                continue
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[_field(name)] = (self._hints.get(name, Any), default)
        takes_more = any(
            it.kind is inspect.Parameter.VAR_KEYWORD for it in inspect.signature(self.function).parameters.values()
        )
        config = ConfigDict(
            extra="allow" if takes_more else "forbid", arbitrary_types_allowed=True, title=self.function.__name__,
            alias_generator=lambda field: field.removeprefix(_PREFIX), protected_namespaces=(),
        )  # fmt: skip
        return cast("type[BaseModel]", create_model(self.function.__name__, __config__=config, **fields))

    @functools.cached_property
    def _result(self) -> TypeAdapter[Any] | None:
        from pydantic import TypeAdapter

        hint = self._hints.get("return", inspect.Parameter.empty)
        return None if hint in (inspect.Parameter.empty, Any) else TypeAdapter(hint)


def _field(name: str) -> str:
    """pydantic keeps names with a leading underscore, and a few of its own, for itself."""
    return _PREFIX + name


def _problem(found: ErrorDetails) -> tuple[str, str]:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in found["loc"]).lstrip(".")
    match found["type"]:
        case "missing":
            return place, "is missing"
        case "extra_forbidden":
            return place, "is no parameter of this function"
        case _:
            return place, f"{found['msg'][:1].lower()}{found['msg'][1:]}, not {_short(found['input'])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(*, description: str | None = None) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(
    function: Callable[P, R] | None = None, /, *, description: str | None = None
) -> Task[P, R] | Callable[[Callable[P, R]], Task[P, R]]:
    """Check this function's arguments by their annotations, and show its schema. See the top of this file."""
    if function is not None:
        return Task(function, description)
    return lambda decorated: Task(decorated, description)
