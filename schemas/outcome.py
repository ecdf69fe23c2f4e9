"""An outcome: how a task ended. A fact, once it is recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, assert_never

from pydantic import JsonValue

from schemas.model import JsonObject, Model


class Status(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class TaskError(Model):
    """What went wrong, in words for a person and a type for `retry.on` and conditions."""

    type: str
    message: str = ""
    detail: JsonObject = {}


class Outcome(NamedTuple):
    """`output` is JSON. Nobody looks again whether it is: thousands of outcomes are made in a second."""

    status: Status
    output: JsonValue = None
    error: TaskError | None = None

    @classmethod
    def succeeded(cls, output: JsonValue = None) -> Outcome:
        return cls(status=Status.SUCCEEDED, output=output)

    @classmethod
    def failed(cls, type: str, message: str = "", **detail: JsonValue) -> Outcome:
        return cls(status=Status.FAILED, error=TaskError(type=type, message=message, detail=detail))

    @classmethod
    def skipped(cls) -> Outcome:
        return cls(status=Status.SKIPPED)

    @classmethod
    def of(cls, data: JsonObject) -> Outcome:
        """From `data()` again."""
        error = data.get("error")
        return cls(Status(str(data["status"])), data.get("output"), None if error is None else TaskError.read(error))

    def data(self) -> JsonObject:
        """`detail.data` of the event that says it: what completion conditions look at."""
        match self.status:
            case Status.SUCCEEDED:
                return {"status": "succeeded", "output": self.output}
            case Status.FAILED:
                assert self.error is not None, "a failed outcome has its error"
                return {"status": "failed", "error": self.error.model_dump(mode="json")}
            case Status.SKIPPED:
                return {"status": "skipped"}
            case _:
                assert_never(self.status)
