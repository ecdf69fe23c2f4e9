"""Who may do what: one table, operation by role, and the only place where it is decided. What is not in it is denied.

    viewer      looks                                    emitter     puts events on the bus, and nothing else
    operator    starts, stops, repeats; moves files
    editor      changes pipelines and functions, and defines runs
    admin       lets people in, holds secrets, reads who did what

Each role may do what those above it may. A role is held in one project, or in all (`EVERYWHERE`). What belongs to no project,
such as users, asks for the role in all of them.

    STACK       the role in all projects
    PROJECT     the role in that project
    ANY         the role in some project: the answer holds only what belongs to the caller's projects
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from events.ledger import Millis
from schemas.errors import MurmurationError
from schemas.project import Role

EVERYWHERE: Final = "*"


class Unauthenticated(MurmurationError):
    code = "unauthenticated"


class Forbidden(MurmurationError):
    code = "forbidden"


class Scope(StrEnum):
    STACK = "stack"
    PROJECT = "project"
    ANY = "any"


class Operation(StrEnum):
    PROJECT_READ = "project.read"
    PROJECT_WRITE = "project.write"
    MEMBER_READ = "member.read"
    MEMBER_WRITE = "member.write"
    VARIABLE_READ = "variable.read"
    VARIABLE_WRITE = "variable.write"
    SECRET_READ = "secret.read"
    """Their names; nobody reads a value."""
    SECRET_WRITE = "secret.write"
    NOTIFICATION_READ = "notification.read"
    NOTIFICATION_WRITE = "notification.write"
    PIPELINE_READ = "pipeline.read"
    PIPELINE_CHECK = "pipeline.check"
    PIPELINE_SIMULATE = "pipeline.simulate"
    PIPELINE_EXPORT = "pipeline.export"
    PIPELINE_PAUSE = "pipeline.pause"
    PIPELINE_PUBLISH = "pipeline.publish"
    PIPELINE_UNPUBLISH = "pipeline.unpublish"
    DRAFT_READ = "draft.read"
    DRAFT_WRITE = "draft.write"
    FUNCTION_READ = "function.read"
    FUNCTION_WRITE = "function.write"
    FUNCTION_CALL = "function.call"
    ACTION_READ = "action.read"
    RUN_READ = "run.read"
    RUN_START = "run.start"
    RUN_DEFINE = "run.define"
    """A run of a definition that comes along."""
    RUN_CANCEL = "run.cancel"
    RUN_RERUN = "run.rerun"
    TASK_SETTLE = "task.settle"
    BUCKET_READ = "bucket.read"
    BUCKET_WRITE = "bucket.write"
    LETTER_READ = "letter.read"
    LETTER_REDRIVE = "letter.redrive"
    LETTER_DROP = "letter.drop"
    ARCHIVE_READ = "archive.read"
    ARCHIVE_REPLAY = "archive.replay"
    EVENT_EMIT = "event.emit"
    AUDIT_READ = "audit.read"
    USER_READ = "user.read"
    USER_WRITE = "user.write"
    TOKEN_READ = "token.read"
    TOKEN_WRITE = "token.write"


class Rule(NamedTuple):
    least: Role
    scope: Scope


_VIEWER, _OPERATOR, _EDITOR, _ADMIN = Role.VIEWER, Role.OPERATOR, Role.EDITOR, Role.ADMIN

TABLE: Final[Mapping[Operation, Rule]] = {
    Operation.PROJECT_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.PROJECT_WRITE: Rule(_ADMIN, Scope.PROJECT),
    Operation.MEMBER_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.MEMBER_WRITE: Rule(_ADMIN, Scope.PROJECT),
    Operation.VARIABLE_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.VARIABLE_WRITE: Rule(_EDITOR, Scope.PROJECT),
    Operation.SECRET_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.SECRET_WRITE: Rule(_ADMIN, Scope.PROJECT),
    Operation.NOTIFICATION_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.NOTIFICATION_WRITE: Rule(_EDITOR, Scope.PROJECT),
    Operation.PIPELINE_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.PIPELINE_CHECK: Rule(_VIEWER, Scope.ANY),
    Operation.PIPELINE_SIMULATE: Rule(_VIEWER, Scope.ANY),
    Operation.PIPELINE_EXPORT: Rule(_VIEWER, Scope.PROJECT),
    Operation.PIPELINE_PAUSE: Rule(_OPERATOR, Scope.PROJECT),
    Operation.PIPELINE_PUBLISH: Rule(_EDITOR, Scope.PROJECT),
    Operation.PIPELINE_UNPUBLISH: Rule(_EDITOR, Scope.PROJECT),
    Operation.DRAFT_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.DRAFT_WRITE: Rule(_EDITOR, Scope.PROJECT),
    Operation.FUNCTION_READ: Rule(_VIEWER, Scope.ANY),
    Operation.FUNCTION_WRITE: Rule(_EDITOR, Scope.STACK),
    Operation.FUNCTION_CALL: Rule(_OPERATOR, Scope.STACK),
    Operation.ACTION_READ: Rule(_VIEWER, Scope.ANY),
    Operation.RUN_READ: Rule(_VIEWER, Scope.PROJECT),
    Operation.RUN_START: Rule(_OPERATOR, Scope.PROJECT),
    Operation.RUN_DEFINE: Rule(_EDITOR, Scope.PROJECT),
    Operation.RUN_CANCEL: Rule(_OPERATOR, Scope.PROJECT),
    Operation.RUN_RERUN: Rule(_OPERATOR, Scope.PROJECT),
    Operation.TASK_SETTLE: Rule(_OPERATOR, Scope.PROJECT),
    Operation.BUCKET_READ: Rule(_VIEWER, Scope.STACK),
    Operation.BUCKET_WRITE: Rule(_OPERATOR, Scope.STACK),
    Operation.LETTER_READ: Rule(_VIEWER, Scope.STACK),
    Operation.LETTER_REDRIVE: Rule(_OPERATOR, Scope.STACK),
    Operation.LETTER_DROP: Rule(_EDITOR, Scope.STACK),
    Operation.ARCHIVE_READ: Rule(_VIEWER, Scope.STACK),
    Operation.ARCHIVE_REPLAY: Rule(_OPERATOR, Scope.STACK),
    Operation.EVENT_EMIT: Rule(_OPERATOR, Scope.STACK),
    Operation.AUDIT_READ: Rule(_ADMIN, Scope.PROJECT),
    Operation.USER_READ: Rule(_ADMIN, Scope.STACK),
    Operation.USER_WRITE: Rule(_ADMIN, Scope.STACK),
    Operation.TOKEN_READ: Rule(_ADMIN, Scope.STACK),
    Operation.TOKEN_WRITE: Rule(_ADMIN, Scope.STACK),
}

EMITTERS: Final = frozenset({Operation.EVENT_EMIT})
"""All that a token for emitters may do."""

_RANK: Final[Mapping[Role, int]] = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as a token has proven it."""

    name: str
    """For people and the audit log: an address, or a token's name."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """By project; `EVERYWHERE` for all."""
    emitter: bool = False
    expires: Millis | None = None
    """When the token does that it has come with."""

    def role(self, project: str) -> Role | None:
        """The higher of what he has there and what he has everywhere."""
        held = [role for where in (project, EVERYWHERE) if (role := self.roles.get(where)) is not None]
        return max(held, key=_RANK.__getitem__, default=None)

    def may(self, operation: Operation, project: str = EVERYWHERE) -> bool:
        if self.emitter:
            return operation in EMITTERS
        least, scope = TABLE[operation]
        match scope:
            case Scope.STACK:
                held = [self.role(EVERYWHERE)]
            case Scope.PROJECT:
                held = [self.role(project)]
            case Scope.ANY:
                held = [self.role(one) for one in self.roles]
        return any(role is not None and _RANK[role] >= _RANK[least] for role in held)

    def may_somewhere(self, operation: Operation) -> bool:
        """In some project: before it is known in which one."""
        return self.may(operation) or any(self.may(operation, project) for project in self.roles)

    def require(self, operation: Operation, project: str = EVERYWHERE) -> None:
        if not self.may(operation, project):
            where = "" if project == EVERYWHERE else f" in {project}"
            raise Forbidden(
                f"{self.name} may not do {operation.value}{where}",
                advice=f"It wants the role {TABLE[operation].least.value}; an admin gives it",
            )

    def allowed(self, project: str = EVERYWHERE) -> list[Operation]:
        """All that it may do there, for whoever shows only what can be done."""
        return [operation for operation in Operation if self.may(operation, project)]

    def sees(self, project: str) -> bool:
        return not self.emitter and self.role(project) is not None


NOBODY: Final = Caller("nobody")

assert TABLE.keys() == set(Operation), "every operation has its row"
