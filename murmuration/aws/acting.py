"""Acting on a deployed stack with a person's own rights: to call the stack's functions, to put events on its bus, to see its
queues. Nobody but those functions may speak as the system, so they do what is to be said.

    run                               P-start       as any program may ask it
    run-document                      P-publish     a version of its own is put aside; then P-start
    cancel, rerun, pause, resume      P-sweeper     `murmuration.aws.controlling`
    settle                            P-task        `murmuration.aws.settling`
    a retired version's rules         P-publish     before a run of it is run again
    emit, redrive, drop, replay       the person

Each request has an id of its own where it makes something: a call whose answer was lost is made again, and finds it done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import orjson
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from pydantic import JsonValue

from events.ids import asked_run
from events.ledger import RunRecord
from events.outside import read_entry
from events.ports import Refusal, moment
from events.router import Router
from events.triggering import PassedBy, TakenUp, take_up
from events.triggering import Refused as NotTaken
from handlers.acting import DidNotStart, Drop, Emit, Emitted, GoesOn, Named, Redrive, Refused, Rerun, Run, RunDocument
from murmuration.aws.dead import DeadQueues
from murmuration.aws.packing import at_once
from murmuration.aws.reading import AwsReading
from murmuration.aws.refusals import AwsRefused, translated
from schemas.errors import MurmurationError
from schemas.model import JsonObject
from schemas.pipeline import Pipeline
from schemas.version import VersionState

if TYPE_CHECKING:
    from murmuration.aws.stack import Stack

PATIENCE_S: Final = 10.0
"""So long an event's triggers are waited for: a function's first start takes a second, EventBridge half of one."""
_LOOK_S: Final = 0.5
_CALLING: Final = Config(
    connect_timeout=2, read_timeout=900, tcp_keepalive=True, retries={"mode": "standard", "total_max_attempts": 4}
)
"""As long as a function may take: rules that are put again are tried first."""


class NotThere(MurmurationError):
    code = "not-on-aws"


class _Hearer(NamedTuple):
    """A trigger that hears an event, and which run it would start for it."""

    pipeline: str
    trigger: str
    run: str
    """Empty where none can come of it."""


class AwsActing:
    def __init__(
        self,
        stack: Stack,
        where: JsonObject,
        pause: Callable[[float], None] | None = None,
        calling: Config = _CALLING,
    ) -> None:
        """`calling`: how long a function is waited for, and how often it is asked."""
        self._stack = stack
        self._where = where
        self._calling = calling
        self._pause = pause or time.sleep
        self._reading = AwsReading(stack, pause)

    @property
    def where(self) -> JsonObject:
        return self._where

    @property
    def alone(self) -> bool:
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        """Nothing is held open."""

    def reading(self) -> AwsReading:
        return self._reading

    def follow(self, over: Callable[[], bool]) -> None:
        for _ in self._reading.whenever_changed():
            if over():
                return

    def ask(self, kind: str, body: JsonObject) -> JsonObject:
        match kind:
            case "run":
                return self._run(Run.read(body))
            case "run-document":
                return self._run_document(RunDocument.read(body))
            case "rerun":
                return self._rerun(Rerun.read(body))
            case "cancel":
                return self._done("sweeper", {"control": {kind: body}})
            case "pause" | "resume":
                name = self._reading.pipeline(Named.read(body).pipeline)
                return self._done("sweeper", {"control": {kind: {"pipeline": name}}})
            case "settings-changed":
                # Functions look themselves, every few minutes.
                return {}
            case "settle":
                return self._done("task", {"settle": body})
            case "publish" | "activate" | "unpublish":
                return self._published({kind: body})
            case "replay":
                return self._replay(body)
            case "redrive":
                queues = DeadQueues(self._stack.clients, self._stack.environment.prefix)
                return {"redriven": queues.redrive(Redrive.read(body).ids)}
            case "drop":
                queues = DeadQueues(self._stack.clients, self._stack.environment.prefix)
                return {"dropped": queues.drop(Drop.read(body).ids)}
            case _:
                raise NotThere(f"{kind} works on the local stack only", advice="Leave --target out")

    # runs

    def _run(self, asked: Run) -> JsonObject:
        name = self._reading.pipeline(asked.pipeline)
        body: JsonObject = {"pipeline": name, "request": asked.request, "input": asked.input}
        told = self._called("start", {"asked": body})
        if "refused" in told:
            raise DidNotStart(str(told["refused"]))
        return self._started(told)

    def _run_document(self, asked: RunDocument) -> JsonObject:
        """A version of its own is put aside for it, unless that document is one already; that may take as long as it takes a new
        rule to deliver. A request that comes again finds what the first one has made, however far that came."""
        pipeline = Pipeline.read(asked.definition)
        there = self._stack.ports.ledger.run(asked_run(pipeline.name, asked.request))
        if there is not None:
            return {"run": there.id, "pipeline": there.reference, "new": False, "state": there.state.value}
        told = self._called("publish", {"aside": pipeline.document()})
        if isinstance(no := told.get("refused"), dict):
            raise Refused(no)
        number = int(str(told["version"]).rpartition("@")[2])
        body: JsonObject = {
            "pipeline": pipeline.name,
            "request": asked.request,
            "input": asked.input,
            "version": number,
        }
        told = self._called("start", {"asked": body})
        if "refused" in told:
            raise DidNotStart(str(told["refused"]))
        return self._started(told)

    def _rerun(self, asked: Rerun) -> JsonObject:
        record = self._stack.ports.ledger.run(asked.run)
        assert record is not None, "a run is found by name before it is run again"
        standing = self._stack.catalog.standing(record.pipeline, record.version)
        if standing is not None and standing.state in (VersionState.RETIRING, VersionState.RETIRED):
            self._called("publish", {"wake": record.reference})
        body: JsonObject = {"run": asked.run, "request": asked.request, "from_failed": asked.from_failed}
        return self._started(self._done("sweeper", {"control": {"rerun": body}}))

    def _started(self, told: JsonObject) -> JsonObject:
        record = self._stack.ports.ledger.run(str(told["run"]))
        assert record is not None, "what has started has a record"
        return {"run": told["run"], "pipeline": record.reference, "new": told["new"], "state": told["state"]}

    # pipelines

    def _published(self, body: JsonObject) -> JsonObject:
        told = self._called("publish", body)
        if isinstance(no := told.get("refused"), dict):
            raise Refused(no)
        return told

    # events

    def _replay(self, body: JsonObject) -> JsonObject:
        """Under way: EventBridge takes its time."""
        from murmuration.aws.replaying import Replay, replay

        given = body.get("pipeline")
        pipelines = self._stack.catalog.names() if given is None else [self._reading.pipeline(str(given))]
        return replay(self._stack, Replay.read(body), pipelines)

    def emit(self, body: JsonObject) -> Emitted:
        asked = Emit.read(body)
        entry: JsonObject = {
            "Source": asked.source,
            "DetailType": asked.type,
            "Detail": orjson.dumps(asked.detail).decode(),
            "Resources": list(asked.resources),
        }
        now = moment(self._stack.clock.now())
        event = read_entry(entry, id=asked.id or self._stack.ids.token(), now=now)
        environment = self._stack.environment
        fields = event.fields(account=environment.account, region=environment.region)
        # What hears it is asked for first: whoever cannot read what is published has emitted nothing.
        found = at_once(lambda name: list(self._hearers(name, fields)), self._stack.catalog.names())
        hearers = list(chain.from_iterable(found))
        self._stack.ports.bus.put_outside([fields])
        return self._came(event.id, hearers)

    def _came(self, event: str, hearers: list[_Hearer]) -> Emitted:
        waited = 0.0
        runs: dict[_Hearer, RunRecord] = {}
        while True:
            for one in hearers:
                record = self._stack.ports.ledger.run(one.run) if one.run and one not in runs else None
                if record is not None:
                    runs[one] = record
            refused = self._refused(event, hearers) if len(runs) < len(hearers) else []
            answered = {(one.pipeline, one.trigger) for one in refused}
            owed = [one for one in hearers if one not in runs and one[:2] not in answered]
            if not owed or waited >= PATIENCE_S:
                # By its key a run may have been there before.
                started = [run for run in runs.values() if run.origin.startswith(f"{event}>")]
                return Emitted(event, started, refused, [f"{one.pipeline}/{one.trigger}" for one in owed])
            self._pause(_LOOK_S)
            waited += _LOOK_S

    def _refused(self, event: str, hearers: list[_Hearer]) -> list[Refusal]:
        listed = self._reading.refused_by([one.pipeline for one in hearers])
        return [one for one in listed if isinstance(one.event, dict) and one.event.get("id") == event]

    def _hearers(self, name: str, event: JsonObject) -> Iterator[_Hearer]:
        catalog = self._stack.catalog
        published = catalog.active(name)
        if published is None or not published.version.pipeline.triggers:
            return
        rules = catalog.rules_of(name, published.version.number)
        own = [rule for rule in rules if rule["Bus"] == self._stack.environment.prefix]
        for trigger in _heard_by(own, event):
            hearer = _hearer(published.version.pipeline, trigger, event)
            if hearer is not None:
                yield hearer

    # calling functions

    def _done(self, function: str, payload: JsonObject) -> JsonObject:
        told = self._called(function, payload)
        if isinstance(no := told.get("refused"), dict):
            raise Refused(no)
        done = told.get("done")
        if not isinstance(done, dict):
            name = f"{self._stack.environment.prefix}-{function}"
            raise AwsRefused(f"{name} is older than this command", advice="Deploy the stack anew: murmur deploy")
        return done

    def started_by(self, asked: JsonObject) -> JsonObject:
        """What the function that starts runs says to it."""
        return self._called("start", asked)

    def _called(self, function: str, payload: JsonObject) -> JsonObject:
        name = f"{self._stack.environment.prefix}-{function}"
        with translated("Lambda"):
            client = self._stack.clients.with_config("lambda", self._calling)
            try:
                answer: dict[str, Any] = client.invoke(FunctionName=name, Payload=orjson.dumps(payload).decode())
                told = answer["Payload"].read()
            except ReadTimeoutError:
                what = f"{name} goes on with it, and needs longer than one can wait here"
                raise GoesOn(what, where=name, advice="Ask the same again: it finds what is done by then") from None
        if "FunctionError" in answer:
            what = f"the function failed: {told.decode(errors='replace')[:500]}"
            raise AwsRefused(what, where=name, advice="Its log tells more")
        value: JsonValue = orjson.loads(told or b"null")
        return value if isinstance(value, dict) else {}


def _heard_by(rules: list[JsonObject], event: JsonObject) -> Iterator[str]:
    for routed in Router(rules).route(event):
        name = (routed.told or {}).get("trigger")
        if isinstance(name, str):
            yield name.rpartition("/")[2]


def _hearer(pipeline: Pipeline, trigger: str, event: JsonObject) -> _Hearer | None:
    match take_up(pipeline, trigger, event):
        case TakenUp(run, _, _):
            return _Hearer(pipeline.name, trigger, run)
        case NotTaken():
            return _Hearer(pipeline.name, trigger, "")
        case PassedBy():
            return None
