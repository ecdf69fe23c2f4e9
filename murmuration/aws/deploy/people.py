"""The first admin: without one nobody can log in and make others."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError

from murmuration.aws.clients import Clients
from murmuration.aws.refusals import code_of, translated

ADMINS: Final = "admin"
_WHERE: Final = "Cognito"


def make_admin(clients: Clients, pool: str, email: str) -> bool:
    """Cognito sends a password by mail, to be changed at the first login. False where the person was there already."""
    client: Any = clients.patient("cognito-idp")
    made = True
    with translated(_WHERE):
        try:
            client.admin_create_user(
                UserPoolId=pool,
                Username=email,
                UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
                DesiredDeliveryMediums=["EMAIL"],
            )
        except ClientError as wrong:
            if code_of(wrong) != "UsernameExistsException":
                raise
            made = False
        client.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=ADMINS)
    return made
