from events.triggering import PassedBy, Refused, TakenUp, take_up
from schemas.pipeline import Pipeline

TRIGGERS = {
    "uploads": {"s3": {"bucket": "uploads", "suffix": [".png", ".jpg"]}, "input": {"object": "${detail.object.key}"}},
    "orders": {"event": {"source": ["shop"]}, "input": {"object": "${detail.id}"}, "key": "${detail.id}"},
    "whole": {"event": {"source": ["shop"]}},
    "odd": {"event": {"source": ["shop"]}, "input": "${to_number(detail)}${length(id)}", "key": "${length(account)}"},
}


def pipeline(schema=None, triggers=TRIGGERS):
    return Pipeline.read(
        {"project": "p", "pipeline": "x", "triggers": triggers, "tasks": {"a": {"function": "f"}}, "input": schema}
    )


def order(id_="o-1", event="e-1"):
    return {"id": event, "source": "shop", "detail-type": "order.created", "detail": {"id": id_}}


def upload(key):
    return {"id": "e", "source": "aws.s3", "detail": {"object": {"key": key}}}


def test_an_event_becomes_an_input_and_a_run():
    found = take_up(pipeline(), "uploads", upload("in/a.png"))
    assert isinstance(found, TakenUp)
    assert found.input == {"object": "in/a.png"}


def test_an_object_with_another_suffix_is_passed_by():
    assert isinstance(take_up(pipeline(), "uploads", upload("in/a.txt")), PassedBy)
    assert isinstance(take_up(pipeline(), "uploads", {"id": "e", "detail": "?"}), PassedBy)
    assert isinstance(take_up(pipeline(), "uploads", {"id": "e", "detail": {"object": 1}}), PassedBy)


def test_one_run_per_key_whichever_event_brings_it():
    first, second, other = (
        take_up(pipeline(), "orders", event) for event in (order(), order(event="e-2"), order("o-2"))
    )
    assert isinstance(first, TakenUp)
    assert isinstance(second, TakenUp)
    assert isinstance(other, TakenUp)
    assert first.run == second.run != other.run
    assert first.key == "o-1"


def test_without_a_key_one_run_per_event_and_a_replay_is_its_own():
    runs = [
        take_up(pipeline(), "whole", order(event=event), replay=replay)
        for event, replay in (("e-1", None), ("e-1", None), ("e-2", None), ("e-1", "again"))
    ]
    ids = [found.run for found in runs if isinstance(found, TakenUp)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_without_an_input_the_event_is_the_input():
    found = take_up(pipeline(), "whole", order())
    assert isinstance(found, TakenUp)
    assert found.input == order()


def test_what_cannot_start_a_run_is_refused_with_the_reason():
    missing = take_up(pipeline(), "orders", {"id": "e", "source": "shop", "detail": {}})
    assert isinstance(missing, Refused)
    assert "${detail.id}" in missing.why
    unfit = take_up(pipeline({"type": "object", "properties": {"object": {"type": "integer"}}}), "orders", order())
    assert isinstance(unfit, Refused)
    assert "object" in unfit.why
    failing = take_up(pipeline(), "odd", {"id": 5})
    assert isinstance(failing, Refused)
