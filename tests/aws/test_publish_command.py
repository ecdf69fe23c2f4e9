"""`murmur publish` on a deployed stack: with a person's own rights, and the stack's own function for what only it may say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.murmur import Shop, shop
from support.publishing import Killed, Stage
from support.remote import remote

from murmuration.workspace import Workspace


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with remote(monkeypatch) as made:
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Shop:
    return shop(tmp_path / "shop")


def test_it_says_where_and_what_and_then_it_is_live(there: Stage, here: Shop) -> None:
    answer = here("publish", "--target", "test")
    assert "test: murmur-test in eu-central-1, account 123456789012 (as user/ada)" in answer.stderr
    assert "shop/orders@1 is live: 6 rules added, 0 kept, 0 removed" in answer.stdout
    assert "of 300 rules on the bus" in answer.stdout
    assert there.standings() == {"shop/orders": {"active": 1, "versions": {"1": "live"}}}
    assert "shop/orders@1 is live already" in here("publish", "--aws").stdout


def test_a_dry_run_changes_nothing(there: Stage, here: Shop) -> None:
    assert "shop/orders@1 would be live: 6 rules added" in here("publish", "--aws", "--dry-run").stdout
    assert (there.rules(), there.standings()) == ({}, {})


def test_what_stands_in_the_way_is_told_all_of_it_and_nothing_is_changed(there: Stage, here: Shop) -> None:
    path = here.root / "pipelines" / "orders.yaml"
    trigger = "triggers:\n  one: {s3: {bucket: first}}\n  two: {s3: {bucket: second}}\n"
    path.write_text(path.read_text().replace("triggers:\n", trigger))
    answer = here("publish", "--aws", code=1)
    for bucket in ("first", "second"):
        assert f"error: shop/orders: there is no bucket murmur-test-{bucket}-123456789012" in answer.stderr
    assert "Create it" in answer.stderr
    assert (there.rules(), there.standings()) == ({}, {})


@pytest.mark.usefixtures("there")
def test_what_aws_cannot_do_is_a_mistake_there_and_none_here(here: Shop) -> None:
    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(path.read_text().replace("timeout: 30s", "timeout: 20m"))
    assert "on AWS a task works for at most 14m" in here("publish", "--aws", code=1).stderr
    here("publish")


def test_back_to_the_version_before_and_out_again(there: Stage, here: Shop) -> None:
    here("publish", "--aws")
    path = here.root / "pipelines" / "orders.yaml"
    path.write_text(path.read_text().replace("[shop]", "[market]"))
    assert "shop/orders@1 drains" in here("publish", "--aws").stdout
    told = here.json("publish", "--aws", "--activate", "shop/orders@1")
    assert (told["target"], told["account"]) == ("test", "123456789012")
    assert there.standings()["shop/orders"] == {"active": 1, "versions": {"2": "draining", "1": "live"}}
    assert "there is no version shop/orders@9" in here("publish", "--aws", "--activate", "shop/orders@9", code=2).stderr
    path.unlink()
    assert "shop/orders is live no more" in here("publish", "--aws", "--prune").stdout
    assert there.standings()["shop/orders"] == {"active": None, "versions": {"2": "draining", "1": "draining"}}
    assert "is not live" in here("unpublish", "shop/orders", "--aws", code=2).stderr


def test_who_publishes_waits_for_the_one_that_does(there: Stage, here: Shop) -> None:
    there.cut.reset(after=12)
    with pytest.raises(Killed):
        there.publish(Workspace(here.root).read()[0].pipelines[0])
    there.cut.reset()
    began = there.clock.at
    here("publish", "--aws")
    assert there.clock.at - began < 120_000
    assert there.standings()["shop/orders"] == {"active": 1, "versions": {"1": "live"}}


@pytest.mark.usefixtures("there")
def test_a_target_that_is_not_there(here: Shop) -> None:
    assert "nothing is deployed as murmur-prod" in here("publish", "--target", "prod", code=2).stderr
    assert "not both" in here("publish", "--target", "test", "--aws", code=2).stderr
    assert (
        "leave the files out"
        in here("publish", here.root / "pipelines" / "orders.yaml", "--activate", "shop/orders@1", code=2).stderr
    )
    answer = here("up", "--target", "test", code=2)
    assert "murmur up works on the local stack only" in answer.stderr
    assert "murmur deploy" in answer.stderr


def test_no_credentials(here: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(here.root / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(here.root / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    answer = here("publish", "--aws", code=2)
    assert "AWS cannot be asked: Unable to locate credentials" in answer.stderr
    assert "Log in" in answer.stderr
