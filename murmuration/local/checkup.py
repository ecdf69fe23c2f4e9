"""A look at a workspace's database without touching it: its version, its size, whether it is whole."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from murmuration.local.database import Database, translated

SQLITE = sqlite3.sqlite_version


@dataclass(frozen=True, slots=True)
class Checkup:
    journal: str
    runs: int
    dead: int
    """Deliveries that the bus has given up on."""
    damage: str
    """What SQLite finds wrong; empty when nothing is."""


def check_up(path: Path) -> Checkup:
    """`Unavailable` where it cannot even be opened."""
    database = Database(path, readonly=True)
    try:
        (journal,) = database.execute("PRAGMA journal_mode").fetchone()
        (runs,) = database.execute("SELECT count(*) FROM runs").fetchone()
        (dead,) = database.execute("SELECT count(*) FROM queue WHERE dead IS NOT NULL").fetchone()
        (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as wrong:
        raise translated(wrong, path) from wrong
    finally:
        database.close()
    return Checkup(journal, runs, dead, "" if answer == "ok" else answer)
