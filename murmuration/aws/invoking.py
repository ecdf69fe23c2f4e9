"""Invoking: `lambda.invoke` on AWS. A function of the project by its name, in this very process; else a Lambda.

Nobody knows whether a Lambda may be called twice, so a call whose answer does not come is not made again: it has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from pydantic import JsonValue

from events.ports import Unavailable
from handlers.actions.action import ActionFailed, Fault
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import AwsRefused, Denied, code_of, translated
from murmuration.functions.failure import failure
from murmuration.functions.folder import FunctionNotFound
from schemas.model import JsonObject

_TOO_LARGE: Final = frozenset({"RequestTooLargeException", "413"})

OwnFunction = Callable[[str, JsonValue], JsonValue]
"""A function of the project, called here; `FunctionNotFound` where there is none."""


class Invoking:
    def __init__(self, clients: Clients, own: OwnFunction) -> None:
        self._clients = clients
        self._own = own

    def invoke(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        if not function.startswith("arn:"):
            try:
                return self._own(function, payload)
            except FunctionNotFound:
                pass
            except Exception as error:
                told = failure(error)
                raise ActionFailed(told.type, told.message, detail=told.detail) from None
        return self._call(function, payload, timeout_ms)

    def _call(self, function: str, payload: JsonValue, timeout_ms: int) -> JsonValue:
        config = Config(connect_timeout=2, read_timeout=timeout_ms / 1000, retries={"total_max_attempts": 1})
        client: Any = self._clients.with_config("lambda", config)
        try:
            with translated("Lambda"):
                try:
                    answer = client.invoke(FunctionName=function, Payload=orjson.dumps(payload))
                    content: bytes = answer["Payload"].read()
                except (ReadTimeoutError, ConnectTimeoutError):
                    told = f"{function} did not answer in {timeout_ms / 1000:g} s"
                    raise ActionFailed(Fault.TIMEOUT, told, advice="Give the action, and the task, more time") from None
                except ClientError as wrong:
                    raise _ours(function, wrong) from None
        except Unavailable as unavailable:
            raise ActionFailed(Fault.CONNECTION_FAILED, unavailable.what, advice=unavailable.advice) from None
        except Denied as denied:
            advice = "Let the task functions' role call it (lambda:InvokeFunction)"
            raise ActionFailed(Fault.REFUSED, denied.what, advice=advice) from None
        except AwsRefused as refused:
            raise ActionFailed(Fault.REFUSED, refused.what, advice=refused.advice) from None
        found: JsonValue = orjson.loads(content) if content else None
        if "FunctionError" in answer:
            raise _raised(function, found)
        return found


def _ours(function: str, wrong: ClientError) -> Exception:
    code = code_of(wrong)
    if code == "ResourceNotFoundException":
        told = f"there is no function {function}, neither of the project nor a Lambda"
        return ActionFailed(Fault.NOT_FOUND, told, advice="Deploy it, or write the Lambda's name or ARN")
    if code in _TOO_LARGE:
        return ActionFailed(Fault.TOO_LARGE, "a Lambda takes at most 6 MB", advice="Give the data by reference")
    told_by_aws: Exception = wrong
    return told_by_aws


def _raised(function: str, told: JsonValue) -> ActionFailed:
    """What the Lambda raised, as its runtime tells it."""
    error = told if isinstance(told, dict) else {}
    detail: JsonObject = {}
    if trace := error.get("stackTrace"):
        detail["traceback"] = "".join(map(str, trace)) if isinstance(trace, list) else trace
    what = str(error.get("errorMessage", f"{function} has failed"))
    return ActionFailed(str(error.get("errorType", "FunctionError")), what, detail=detail)
