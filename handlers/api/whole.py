"""The whole API: every resource's routes, put together once."""

from __future__ import annotations

from handlers.api.app import Api
from handlers.api.archive import Archives
from handlers.api.artifacts import Artifacts
from handlers.api.audit import AuditLog
from handlers.api.buckets import BucketsIn
from handlers.api.events import EventsIn
from handlers.api.flows import Flows
from handlers.api.functions import FunctionsApi
from handlers.api.hooks import Hooks
from handlers.api.house import House
from handlers.api.letters import DeadLetters
from handlers.api.lib import Lib
from handlers.api.members import Members
from handlers.api.notifications import Notifications
from handlers.api.people import Users
from handlers.api.pipelines import PipelinesApi
from handlers.api.projects import ProjectsApi
from handlers.api.refusals import Refusals
from handlers.api.run_events import RunEvents
from handlers.api.run_logs import RunLogs
from handlers.api.runs import Runs
from handlers.api.secrets import Secrets
from handlers.api.sign_in import SignIn
from handlers.api.tokens import TokensApi
from handlers.api.variables import Variables


def whole(house: House) -> Api:
    resources = (
        SignIn,
        Users,
        TokensApi,
        PipelinesApi,
        Runs,
        RunEvents,
        RunLogs,
        Artifacts,
        Refusals,
        FunctionsApi,
        Flows,
        AuditLog,
        DeadLetters,
        Archives,
        EventsIn,
        Hooks,
        BucketsIn,
        ProjectsApi,
        Members,
        Variables,
        Secrets,
        Notifications,
    )
    lib = Lib(house)
    return Api(house, [*(resource(house).routes() for resource in resources), lib.routes()], lib.paths)
