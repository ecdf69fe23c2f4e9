"""The page about the actions, made from what they say of themselves: `docs/actions.md`.

`python -m handlers.actions.documentation` prints it. A test holds the stored page to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from pydantic import JsonValue, TypeAdapter

from handlers.actions.action import MEANINGS, AnyAction
from handlers.actions.parameters import schema_of
from handlers.actions.registry import find, names
from schemas.duration import Duration
from schemas.model import JsonObject

_DURATION: Final = TypeAdapter(Duration).json_schema()["pattern"]

_HEAD: Final = """# Built-in actions

A task that needs no function of your own: `action: NAME`, with its parameters under `with:`. Any value may hold
`${...}`. What a task gives back is its `output`. A failure has a type, which `retry: {on: [...]}` and the conditions of
failure edges see. Values of wrong kinds, unknown parameters and expressions that do not parse are found by
`murmur check`, before anything runs.

An attempt may run twice, when a machine is lost between the effect and its record. So effects carry an id that is the
same for every attempt: the `Idempotency-Key` of an HTTP call, the `Message-ID` of a mail, the id of an event,
`:idempotency_key` in SQL.
"""

_PLACES: Final = """## Where actions may reach

`http.request`, `notify.webhook`, `notify.email` and `sql.query` connect to public addresses. Private networks, this
machine, link-local and metadata addresses, multicast and reserved ones are refused, however they are spelt and whatever
a name resolves to: the name is resolved once, every address is checked, and the connection goes to an address that was
checked. So is every redirect. (A database's driver resolves the name a second time by itself; what a pipeline's URL may
lead to is checked before.)

Whoever runs the stack may allow more, by address, network or name, each also for one port:

| entry | allows |
|---|---|
| `10.1.2.3`, `[fd00::7]:443` | this address; this one on this port |
| `10.0.0.0/8` | this network |
| `db.internal:5432`, `*.corp` | a host, whatever private address it has; every host under a name |
| `private` | all private networks and this machine, yet no metadata, link-local or reserved address |

A metadata or reserved address is reached only where an entry names it, or its network, by number.
"""


def page() -> str:
    actions = [action for name in names() if (action := find(name)) is not None]
    parts = [_HEAD, _contents(actions), *map(_section, actions), _PLACES, _faults()]
    return "\n".join(parts)


def _contents(actions: Sequence[AnyAction]) -> str:
    rows = [f"| [`{a.name}`](#{_anchor(a.name)}) | {a.description.partition('. ')[0].rstrip('.')} |" for a in actions]
    return "\n".join(["| action | what it does |", "|---|---|", *rows, ""])


def _section(action: AnyAction) -> str:
    lines = [f"## {action.name}", "", action.description, "", "```yaml", action.example, "```", ""]
    lines += ["| parameter | kind | default | |", "|---|---|---|---|", *_parameters(schema_of(action.parameters)), ""]
    if isinstance(action.output, dict):
        lines += [f"Output: {_sentence(action.output)}", ""]
    else:
        lines += ["| output | kind | |", "|---|---|---|", *_fields(schema_of(action.output, "serialization")), ""]
    if action.faults:
        lines += [f"Fails with {', '.join(f'`{fault}`' for fault in action.faults)}.", ""]
    return "\n".join(lines)


def _faults() -> str:
    rows = [f"| `{fault}` | {meaning} |" for fault, meaning in MEANINGS.items()]
    return "\n".join(["## How they fail", "", "| type | meaning |", "|---|---|", *rows, ""])


def _parameters(schema: JsonObject) -> Iterator[str]:
    required = schema.get("required", [])
    for path, field, needed in _walk(schema, schema, "", required if isinstance(required, list) else []):
        default = "**needed**" if needed else _default(field)
        yield f"| `{path}` | {_kind(field)} | {default} | {_sentence(field)} |"


def _fields(schema: JsonObject) -> Iterator[str]:
    for path, field, _ in _walk(schema, schema, "", []):
        yield f"| `{path}` | {_kind(field)} | {_sentence(field)} |"


def _walk(
    place: JsonObject, root: JsonObject, prefix: str, required: Sequence[JsonValue]
) -> Iterator[tuple[str, JsonObject, bool]]:
    """Every field, and beneath a field those of its own."""
    properties = place.get("properties", {})
    assert isinstance(properties, dict)
    for name, field in properties.items():
        assert isinstance(field, dict)
        path = f"{prefix}{name}"
        yield path, field, name in required
        inner = _object_in(field, root)
        if inner is not None:
            needed = inner.get("required", [])
            many = "[]" if "items" in field else ""
            yield from _walk(inner, root, f"{path}{many}.", needed if isinstance(needed, list) else [])


def _object_in(field: JsonObject, root: JsonObject) -> JsonObject | None:
    """The object that a field is, may be, or is a list of."""
    options = [field.get("items"), field, *_options(field)]
    return next((there for option in options if (there := _referred(option, root)) is not None), None)


def _options(field: JsonObject) -> list[JsonValue]:
    options = field.get("anyOf", [])
    return options if isinstance(options, list) else []


def _referred(schema: JsonValue, root: JsonObject) -> JsonObject | None:
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    definitions = root.get("$defs")
    if not isinstance(reference, str) or not isinstance(definitions, dict):
        return None
    found = definitions[reference.rpartition("/")[2]]
    return found if isinstance(found, dict) and "properties" in found else None


def _kind(field: JsonObject) -> str:
    return " or ".join(dict.fromkeys(_kinds(field))) or "any value"


def _kinds(field: JsonValue) -> Iterator[str]:
    if not isinstance(field, dict):
        return
    options = _options(field)
    if options:
        for option in options:
            yield from _kinds(option)
    elif "enum" in field or "const" in field:
        values = field.get("enum", [field.get("const")])
        assert isinstance(values, list)
        yield ", ".join(f"`{value}`" for value in values)
    elif "$ref" in field:
        yield "any value" if str(field["$ref"]).endswith("/JsonValue") else "object"
    elif field.get("type") == "array":
        items = field.get("items", {})
        inner = " or ".join(dict.fromkeys(_kinds(items))) or "any value"
        yield f"list of {inner}"
    elif field.get("pattern") == _DURATION:
        yield "duration"
    elif field.get("format") == "date-time":
        yield "time"
    elif isinstance(kind := field.get("type"), str) and kind != "null":
        yield {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def _default(field: JsonObject) -> str:
    default = field.get("default")
    return "" if default in (None, "", {}, []) else f"`{orjson.dumps(default).decode()}`"


def _sentence(field: JsonObject) -> str:
    return str(field.get("description", "")).replace("\n", " ").replace("|", "\\|")


def _anchor(name: str) -> str:
    """As GitHub makes them of headings."""
    return name.lower().replace(".", "")


if __name__ == "__main__":
    print(page(), end="")
