"""Run by `.tools/ministack`: MiniStack with ears, and with what Lambda does for EventBridge and MiniStack does not.

1. Each question that is put to its IAM is written down, with the answer: a line of the file named in ASKED,
   {"who": ARN, "action": ..., "on": ARN, "denied": true}. Root asks nothing.
2. EventBridge calls a function asynchronously. So does Lambda's own queue stand between: a few at a time are called, others
   wait; who fails is called again as often as its settings say, and then its failure destination is told.
3. Its gateway asks its own user pool for the keys of tokens without TLS, by which nobody answers here. It asks with.
"""

import contextvars
import json
import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id
from ministack.services import apigateway, eventbridge, lambda_svc, scheduler

ASKED = Path(os.environ.pop("ASKED"))
LOCK = threading.Lock()
AT_ONCE = ThreadPoolExecutor(4)
DIED = "Worker process died"
ENDED = {
    "errorType": "Runtime.ExitError",
    "errorMessage": "RequestId: {} Error: Runtime exited without providing a reason",
}

_enforce = iam_evaluator.enforce
_execute = lambda_svc._execute_function_dispatch
_resolve = apigateway._resolve_jwks_url


def enforce(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    denied = _enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    who = getattr(iam_evaluator.resolve_principal(access_key_id or "", get_account_id()), "arn", "nobody")
    if not who.endswith(":root"):
        told = {"who": who, "action": iam_action, "on": resource_arn, "denied": denied is not None}
        with LOCK, ASKED.open("a") as file:
            file.write(json.dumps(told) + "\n")
    return denied


def execute(func, config, event, request_id, started):
    return {**_execute(func, config, event, request_id, started), "request": request_id}


def dispatch(arn, payload):
    func, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if func and config:
        AT_ONCE.submit(contextvars.copy_context().run, alone, func, config, json.loads(payload))


def alone(*called):
    """Nobody hears of what is raised in here, but by the log."""
    try:
        call(*called)
    except Exception:
        traceback.print_exc()


def call(func, config, event):
    settings = func["event_invoke_configs"]["$LATEST"]
    again = settings["MaximumRetryAttempts"]
    for _ in range(1 + again):
        result = lambda_svc._execute_function_with_config_scope(
            lambda_svc._execution_record_for_config(func, config), event
        )
        if not result.get("error"):
            return
    told = settings["DestinationConfig"]["OnFailure"]["Destination"]
    eventbridge._dispatch_to_sqs(parse_arn(told), json.dumps(letter(config, event, result, again)))


async def keys_of_tokens(authorizer):
    url = await _resolve(authorizer)
    return url and url.replace("http://", "https://", 1)


def letter(config, event, result, again):
    request, answer = result["request"], result["body"]
    if answer.get("errorMessage") == DIED:
        answer = {name: text.format(request) for name, text in ENDED.items()}
    context = {"requestId": request, "functionArn": f"{config['FunctionArn']}:$LATEST", "condition": "RetriesExhausted"}
    return {
        "version": "1.0",
        "requestContext": {**context, "approximateInvokeCount": 1 + again},
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": answer,
    }


if __name__ == "__main__":
    iam_evaluator.enforce = enforce
    lambda_svc._execute_function_dispatch = execute
    eventbridge._dispatch_to_lambda = dispatch
    apigateway._resolve_jwks_url = keys_of_tokens
    # It looks every so many seconds for what is due.
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    # By TLS it would listen on port 443 as well.
    app._port_is_bindable = lambda *_: False
    sys.argv = ["ministack"]
    app.main()
