"""The catalog on DynamoDB: numbers, flips and retirement under races and lost replies; what is large; what may be old."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.aws import Cloud, cloud
from support.drawing import drawn

from events.ports import Published
from events.rules import Choice, compile_rules, render_all
from events.surroundings import Surroundings
from murmuration.aws.artifacts import VERSIONS, AwsArtifacts
from murmuration.aws.catalog import FRESH_MS, IDLE_MS, RETIRING_MS, AwsCatalog, Pointer
from murmuration.memory import ManualClock
from schemas.model import JsonObject
from schemas.version import Version, VersionState

NAME = "media/thumbnails"
RULES: list[JsonObject] = [{"Name": "murmur-test-1", "Targets": []}]


def a_version(number: int, *edges: str) -> Published:
    return Published(Version(pipeline=drawn(*(edges or ("a>b",))).pipeline, number=number))


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def another(here: Cloud, clock: ManualClock) -> Callable[[], AwsCatalog]:
    """As another process has it."""
    documents = AwsArtifacts(here.clients, here.environment.artifacts, clock, VERSIONS)
    return lambda: AwsCatalog(here.table, documents, clock)


@pytest.fixture
def catalog(another: Callable[[], AwsCatalog]) -> AwsCatalog:
    return another()


def put(catalog: AwsCatalog, *numbers: int) -> None:
    for number in numbers:
        assert catalog.put(a_version(number), RULES, 1_000)


def flipped(catalog: AwsCatalog, number: int, at: int = 2_000) -> None:
    assert catalog.flip(NAME, number, catalog.pointer(NAME), at)


def states(catalog: AwsCatalog) -> dict[int, VersionState]:
    return {one.number: one.state for one in catalog.versions(NAME)}


# numbers


def test_a_number_is_the_first_comers(catalog: AwsCatalog, another: Callable[[], AwsCatalog]) -> None:
    assert catalog.last_number(NAME) == 0
    other = another()
    assert catalog.put(a_version(1), RULES, 1_000)
    assert not other.put(a_version(1, "a>c"), RULES, 1_000)
    assert other.put(a_version(other.last_number(NAME) + 1, "a>c"), RULES, 1_000)
    assert catalog.version(f"{NAME}@1") == a_version(1)
    assert catalog.last_number(NAME) == 2


def test_whoever_puts_the_same_again_is_told_that_it_is_there(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    flipped(catalog, 1)
    assert catalog.put(a_version(1), RULES, 9_000)
    assert states(catalog) == {1: VersionState.LIVE}, "and nothing of it has changed"


def test_numbers_are_in_order_beyond_nine(catalog: AwsCatalog) -> None:
    put(catalog, 9, 10, 11)
    assert catalog.last_number(NAME) == 11
    assert [one.number for one in catalog.versions(NAME)] == [11, 10, 9]


def test_pipelines_are_named_in_order_once_something_of_them_was_put(catalog: AwsCatalog) -> None:
    assert catalog.names() == []
    put(catalog, 1, 2)
    other = drawn("a>b").pipeline.model_copy(update={"pipeline": "aaa"})
    assert catalog.put(Published(Version(pipeline=other, number=1)), [], 1_000)
    assert catalog.names() == ["media/aaa", NAME]


# documents


def test_rules_are_kept_with_their_version(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    assert catalog.rules_of(NAME, 1) == RULES
    assert catalog.rules_of(NAME, 2) == []


def test_a_thousand_tasks_fit_an_item(here: Cloud, catalog: AwsCatalog, another: Callable[[], AwsCatalog]) -> None:
    edges = [f"t{n}>t{n + 1}" for n in range(1_000)]
    compiled = compile_rules(Version(pipeline=drawn(*edges).pipeline, number=1), choice=Choice.SLOT)
    published = Published(compiled.version, compiled.table)
    assert catalog.put(published, render_all(compiled.all, Surroundings()), 1_000)
    assert another().version(f"{NAME}@1") == published
    assert _objects(here) == []


def test_what_is_too_large_for_an_item_lies_aside_for_good(
    here: Cloud, catalog: AwsCatalog, another: Callable[[], AwsCatalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("murmuration.aws.catalog.LARGEST", 100)
    put(catalog, 1)
    assert another().version(f"{NAME}@1") == a_version(1)
    assert another().rules_of(NAME, 1) == RULES
    assert all(key.startswith("versions/") for key in _objects(here)), "where no lifecycle removes it"
    assert len(_objects(here)) == 2


def _objects(here: Cloud) -> list[str]:
    found = here.clients.s3.list_objects_v2(Bucket=here.environment.artifacts)
    return [str(one["Key"]) for one in found.get("Contents", ())]


@pytest.mark.parametrize("reference", [f"{NAME}@draft", f"{NAME}@", f"{NAME}@7", NAME])
def test_what_is_no_version_is_none(catalog: AwsCatalog, reference: str) -> None:
    assert catalog.version(reference) is None


# flips


def test_a_flip_changes_the_pointer_and_both_states(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    assert catalog.pointer(NAME) == Pointer()
    flipped(catalog, 1)
    assert catalog.pointer(NAME) == Pointer(1, False, 1)
    flipped(catalog, 2, at=7_000)
    assert catalog.pointer(NAME) == Pointer(2, False, 2)
    assert states(catalog) == {1: VersionState.DRAINING, 2: VersionState.LIVE}
    flipped(catalog, 1)
    assert states(catalog) == {1: VersionState.LIVE, 2: VersionState.DRAINING}, "and back"


def test_of_two_who_saw_the_same_only_one_flips(catalog: AwsCatalog, another: Callable[[], AwsCatalog]) -> None:
    put(catalog, 1, 2, 3)
    flipped(catalog, 1)
    seen = another().pointer(NAME)
    flipped(catalog, 2)
    assert not another().flip(NAME, 3, seen, 3_000)
    flipped(catalog, 1)
    assert not another().flip(NAME, 3, seen, 3_000), "the same version is active as then, but it is another turn"
    assert states(catalog) == {1: VersionState.LIVE, 2: VersionState.DRAINING, 3: VersionState.PUBLISHED}


@pytest.mark.parametrize("first", [True, False])
def test_whoever_flips_again_since_no_reply_came_is_told_that_it_is_done(catalog: AwsCatalog, first: bool) -> None:
    put(catalog, 1, 2)
    if not first:
        flipped(catalog, 1)
    seen = catalog.pointer(NAME)
    assert catalog.flip(NAME, 2, seen, 3_000)
    assert catalog.flip(NAME, 2, seen, 4_000)
    assert catalog.pointer(NAME) == Pointer(2, False, seen.turn + 1)


def test_what_is_live_needs_no_flip(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    seen = catalog.pointer(NAME)
    assert catalog.flip(NAME, 1, seen, 3_000)
    flipped(catalog, 2)
    assert not catalog.flip(NAME, 1, seen, 3_000), "it was live, and is no more"


def test_nothing_flips_to_a_version_that_is_not_there_or_has_no_rules(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    assert not catalog.flip(NAME, 3, catalog.pointer(NAME), 3_000)
    assert catalog.standing(NAME, 3) is None
    assert catalog.retiring(NAME, 2, 1_000 + IDLE_MS)
    assert not catalog.flip(NAME, 2, catalog.pointer(NAME), 3_000)
    assert catalog.pointer(NAME).active == 1


def test_a_pause_changes_no_turn(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    seen = catalog.pointer(NAME)
    assert catalog.pause(NAME, True)
    assert catalog.flip(NAME, 2, seen, 3_000)
    assert catalog.pointer(NAME) == Pointer(2, True, 2)


# retirement


def test_a_version_retires_when_it_has_been_idle_for_long(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    flipped(catalog, 2, at=10_000)
    assert not catalog.retiring(NAME, 1, 9_999 + IDLE_MS)
    assert not catalog.retired(NAME, 1, 11_000), "nobody was at its rules"
    assert catalog.retiring(NAME, 1, 10_000 + IDLE_MS)
    assert catalog.retiring(NAME, 1, 10_001 + IDLE_MS), "whoever was at it may be gone"
    assert catalog.retired(NAME, 1, 20_000 + IDLE_MS)
    assert catalog.retired(NAME, 1, 20_000 + IDLE_MS), "as one asks whose reply was lost"
    assert states(catalog) == {1: VersionState.RETIRED, 2: VersionState.LIVE}


def test_a_live_version_never_retires(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    flipped(catalog, 1)
    assert not catalog.retiring(NAME, 1, 10 * IDLE_MS)
    assert not catalog.drain(NAME, 1, 10 * IDLE_MS)
    assert not catalog.wake(NAME, 1, 10 * IDLE_MS)
    assert states(catalog) == {1: VersionState.LIVE}


def test_a_publish_that_was_given_up_retires_too(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    assert catalog.retiring(NAME, 1, 1_000 + IDLE_MS)


def test_a_version_that_is_run_and_never_live_drains(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    assert catalog.drain(NAME, 1, 2_000)
    assert catalog.drain(NAME, 1, 2_000), "as one asks whose reply was lost"
    assert states(catalog) == {1: VersionState.DRAINING}
    assert catalog.pointer(NAME) == Pointer()


def test_what_has_retired_is_woken_and_goes_live_again(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    assert catalog.retiring(NAME, 2, 1_000 + IDLE_MS)
    assert catalog.retired(NAME, 2, 2_000 + IDLE_MS)
    assert catalog.wake(NAME, 2, 3_000 + IDLE_MS)
    assert catalog.wake(NAME, 2, 3_000 + IDLE_MS), "as one asks whose reply was lost"
    assert not catalog.retiring(NAME, 2, 4_000 + IDLE_MS), "its time begins anew"
    flipped(catalog, 2)


def test_nobody_wakes_a_version_while_its_rules_may_be_going(catalog: AwsCatalog) -> None:
    put(catalog, 1)
    at = 1_000 + IDLE_MS
    assert catalog.retiring(NAME, 1, at)
    assert not catalog.wake(NAME, 1, at + RETIRING_MS - 1)
    assert catalog.wake(NAME, 1, at + RETIRING_MS), "whoever was at them is gone"
    assert not catalog.retired(NAME, 1, at + RETIRING_MS), "and if not, it is told"


# what may be old


def test_what_a_start_acts_on_is_a_moment_old_at_most(
    catalog: AwsCatalog, another: Callable[[], AwsCatalog], clock: ManualClock
) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    starter = another()
    assert starter.active(NAME) == a_version(1)
    flipped(catalog, 2)
    assert catalog.pause(NAME, True)
    clock.at += FRESH_MS - 1
    assert (starter.active(NAME), starter.paused(NAME)) == (a_version(1), False)
    clock.at += 1
    assert (starter.active(NAME), starter.paused(NAME)) == (a_version(2), True)


def test_whoever_changes_it_sees_it_at_once(catalog: AwsCatalog) -> None:
    put(catalog, 1, 2)
    flipped(catalog, 1)
    assert catalog.active(NAME) == a_version(1)
    flipped(catalog, 2)
    assert catalog.active(NAME) == a_version(2)
    assert catalog.pause(NAME, True)
    assert catalog.paused(NAME)


def test_a_version_is_read_once(here: Cloud, catalog: AwsCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("murmuration.aws.catalog.KEPT", 1)
    put(catalog, 1, 2)
    found = catalog.version(f"{NAME}@1")
    here.clients.dynamodb.delete_item(
        TableName=here.environment.table, Key={"pk": {"S": f"pipeline#{NAME}"}, "sk": {"S": "version#000000001"}}
    )
    assert catalog.version(f"{NAME}@1") is found
    assert catalog.version(f"{NAME}@2") == a_version(2)
    assert catalog.version(f"{NAME}@1") is None, "the one used longest ago made room"
