"""The whole API: every resource's routes, put together once."""

from __future__ import annotations

from handlers.api.app import Api
from handlers.api.audit import AuditLog
from handlers.api.house import House
from handlers.api.people import Users
from handlers.api.runs import Runs
from handlers.api.sign_in import SignIn
from handlers.api.tokens import TokensApi


def whole(house: House) -> Api:
    resources = (SignIn, Users, TokensApi, Runs, AuditLog)
    return Api(house, [resource(house).routes() for resource in resources])
