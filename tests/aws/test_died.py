"""Why an invocation failed, in words for people."""

from __future__ import annotations

import pytest
from pydantic import JsonValue
from support.letters import IMPORT, TASK, TIMED_OUT, record

from handlers.died import Death, read_death, unreachable, unversioned, why_of
from schemas.outcome import Status


class TestWords:
    @pytest.mark.parametrize(
        ("answer", "type_", "words"),
        [
            (TIMED_OUT, "Timeout", "after 30 s"),
            (
                {"errorMessage": "2026-11-21T08:00:00.000Z 1f-2 Task timed out after 3.05 seconds"},
                "Timeout",
                "after 3.05 s",
            ),
            ({"errorType": "Sandbox.Timedout", "errorMessage": ""}, "Timeout", "timeout of its function"),
            ({"errorType": "Runtime.OutOfMemory", "errorMessage": ""}, "OutOfMemory", "larger `memory`"),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited with error: signal: killed",
                },
                "OutOfMemory",
                "larger `memory`",
            ),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited with error: exit status 3",
                },
                "WorkerDied",
                "exit status 3",
            ),
            (
                {
                    "errorType": "Runtime.ExitError",
                    "errorMessage": "RequestId: 1 Error: Runtime exited without providing a reason",
                },
                "WorkerDied",
                "ended: Runtime exited without",
            ),
            (IMPORT, "CannotStart", "requirements.txt"),
            ({"errorType": "Runtime.HandlerNotFound", "errorMessage": "no handler"}, "CannotStart", "no handler"),
            ({"errorType": "Sandbox.Failure", "errorMessage": "gone"}, "WorkerDied", "(Sandbox.Failure): gone"),
            ({"errorType": "Unavailable", "errorMessage": "DynamoDB did not answer"}, "Unavailable", "DynamoDB"),
            (None, "WorkerDied", "does not say why"),
        ],
    )
    def test_why_an_invocation_failed(self, answer: JsonValue, type_: str, words: str) -> None:
        why = why_of(answer)
        assert why.status is Status.FAILED
        assert why.error is not None
        assert why.error.type == type_
        assert words in why.error.message
        assert "RequestId" not in why.error.message

    def test_one_that_never_began(self) -> None:
        death = read_death(record({}, "r", None, condition="EventAgeExceeded"))
        assert death is not None
        assert death.why.error is not None
        assert death.why.error.type == "NotStarted"
        assert not death.for_good

    def test_a_death_names_its_function_as_it_was_called(self) -> None:
        death = read_death(record({"a": 1}, "r", TIMED_OUT))
        assert death is not None
        assert isinstance(death, Death)
        assert (death.function, death.request, death.payload) == (TASK, "r", {"a": 1})
        assert unversioned(f"{TASK}:live") == f"{TASK}:live"

    @pytest.mark.parametrize(
        ("code", "words"), [("NO_PERMISSIONS", "permission"), ("NO_RESOURCE", "not there"), ("", "why"), ("X", "X")]
    )
    def test_why_a_rule_could_not_call(self, code: str, words: str) -> None:
        why = unreachable(code, "")
        assert why.error is not None
        assert words in why.error.message
