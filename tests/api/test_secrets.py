"""Secrets: sealed where they lie, bound to their name, set by API and command, taken by the next attempt, told by neither."""

from __future__ import annotations

import base64
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from support.aws import cloud
from support.canary import Canary
from support.murmur import Shop, shop
from support.served import Served, served

from handlers.projects import Description, Kind, Source
from murmuration.aws.cabinet import AwsCabinet
from murmuration.aws.projects import AwsProjects
from murmuration.aws.publishing import keep_projects
from murmuration.aws.settings import AwsSettings
from murmuration.aws.table import Table
from murmuration.local.cabinet import LocalCabinet
from murmuration.local.secrets import DRAWER, FILE, CannotOpen, Vault
from murmuration.memory import ManualClock
from murmuration.system import SystemClock
from schemas.project import Project

HIDDEN = "s3cr3t-value"


@pytest.fixture
def cabinet(tmp_path: Path) -> Iterator[LocalCabinet]:
    cabinet = LocalCabinet(tmp_path, SystemClock())
    yield cabinet
    cabinet.close()


def test_what_is_sealed_is_opened_by_its_name_alone(tmp_path: Path, cabinet: LocalCabinet) -> None:
    vault = Vault(tmp_path, cabinet)
    vault.put("shop", "KEY", HIDDEN)
    vault.put("media", "ÄÖ", "")
    assert sorted(vault.opened()) == [("media", "ÄÖ", ""), ("shop", "KEY", HIDDEN)]
    assert sorted(Vault(tmp_path, cabinet).opened()) == [("media", "ÄÖ", ""), ("shop", "KEY", HIDDEN)]
    kept = cabinet.get(DRAWER, "shop/KEY")
    assert kept is not None
    assert HIDDEN not in str(kept)
    assert HIDDEN.encode() not in (tmp_path / "cabinet.db").read_bytes() + (tmp_path / "cabinet.db-wal").read_bytes()
    cabinet.put(DRAWER, "media/KEY", kept.body)
    assert sorted(vault.opened()) == [("media", "ÄÖ", ""), ("shop", "KEY", HIDDEN)]


def test_two_of_the_same_value_are_not_seen_to_be(tmp_path: Path, cabinet: LocalCabinet) -> None:
    vault = Vault(tmp_path, cabinet)
    for name in ("ONE", "TWO"):
        vault.put("shop", name, HIDDEN)
    sealed = {str(kept.body["sealed"]) for kept in vault.listed("shop")}
    assert len(sealed) == 2


@pytest.mark.parametrize("part", ["nonce", "sealed"])
def test_what_was_meddled_with_is_left_out(tmp_path: Path, cabinet: LocalCabinet, part: str) -> None:
    vault = Vault(tmp_path, cabinet)
    vault.put("shop", "KEY", HIDDEN)
    kept = cabinet.get(DRAWER, "shop/KEY")
    assert kept is not None
    content = bytearray(base64.b64decode(str(kept.body[part])))
    content[0] ^= 1
    cabinet.put(DRAWER, "shop/KEY", {**kept.body, part: base64.b64encode(content).decode()})
    assert list(vault.opened()) == []


def test_the_key_is_its_owners_alone(tmp_path: Path, cabinet: LocalCabinet) -> None:
    old = os.umask(0)
    try:
        Vault(tmp_path, cabinet).put("shop", "KEY", HIDDEN)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(FILE)] == [FILE]


def test_another_key_opens_nothing_and_seals_anew(tmp_path: Path, cabinet: LocalCabinet) -> None:
    vault = Vault(tmp_path, cabinet)
    vault.put("shop", "KEY", HIDDEN)
    (tmp_path / FILE).unlink()
    assert list(vault.opened()) == []
    vault.put("shop", "OTHER", HIDDEN)
    assert list(vault.opened()) == [("shop", "OTHER", HIDDEN)]


@pytest.mark.parametrize("text", ["", "nonsense", "a b c\n", f"a {base64.b64encode(b'short').decode()}\n"])
def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path, cabinet: LocalCabinet, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(CannotOpen):
        Vault(tmp_path, cabinet).put("shop", "KEY", HIDDEN)
    assert (tmp_path / FILE).read_text() == text


