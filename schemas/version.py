"""A version: a pipeline document that no longer changes, and its number. `media/thumbnails@3` is how everybody names it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from schemas.model import Model
from schemas.pipeline import Pipeline


class VersionState(StrEnum):
    """Where a version stands. Every change is a conditional write; at most one version of a pipeline is live."""

    PUBLISHED = "published"
    LIVE = "live"
    DRAINING = "draining"
    RETIRING = "retiring"
    RETIRED = "retired"


class Version(Model):
    pipeline: Pipeline
    number: int = Field(ge=1, le=999_999_999)

    @property
    def reference(self) -> str:
        return f"{self.pipeline.name}@{self.number}"
