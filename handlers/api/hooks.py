"""Webhooks: what other systems call. Open, since the signature decides; the body stays as it came.

POST /hooks/<project>/<pipeline>/<trigger>
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from handlers.api import problem
from handlers.api.asked import Here
from handlers.api.house import House
from handlers.api.routes import OPEN, Routes
from handlers.webhook import LARGEST_BODY, Answer, Call
from schemas.errors import MurmurationError
from schemas.names import NAME

Name = Annotated[str, Path(pattern=NAME, max_length=64)]


class NotTaken(MurmurationError):
    """The call started nothing."""

    code = "not-taken"

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.why, advice=_ADVICE.get(answer.status, ""))
        self.status = answer.status
        self.reason = _CODES.get(answer.status, self.code)


_CODES: Final = {
    HTTPStatus.NOT_FOUND: "no-such-webhook",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNAUTHORIZED: "not-genuine",
    HTTPStatus.BAD_REQUEST: "bad-body",
    HTTPStatus.UNPROCESSABLE_ENTITY: "did-not-fit",
    HTTPStatus.SERVICE_UNAVAILABLE: "not-now",
}
_ADVICE: Final = {
    HTTPStatus.NOT_FOUND: "Is the pipeline published, and is the trigger a webhook?",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"At most {LARGEST_BODY:,} bytes are taken",
    HTTPStatus.UNAUTHORIZED: "Sign the bytes as they are sent, with the trigger's secret, now",
    HTTPStatus.BAD_REQUEST: "Send what content-type says, in UTF-8",
    HTTPStatus.UNPROCESSABLE_ENTITY: "GET /refusals has the call, for whoever may read it",
    HTTPStatus.SERVICE_UNAVAILABLE: "Send it again later",
}


class Hooks:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> Routes:
        routes = Routes("events")
        routes.post(
            "/hooks/<project>/<pipeline>/<trigger>",
            OPEN,
            self.call,
            "A webhook, as its trigger has it signed",
            status=202,
        )
        return routes

    def call(self, project: Name, pipeline: Name, trigger: Name, asked: Here) -> Response[Any]:
        call = Call(asked.body, asked.headers.items(), asked.query)
        answer = self._house.webhooks.call(f"{project}/{pipeline}", trigger, call)
        if answer.run is None:
            wrong = NotTaken(answer)
            told = problem.problem_of(wrong).model_copy(update={"status": wrong.status, "title": wrong.status.phrase})
            return problem.response(told)
        body = orjson.dumps({"run": answer.run, "new": answer.status == HTTPStatus.ACCEPTED}).decode()
        return Response(answer.status, "application/json", body)
