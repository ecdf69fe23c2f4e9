"""Operations: what the system says about its own work to whoever wants to know, beside the events that runs are made of.

    murmuration.operations    run.late          a run takes longer than somebody wanted; once for each such time
                              delivery.dead     the bus has given up on a delivery

They are outside events to pipelines: rules match them, triggers hear them. Nobody outside may say them (`events.outside`), and
nothing is said of the pipelines that tell people (`is_own`): a notification about a notification would have no end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from events.envelope import spelled
from events.event import BUS_SOURCE
from events.ledger import Millis, RunRecord
from events.ports import moment
from schemas.duration import Duration
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.cabinet import Cabinet

SOURCE: Final = f"{BUS_SOURCE}.operations"
LATE: Final = "run.late"
DEAD: Final = "delivery.dead"
STEM: Final = "murmuration-notify-"
"""How the names of pipelines begin that tell people."""
DRAWER: Final = "notifications"
"""PROJECT/ID: a subscription (`handlers.notifications`)."""
_PAGE: Final = 500
_LONGEST_WHY: Final = 2_000

Slas = Callable[[str], Iterable[Millis]]
"""By a pipeline's name: how long its runs may take, for each who wants to be told."""


def no_slas(_: str) -> tuple[Millis, ...]:
    return ()


def is_own(pipeline: str) -> bool:
    """Of the system's own: it tells people. `project/pipeline`, with or without a version."""
    return pipeline.partition("/")[2].startswith(STEM)


def slas_kept(cabinet: Cabinet) -> dict[str, list[tuple[frozenset[str], Millis]]]:
    """Read as plain documents: a sweeper loads no more than it must."""
    found: dict[str, list[tuple[frozenset[str], Millis]]] = {}
    after = ""
    while page := cabinet.list(DRAWER, after=after, most=_PAGE):
        for kept in page:
            sla, pipelines = kept.body.get("sla"), kept.body.get("pipelines") or []
            if isinstance(sla, str) and isinstance(pipelines, list):
                of = (frozenset(map(str, pipelines)), Duration.parse(sla).ms)
                found.setdefault(kept.key.partition("/")[0], []).append(of)
        after = page[-1].key
    return found


def slas_of(kept: Mapping[str, list[tuple[frozenset[str], Millis]]], pipeline: str) -> list[Millis]:
    """By project: of which pipelines (none: of all), and how long their runs may take."""
    if is_own(pipeline):
        return []
    project, _, name = pipeline.partition("/")
    return [ms for of, ms in kept.get(project, ()) if not of or name in of]


def first_look(run_started: Millis, slas: Iterable[Millis], otherwise: Millis) -> Millis:
    return min([otherwise, *(run_started + sla for sla in slas)])


def next_look(run: RunRecord, slas: Iterable[Millis], now: Millis, otherwise: Millis) -> Millis:
    """The run is looked at when it becomes late, and not only some time after."""
    return min([otherwise, *(late for sla in slas if (late := run.started + sla) > now)])


def late_at(run: RunRecord, slas: Iterable[Millis], after: Millis, until: Millis) -> list[JsonObject]:
    """What to say of a run that became late after the one moment, and not after the other."""
    return [_late(run, sla) for sla in sorted(set(slas)) if after < run.started + sla <= until]


def _late(run: RunRecord, sla: Millis) -> JsonObject:
    at = run.started + sla
    detail: JsonObject = {
        "project": run.pipeline.partition("/")[0],
        "pipeline": run.pipeline,
        "version": run.version,
        "run": run.id,
        "started": spelled(moment(run.started)),
        "sla": sla,
    }
    return _event(f"{run.id}/late/{sla}", LATE, at, detail)


def dead(id_: str, pipeline: str, at: Millis, *, to: str, why: str, event: JsonObject) -> JsonObject | None:
    """None where nothing is said of it. The event that could not be delivered is told by its name alone."""
    if not pipeline or is_own(pipeline):
        return None
    name, _, version = pipeline.partition("@")
    detail: JsonObject = {
        "id": id_,
        "project": name.partition("/")[0],
        "pipeline": name,
        "to": to,
        "why": why[:_LONGEST_WHY],
        "event": {
            field: event[field] for field in ("id", "source", "type", "detail-type", "run", "task") if field in event
        },
    }
    if version.isdigit():
        detail["version"] = int(version)
    return _event(f"{id_}/dead/{at}", DEAD, at, detail)


def _event(id_: str, kind: str, at: Millis, detail: JsonObject) -> JsonObject:
    return {
        "version": "0",
        "id": id_,
        "detail-type": kind,
        "source": SOURCE,
        "account": "",
        "time": spelled(moment(at)),
        "region": "",
        "resources": [],
        "detail": detail,
    }
