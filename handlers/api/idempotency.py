"""Idempotency keys: what creates is done once, however often it is asked for.

    POST /runs   idempotency-key: 8f1c...      the run
    POST /runs   idempotency-key: 8f1c...      the same answer again, with idempotency-replayed: true

What must always hold:
  1. A key is its caller's, and the route's: nobody is answered with what somebody else was told.
  2. The same key with another request is refused (`key-reused`), and while the first is under way so is the same one (`under-way`).
  3. Only what was done is kept: a refusal or a failure leaves the key free, and the next try is a new one.
  4. What is told only once, such as a token, is not kept: the answer that is given again has null in its place.
  5. What ended without an answer (a killed process) frees its key after `_UNDER_WAY_MS`; what is kept is gone after `KEPT_MS`.

Powertools' Idempotency decides; what it keeps lies in the cabinet, and time is the cabinet's. It is loaded with the first key that
comes, since it brings boto3 along wherever it runs.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from events.ledger import Millis
from events.ports import Clock
from handlers.api.asked import Asked
from handlers.api.keys import HEADER, key_of, reused
from handlers.cabinet import ABSENT, Cabinet, Changed, Kept
from schemas.errors import MurmurationError
from schemas.model import JsonObject

log = logging.getLogger("murmuration.api")

DRAWER: Final = "idempotency"
REPLAYED: Final = "idempotency-replayed"
KEPT_MS: Final = 24 * 3_600_000
_UNDER_WAY_MS: Final = 60_000
_DONE, _BEGUN = "COMPLETED", "INPROGRESS"


class UnderWay(MurmurationError):
    code = "under-way"


class _NotKept(Exception):  # carries an answer past what would keep it
    def __init__(self, answer: JsonObject) -> None:
        self.answer = answer
        super().__init__()


class Once:
    """`answer` is what answers when it is the first time."""

    def __init__(self, cabinet: Cabinet, clock: Clock) -> None:
        self._layer = _Drawer(cabinet, clock)
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="payload",
            expires_after_seconds=KEPT_MS // 1000,
            hash_function="sha256",
            lambda_context=_UnderWay(),  # type: ignore[arg-type]  # all that is asked of it is the time that is left
            response_hook=_replayed,
        )

    def answer(self, asked: Asked, method: str, path: str, answer: Callable[[], JsonObject]) -> JsonObject:
        given: list[JsonObject] = []

        def first(*, what: JsonObject) -> JsonObject:  # noqa: ARG001  # Powertools reads it
            told = answer()
            status = told.get("statusCode")
            if not isinstance(status, int) or not 200 <= status < 300:
                raise _NotKept(told)
            given.append(told)
            return _kept(told, asked.route.untold if asked.route is not None else ())

        once = idempotent_function(
            first,
            data_keyword_argument="what",
            persistence_store=self._layer,
            config=self._config,
            key_prefix="api",
        )
        try:
            told: JsonObject = once(what=_what(asked, method, path))
        except _NotKept as found:
            return found.answer
        except IdempotencyValidationError:
            raise reused() from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise UnderWay(
                "the same request is under way", where=HEADER, advice="Send it again in a moment, with the same key"
            ) from None
        except IdempotencyPersistenceLayerError as wrong:
            if given:  # it is done, and that cannot be kept
                log.error("%s: the answer to an idempotency key is not kept: %s", asked.request, wrong)
                return given[0]
            if isinstance(wrong.__cause__, MurmurationError):
                raise wrong.__cause__ from None
            raise
        return given[0] if given else told


def _kept(told: JsonObject, untold: Sequence[str]) -> JsonObject:
    """As it may be kept: without what is told only once."""
    if not untold:
        return told
    body = orjson.loads(str(told.get("body") or "{}"))
    return {**told, "body": orjson.dumps({**body, **dict.fromkeys(untold)}).decode()}


def _what(asked: Asked, method: str, path: str) -> JsonObject:
    sent = hashlib.sha256(asked.body).hexdigest()
    return {"key": [asked.caller.name, method, path, key_of(asked)], "payload": [asked.query, sent]}


def _replayed(response: Any, idempotent_data: DataRecord) -> Any:  # noqa: ARG001  # by keyword
    return {**response, "headers": {**response["headers"], REPLAYED: "true"}}


class _UnderWay:
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return _UNDER_WAY_MS


class _Drawer(BasePersistenceLayer):
    """Records in the cabinet. Each change is one conditional write; whoever comes second is told what the first has written."""

    def __init__(self, cabinet: Cabinet, clock: Clock) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Powertools has it untyped
        self._cabinet = cabinet
        self._clock = clock

    def _get_record(self, idempotency_key: str) -> DataRecord:
        kept = self._cabinet.get(DRAWER, idempotency_key)
        if kept is None:
            raise IdempotencyItemNotFoundError
        return _record(kept)

    def _put_record(self, data_record: DataRecord) -> None:
        now = self._clock.now()
        there = self._cabinet.get(DRAWER, data_record.idempotency_key)
        if there is not None and not (there.body["status"] == _BEGUN and there.at + _UNDER_WAY_MS <= now):
            self._exists(data_record, there)
        try:
            self._put(data_record, _BEGUN, now, ABSENT if there is None else there.version)
        except Changed:
            if (there := self._cabinet.get(DRAWER, data_record.idempotency_key)) is None:
                raise IdempotencyInconsistentStateError from None
            self._exists(data_record, there)

    def _update_record(self, data_record: DataRecord) -> None:
        self._put(data_record, _DONE, self._clock.now(), None)

    def _delete_record(self, data_record: DataRecord) -> None:
        self._cabinet.delete(DRAWER, data_record.idempotency_key)

    def _put(self, record: DataRecord, status: str, now: Millis, expect: str | None) -> None:
        body: JsonObject = {"status": status, "payload": record.payload_hash, "answer": record.response_data}
        self._cabinet.put(DRAWER, record.idempotency_key, body, expect=expect, expires=now + KEPT_MS)

    def _exists(self, wanted: DataRecord, there: Kept) -> None:
        found = _record(there)
        self._validate_payload(wanted, found)
        raise IdempotencyItemAlreadyExistsError(old_data_record=found)


def _record(kept: Kept) -> DataRecord:
    body = kept.body
    return DataRecord(
        kept.key,
        status=str(body["status"]),
        response_data=str(body["answer"]),
        payload_hash=str(body["payload"]),
    )
