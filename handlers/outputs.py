"""Outputs: a large one stays out of ledger and event, and whoever reads it gets the whole value all the same."""

from __future__ import annotations

import orjson

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
        content = orjson.dumps(outcome.output)
        if not goes_by_reference(outcome.output, len(content)):
            return outcome
        artifact = Artifact(self._artifacts.put(content), len(content))
        fields = loaded.published.inline.get(task, ())
        try:
            return Outcome.succeeded(stand_in(outcome.output, artifact, fields))
        except OutputTooLarge as wrong:
            return Outcome.failed(wrong.code, str(wrong))

    def whole(self, data: JsonObject) -> JsonObject:
        """An outcome's data with the output itself where a reference stands for it."""
        artifact = artifact_of(data.get("output"))
        if artifact is None:
            return data
        return {**data, "output": orjson.loads(self._artifacts.get(artifact.at))}
