"""Who hears the end of a pipeline's runs on the bus: what the emitter asks before it pays for an event.

    pk                    sk       by
    pipeline#PIPELINE     ends     the names of those who listen

Whoever puts a rule that matches the end of another pipeline's runs says so first, and takes it back once the rule is gone:
so there is no moment in which a rule listens and is not told. Asked with a consistent read, an eighth of an event's price.
"""

from __future__ import annotations

from murmuration.aws.table import Change, Key, Table
from schemas.pipeline import Pipeline


class Ends:
    def __init__(self, table: Table) -> None:
        self._table = table

    def heard(self, pipeline: str) -> bool:
        return bool((self._table.get(_key(pipeline)) or {}).get("by"))

    def listen(self, pipeline: str, by: str) -> None:
        self._change("ADD", pipeline, by)

    def forget(self, pipeline: str, by: str) -> None:
        self._change("DELETE", pipeline, by)

    def _change(self, how: str, pipeline: str, by: str) -> None:
        self._table.change(Change(_key(pipeline), f"{how} #by :by", {"by": frozenset({by})}))


def listened_to(pipeline: Pipeline) -> dict[str, str]:
    """By the name of its listener, each pipeline whose runs' ends this one's triggers hear."""
    return {
        f"{pipeline.name}/{name}": f"{trigger.pipeline.project or pipeline.project}/{trigger.pipeline.pipeline}"
        for name, trigger in pipeline.triggers.items()
        if trigger.pipeline is not None
    }


def _key(pipeline: str) -> Key:
    return Key(f"pipeline#{pipeline}", "ends")
