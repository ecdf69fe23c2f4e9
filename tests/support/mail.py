"""A mail server on loopback, as much of one as a test needs: it keeps what it is given, and refuses what it is told to."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import BinaryIO

from support.actions import CERTIFICATE


@dataclass
class Mail:
    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class MailHouse:
    """`answers` are what is said instead of a yes, by the command as it begins."""

    port: int = 0
    starttls: bool = True
    mails: list[Mail] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    encrypted: list[bool] = field(default_factory=list)


@contextmanager
def mail_server(*, tls: bool = False, starttls: bool = True) -> Iterator[MailHouse]:
    house = MailHouse(starttls=starttls and not tls)
    listening = socket.create_server(("127.0.0.1", 0))
    house.port = listening.getsockname()[1]
    over = threading.Event()

    def serve() -> None:
        while True:
            accepted, _ = listening.accept()
            with accepted:
                if over.is_set():
                    return
                try:
                    _Talk(house, accepted, tls).hold()
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield house
    finally:
        over.set()
        with socket.create_connection(listening.getsockname()):
            thread.join()
        listening.close()


class _Talk:
    def __init__(self, house: MailHouse, connection: socket.socket, tls: bool) -> None:
        self._house = house
        self._connection = connection
        self._secure = False
        self._sender = ""
        self._recipients: list[str] = []
        self._lines: BinaryIO
        if tls:
            self._encrypt()
        else:
            self._lines = connection.makefile("rb")

    def hold(self) -> None:
        try:
            self._talk()
        finally:
            self._lines.close()
            self._connection.close()

    def _talk(self) -> None:
        self._say(self._house.answers.get("", "220 here"))
        while line := self._lines.readline().decode().strip():
            answers = self._house.answers.items()
            refused = next((said for start, said in answers if start and line.upper().startswith(start)), "")
            if refused == "hang up":
                return
            self._say(refused or self._answer(line))
            if line.upper() == "STARTTLS" and not refused:
                self._lines.close()
                self._encrypt()

    def _answer(self, line: str) -> str:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                return (
                    "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS" if self._offers_tls else "250-here\r\n250 AUTH PLAIN"
                )
            case "AUTH":
                _, user, password = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")
                self._house.logins.append((user, password))
                return "235 welcome"
            case "MAIL":
                self._sender = rest.partition("<")[2].partition(">")[0]
            case "RCPT":
                self._recipients.append(rest.partition("<")[2].partition(">")[0])
            case "DATA":
                self._say("354 go on")
                content = b""
                while (part := self._lines.readline()) != b".\r\n":
                    content += part.removeprefix(b".")
                self._house.mails.append(Mail(self._sender, self._recipients, content))
                self._house.encrypted.append(self._secure)
            case "STARTTLS":
                return "220 go on"
            case "QUIT":
                return "221 bye"
        return "250 good"

    @property
    def _offers_tls(self) -> bool:
        return self._house.starttls and not self._secure

    def _encrypt(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._connection = context.wrap_socket(self._connection, server_side=True)
        self._lines = self._connection.makefile("rb")
        self._secure = True

    def _say(self, line: str) -> None:
        self._connection.sendall(f"{line}\r\n".encode())
