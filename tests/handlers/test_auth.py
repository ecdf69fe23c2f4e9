"""The table of who may do what, by itself: what a caller may follows from his roles and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.auth import EMITTERS, EVERYWHERE, NOBODY, TABLE, Caller, Forbidden, Operation, Rule, Scope
from handlers.people import BadName, KnownMembers, Members, caller_of, user_name
from handlers.tokens import Held, Token
from murmuration.local.cabinet import LocalCabinet
from murmuration.memory import ManualClock
from schemas.project import Role

RANK = {role: rank for rank, role in enumerate(Role)}
PROJECTS = ("kestrel", "plover", "wren")
roles = st.dictionaries(st.sampled_from((*PROJECTS, EVERYWHERE)), st.sampled_from(Role))
operations = st.sampled_from(Operation)
projects = st.sampled_from((*PROJECTS, "unknown"))


def test_the_rows_that_must_never_become_easier() -> None:
    """Whoever makes one of them so has to say it here, too."""
    stack = {Operation.USER_WRITE, Operation.USER_READ, Operation.TOKEN_WRITE, Operation.TOKEN_READ}
    assert {TABLE[operation] for operation in stack} == {Rule(Role.ADMIN, Scope.STACK)}
    for operation in (Operation.SECRET_WRITE, Operation.MEMBER_WRITE, Operation.PROJECT_WRITE, Operation.AUDIT_READ):
        assert TABLE[operation] == Rule(Role.ADMIN, Scope.PROJECT)
    assert TABLE[Operation.RUN_DEFINE] == Rule(Role.EDITOR, Scope.PROJECT)
    assert TABLE[Operation.FUNCTION_WRITE] == Rule(Role.EDITOR, Scope.STACK)


def test_whoever_only_looks_changes_nothing() -> None:
    looks = {operation for operation, rule in TABLE.items() if rule.least is Role.VIEWER}
    words = {operation.value.rpartition(".")[2] for operation in looks}
    assert words <= {"read", "check", "simulate", "export"}


@given(roles, operations, projects)
def test_what_may_be_done_follows_from_the_roles(held: Mapping[str, Role], operation: Operation, project: str) -> None:
    least, scope = TABLE[operation]
    where = {Scope.STACK: {EVERYWHERE}, Scope.PROJECT: {EVERYWHERE, project}, Scope.ANY: set(held)}[scope]
    expected = any(RANK[role] >= RANK[least] for place, role in held.items() if place in where)
    caller = Caller("ann", held)
    assert caller.may(operation, project) is expected
    assert (operation in caller.allowed(project)) is expected


@given(roles, operations, projects, st.sampled_from(Role))
def test_a_higher_role_loses_nothing(held: Mapping[str, Role], operation: Operation, project: str, more: Role) -> None:
    for place in (project, EVERYWHERE):
        higher = {**held, place: max(more, held.get(place, more), key=RANK.__getitem__)}
        if Caller("ann", held).may(operation, project):
            assert Caller("ann", higher).may(operation, project)


@given(roles, operations, projects)
def test_the_door_lets_in_whoever_may_in_some_project(
    held: Mapping[str, Role], operation: Operation, project: str
) -> None:
    caller = Caller("ann", held)
    if caller.may(operation, project) and (
        project in held or EVERYWHERE in held or TABLE[operation].scope is Scope.ANY
    ):
        assert caller.may_somewhere(operation)


@given(roles, operations, projects)
def test_an_emitter_emits_whatever_else_it_is_given(
    held: Mapping[str, Role], operation: Operation, project: str
) -> None:
    caller = Caller("token:sensor", held, emitter=True)
    assert caller.may(operation, project) is (operation is Operation.EVENT_EMIT)
    assert caller.may_somewhere(operation) is (operation in EMITTERS)
    assert not caller.sees(project)


@pytest.mark.parametrize("operation", Operation)
def test_nobody_may_nothing(operation: Operation) -> None:
    assert not NOBODY.may(operation)
    assert not NOBODY.may_somewhere(operation)


def test_a_refusal_says_who_what_where_and_what_to_do() -> None:
    with pytest.raises(Forbidden) as told:
        Caller("ann", {"shop": Role.VIEWER}).require(Operation.RUN_START, "shop")
    assert told.value.what == "ann may not do run.start in shop"
    assert "operator" in told.value.advice


def test_a_token_of_a_program_is_never_called_as_a_person_is() -> None:
    token = Token(name="ann", hash="", roles={EVERYWHERE: Role.VIEWER}, by="root", created=0)
    name = caller_of(Held("1", token), {}).name
    assert name == "token:ann"
    with pytest.raises(BadName):
        user_name(name)


def test_somebodys_own_token_has_his_roles_and_none_of_its_own() -> None:
    token = Token(name="ann", hash="", roles={EVERYWHERE: Role.ADMIN}, user="ann", by="root", created=0)
    assert caller_of(Held("1", token), {"shop": Role.VIEWER}).roles == {"shop": Role.VIEWER}


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[LocalCabinet]:
    made = LocalCabinet(tmp_path, ManualClock())
    yield made
    made.close()


def test_members_that_cannot_be_read_have_no_role(cabinet: LocalCabinet) -> None:
    for project, body in {
        "a": {"role": "viewer"},
        "b": {"role": "root"},
        "c": {"role": None},
        "d": {"role": ["admin"]},
        "e": {},
        "*": {"role": "admin"},
    }.items():
        cabinet.put("members", f"{project}/ann", body)
    cabinet.put("members", "f/ann-other", {"role": "admin"})
    assert Members(cabinet).of("ann") == {"a": Role.VIEWER}


def test_memberships_become_those_that_are_given(cabinet: LocalCabinet) -> None:
    members = Members(cabinet)
    members.put("ann", {"a": Role.VIEWER, "b": Role.ADMIN})
    members.put("ben", {"a": Role.ADMIN})
    before = cabinet.get("members", "b/ann")
    members.put("ann", {"b": Role.ADMIN, "c": Role.EDITOR})
    assert members.of("ann") == {"b": Role.ADMIN, "c": Role.EDITOR}
    assert members.of("ben") == {"a": Role.ADMIN}
    assert cabinet.get("members", "b/ann") == before


def test_members_are_read_again_when_anybody_has_written_and_only_then(
    cabinet: LocalCabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    list_ = cabinet.list
    monkeypatch.setattr(cabinet, "list", lambda drawer, **more: (reads.append(drawer), list_(drawer, **more))[1])
    known = KnownMembers(cabinet, cabinet.as_of)
    cabinet.put("members", "a/ann", {"role": "viewer"})
    assert [known.of("ann") for _ in range(10)] == [{"a": Role.VIEWER}] * 10
    once = len(reads)
    another = LocalCabinet(tmp_path, ManualClock())
    another.put("members", "a/ann", {"role": "admin"})
    assert known.of("ann") == {"a": Role.ADMIN}
    another.delete("members", "a/ann")
    another.close()
    assert known.of("ann") == {}
    cabinet.put("members", "b/ann", {"role": "editor"})
    assert known.of("ann") == {"b": Role.EDITOR}
    assert len(reads) <= 4 * once
