"""murmur user and murmur token on a deployed stack: in its user pool and its table, with the person's own rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from support.aws import Cloud, cloud
from support.pool import POOL, Pool, PoolClients

from handlers.tokens import Tokens
from murmuration.aws.cabinet import AwsCabinet
from murmuration.aws.deploy.stack import Deployed
from murmuration.cli import place
from murmuration.cli.main import main
from murmuration.system import RandomIds, SystemClock
from schemas.project import Role


class There(NamedTuple):
    pool: Pool
    cabinet: AwsCabinet

    def murmur(self, *arguments: str, code: int = 0) -> Any:
        answer = CliRunner().invoke(main, [*arguments, "--target", "test", "--json"])
        assert answer.exit_code == code, answer.output + answer.stderr
        return json.loads(answer.stdout) if code == 0 else answer.stderr


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    with cloud() as here:
        pool = Pool()
        monkeypatch.setattr(place, "remote", lambda *_: _remote(here, pool))
        yield There(pool, AwsCabinet(here.table, SystemClock()))


def _remote(here: Cloud, pool: Pool) -> Any:
    outputs = {"UserPool": POOL, "Url": "https://d1.cloudfront.net"}
    deployed = Deployed(here.environment, outputs)
    stack = SimpleNamespace(table=here.table)
    return SimpleNamespace(clients=PoolClients(pool), deployed=deployed, stack=stack, say=lambda: None)


def test_somebody_is_let_in_and_let_go(there: There) -> None:
    told = there.murmur("user", "create", "ann@example.com", "--role", "operator", "-p", "shop")
    assert (told["invited"], told["token"], told["link"]) == (True, None, None)
    there.murmur("user", "create", "ben@example.com", "--role", "admin")
    assert sorted(map(sorted, there.pool.groups.values())) == [[], ["admin"]]
    kept = there.cabinet.get("members", "shop/ann@example.com")
    assert kept is not None
    assert kept.body == {"role": Role.OPERATOR.value}
    listed = {one["name"]: (one["role"], one["projects"]) for one in there.murmur("user", "list")["users"]}
    assert listed == {"ann@example.com": (None, {"shop": "operator"}), "ben@example.com": ("admin", {})}
    there.murmur("user", "remove", "ann@example.com")
    assert len(there.pool.users) == 1
    assert there.cabinet.get("members", "shop/ann@example.com") is None
    assert "no user" in there.murmur("user", "remove", "ann@example.com", code=2)
    assert "mail address" in there.murmur("user", "create", "ann", code=2)


def test_a_token_is_made_and_revoked(there: There) -> None:
    made = there.murmur("token", "create", "ci", "--role", "emitter", "--expires", "1h")
    tokens = Tokens(there.cabinet, SystemClock(), RandomIds())
    assert tokens.held(made["token"]).token.emitter
    [listed] = there.murmur("token", "list")["tokens"]
    assert (listed["id"], listed["role"]) == (made["id"], "emitter")
    assert listed["used"] is not None
    assert there.murmur("token", "revoke", "ci")["revoked"] is True
    assert there.murmur("token", "list")["tokens"] == []


def test_what_was_changed_is_in_the_stacks_audit_log(there: There) -> None:
    there.murmur("user", "create", "ann@example.com")
    there.murmur("token", "create", "ci", "--role", "viewer")
    entries = [one.body for one in there.cabinet.list("audit")]
    assert [(one["operation"], one["target"], one["state"]) for one in entries] == [
        ("user.write", "ann@example.com", "done"),
        ("token.write", "ci", "done"),
    ]
