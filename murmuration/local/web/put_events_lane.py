"""`POST /` with `X-Amz-Target`: the local bus, as AWS's own tools and SDKs speak to EventBridge.

    AWS_ACCESS_KEY_ID        anything; or the token, where no session token is set
    AWS_SECRET_ACCESS_KEY    the token: requests are signed with it
    AWS_SESSION_TOKEN        the token: who it is

Tokens are kept as hashes, so a secret cannot be looked up by its id: the token comes along, on loopback, as it does in any other
request, and the signature must have been made with it. A bearer token does as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from events.ports import Ids
from handlers import put_events, sigv4
from handlers.auth import Caller, Forbidden, Operation, Unauthenticated
from handlers.put_events import AwsError, Buses, Failed
from handlers.sigv4 import NotSigned
from murmuration.local.web.accepting import Accepting
from murmuration.local.web.callers import Callers
from murmuration.local.web.door import Receive, Scope, Send, body_of, header, reply
from murmuration.local.web.lane import Incoming, path_of, raw_path_of
from schemas.errors import MurmurationError

_TARGET: Final = b"x-amz-target"
_BEARER: Final = "bearer "


class PutEventsLane:
    def __init__(
        self, callers: Callers, accepting: Accepting, buses: Buses, ids: Ids, now: Callable[[], datetime]
    ) -> None:
        self._callers = callers
        self._accepting = accepting
        self._buses = buses
        self._ids = ids
        self._now = now

    def takes(self, scope: Scope) -> bool:
        return scope["method"] == "POST" and path_of(scope) == "/" and any(n == _TARGET for n, _ in scope["headers"])

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = Incoming(receive)
        try:
            status, told, error = 200, await self._answered(scope, incoming), ""
        except AwsError as wrong:
            await incoming.drain()
            status, told, error = wrong.status, wrong.body, wrong.type
        headers = [
            (b"content-type", put_events.TYPE.encode()),
            (b"x-amzn-requestid", self._id().encode()),
            (b"cache-control", b"no-store"),
        ]
        if error:
            headers.append((b"x-amzn-errortype", error.encode()))
        await reply(send, status, headers, told)

    async def _answered(self, scope: Scope, receive: Receive) -> bytes:
        try:
            body = await body_of(receive, put_events.LARGEST_BODY)
        except MurmurationError:
            raise AwsError("RequestEntityTooLargeException", "The request is too large.", 413) from None
        caller = await self._caller(scope, body)
        named = put_events.operation(header(scope, _TARGET))
        try:
            caller.require(Operation.EVENT_EMIT)
        except Forbidden:
            told = f"User: {caller.name} is not authorized to perform: events:{named}"
            raise AwsError("AccessDeniedException", told) from None
        match named:
            case "DescribeEventBus":
                return put_events.describe(body, self._buses)
            case "ListEventBuses":
                return put_events.listed(body, self._buses)
            case _:
                return await self._put(body)

    async def _put(self, body: bytes) -> bytes:
        now = self._now()
        verdicts = [put_events.judge(one, self._buses, self._id, now) for one in put_events.read_entries(body)]
        try:
            await self._accepting.accept([one for one in verdicts if not isinstance(one, Failed)])
        except MurmurationError as wrong:
            raise AwsError("InternalException", wrong.what, 500) from None
        return put_events.told(verdicts)

    async def _caller(self, scope: Scope, body: bytes) -> Caller:
        authorization = header(scope, b"authorization")
        try:
            if authorization.lower().startswith(_BEARER):
                return await self._callers.identify(authorization[len(_BEARER) :].strip())
            signature = sigv4.read(authorization)
            token = header(scope, b"x-amz-security-token") or signature.key
            caller = await self._callers.identify(token)
            sigv4.verify(signature, token, _request(scope, body), put_events.SERVICE, self._now())
        except Unauthenticated:
            told = "The security token included in the request is invalid."
            raise AwsError(sigv4.Fault.UNKNOWN, told) from None
        except NotSigned as wrong:
            raise AwsError(wrong.fault, wrong.message) from None
        return caller

    def _id(self) -> str:
        return str(UUID(hex=self._ids.token() + self._ids.token(), version=4))


def _request(scope: Scope, body: bytes) -> sigv4.Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1").strip()
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return sigv4.Request(scope["method"], raw_path_of(scope), scope["query_string"].decode("latin-1"), headers, body)