def test_a_new_key_seals_all_anew(tmp_path: Path, cabinet: LocalCabinet) -> None:
    vault = Vault(tmp_path, cabinet)
    for number in range(3):
        vault.put("shop", f"N{number}", f"{HIDDEN}{number}")
    before = (tmp_path / FILE).read_text()
    assert vault.rotate() == 3
    after = (tmp_path / FILE).read_text()
    assert len(after.splitlines()) == 1
    assert after != before
    assert [value for _, _, value in vault.opened()] == [f"{HIDDEN}{number}" for number in range(3)]
    (tmp_path / FILE).write_text(before)
    assert list(vault.opened()) == []


def test_a_rotation_that_was_killed_is_gone_on_with(tmp_path: Path, cabinet: LocalCabinet) -> None:
    class Killed(LocalCabinet):
        left = 1

        def put(self, *given: object, **more: object) -> object:  # type: ignore[override]
            if not self.left:
                raise KeyboardInterrupt
            self.left -= 1
            return super().put(*given, **more)  # type: ignore[arg-type]

    vault = Vault(tmp_path, cabinet)
    for number in range(3):
        vault.put("shop", f"N{number}", HIDDEN)
    killed = Killed(tmp_path, SystemClock())
    with pytest.raises(KeyboardInterrupt):
        Vault(tmp_path, killed).rotate()
    killed.close()
    assert len(list(vault.opened())) == 3
    vault.rotate()
    assert len(list(vault.opened())) == 3
    assert len((tmp_path / FILE).read_text().splitlines()) == 1


def test_many_at_once_make_one_key(tmp_path: Path) -> None:
    def put(number: int) -> None:
        cabinet = LocalCabinet(tmp_path, SystemClock())
        gate.wait()
        Vault(tmp_path, cabinet).put("shop", f"N{number}", HIDDEN)
        cabinet.close()

    LocalCabinet(tmp_path, SystemClock()).close()
    gate = threading.Barrier(6)
    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cabinet = LocalCabinet(tmp_path, SystemClock())
    assert len(list(Vault(tmp_path, cabinet).opened())) == 6
    cabinet.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root: Path = tmp_path_factory.mktemp("secrets") / "shop"
    shop(root)
    (root / "project.yaml").write_text("project: shop\nsecrets: [KEY, OTHER]\n")
    (root / "secrets.env").write_text("KEY=of-the-file\n")
    (root / "pipelines" / "tells.yaml").write_text(
        "project: shop\npipeline: tells\ndeadline: 1m\n"
        'tasks: {tell: {function: length, timeout: 20s, with: {value: "${secrets.KEY}"}}}\n'
    )
    (root / "functions" / "length").mkdir()
    (root / "functions" / "length" / "handler.py").write_text(
        "def handler(event, context):\n    return len(event['value'])\n"
    )
    with served(root) as found:
        yield found


def length(murmur: Shop) -> object:
    run = murmur.json("run", "tells", "--wait")["run"]
    [task] = murmur.json("show", run)["tasks"]
    return task["output"]


def listed(here: Served) -> dict[str, tuple[bool, str]]:
    return {one["name"]: (one["set"], one["source"]) for one in here.get("/projects/shop/secrets").json["secrets"]}


def test_one_that_is_set_wins_over_the_file_with_no_restart(here: Served) -> None:
    murmur = Shop(here.root)
    assert {"KEY": (True, "file"), "OTHER": (False, "file")}.items() <= listed(here).items()
    assert length(murmur) == len("of-the-file")
    told = here.put("/projects/shop/secrets/KEY", {"value": HIDDEN})
    assert told.status == 200
    assert told.json.keys() == {"name", "set", "source", "at", "etag"}
    assert length(murmur) == len(HIDDEN)
    assert listed(here)["KEY"] == (True, "set")
    assert here.delete("/projects/shop/secrets/KEY").status == 204
    assert length(murmur) == len("of-the-file")
    assert here.delete("/projects/shop/secrets/KEY").code == "kept-in-file"
    assert here.delete("/projects/shop/secrets/NONE").status == 404


@pytest.mark.parametrize("value", ["", "x" * 8_193, "é" * 4_097])
def test_what_is_too_large_is_refused_by_its_size(here: Served, value: str) -> None:
    told = here.put("/projects/shop/secrets/LARGE", {"value": value})
    assert (told.status, told.code) == (422, "bad-setting")
    assert value[:100] not in told.body.decode() or not value


