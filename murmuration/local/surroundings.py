"""What rules name, in a workspace: everything is called as people call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from events.surroundings import Surroundings


def own_surroundings() -> Surroundings:
    return Surroundings(buckets=_OwnNames())


class _OwnNames(Mapping[str, str]):
    """Here a bucket's real name is its own."""

    def __getitem__(self, name: str) -> str:
        return name

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
