import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from murmuration.cli.simulate import command

EXAMPLE = str(Path(__file__).parents[2] / "examples/media/pipelines/thumbnails.yaml")
ORDER = {
    "source": "shop",
    "detail-type": "order.created",
    "detail": {"total": 500, "order_id": "o-1", "picture": "p.png"},
}


@pytest.fixture
def simulate(tmp_path):
    def run(*arguments, file=EXAMPLE, event=None, outcomes=None):
        given = [file, *arguments]
        for option, document in (("--event", event), ("--outcomes", outcomes)):
            if document is not None:
                path = tmp_path / f"{option[2:]}.json"
                path.write_text(document if isinstance(document, str) else json.dumps(document))
                given += [option, str(path)]
        return CliRunner().invoke(command, given)

    return run


def test_a_run_by_hand_is_told_step_by_step(simulate):
    result = simulate("--input", '{"object": "in/a.png"}', outcomes={"resize": {"output": {"width": 100}}})
    assert result.exit_code == 0
    assert 'validate: runs with {"file":"in/a.png"}' in result.output
    assert "quarantine is skipped: validate -> quarantine on failure is dead" in result.output
    assert result.output.rstrip().endswith("The run succeeds.")


def test_an_event_is_taken_up_by_the_trigger_that_matches(simulate):
    told = json.loads(simulate("--json", event=ORDER, outcomes={"validate": "failed", "quarantine": "failed"}).output)
    assert {one["trigger"]: one["matches"] for one in told["triggers"]} == {
        "uploads": False,
        "orders": True,
        "nightly": False,
    }
    assert told["input"] == {"object": "p.png"}
    assert told["end"] == "succeeded"
    assert told["skipped"] == ["resize"]
    assert [step["task"] for step in told["steps"]] == [None, "validate", "resize", "quarantine", "report"]


def test_attempts_and_a_failure_that_nobody_takes_up(simulate):
    attempts = [{"error": "TimeoutError"}, {"output": {"file": "a"}}]
    result = simulate("--input", '{"object": "a"}', outcomes={"validate": attempts, "resize": "failed"})
    assert "fails with TimeoutError, then succeeds with" in result.output
    assert "The run fails: nobody takes up the failure of resize." in result.output


def test_no_run_would_start_is_exit_1_and_says_why(simulate):
    result = simulate(event={**ORDER, "detail": {"total": 5}})
    assert result.exit_code == 1
    assert "detail.total is 5" in result.output
    assert simulate().exit_code == 1
    assert simulate("--json").exit_code == 1
    refused = simulate(event={**ORDER, "detail": {"total": 500}}, outcomes={})
    assert "orders (event) refuses it" in refused.output


@pytest.mark.parametrize(
    ("arguments", "files", "code", "says"),
    [
        (("--input", "{oops"), {}, 2, "--input is not JSON"),
        (("--trigger", "uplods"), {}, 2, 'Did you mean "uploads"?'),
        (("--trigger", "uploads"), {}, 2, "give that too"),
        (("--input", "{}"), {"event": ORDER}, 2, "not both"),
        ((), {"event": {"detail": {}}}, 2, "the event has no source"),
        ((), {"event": "{oops"}, 2, "error"),
        ((), {"outcomes": {"reprot": "failed", "resize": "exploded"}}, 1, 'Did you mean "report"?'),
        ((), {"outcomes": {"zz": "failed"}}, 1, "outcomes.json:1:2: error"),
        ((), {"file": "nowhere.yaml"}, 2, "nowhere.yaml"),
        ((), {"file": str(Path(__file__).parent)}, 2, "this is a folder"),
    ],
)
def test_bad_input_gets_a_sentence_that_says_what_to_do(simulate, arguments, files, code, says):
    result = simulate(*arguments, **files)
    assert result.exit_code == code
    assert says in result.output
    assert "Traceback" not in result.output


def test_long_values_are_cut_and_late_arrivals_told(simulate, tmp_path):
    file = tmp_path / "wide.yaml"
    file.write_text(
        "{project: p, pipeline: x, tasks: {a: {function: f, with: {x: '${input.x}'}, timeout: 1s}, b: {function: f},"
        " c: {function: f, join: any}}, edges: [{from: a, to: c}, {from: b, to: c}]}"
    )
    result = simulate("--input", json.dumps({"x": "y" * 500}), file=str(file))
    assert "characters)" in result.output
    assert "its gate has decided already" in result.output
    waiting = simulate("--input", '{"object": "a"}', outcomes={"validate": "failed"})
    assert "waits for more" in waiting.output
    assert "nobody is to hear of it" in waiting.output


def test_a_task_is_told_of_its_run_what_a_real_one_tells(simulate, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text(
        "{project: p, pipeline: x, triggers: {t: {event: {source: [shop]}, input: {}}},"
        " tasks: {a: {function: f, with: {run: '${run}', by: '${trigger.name}'}}}}"
    )
    by_hand, by_event = simulate(file=str(file)).output, simulate(file=str(file), event=ORDER).output
    assert '{"run":{"id":"simulated","pipeline":"p/x","version":1,"trigger":"manual"},"by":"manual"}' in by_hand
    assert '"trigger":"t"},"by":"t"}' in by_event