def test_the_command_sets_from_the_standard_input_and_never_tells(here: Served) -> None:
    murmur, canary = Shop(here.root), Canary()
    said = murmur("secret", "set", "KEY", input=f"{canary.value}\n")
    assert length(murmur) == len(canary.value)
    said_then = murmur("secret", "list", "--json")
    assert {"name": "KEY", "set": True, "source": "set"}.items() <= orjson.loads(said_then.stdout)["secrets"][0].items()
    murmur("secret", "rotate-key")
    assert length(murmur) == len(canary.value)
    assert not any(canary.sings(one.output) for one in (said, said_then, murmur("secret", "list")))
    murmur("secret", "remove", "KEY")
    murmur("secret", "remove", "KEY", code=2)
    murmur("secret", "set", "a-b", input="x", code=2)
    assert length(murmur) == len("of-the-file")
    assert not canary.sings(here.get("/audit").body)
    assert canary.found(here.root) == []
    entries = here.get("/audit", operation="secret.write", target="KEY", most=2).json["entries"]
    assert [(one["before"], one["after"]) for one in entries] == [({"set": True}, None), ({"set": True}, {"set": True})]


def test_the_command_sets_variables(here: Served) -> None:
    murmur = Shop(here.root)
    murmur("variable", "set", "limit", input='{"of": 3}')
    murmur("variable", "set", "text", "--text", input="3\n")
    murmur("variable", "set", "bad", input="{", code=2)
    told = {one["name"]: one["value"] for one in here.get("/projects/shop/variables").json["variables"]}
    assert (told["limit"], told["text"], "bad" in told) == ({"of": 3}, "3", False)
    murmur("variable", "remove", "limit")
    assert "limit" not in murmur("variable", "list").output


def test_a_pipeline_may_name_what_was_set_and_is_in_no_file(here: Served) -> None:
    murmur = Shop(here.root)
    (here.root / "pipelines" / "names.yaml").write_text(
        "project: shop\npipeline: names\ndeadline: 1m\n"
        'tasks: {tell: {action: pass, timeout: 20s, with: {value: ["${secrets.NEW}", "${variables.fresh}"]}}}\n'
    )
    murmur("publish", code=1)
    murmur("secret", "set", "NEW", input=HIDDEN)
    murmur("variable", "set", "fresh", input="[1]")
    murmur("publish")
    run = murmur.json("run", "names", "--wait")["run"]
    [task] = murmur.json("show", run)["tasks"]
    assert task["output"] == ["***", [1]]


def test_without_a_server_the_next_one_has_them(tmp_path: Path) -> None:
    murmur = shop(tmp_path / "shop")
    murmur("secret", "set", "KEY", "--project", "media", input=HIDDEN)
    assert "KEY" in murmur("secret", "list", "--project", "media").output
    assert "KEY" not in murmur("secret", "list").output


def test_on_aws_they_are_in_the_parameter_store() -> None:
    with cloud() as there:
        clock = ManualClock()
        settings = AwsSettings(there.clients, there.environment.parameters, clock)
        cabinet = AwsCabinet(Table(there.clients, there.environment.table), clock)
        projects = AwsProjects(settings, cabinet, lambda: ["shop/orders"])
        projects.put_secret("shop", "KEY", HIDDEN)
        projects.put_variable("shop", "limit", [1])
        [secret], [variable] = (projects.given("shop", kind) for kind in (Kind.SECRET, Kind.VARIABLE))
        assert (secret.name, secret.value, secret.source, secret.at is None) == ("KEY", None, Source.SET, False)
        assert (variable.name, variable.value) == ("limit", [1])
        assert settings.secrets("shop") == {"KEY": HIDDEN}
        assert projects.remove("shop", Kind.SECRET, "KEY")
        assert not projects.remove("shop", Kind.SECRET, "KEY")
        assert projects.given("shop", Kind.SECRET) == []
        keep_projects(cabinet, [Project.read({"project": "shop", "owner": "ana", "variables": {"limit": 1}})])
        projects.describe("shop", Description(description="A shop", owner="ben"))
        document = projects.documents()["shop"]
        assert (document.owner, document.description, list(document.variables)) == ("ben", "A shop", ["limit"])
