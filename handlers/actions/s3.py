"""`s3.copy`, `s3.read`, `s3.write`, `s3.delete`: objects in the project's buckets, through the buckets port."""

from __future__ import annotations

import base64
import re
from typing import Final, Literal, Self

import orjson
from pydantic import Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from handlers.actions.action import Action, ActionContext, ActionFailed, Fault, ObjectInfo
from handlers.actions.place import Base64, Place
from schemas.model import JsonObject, Model

_LARGEST_READ: Final = 64_000_000


class Stored(Model):
    bucket: str = Field(description="Where it now lies.")
    key: str = Field(description="And under which key.")
    size: int = Field(description="In bytes.")
    etag: str = Field(default="", description="Tells one content from another.")
    content_type: str = Field(default="", description="As it is stored.")


class CopyParameters(Model):
    from_: Place = Field(alias="from", description="What is copied.")
    to: Place = Field(description="Where to; what is there is replaced.")


class ReadParameters(Place):
    format: Literal["text", "json", "lines", "base64"] = Field(
        default="text", description="How the content is given back. `lines`: a list, without the line ends."
    )
    max_bytes: int = Field(default=1_000_000, ge=1, le=_LARGEST_READ, description="A larger object is refused.")


class ReadOutput(Model):
    bucket: str = Field(description="As it was asked for.")
    key: str = Field(description="As it was asked for.")
    size: int = Field(description="In bytes.")
    content: JsonValue = Field(description="In the format that was asked for.")


class WriteParameters(Place):
    text: str = Field(default="", description="Content as text, stored as UTF-8.")
    json_: JsonValue = Field(default=None, alias="json", description="Content as a value, stored as JSON.")
    base64: Base64 = Field(default="", description="Content as base64, stored as bytes.")
    artifact: str = Field(default="", description="The reference of a file that another task left.")
    content_type: str | None = Field(
        default=None, max_length=255, pattern=r"^[\x20-\x7e]+$", description="Known from the kind when left out."
    )

    @model_validator(mode="after")
    def _exactly_one_content(self) -> Self:
        kinds = ("text", "json_", "base64", "artifact")
        given = [kind.rstrip("_") for kind in kinds if kind in self.model_fields_set]
        if len(given) != 1:
            raise PydanticCustomError(
                "one_of",
                "there is exactly one content, and here is {given}",
                {"given": " and ".join(given) or "none", "advice": "Write one of text, json, base64, artifact"},
            )
        return self


class DeleteOutput(Model):
    bucket: str = Field(description="As it was asked for.")
    key: str = Field(description="As it was asked for.")
    deleted: bool = Field(description="False if there was no such object: that is no failure.")


def _copy(parameters: CopyParameters, context: ActionContext) -> JsonValue:
    source, target = parameters.from_, parameters.to
    return _stored(context.buckets.copy(source.bucket, source.key, target.bucket, target.key))


def _read(parameters: ReadParameters, context: ActionContext) -> JsonValue:
    content = context.buckets.read(parameters.bucket, parameters.key, parameters.max_bytes)
    return {
        "bucket": parameters.bucket,
        "key": parameters.key,
        "size": len(content),
        "content": _decoded(content, parameters),
    }


def _decoded(content: bytes, parameters: ReadParameters) -> JsonValue:
    if parameters.format == "base64":
        return base64.b64encode(content).decode()
    try:
        text = content.decode("utf-8-sig")
        match parameters.format:
            case "json":
                read: JsonValue = orjson.loads(text)
                return read
            case "lines":
                lines: list[JsonValue] = list(re.split(r"\r?\n", text))
                return lines[:-1] if lines[-1] == "" else lines
            case "text":
                return text
    except ValueError as wrong:
        kind = "JSON" if isinstance(wrong, orjson.JSONDecodeError) else "UTF-8 text"
        raise ActionFailed(
            Fault.BAD_CONTENT, f"{parameters} is not {kind}: {wrong}", advice="Read it with format: base64"
        ) from None


def _write(parameters: WriteParameters, context: ActionContext) -> JsonValue:
    content, content_type = _content(parameters, context)
    kind = parameters.content_type or content_type
    return _stored(context.buckets.write(parameters.bucket, parameters.key, content, kind))


def _content(parameters: WriteParameters, context: ActionContext) -> tuple[bytes, str]:
    given = parameters.model_fields_set
    if "text" in given:
        return parameters.text.encode(), "text/plain; charset=utf-8"
    if "artifact" in given:
        return context.artifacts.get(parameters.artifact), "application/octet-stream"
    if "base64" in given:
        return base64.b64decode(parameters.base64), "application/octet-stream"
    return orjson.dumps(parameters.json_), "application/json"


def _delete(parameters: Place, context: ActionContext) -> JsonValue:
    deleted = context.buckets.delete(parameters.bucket, parameters.key)
    return {"bucket": parameters.bucket, "key": parameters.key, "deleted": deleted}


def _stored(info: ObjectInfo) -> JsonObject:
    return {
        "bucket": info.bucket,
        "key": info.key,
        "size": info.size,
        "etag": info.etag,
        "content_type": info.content_type,
    }


ACTIONS = (
    Action(
        name="s3.copy",
        description="Copies an object within a bucket or to another one. What was at the target is replaced.",
        parameters=CopyParameters,
        output=Stored,
        run=_copy,
        example="""
            quarantine:
              action: s3.copy
              with:
                from: {bucket: uploads, key: in/photo.png}
                to: {bucket: quarantine, key: 2027/photo.png}
        """,
        faults=(Fault.NOT_FOUND,),
    ),
    Action(
        name="s3.read",
        description=(
            "Reads an object as text, lines, JSON or base64. For small objects; "
            "give large ones to a function by their bucket and key."
        ),
        parameters=ReadParameters,
        output=ReadOutput,
        run=_read,
        example="""
            rates:
              action: s3.read
              with: {bucket: reference, key: rates.json, format: json}
        """,
        faults=(Fault.NOT_FOUND, Fault.TOO_LARGE, Fault.BAD_CONTENT),
    ),
    Action(
        name="s3.write",
        description="Writes an object: text, JSON, base64, or a file that another task left as an artifact.",
        parameters=WriteParameters,
        output=Stored,
        run=_write,
        example="""
            store:
              action: s3.write
              with:
                bucket: reports
                key: 2027/january.json
                json: {orders: 128, total: 9310.5}
        """,
        faults=(Fault.NOT_FOUND, Fault.TOO_LARGE),
    ),
    Action(
        name="s3.delete",
        description="Deletes an object. One that is not there is no failure, so that a second attempt succeeds too.",
        parameters=Place,
        output=DeleteOutput,
        run=_delete,
        example="""
            clean-up:
              action: s3.delete
              with: {bucket: uploads, key: in/photo.png}
        """,
        faults=(Fault.NOT_FOUND,),
    ),
)
