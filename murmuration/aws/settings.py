"""Settings in the parameter store: what a project gives its tasks.

    /PREFIX/PROJECT/variables/NAME     String          a JSON value; what is no JSON is text as it stands
    /PREFIX/PROJECT/secrets/NAME       SecureString    text, encrypted

What is read is kept for five minutes: a secret that was changed reaches every task within that. The store allows few calls a second for
all functions together, so where it refuses for now, what was read before goes on being used.

What must always hold: no value of a secret is in an error, a log or anything's `repr`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import orjson
from pydantic import JsonValue

from events.ledger import Millis
from events.ports import Clock, Unavailable
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import AwsRefused, Denied, translated
from schemas.errors import MurmurationError
from schemas.model import JsonObject

WHERE: Final = "the parameter store"
KEPT_MS: Millis = 5 * 60_000
AGAIN_MS: Millis = 30_000
"""When the store refused, it is asked again after this."""
LARGEST: Final = 8_192
REMOVED_AT_ONCE: Final = 10
_NESTED: Final = "{{"

Kind = Literal["variables", "secrets"]


class BadSetting(MurmurationError):
    code = "bad-setting"


@dataclass(slots=True)
class _Kept:
    values: JsonObject = field(repr=False)
    until: Millis


class Listed(NamedTuple):
    name: str
    value: JsonValue
    """None of a secret."""
    at: Millis


class AwsSettings:
    """`path` is the environment's `parameters`."""

    def __init__(self, clients: Clients, path: str, clock: Clock, keep: Millis = KEPT_MS) -> None:
        self._clients = clients
        self._path = path
        self._clock = clock
        self._keep = keep
        self._read: dict[tuple[str, Kind], _Kept] = {}

    def variables(self, project: str) -> JsonObject:
        return self._known(project, "variables")

    def secrets(self, project: str) -> JsonObject:
        return self._known(project, "secrets")

    def put_variables(self, project: str, values: Mapping[str, JsonValue]) -> None:
        """These beside those that are there."""
        self._put(project, "variables", {name: _text(value) for name, value in values.items()})

    def put_secrets(self, project: str, values: Mapping[str, str]) -> None:
        self._put(project, "secrets", values)

    def remove(self, project: str, kind: Kind, names: Iterable[str]) -> None:
        """Those of them that are there."""
        self._read.pop((project, kind), None)
        client = self._clients.patient("ssm")
        paths = [self._name(project, kind, name) for name in names]
        for start in range(0, len(paths), REMOVED_AT_ONCE):
            with translated(WHERE):
                client.delete_parameters(Names=paths[start : start + REMOVED_AT_ONCE])

    def listed(self, project: str, kind: Kind) -> list[Listed]:
        """As they are now, by name. Secrets are not even decrypted for it."""
        found: list[Listed] = []
        for one in self._pages(project, kind, decrypted=False):
            name = str(one["Name"]).rpartition("/")[2]
            value = None if kind == "secrets" else _value(one["Value"])
            found.append(Listed(name, value, round(one["LastModifiedDate"].timestamp() * 1_000)))
        return sorted(found, key=lambda one: one.name)

    def _put(self, project: str, kind: Kind, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            _check(f"{kind} of {project}: {name}", text)
        self._read.pop((project, kind), None)
        # Writes are few a second, so what is there already is left alone.
        there = self._texts(project, kind) if texts else {}
        client = self._clients.patient("ssm")
        for name, text in texts.items():
            if there.get(name) != text:
                with _unspoken(f"{kind} of {project}: {name}"), translated(WHERE):
                    client.put_parameter(
                        Name=self._name(project, kind, name),
                        Value=text,
                        Type="SecureString" if kind == "secrets" else "String",
                        Tier="Intelligent-Tiering",
                        Overwrite=True,
                    )

    def _known(self, project: str, kind: Kind) -> JsonObject:
        now = self._clock.now()
        kept = self._read.get((project, kind))
        if kept is None or kept.until <= now:
            try:
                texts = self._texts(project, kind)
            except Unavailable:
                if kept is None:
                    raise
                kept.until = now + AGAIN_MS
            else:
                values: JsonObject = {name: text if kind == "secrets" else _value(text) for name, text in texts.items()}
                kept = self._read[project, kind] = _Kept(values, now + self._keep)
        return kept.values

    def _texts(self, project: str, kind: Kind) -> dict[str, str]:
        path = self._name(project, kind, "")
        return {one["Name"].removeprefix(path): one["Value"] for one in self._pages(project, kind, decrypted=True)}

    def _pages(self, project: str, kind: Kind, *, decrypted: bool) -> Iterator[Mapping[str, Any]]:
        path = self._name(project, kind, "")
        asks: dict[str, Any] = {"Path": path.rstrip("/"), "Recursive": False, "WithDecryption": decrypted}
        while True:
            with translated(WHERE):
                page = self._clients.ssm.get_parameters_by_path(**asks)
            yield from page["Parameters"]
            if not page.get("NextToken"):
                return
            asks["NextToken"] = page["NextToken"]

    def _name(self, project: str, kind: Kind, name: str) -> str:
        return f"{self._path}/{project}/{kind}/{name}"


@contextmanager
def _unspoken(where: str) -> Iterator[None]:
    """What AWS says of a call that is wrong may repeat what was to be kept."""
    try:
        yield
    except Denied:
        raise
    except AwsRefused:
        raise BadSetting(
            "the parameter store refuses it", where=where, advice=f"It keeps no {_NESTED} in a text"
        ) from None


def _check(where: str, text: str) -> None:
    size = len(text.encode())
    if not 0 < size <= LARGEST:
        told = f"it has {size:,} bytes, and the parameter store keeps 1 to {LARGEST:,}"
        raise BadSetting(told, where=where, advice="Keep it in a bucket, and its key here")


def _text(value: JsonValue) -> str:
    """As JSON. Two braces mean a parameter to the store, and stand in JSON only inside of texts."""
    return orjson.dumps(value).decode().replace(_NESTED, "{\\u007b")


def _value(text: str) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value
