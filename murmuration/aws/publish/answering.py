"""What the stack's own publishing function is asked, and what it answers. One kind of thing in one call.

    {"publish": {"pipelines": [...], "projects": [...], "dry_run": false}}    the impact; with a `record` of who has written the one
                                                                            pipeline, that is noted when it is live
    {"activate": {"version": "project/pipeline@3", "dry_run": false}}       roll back, or forth: the impact
    {"unpublish": {"pipelines": ["project/pipeline"]}}                      live no more; their runs go on
    {"wake": "project/pipeline@3"}                                          {"woken": true}: its rules are there again
    {"aside": {...}}                                                        {"version": "project/pipeline@4"}: to be run, and never live
    {"tidy": {}}                                                            what was tidied
    {"canaries": ["1f0c...", ...]}                                          {"sent": 2}: put on the bus

An error of ours is an answer too: {"refused": {"code", "what", "where", "advice"}}; whoever asked tells it to people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from events.ports import Clock
from handlers.drafts import Base, Drafts, Published, Record
from murmuration.aws.publish.canary import Send
from murmuration.aws.publish.prepare import asked_of
from murmuration.aws.publish.publisher import Publisher
from schemas.errors import MurmurationError
from schemas.model import JsonObject, Model
from schemas.pipeline import Pipeline
from schemas.project import Project

log = logging.getLogger("murmuration.publish")


class Unasked(MurmurationError):
    code = "unasked"


class Publish(Model):
    pipelines: tuple[JsonObject, ...]
    projects: tuple[JsonObject, ...] = ()
    dry_run: bool = False
    record: Record | None = None


class Activate(Model):
    version: str
    dry_run: bool = False


class Unpublish(Model):
    pipelines: tuple[str, ...]


class Answering:
    """`publisher` is made when it is needed: a call for canaries needs none."""

    def __init__(self, publisher: Callable[[], Publisher], send: Send, drafts: Drafts, clock: Clock) -> None:
        self._publisher = publisher
        self._send = send
        self._drafts = drafts
        self._clock = clock

    def answer(self, body: JsonObject) -> JsonObject:
        try:
            return self._answer(body)
        except MurmurationError as wrong:
            told: JsonObject = {"code": wrong.code, "what": wrong.what, "where": wrong.where, "advice": wrong.advice}
            return {"refused": told}

    def _answer(self, body: JsonObject) -> JsonObject:
        match body:
            case {"canaries": list(canaries)}:
                self._send([str(one) for one in canaries])
                return {"sent": len(canaries)}
            case {"publish": dict(asked)}:
                return self._publish(Publish.read(asked))
            case {"activate": str(reference)}:
                return self._activate(Activate(version=reference))
            case {"activate": dict(asked)}:
                return self._activate(Activate.read(asked))
            case {"unpublish": dict(asked)}:
                return self._unpublish(Unpublish.read(asked))
            case {"wake": str(reference)}:
                return {"woken": self._publisher().wake(reference)}
            case {"aside": dict(document)}:
                [one] = asked_of([Pipeline.read(document)])
                return {"version": self._publisher().aside(one)}
            case {"tidy": dict()}:
                return self._publisher().tidy().document()
            case _:
                raise Unasked(f"nothing is known of {', '.join(body) or 'an empty request'}", advice="See this module")

    def _publish(self, asked: Publish) -> JsonObject:
        wanted = asked_of(map(Pipeline.read, asked.pipelines), map(Project.read, asked.projects))
        publisher = self._publisher()
        if asked.dry_run:
            return publisher.impact(wanted).document()
        impact = publisher.publish(wanted)
        if asked.record is not None:
            for change in impact.changes:
                self._note(change.pipeline, change.version, asked.record)
        return impact.document()

    def _note(self, pipeline: str, number: int, record: Record) -> None:
        """What cannot be noted is live all the same."""
        base = Base(text=record.text, version=number)
        published = Published(**dict(record), at=self._clock.now())
        try:
            self._drafts.finish(pipeline, number, published, lambda: base)
        except MurmurationError as wrong:
            log.error("%s@%d: who has published it is not noted: %s", pipeline, number, wrong)

    def _activate(self, asked: Activate) -> JsonObject:
        publisher = self._publisher()
        return (publisher.impact_of if asked.dry_run else publisher.activate)(asked.version).document()

    def _unpublish(self, asked: Unpublish) -> JsonObject:
        self._publisher().unpublish(asked.pipelines)
        return {"unpublished": [{"pipeline": name} for name in asked.pipelines]}
