"""What a person means by the name of a pipeline or a run: the whole name, the part that is enough, or `last`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from handlers.unknown import NoSuchPipeline, NoSuchRun
from schemas.errors import MurmurationError
from schemas.names import did_you_mean

LAST: Final = "last"
_SHOWN: Final = 5


class Ambiguous(MurmurationError):
    code = "ambiguous"


def pipeline_named(given: str, known: Iterable[str]) -> str:
    """`project/pipeline`; the pipeline alone where only one project has it."""
    names = sorted(known)
    if given in names:
        return given
    found = [name for name in names if name.partition("/")[2] == given]
    if len(found) > 1:
        raise Ambiguous(f"several projects have a pipeline {given}", advice=f"Write one of {', '.join(found)}")
    if found:
        return found[0]
    near = did_you_mean(given, [*names, *(name.partition("/")[2] for name in names)])
    there = f"There are {', '.join(names[:_SHOWN])}{', ...' if len(names) > _SHOWN else ''}" if names else ""
    advice = near or there or "Nothing is published yet: murmur publish, or name a file: murmur run FILE"
    raise NoSuchPipeline(f"there is no published pipeline {given}", advice=advice)


def run_named(given: str, beginning: Sequence[str]) -> str:
    """`beginning` are ids of runs that begin with what was given, or for `last` the newest one."""
    if not beginning:
        if given == LAST:
            raise NoSuchRun("there is no run yet", advice="Start one: murmur run PIPELINE")
        raise NoSuchRun(
            f"there is no run {given}", advice="murmur runs shows those there are; a prefix is enough, and so is last"
        )
    if given in beginning:
        return given
    if len(beginning) > 1:
        raise Ambiguous(f"several runs begin with {given}", advice=f"Write more of it: {', '.join(beginning[:_SHOWN])}")
    return beginning[0]
