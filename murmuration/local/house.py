"""The local stack's house: what the API knows of it, made in the thread that answers.

It reads by a connection of its own and has the engine change things (`murmuration.local.calls`).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from handlers.api.house import House
from handlers.api.whole import whole
from handlers.tokens import Tokens
from murmuration.local.cabinet import LocalCabinet
from murmuration.local.called import CalledActing
from murmuration.local.calls import Calls
from murmuration.local.people import LocalAccounts, LocalIdentities, Session
from murmuration.local.reading import Reading
from murmuration.system import RandomIds, SystemClock
from murmuration.workspace import Workspace
from schemas.model import JsonObject


class Answering:
    """The API of a workspace. All of it belongs to the thread that makes it."""

    def __init__(self, workspace: Workspace, calls: Calls, session: Session) -> None:
        clock, ids = SystemClock(), RandomIds()
        cabinet = LocalCabinet(workspace.state, clock)
        accounts = LocalAccounts(cabinet, clock)
        self._reading = Reading(workspace.state)
        self._api = whole(
            House(
                target="local",
                version=version("murmuration"),
                clock=clock,
                ids=ids,
                cabinet=cabinet,
                identities=LocalIdentities(session, cabinet, accounts, Tokens(cabinet, clock, ids)),
                accounts=accounts,
                reading=self._reading,
                acting=CalledActing(workspace, calls, self._reading),
            )
        )

    def answer(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | None:
        self._reading.forget()
        return self._api.answer(event, context, waited)

    def version(self) -> int:
        return self._reading.data_version()
