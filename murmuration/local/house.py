"""The local stack's house: what the API knows of it, made in the thread that answers.

It reads by a connection of its own and has the engine change things (`murmuration.local.calls`).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from handlers.api.app import Wait
from handlers.api.house import House
from handlers.api.whole import whole
from handlers.tokens import Tokens
from murmuration.local.archive import LocalArchive
from murmuration.local.artifacts import LocalArtifacts
from murmuration.local.buckets import LocalBuckets
from murmuration.local.cabinet import LocalCabinet
from murmuration.local.called import CalledActing
from murmuration.local.calls import Calls
from murmuration.local.describing import Describing
from murmuration.local.functions import LocalFunctions
from murmuration.local.ingest import LocalIngest, LocalWebhooks
from murmuration.local.letters import LocalLetters
from murmuration.local.people import LocalAccounts, LocalIdentities, Session
from murmuration.local.presigned import SignedBuckets
from murmuration.local.projects import LocalProjects
from murmuration.local.publishing import LocalPublishing
from murmuration.local.reading import Reading
from murmuration.local.run_files import LocalRunFiles
from murmuration.local.signing import Signing
from murmuration.settings import settings_of
from murmuration.system import RandomIds, SystemClock
from murmuration.workspace import Workspace
from schemas.model import JsonObject


class Answering:
    """The API of a workspace. All of it belongs to the thread that makes it."""

    def __init__(self, workspace: Workspace, calls: Calls, session: Session, describing: Describing) -> None:
        clock, ids = SystemClock(), RandomIds()
        self._describing = describing
        cabinet = LocalCabinet(workspace.state, clock)
        accounts = LocalAccounts(cabinet, clock)
        signing = Signing(workspace.state, lambda: clock.now() / 1000)
        self.identities = LocalIdentities(session, cabinet, accounts, Tokens(cabinet, clock, ids))
        self._reading = Reading(workspace.state)
        acting = CalledActing(workspace, calls, self._reading)
        self._api = whole(
            House(
                target="local",
                version=version("murmuration"),
                clock=clock,
                ids=ids,
                cabinet=cabinet,
                identities=self.identities,
                accounts=accounts,
                reading=self._reading,
                artifacts=LocalArtifacts(workspace.state / "artifacts"),
                run_files=LocalRunFiles(workspace.state / "artifacts", workspace.buckets),
                functions=LocalFunctions(workspace, describing, ids),
                acting=acting,
                origins=settings_of(workspace.root).web.origins,
                publishing=LocalPublishing(workspace, self._reading, acting),
                projects=LocalProjects(workspace, cabinet, self._reading.catalog.names, lambda: _told(acting)),
                ingest=LocalIngest(acting.ask),
                webhooks=LocalWebhooks(acting.ask),
                buckets=SignedBuckets(LocalBuckets(workspace.buckets), signing, clock),
                letters=LocalLetters(self._reading.database),
                archive=LocalArchive(self._reading.database),
            )
        )

    def answer(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | None:
        self._reading.forget()
        return self._api.answer(event, context, waited)

    def ask(self, event: JsonObject, context: Any = None, waited: float = 0.0) -> JsonObject | Wait:
        self._reading.forget()
        return self._api.ask(event, context, waited)

    def version(self) -> int:
        return self._reading.data_version() + self._describing.count


def _told(acting: CalledActing) -> None:
    """Whoever runs tasks reads the settings again, before it is said that they are set."""
    acting.ask("settings-changed", {})
