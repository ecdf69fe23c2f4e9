"""What a function does not survive, deployed: Lambda's failure destination tells the queue, and the task has failed with a reason.

That EventBridge calls functions asynchronously, so that there is a failure destination, is what `tests/support/tools/simulator.py`
adds to MiniStack. Where nothing is told, the sweeper finds it out.
"""

from __future__ import annotations

from support.deployed.standing import PREFIX, Standing


def test_a_function_that_ends_its_process_has_failed_with_a_reason(here: Standing) -> None:
    run = here.ask("examples/dying", {}, "dying")
    here.ended(run)
    error = here.error(run, "vanish")
    assert error.type == "WorkerDied"
    assert error.message == "The process of the function ended: Runtime exited without providing a reason"
    assert error.detail["function"].endswith(f":function:{PREFIX}-task")
    assert here.end(run) == "succeeded", "somebody takes the failure up"


def test_a_function_that_takes_too_long_has_failed_with_a_reason(here: Standing) -> None:
    run = here.ask("examples/lingering", {}, "lingering")
    here.ended(run)
    error = here.error(run, "linger")
    assert (error.type, error.message) == (
        "Timeout",
        "The attempt took longer than its timeout of 1 s and was ended.",
    )
    assert here.end(run) == "succeeded"
