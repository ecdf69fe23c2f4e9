"""The project document: what its pipelines share. Secrets are named here; their values live elsewhere, encrypted."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, JsonValue

from schemas.model import Model
from schemas.names import BucketName, FunctionName, ProjectName, VariableName
from schemas.pipeline import OwnLambda


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    EDITOR = "editor"
    ADMIN = "admin"


class Bucket(Model):
    name: BucketName | None = Field(default=None, description="The real bucket's name on AWS, where it differs.")


class Project(Model):
    project: ProjectName
    description: str = Field(default="", max_length=10_000)
    owner: str | None = Field(default=None, max_length=320)
    announce: Literal["heard", "all"] = Field(
        default="heard", description="Which announcements go out: those somebody subscribed to, or all."
    )
    members: dict[str, Role] = {}
    variables: dict[VariableName, JsonValue] = {}
    secrets: tuple[VariableName, ...] = ()
    buckets: dict[BucketName, Bucket] = {}
    functions: dict[FunctionName, OwnLambda] = {}
