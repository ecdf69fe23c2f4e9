"""The desk: what may be asked of the owner of a workspace, and who does it.

    publish         documents become versions            cancel, rerun    a run; settle: a task of it that waits
    activate        a version is live again              pause, resume    a pipeline
    unpublish       a pipeline is live no more           redrive, drop    what the bus gave up on
    run             a run of what is published           replay           events from outside, once more through triggers
    run-document    a run of a document that is not      emit             an event from outside

Each request is done inside a transaction that somebody else holds. A refusal is an answer and undoes nothing: what was
recorded beside it, such as a refused trigger, is to be seen. The body of each kind is a model, read strictly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import orjson
from pydantic import JsonValue, ValidationError

from events.event import Event
from events.outside import read_delivered, read_entry
from events.ports import Unavailable, moment
from handlers.acting import (
    Cancel,
    CannotBeRead,
    DidNotStart,
    Drop,
    Emit,
    Named,
    Redrive,
    Rerun,
    Run,
    RunDocument,
    Settle,
    refusal,
)
from handlers.ingest import AWS
from handlers.naming import pipeline_named
from handlers.operations import is_own
from handlers.start import NotStarted, Started
from handlers.webhook import Called, Told, WebhookHandler
from murmuration.local.bus import Item, To
from murmuration.local.publish import Heard, Planned, again, planned, put, put_aside
from murmuration.local.replaying import Replay, Replaying
from murmuration.local.stack import Stack
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline


class BadRequest(MurmurationError):
    code = "bad-request"


class Publish(Model):
    pipelines: tuple[JsonObject, ...]
    prune: bool = False
    """They are all there are: what else is live is taken out."""
    dry_run: bool = False
    """Only say what would come of it."""


class Activate(Model):
    version: str
    """PROJECT/PIPELINE@NUMBER."""
    dry_run: bool = False


class Unpublish(Model):
    pipelines: tuple[str, ...]


class Desk:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._webhooks = WebhookHandler(stack.ports, stack.start)
        self.changed: Callable[[], None] = _no_one
        """Told that other versions are active, or that a pipeline was paused or resumed."""
        self._kinds: Final[Mapping[str, Callable[[JsonObject], JsonObject]]] = {
            "settings-changed": lambda _: self._settings_changed(),
            "publish": lambda body: self._publish(Publish.read(body)),
            "activate": lambda body: self._activate(Activate.read(body)),
            "unpublish": lambda body: self._unpublish(Unpublish.read(body)),
            "run": lambda body: self._run(Run.read(body)),
            "run-document": lambda body: self._run_document(RunDocument.read(body)),
            "emit": lambda body: self._emit(Emit.read(body)),
            "events": self._events,
            "webhook": lambda body: self._webhook(Called.read(body)),
            "cancel": lambda body: self._cancel(Cancel.read(body)),
            "settle": lambda body: self._settle(Settle.read(body)),
            "rerun": lambda body: self._rerun(Rerun.read(body)),
            "pause": lambda body: self._pause(Named.read(body), True),
            "resume": lambda body: self._pause(Named.read(body), False),
            "redrive": lambda body: {"redriven": stack.bus.redrive(Redrive.read(body).ids)},
            "drop": lambda body: {"dropped": stack.bus.drop(Drop.read(body).ids)},
            "replay": lambda body: Replaying(stack).replay(Replay.read(body)),
        }

    def do(self, kind: str, body: JsonObject) -> JsonObject:
        """Inside a transaction. Any `MurmurationError` but `Unavailable` is a refusal, and the transaction may be committed."""
        if kind not in self._kinds:
            raise BadRequest(f"nobody here does {kind[:80]!r}", advice="Command and server are of different versions")
        try:
            return self._kinds[kind](body)
        except ValidationError as wrong:
            raise CannotBeRead.of(wrong) from None

    def answer(self, kind: str, body: JsonObject) -> JsonObject:
        """The same, with a refusal as part of the answer."""
        try:
            return {"done": self.do(kind, body)}
        except Unavailable:
            raise
        except MurmurationError as wrong:
            return {"refused": refusal(wrong)}

    def undone(self) -> None:
        """The transaction failed: rules that were loaded in it are none."""
        self._stack.load_rules()
        self.changed()

    def hear(self) -> None:
        """Where nobody works: the view hears what was said, triggers start their runs, and tasks wait in the queue."""
        left: list[Item] = []
        heard = True
        while heard:
            events: list[Event] = []
            while item := self._stack.bus.take():
                match item.to:
                    case To.PROJECTOR:
                        assert item.event is not None, "the projector hears our own events"
                        events.append(item.event)
                    case To.START:
                        assert item.outside is not None, "a trigger hears an event as it came"
                        [routed] = item.told
                        pipeline, _, trigger = str((routed.told or {})["trigger"]).rpartition("/")
                        self._stack.start.triggered(pipeline, trigger, item.outside, item.id)
                    case To.TASK:
                        left.append(item)
            self._stack.projector.hear(events)
            heard = bool(events)
        self._stack.bus.spill(left)

    # each kind

    def _settings_changed(self) -> JsonObject:
        """Variables, secrets, or who is told of late runs: they are kept elsewhere, and read again by who runs tasks."""
        self.changed()
        return {}

    def _publish(self, asked: Publish) -> JsonObject:
        heard = Heard(self._stack.catalog.rules())
        told = [
            self._changed(heard, planned(self._stack, Pipeline.read(one)), asked.dry_run) for one in asked.pipelines
        ]
        listed = {str(one["pipeline"]) for one in told}
        there_are = self._stack.catalog.names() if asked.prune else ()
        left = [name for name in there_are if name not in listed and not is_own(name)]
        return self._impact(heard, told, left, asked.dry_run)

    def _activate(self, asked: Activate) -> JsonObject:
        heard = Heard(self._stack.catalog.rules())
        told = [self._changed(heard, again(self._stack, asked.version), asked.dry_run)]
        return self._impact(heard, told, [], asked.dry_run)

    def _changed(self, heard: Heard, asked: Planned, dry_run: bool) -> JsonObject:
        """What it means; and done, unless it is only asked."""
        catalog = self._stack.catalog
        old = [] if asked.before is None else catalog.rules_of(asked.name, asked.before)
        runs = catalog.in_flight(asked.name).get(asked.before or 0, 0)
        told = heard.change(asked, old, runs)
        if not dry_run:
            put(self._stack, asked)
        return told

    def _impact(self, heard: Heard, told: list[JsonObject], left: list[str], dry_run: bool) -> JsonObject:
        """In the shape that a deployed stack tells it in, too."""
        gone: list[JsonValue] = [{"pipeline": name, "open_runs": self._open_runs(name)} for name in left]
        return {
            "published": [*told],
            "unpublished": gone if dry_run else self._taken_out(left),
            "quota": heard.quota(self._stack.surroundings.bus),
            "obstacles": [],
        }

    def _unpublish(self, asked: Unpublish) -> JsonObject:
        names = self._stack.catalog.names()
        return {"unpublished": self._taken_out(dict.fromkeys(pipeline_named(one, names) for one in asked.pipelines))}

    def _taken_out(self, pipelines: Iterable[str]) -> list[JsonValue]:
        """With these the versions that are live are what was asked for: from now on their rules are heard, and no others."""
        told: list[JsonValue] = []
        for name in pipelines:
            self._stack.catalog.take_out(name)
            told.append({"pipeline": name, "open_runs": self._open_runs(name)})
        self._stack.catalog.retire()
        self._stack.load_rules()
        self.changed()
        return told

    def _open_runs(self, pipeline: str) -> int:
        sql = "SELECT count(*) FROM runs WHERE pipeline = ? AND state != 'ended'"
        found: tuple[int] = self._stack.database.execute(sql, (pipeline,)).fetchone()
        return found[0]

    def _run(self, asked: Run) -> JsonObject:
        name = pipeline_named(asked.pipeline, self._stack.catalog.names())
        return self._started(self._stack.start.asked(name, asked.request, asked.input))

    def _run_document(self, asked: RunDocument) -> JsonObject:
        pipeline = Pipeline.read(asked.definition)
        number = self._stack.catalog.number_of(pipeline)
        if number is None:
            number = put_aside(self._stack, pipeline).version.number
            self._stack.catalog.retire()
            self._stack.load_rules()
        elif self._stack.catalog.wake(f"{pipeline.name}@{number}"):
            self._stack.load_rules()
        return self._started(self._stack.start.asked(pipeline.name, asked.request, asked.input, version=number))

    def _started(self, started: Started | NotStarted) -> JsonObject:
        if isinstance(started, NotStarted):
            raise DidNotStart(started.why)
        record = self._stack.ledger.run(started.run)
        assert record is not None, "what has started has a record"
        return {"run": started.run, "pipeline": record.reference, "new": started.new, "state": record.state.value}

    def _emit(self, asked: Emit) -> JsonObject:
        entry: JsonObject = {
            "Source": asked.source,
            "DetailType": asked.type,
            "Detail": orjson.dumps(asked.detail).decode(),
            "Resources": list(asked.resources),
        }
        id_ = asked.id or self._stack.ports.ids.token()
        event = read_entry(entry, id=id_, now=moment(self._stack.clock.now()))
        self._stack.bus.put_outside([event.fields()])
        return {"event": id_}

    def _events(self, body: JsonObject) -> JsonObject:
        """All or none. They come by the thousand, so they are read by hand; whoever asks may be another process."""
        given = body.get("events")
        if not isinstance(given, list):
            raise BadRequest("events is not a list", advice="Command and server are of different versions")
        here, events = self._stack.surroundings, list[JsonObject]()
        for one in given:
            event = read_delivered(one if isinstance(one, dict) else {})
            if event.source.startswith(AWS):
                raise BadRequest(f"source {event.source[:80]!r} is reserved for AWS", advice="Use a source of your own")
            events.append(event.fields(account=here.account, region=here.region))
        self._stack.bus.put_outside(events)
        return {"events": len(events)}

    def _webhook(self, asked: Called) -> JsonObject:
        return Told.of(self._webhooks.call(asked.pipeline, asked.trigger, asked.call)).model_dump(mode="json")

    def _cancel(self, asked: Cancel) -> JsonObject:
        record = self._stack.control.cancel(asked.run, asked.by, asked.reason)
        return {"run": record.id, "pipeline": record.reference}

    def _settle(self, asked: Settle) -> JsonObject:
        outcome = asked.outcome
        if not self._stack.task.complete(asked.run, asked.task, asked.token, outcome):
            raise asked.nothing_waits()
        return {"run": asked.run, "task": asked.task, "state": outcome.status.value}

    def _rerun(self, asked: Rerun) -> JsonObject:
        record = self._stack.ledger.run(asked.run)
        if record is not None and self._stack.catalog.wake(record.reference):
            self._stack.load_rules()
        control = self._stack.control
        again = control.rerun_failed if asked.from_failed else control.rerun
        return self._started(again(asked.run, asked.request))

    def _pause(self, asked: Named, paused: bool) -> JsonObject:
        name = pipeline_named(asked.pipeline, self._stack.catalog.names())
        control = self._stack.control
        changed = control.pause(name) if paused else control.resume(name)
        self.changed()
        return {"pipeline": name, "changed": changed}


def _no_one() -> None:
    """Nobody keeps what depends on it."""
