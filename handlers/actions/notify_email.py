"""`notify.email`: a mail, by the operator's mail server or by one that the task names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, JsonValue, StringConstraints

from handlers.actions.action import Action, ActionContext, ActionFailed, Fault, derived_id
from handlers.actions.mail_server import MailAddress, MailServer, parted
from handlers.actions.place import Place
from handlers.actions.time_left import TimeLeft
from schemas.duration import Duration
from schemas.model import Model

if TYPE_CHECKING:
    from email.message import EmailMessage

_ATTACHED: Final = 10_000_000
"""Of all attachments together: what most servers take, once it is base64."""


MailAddresses = MailAddress | Annotated[tuple[MailAddress, ...], Field(max_length=100)]
Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=900)]


class MailParameters(Model):
    to: MailAddress | Annotated[tuple[MailAddress, ...], Field(min_length=1, max_length=100)] = Field(
        description="One address or several."
    )
    subject: Line = Field(default="", description="One line.")
    text: str = Field(default="", max_length=1_000_000, description="The mail as plain text.")
    html: str = Field(default="", max_length=1_000_000, description="The mail as HTML, beside or instead of the text.")
    cc: MailAddresses = Field(default=(), description="Who gets a copy.")
    bcc: MailAddresses = Field(default=(), description="Who gets one unseen.")
    reply_to: MailAddress | None = Field(default=None, description="Where answers go.")
    from_: MailAddress | None = Field(default=None, alias="from", description="The server's sender when left out.")
    attachments: tuple[Place, ...] = Field(default=(), max_length=20, description="Objects, 10 MB together.")
    server: MailServer | None = Field(default=None, description="The mail server that is set up when left out.")
    timeout: Duration = Field(default=Duration(30_000), description="For everything together.")


class MailOutput(Model):
    message_id: str = Field(description="The same for every attempt: servers and readers tell a repeat by it.")
    refused: list[str] = Field(description="Recipients that the server did not take, while it took others.")


def _send(parameters: MailParameters, context: ActionContext) -> JsonValue:
    from handlers.actions.smtp import send

    left = TimeLeft(context, parameters.timeout)
    server = parameters.server or context.mail
    if server is None:
        raise ActionFailed(
            Fault.NOT_CONFIGURED, "no mail server is set up", advice="Set one up, or name one: server: {host: ...}"
        )
    sender = parameters.from_ or server.from_
    if sender is None:
        raise ActionFailed(Fault.INVALID_INPUT, "from: the mail has no sender, and the server names none")
    message = _message(parameters, sender, context)
    everybody = (*_several(parameters.to), *_several(parameters.cc), *_several(parameters.bcc))
    recipients = [parted(address)[1] for address in everybody]
    addresses = (
        context.reach.addresses(server.host, server.reached_at) if parameters.server is not None else (server.host,)
    )
    refused = send(server, addresses, parted(sender)[1], recipients, message, left)
    return {"message_id": str(message["Message-ID"]), "refused": list(refused)}


def _several(addresses: str | tuple[str, ...]) -> tuple[str, ...]:
    return (addresses,) if isinstance(addresses, str) else addresses


def _message(parameters: MailParameters, sender: str, context: ActionContext) -> EmailMessage:
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime

    message = EmailMessage(policy=SMTP)
    message["From"] = _header((sender,))
    message["To"] = _header(_several(parameters.to))
    if parameters.cc:
        message["Cc"] = _header(_several(parameters.cc))
    if parameters.reply_to is not None:
        message["Reply-To"] = _header((parameters.reply_to,))
    message["Subject"] = parameters.subject
    message["Date"] = format_datetime(context.now())
    message["Message-ID"] = f"<{derived_id(context, 'mail')}@{parted(sender)[1].partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if parameters.text or not parameters.html:
        message.set_content(parameters.text)
        if parameters.html:
            message.add_alternative(parameters.html, subtype="html")
    else:
        message.set_content(parameters.html, subtype="html")
    _attach(message, parameters.attachments, context)
    return message


def _header(addresses: tuple[str, ...]) -> tuple[object, ...]:
    from email.headerregistry import Address

    return tuple(Address(name, addr_spec=spec) for name, spec in map(parted, addresses))


def _attach(message: EmailMessage, places: tuple[Place, ...], context: ActionContext) -> None:
    room = _ATTACHED
    for place in places:
        content = context.buckets.read(place.bucket, place.key, room)
        room -= len(content)
        name = place.key.rpartition("/")[2]
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)


ACTIONS = (
    Action(
        name="notify.email",
        description=(
            "Sends a mail by SMTP, encrypted unless it says otherwise. Private mail servers need the operator's leave, "
            "except for the one that is set up. A second attempt sends the same `Message-ID`."
        ),
        parameters=MailParameters,
        output=MailOutput,
        run=_send,
        example="""
            report:
              action: notify.email
              join: settled
              with:
                to: [Ana <ana@example.org>, orders@example.org]
                subject: "Order ${input.order} is packed"
                text: "Two parcels leave today."
        """,
        faults=(
            *(Fault.MAIL_ERROR, Fault.TIMEOUT, Fault.CONNECTION_FAILED, Fault.REFUSED, Fault.NOT_CONFIGURED),
            *(Fault.NOT_FOUND, Fault.TOO_LARGE),
        ),
    ),
)
