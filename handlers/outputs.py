"""Outputs, and runs' inputs: a large one stays out of ledger and event, and whoever reads it gets the whole value all the same."""

from __future__ import annotations

import orjson
from pydantic import JsonValue

from events.ports import Artifacts
from events.reference import Artifact, artifact_of, goes_by_reference, stand_in
from handlers.loaded import Loaded
from schemas.errors import OutputTooLarge
from schemas.model import JsonObject
from schemas.outcome import Outcome, Status


class Outputs:
    def __init__(self, artifacts: Artifacts) -> None:
        self._artifacts = artifacts

    def small(self, loaded: Loaded, task: str, outcome: Outcome) -> Outcome:
        """The outcome as it may be recorded. Fields that conditions read stay; too much of them fails the task."""
        if outcome.status is not Status.SUCCEEDED:
            return outcome
        artifact = self._put_aside(outcome.output)
        if artifact is None:
            return outcome
        fields = loaded.published.inline.get(task, ())
        try:
            return Outcome.succeeded(stand_in(outcome.output, artifact, fields))
        except OutputTooLarge as wrong:
            return Outcome.failed(wrong.code, str(wrong))

    def whole(self, data: JsonObject) -> JsonObject:
        """An outcome's data with the output itself where a reference stands for it."""
        return data if artifact_of(data.get("output")) is None else {**data, "output": self.value(data["output"])}

    def small_input(self, input_: JsonValue) -> JsonValue:
        """A run's input as it may be recorded: each delivery reads the run."""
        artifact = self._put_aside(input_)
        return input_ if artifact is None else stand_in(input_, artifact)

    def value(self, told: JsonValue) -> JsonValue:
        """The value itself, where a reference stands for it."""
        artifact = artifact_of(told)
        if artifact is None:
            return told
        found: JsonValue = orjson.loads(self._artifacts.get(artifact.at))
        return found

    def _put_aside(self, value: JsonValue) -> Artifact | None:
        content = orjson.dumps(value)
        if not goes_by_reference(value, len(content)):
            return None
        return Artifact(self._artifacts.put(content), len(content))
