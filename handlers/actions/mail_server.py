"""A mail server: the operator's, in the settings, or a pipeline's own, in a task's parameters."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.model import Model

_SPEC: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
_ADDRESS: Final = re.compile(rf"(?:(?P<name>[^<>\"\x00-\x1f\x7f]{{1,100}}) <(?P<spec>{_SPEC})>|(?P<bare>{_SPEC}))")


def _is_address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise PydanticCustomError(
            "address", "this is no mail address", {"advice": "Write ana@example.org or Ana <ana@example.org>"}
        )
    return text


MailAddress = Annotated[str, AfterValidator(_is_address)]


def parted(address: str) -> tuple[str, str]:
    """The name that is shown, maybe none, and the address itself."""
    match = _ADDRESS.fullmatch(address)
    assert match is not None, "a MailAddress was checked"
    return (match["name"] or "").strip(), match["spec"] or match["bare"]


class MailServer(Model):
    host: str = Field(min_length=1, max_length=253, description="Its name; certificates are asked of it.")
    port: int | None = Field(
        default=None, ge=1, le=65_535, description="587, or 465 for `tls` and 25 for `none`, when left out."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="`tls`: from the first byte. `none`: in the open, and without a password."
    )
    username: str | None = Field(default=None, description="Goes with a password.")
    password: str | None = Field(default=None, description="Keep it as a secret.")
    from_: MailAddress | None = Field(default=None, alias="from", description="The sender, where a mail names none.")

    @model_validator(mode="after")
    def _no_open_password(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise PydanticCustomError("one_of", "a username and a password go together", {})
        if self.username is not None and self.security == "none":
            raise PydanticCustomError(
                "open_password",
                "a password does not travel over an open line",
                {"advice": "Write security: starttls, or leave out username and password"},
            )
        return self

    @property
    def reached_at(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]
