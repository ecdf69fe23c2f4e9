"""`murmur why`: why a task ran, or why it did not."""

from __future__ import annotations

from collections.abc import Iterator

import click

from handlers.loaded import Loaded
from handlers.why import Carried, Story, why
from handlers.why_document import why_document
from murmuration.cli.logs import known_task
from murmuration.cli.place import Place, placed_anywhere
from murmuration.cli.printing import moment, print_json, short


@click.command("why", short_help="say why a task ran, or why not")
@click.argument("run")
@click.argument("task")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
@placed_anywhere
def command(run: str, task: str, as_json: bool, place: Place) -> None:
    """Say why TASK of RUN (an id, enough of its beginning, or last) ran, or why it did not.

    Told are every edge into it, what decided the edge and by which word of the document, the event that said so and the
    rule that carried it; and what the task's join makes of them.

    Exit code 0: it ran. 1: it did not. 2: it could not be tried.
    """
    with place.reading() as reading:
        found = reading.run(run)
        known_task(reading, found, task)
        shown = reading.show(found)
        loaded = Loaded(shown.published)
        rules = reading.rules(shown.published)
    story = why(loaded, shown.record, task, shown.view, shown.picture, shown.tasks, rules)
    if as_json:
        print_json(why_document(found, story).model_dump(mode="json", by_alias=True))
    else:
        for line in _lines(story):
            click.echo(line)
    record = shown.tasks.get(task)
    raise SystemExit(0 if record is not None and record.attempt else 1)


def _lines(story: Story) -> Iterator[str]:
    stands = "was stopped with its run" if story.stopped else f"is {story.state.value}"
    yield f"{click.style(story.task, bold=True)} {stands}. {story.why}"
    if story.start is not None:
        yield from _carried_lines(story.start)
    for told in story.edges:
        word = {True: "live", False: "dead", None: "undecided"}[told.live]
        colour = {True: "green", False: "red", None: "yellow"}[told.live]
        late = "" if told.counted or not told.live else " (it came after the gate had opened)"
        yield f"  {click.style(word, fg=colour)}  {told.edge}: {told.why}{late if story.attempts else ''}"
        if told.edge.when is not None:
            yield f"        when {short(told.edge.when)}"
        if told.carried is not None:
            yield from _carried_lines(told.carried)
    for attempt in story.attempts:
        yield f"  {attempt}"


def _carried_lines(carried: Carried) -> Iterator[str]:
    yield f"        event {carried.event} at {moment(carried.at)}"
    if carried.rule is not None:
        yield f"        rule {carried.rule}: {short(carried.pattern)}"
