"""An outcome: how a task ended. A fact, once it is recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

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


class Outcome(Model):
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
        return cls.read(data)

    def data(self) -> JsonObject:
        """`detail.data` of the event that says it: what completion conditions look at."""
        told: JsonObject = {"status": self.status.value}
        match self.status:
            case Status.SUCCEEDED:
                told["output"] = self.output
            case Status.FAILED:
                assert self.error is not None, "a failed outcome has its error"
                told["error"] = self.error.model_dump(mode="json")
            case Status.SKIPPED:
                pass
            case _:
                assert_never(self.status)
        return told
