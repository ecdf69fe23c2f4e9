"""A mail handed to a server: smtplib, over a connection to an address that was checked, in bounded time."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from typing import Any, Final

from handlers.actions.action import ActionFailed, Fault
from handlers.actions.http_client import trusted
from handlers.actions.mail_server import MailServer
from handlers.actions.time_left import TimeLeft
from handlers.actions.watch import watched

_GREETING_NAME: Final = "[127.0.0.1]"
"""What smtplib falls back to; asking for this machine's name would be a DNS call."""


class _ToAddresses(smtplib.SMTP):
    """Connects to the first of the given addresses that answers; certificates are still asked of the host's name."""

    def __init__(self, server: MailServer, addresses: Sequence[str], left: TimeLeft, **options: Any) -> None:
        self._addresses = addresses
        super().__init__(
            server.host, server.reached_at, local_hostname=_GREETING_NAME, timeout=left.seconds(), **options
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        refused: OSError | None = None
        for address in self._addresses:
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as wrong:
                refused = wrong
        raise refused or OSError("no address")


class _ToAddressesTls(smtplib.SMTP_SSL, _ToAddresses):
    """TLS from the first byte: SMTP_SSL wraps the socket that the next class in line opens."""

    def __init__(self, server: MailServer, addresses: Sequence[str], left: TimeLeft) -> None:
        self._addresses = addresses
        smtplib.SMTP_SSL.__init__(
            self,
            server.host,
            server.reached_at,
            local_hostname=_GREETING_NAME,
            timeout=left.seconds(),
            context=trusted(),
        )


def send(
    server: MailServer,
    addresses: Sequence[str],
    sender: str,
    recipients: Sequence[str],
    message: EmailMessage,
    left: TimeLeft,
) -> tuple[str, ...]:
    """Hands the mail over and gives back the recipients that the server refused. All refused is a failure."""
    with _translated(server, left):
        client = (_ToAddressesTls if server.security == "tls" else _ToAddresses)(server, addresses, left)
        with closing(client):
            with watched(_open(client), left):
                if server.security == "starttls":
                    client.starttls(context=trusted())
            with watched(_open(client), left):
                if server.username is not None and server.password is not None:
                    client.login(server.username, server.password)
                refused = client.send_message(message, sender, list(recipients))
                with suppress(smtplib.SMTPException, OSError):  # it has the mail: how it parts is its own affair
                    client.quit()
                return tuple(refused)


def _open(client: smtplib.SMTP) -> socket.socket:
    assert client.sock is not None, "it is connected"
    return client.sock


@contextmanager
def _translated(server: MailServer, left: TimeLeft) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as wrong:
        code, said = next(iter(wrong.recipients.values()))
        raise _refusal(server, code, said) from None
    except smtplib.SMTPResponseException as wrong:
        raise _refusal(server, wrong.smtp_code, wrong.smtp_error) from None
    except (smtplib.SMTPException, OSError) as wrong:
        if left.ms() == 0 or isinstance(wrong, TimeoutError):
            raise left.over() from None
        if isinstance(wrong, smtplib.SMTPNotSupportedError):
            raise ActionFailed(Fault.MAIL_ERROR, f"{server.host}: {wrong}", detail={"temporary": False}) from None
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else "the connection broke"
        raise ActionFailed(Fault.CONNECTION_FAILED, f"the mail server {server.host}: {reason}") from None


def _refusal(server: MailServer, code: int, said: bytes | str) -> ActionFailed:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return ActionFailed(
        Fault.MAIL_ERROR,
        f"the mail server {server.host} answered {code} {' '.join(text.split())[:300]}",
        detail={"code": code, "temporary": 400 <= code < 500},
    )
