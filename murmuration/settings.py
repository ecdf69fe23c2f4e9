"""The operator's settings of a workspace, in `settings.yaml`. A pipeline's author is not the operator.

    keep: 30d                                    how long ended runs stay, with all that belongs to them
    allow: [private, "10.0.0.5:8080"]            addresses beside the public internet
    databases: {shop: "postgresql://..."}        by the name that sql.query uses
    mail: {host: smtp.example.org, ...}          for notify.email without a server of its own
    web: {origins: ["https://..."]}              pages elsewhere that may ask the API from a browser; "*" for all

Secrets are not here: `secrets.env` holds them, a NAME=value a line, readable by its owner alone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError, field_validator

from handlers.actions.mail_server import MailServer
from schemas.document import read
from schemas.duration import Duration
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model

FILE: Final = "settings.yaml"
SECRETS: Final = "secrets.env"


class BadSettings(MurmurationError):
    code = "bad-settings"


_ORIGIN: Final = re.compile(r"\*|https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", re.IGNORECASE)


class Web(Model):
    origins: tuple[str, ...] = ()

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for one in origins:
            if _ORIGIN.fullmatch(one) is None:
                raise ValueError(f"{one[:80]} is no origin: write https://name, without a path")
        return origins


class Settings(Model):
    keep: Duration = Duration(30 * 86_400_000)
    allow: tuple[str, ...] = ()
    databases: dict[str, str] = {}
    mail: MailServer | None = None
    web: Web = Web()

    def for_actions(self) -> JsonObject:
        return {name: value for name, value in self.document().items() if name not in ("keep", "web")}


def settings_of(workspace: Path) -> Settings:
    file = workspace / FILE
    if not file.is_file():
        return Settings()
    source = read(file.read_bytes(), file=FILE)
    if source.problems or source.root is None:
        raise BadSettings("; ".join(str(problem) for problem in source.problems), where=FILE)
    try:
        return Settings.read(source.root.value)
    except ValidationError as wrong:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong.errors())
        raise BadSettings(told, where=FILE, advice="It knows keep, allow, databases, mail and web") from None


def secrets_of(workspace: Path) -> JsonObject:
    """By name. A line that is no NAME=value is refused, and never shown."""
    file = workspace / SECRETS
    if not file.is_file():
        return {}
    found: JsonObject = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise BadSettings(f"line {number} is not NAME=value", where=SECRETS)
        found[name.strip()] = value.strip()
    return found
