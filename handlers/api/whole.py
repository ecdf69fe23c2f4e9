"""The whole API: every resource's routes, put together once."""

from __future__ import annotations

from handlers.api.app import Api
from handlers.api.audit import AuditLog
from handlers.api.house import House
from handlers.api.runs import Runs
from handlers.api.sign_in import SignIn


def whole(house: House) -> Api:
    return Api(house, (SignIn(house).routes(), Runs(house).routes(), AuditLog(house).routes()))
