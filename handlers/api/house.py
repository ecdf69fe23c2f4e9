"""The house: all that the API knows of a stack, as ports. Each backend has one place that builds it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from events.ports import Artifacts, Clock, Ids
from handlers.acting import Acting
from handlers.archive import Archive
from handlers.audit import Audit
from handlers.buckets import Buckets
from handlers.cabinet import Cabinet
from handlers.functions import Functions
from handlers.ingest import Ingest
from handlers.letters import Letters
from handlers.people import Accounts, Identities
from handlers.projects import Projects
from handlers.publishing import Publishing
from handlers.reading import Reading
from handlers.run_files import RunFiles
from handlers.webhook import Webhooks


@dataclass(frozen=True, kw_only=True)
class House:
    target: str
    """`local`, or the name of the stage."""
    version: str
    clock: Clock
    ids: Ids
    cabinet: Cabinet
    identities: Identities
    accounts: Accounts
    reading: Reading
    artifacts: Artifacts
    functions: Functions
    run_files: RunFiles
    acting: Acting
    publishing: Publishing
    projects: Projects
    ingest: Ingest
    webhooks: Webhooks
    buckets: Buckets
    letters: Letters
    archive: Archive
    origins: tuple[str, ...] = ()
    """Of pages elsewhere that may ask (`handlers.api.cors`)."""

    @cached_property
    def audit(self) -> Audit:
        """Who changed what. In the cabinet, as everything that the API keeps for itself."""
        return Audit(self.cabinet, self.clock, self.ids)
