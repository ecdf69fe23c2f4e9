"""The catalog's contract: versions never change, one of a pipeline is active, and a pipeline may be paused."""

from __future__ import annotations

from support.backends import Backend
from support.contracts.contract import Contract
from support.drawing import drawn

from events.ports import Published
from events.rules import Choice, compile_rules
from schemas.version import Version

NAME = "media/thumbnails"


def version(number: int, *edges: str) -> Version:
    return Version(pipeline=drawn(*edges).pipeline, number=number)


class CatalogContract(Contract):
    def test_nothing_is_known_of_what_was_never_published(self, backend: Backend) -> None:
        assert backend.catalog.version(f"{NAME}@1") is None
        assert backend.catalog.active(NAME) is None
        assert not backend.catalog.paused(NAME)
        assert not backend.catalog.pause(NAME, True)

    def test_a_version_is_kept_as_it_was_published(self, backend: Backend) -> None:
        compiled = compile_rules(version(3, "a>b", "a>c failure"), choice=Choice.SLOT)
        published = Published(compiled.version, compiled.table, {"a": ("width", "kind")})
        backend.publish(published)
        assert backend.catalog.version(f"{NAME}@3") == published
        assert backend.catalog.active(NAME) == published

    def test_the_last_published_is_active_and_the_others_stay(self, backend: Backend) -> None:
        first, second = Published(version(1, "a>b")), Published(version(2, "a>b", "b>c"))
        backend.publish(first)
        assert backend.catalog.active(NAME) == first
        backend.publish(second)
        assert backend.catalog.active(NAME) == second
        assert backend.catalog.version(f"{NAME}@1") == first

    def test_a_pause_is_each_pipelines_own_and_outlives_a_version(self, backend: Backend) -> None:
        backend.publish(Published(version(1, "a>b")))
        assert backend.catalog.pause(NAME, True)
        assert backend.catalog.paused(NAME)
        assert not backend.catalog.paused("media/other")
        backend.publish(Published(version(2, "a>b", "b>c")))
        assert backend.catalog.paused(NAME)
        assert backend.catalog.pause(NAME, False)
        assert not backend.catalog.paused(NAME)
