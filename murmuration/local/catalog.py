"""The catalog on SQLite: versions, which one is active, their rules, and whether a pipeline is paused."""

from __future__ import annotations

import orjson

from events.ledger import Millis
from events.ports import Published
from events.slots import SlotTable
from murmuration.local.database import Database
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import Version, VersionState


class LocalCatalog:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: dict[str, Published] = {}
        """Never stale: a version does not change."""
        self._pointers: dict[str, tuple[int | None, bool]] = {}
        """Active number and pause of each pipeline; only this process writes them."""
        database.keep(self)

    def flush(self) -> None:
        """Everything is written at once."""

    def forget(self) -> None:
        self._versions.clear()
        self._pointers.clear()

    def look_anew(self) -> None:
        """For whoever only reads: what another process writes are pointers; a version that is there does not change."""
        self._pointers.clear()

    def version(self, reference: str) -> Published | None:
        found = self._versions.get(reference)
        if found is None:
            found = self._read(reference)
            if found is not None:
                self._versions[reference] = found
        return found

    def _read(self, reference: str) -> Published | None:
        pipeline, _, number = reference.rpartition("@")
        sql = "SELECT document, slots, inline FROM versions WHERE pipeline = ? AND number = ?"
        row = self._database.execute(sql, (pipeline, int(number))).fetchone()
        if row is None:
            return None
        document, slots, inline = row
        version = Version(pipeline=Pipeline.read(orjson.loads(document)), number=int(number))
        table = None if slots is None else SlotTable.model_validate_json(slots)
        fields = {task: tuple(names) for task, names in orjson.loads(inline).items()}
        return Published(version, table, fields)

    def active(self, pipeline: str) -> Published | None:
        number = self.active_number(pipeline)
        return None if number is None else self.version(f"{pipeline}@{number}")

    def active_number(self, pipeline: str) -> int | None:
        return self._pointer(pipeline)[0]

    def paused(self, pipeline: str) -> bool:
        return self._pointer(pipeline)[1]

    def _pointer(self, pipeline: str) -> tuple[int | None, bool]:
        found = self._pointers.get(pipeline)
        if found is None:
            sql = "SELECT active, paused FROM pipelines WHERE name = ?"
            row = self._database.execute(sql, (pipeline,)).fetchone()
            found = self._pointers[pipeline] = (None, False) if row is None else (row[0], bool(row[1]))
        return found

    def pause(self, pipeline: str, paused: bool) -> bool:
        self._pointers.pop(pipeline, None)
        done = self._database.execute("UPDATE pipelines SET paused = ? WHERE name = ?", (paused, pipeline))
        return done.rowcount == 1

    def names(self) -> list[str]:
        """Of the pipelines that are live."""
        return [name for (name,) in self._database.execute("SELECT name FROM pipelines ORDER BY name")]

    def known(self) -> list[str]:
        """Of all that ever had a version."""
        return [name for (name,) in self._database.execute("SELECT DISTINCT pipeline FROM versions ORDER BY pipeline")]

    def last_number(self, pipeline: str) -> int:
        sql = "SELECT coalesce(max(number), 0) FROM versions WHERE pipeline = ?"
        found: tuple[int] = self._database.execute(sql, (pipeline,)).fetchone()
        return found[0]

    def number_of(self, pipeline: Pipeline) -> int | None:
        """The last version with this very document."""
        sql = "SELECT max(number) FROM versions WHERE pipeline = ? AND document = ?"
        found: tuple[int | None] = self._database.execute(
            sql, (pipeline.name, orjson.dumps(pipeline.document()))
        ).fetchone()
        return found[0]

    def put(self, published: Published, rules: list[JsonObject], at: Millis) -> None:
        version = published.version
        document = orjson.dumps(version.pipeline.document())
        slots = None if published.slots is None else published.slots.model_dump_json(exclude_defaults=True).encode()
        row = (
            version.pipeline.name,
            version.number,
            VersionState.PUBLISHED.value,
            document,
            slots,
            orjson.dumps({task: list(fields) for task, fields in published.inline.items()}),
            orjson.dumps(rules),
            at,
        )
        self._database.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def give_rules(self, pipeline: str, number: int, rules: list[JsonObject]) -> None:
        """What its rules are called may have changed since it was put; what they mean has not."""
        sql = "UPDATE versions SET rules = ? WHERE pipeline = ? AND number = ?"
        self._database.execute(sql, (orjson.dumps(rules), pipeline, number))

    def flip(self, pipeline: str, number: int) -> None:
        """One transaction over the pointer and both states; the caller holds it."""
        self._pointers.pop(pipeline, None)
        sql = "UPDATE versions SET state = ? WHERE pipeline = ? AND state = ?"
        self._database.execute(sql, (VersionState.DRAINING.value, pipeline, VersionState.LIVE.value))
        sql = "UPDATE versions SET state = ? WHERE pipeline = ? AND number = ?"
        self._database.execute(sql, (VersionState.LIVE.value, pipeline, number))
        sql = "INSERT INTO pipelines (name, active) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET active = excluded.active"
        self._database.execute(sql, (pipeline, number))

    def take_out(self, pipeline: str) -> None:
        """No version of it is active any more. Its runs go on."""
        self._pointers.pop(pipeline, None)
        sql = "UPDATE versions SET state = ? WHERE pipeline = ? AND state = ?"
        self._database.execute(sql, (VersionState.DRAINING.value, pipeline, VersionState.LIVE.value))
        self._database.execute("DELETE FROM pipelines WHERE name = ?", (pipeline,))

    def drain(self, pipeline: str, number: int) -> None:
        """A version that is not live and may have runs."""
        sql = "UPDATE versions SET state = ? WHERE pipeline = ? AND number = ?"
        self._database.execute(sql, (VersionState.DRAINING.value, pipeline, number))

    def retire(self) -> int:
        """Versions that are not live and have no run that goes on: their rules are heard no more. The last one stays."""
        sql = """UPDATE versions SET state = ? WHERE state = ?
            AND number < (SELECT max(number) FROM versions AS other WHERE other.pipeline = versions.pipeline)
            AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.pipeline = versions.pipeline
                AND runs.version = versions.number AND runs.state != 'ended')"""
        return self._database.execute(sql, (VersionState.RETIRED.value, VersionState.DRAINING.value)).rowcount

    def wake(self, reference: str) -> bool:
        """A version that has retired is wanted again."""
        pipeline, _, number = reference.rpartition("@")
        sql = "UPDATE versions SET state = ? WHERE pipeline = ? AND number = ? AND state = ?"
        values = (VersionState.DRAINING.value, pipeline, int(number), VersionState.RETIRED.value)
        return self._database.execute(sql, values).rowcount == 1

    def versions(self, pipeline: str) -> list[tuple[int, VersionState, Millis]]:
        """Number, state and when it was put, the newest first."""
        sql = "SELECT number, state, at FROM versions WHERE pipeline = ? ORDER BY number DESC"
        found = self._database.execute(sql, (pipeline,))
        return [(number, VersionState(state), at) for number, state, at in found]

    def in_flight(self, pipeline: str) -> dict[int, int]:
        """Runs that have not ended, by version."""
        sql = "SELECT version, count(*) FROM runs WHERE pipeline = ? AND state != 'ended' GROUP BY version"
        return dict(self._database.execute(sql, (pipeline,)).fetchall())

    def rules_of(self, pipeline: str, number: int) -> list[JsonObject]:
        sql = "SELECT rules FROM versions WHERE pipeline = ? AND number = ?"
        row = self._database.execute(sql, (pipeline, number)).fetchone()
        return [] if row is None else orjson.loads(row[0])

    def rules(self) -> list[JsonObject]:
        """Of every version whose runs may still hear something. Only the live one is triggered."""
        sql = "SELECT state, rules FROM versions WHERE state IN (?, ?)"
        rows = self._database.execute(sql, (VersionState.LIVE.value, VersionState.DRAINING.value)).fetchall()
        found = [(state, rule) for state, rules in rows for rule in orjson.loads(rules)]
        return [rule for state, rule in found if state == VersionState.LIVE.value or not _triggers(rule)]


def _triggers(rule: JsonObject) -> bool:
    return b'\\"trigger\\":' in orjson.dumps(rule["Targets"])
