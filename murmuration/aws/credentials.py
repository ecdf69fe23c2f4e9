"""Whose credentials these are, and where they lead. Asked before a command changes anything, and told to the person."""

from __future__ import annotations

from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of
from schemas.errors import MurmurationError


class NoCredentials(MurmurationError):
    code = "no-credentials"


class Identity(NamedTuple):
    account: str
    region: str
    who: str
    """An ARN: a user, or a role that somebody has taken on."""


def identity(clients: Clients) -> Identity:
    """`NoCredentials` where there are none, or none that AWS takes, or no region."""
    advice = "Log in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; and AWS_REGION"
    try:
        client = clients.patient("sts")
        told = client.get_caller_identity()
    except ClientError as wrong:
        raise NoCredentials(f"AWS does not take these credentials: {code_of(wrong)}", advice=advice) from wrong
    except BotoCoreError as wrong:
        raise NoCredentials(f"AWS cannot be asked: {wrong}", advice=advice) from wrong
    return Identity(str(told["Account"]), str(client.meta.region_name), str(told["Arn"]))
