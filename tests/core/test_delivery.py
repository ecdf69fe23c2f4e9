from datetime import UTC, datetime

import pytest

from events.delivery import delivery
from events.event import Event, EventType
from events.routes import Hears
from events.slots import Row, table_of
from schemas.errors import InvalidEvent


def event(type_=EventType.TASK_SUCCEEDED, task="a", **data):
    return Event(type=type_, time=datetime(2026, 1, 1, tzinfo=UTC), pipeline="p/x@1", run="r", task=task, data=data)


TABLE = table_of([("a", Row(to="b", on=Hears.SUCCESS, edges=("e1",)))], {"mm-task": 4})


def test_a_rule_of_the_edge_plan_names_the_task_and_the_edges_by_who_spoke():
    told = {"task": "b", "edges": {"a": ["e1", "e2"], "c": ["e3"]}}
    found = delivery("d", told, event(), None)
    assert (found.id(event()), found.task, found.edges, found.addressed) == (
        "r/a/0/task.succeeded>d",
        "b",
        ("e1", "e2"),
        False,
    )


def test_a_root_is_told_no_edges():
    assert delivery("d", {"task": "b", "edges": {}}, event(EventType.RUN_STARTED, None), None).edges == ()


def test_a_slot_means_what_the_versions_table_says():
    found = delivery("d", {"slot": {"function": "mm-task", "at": -1}}, event(), TABLE)
    assert (found.task, found.edges) == ("b", ("e1",))


def test_an_addressed_delivery_brings_the_edges_that_its_event_names():
    found = delivery("d", {"task": "b"}, event(EventType.TASK_REQUESTED, "b", edges=["e9"]), None)
    assert (found.task, found.edges, found.addressed) == ("b", ("e9",), True)


@pytest.mark.parametrize(
    ("told", "table"),
    [
        ({}, None),
        ({"task": "b", "edges": 3}, None),
        ({"slot": {"function": "mm-task", "at": -1}}, None),
        ({"slot": {"function": "mm-task", "at": "first"}}, TABLE),
        ({"slot": {"function": "mm-task", "at": 4}}, TABLE),
    ],
)
def test_a_delivery_that_means_nothing_is_refused(told, table):
    with pytest.raises(InvalidEvent):
        delivery("d", told, event(), table)
