"""`notify.email`: what a mail holds, how it travels, and what a server may answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue
from support.actions import CERTIFICATE, Context, done, loopback, names, refusal
from support.mail import MailHouse, mail_server

from handlers.actions import registry
from handlers.actions.addresses import Reach
from handlers.actions.http_client import trusted
from handlers.actions.mail_server import MailServer
from schemas.model import JsonObject

ANA: JsonObject = {"to": "ana@example.org", "from": "shop@example.com", "subject": "Hi", "text": "Hello"}


@pytest.fixture
def house() -> Iterator[MailHouse]:
    with mail_server() as house:
        yield house


@pytest.fixture
def context(house: MailHouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """Trusts the test's certificate, and has the mail house set up as the operator would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    trusted.cache_clear()
    yield Context(reach=loopback(), mail=at(house, security="none"))
    trusted.cache_clear()


def at(house: MailHouse, **more: JsonValue) -> MailServer:
    return MailServer.read({"host": "localhost", "port": house.port, **more})


def send(context: Context, **parameters: JsonValue) -> JsonObject:
    return done("notify.email", context, **{**ANA, **parameters})


def fails(context: Context, **parameters: JsonValue) -> tuple[str, JsonObject]:
    failed = refusal("notify.email", context, **{**ANA, **parameters})
    return failed.type, failed.detail


class TestWhatAMailHolds:
    def test_who_and_what(self, house: MailHouse, context: Context) -> None:
        output = send(
            context,
            to=["Ana Müller <ana@example.org>", "bo@example.org"],
            cc="cc@example.org",
            bcc=["secret@example.org"],
            reply_to="desk@example.com",
            subject="Grüezi ☀",
            text="Schön\n.\nEnde",
        )
        (mail,) = house.mails
        message = mail.message
        assert mail.sender == "shop@example.com"
        assert mail.recipients == ["ana@example.org", "bo@example.org", "cc@example.org", "secret@example.org"]
        assert message["To"] == "Ana Müller <ana@example.org>, bo@example.org"
        assert (message["Cc"], message["Reply-To"]) == ("cc@example.org", "desk@example.com")
        assert message["Subject"] == "Grüezi ☀"
        assert message["Date"] == "Sun, 31 Jan 2027 12:00:00 +0000"
        assert b"secret@" not in mail.content
        assert output == {"message_id": message["Message-ID"], "refused": []}
        body = message.get_body(("plain",))
        assert body is not None
        assert body.get_content().splitlines() == ["Schön", ".", "Ende"]

    def test_another_attempt_is_the_same_message(self, context: Context) -> None:
        first = send(context)["message_id"]
        context.attempt = 2
        assert send(context)["message_id"] == first
        context.idempotency_key = "r-2/t"
        assert send(context)["message_id"] != first
        assert str(first).endswith("@example.com>")

    @pytest.mark.parametrize(
        ("parts", "kinds"),
        [
            ({"text": "a"}, ["text/plain"]),
            ({"text": "", "html": "<b>a</b>"}, ["text/html"]),
            ({"text": "a", "html": "<b>a</b>"}, ["multipart/alternative", "text/plain", "text/html"]),
            ({"text": ""}, ["text/plain"]),
        ],
    )
    def test_text_and_html(self, house: MailHouse, context: Context, parts: JsonObject, kinds: list[str]) -> None:
        send(context, **parts)
        assert [part.get_content_type() for part in house.mails[0].message.walk()] == kinds

    def test_attachments_come_from_buckets(self, house: MailHouse, context: Context) -> None:
        context.buckets.write("reports", "2027/jän.pdf", b"\x00pdf", "")
        send(context, attachments=[{"bucket": "reports", "key": "2027/jän.pdf"}])
        (attached,) = house.mails[0].message.iter_attachments()
        assert (attached.get_filename(), attached.get_content()) == ("jän.pdf", b"\x00pdf")

    def test_attachments_have_a_size_together(self, house: MailHouse, context: Context) -> None:
        for key in ("a", "b"):
            context.buckets.write("reports", key, b"x" * 6_000_000, "")
        places: JsonValue = [{"bucket": "reports", "key": key} for key in ("a", "b")]
        assert fails(context, attachments=places)[0] == "TooLarge"
        assert house.mails == []

    @pytest.mark.parametrize(
        "parameters",
        [
            *({"subject": "a\r\nBcc: x@example.org"}, {"subject": "a\nb"}, {"to": "a@example.org\nBcc: b@example.org"}),
            *({"to": "Ana\r\n <a@example.org>"}, {"from": "x\r\nX: y <a@example.org>"}, {"reply_to": "a@b\nX: y"}),
            *({"to": "a@example.org, b@example.org"}, {"to": "nobody"}, {"to": []}, {"to": "a@"}, {"to": "@b"}),
            *(
                {"to": "a@b c"},
                {"to": "a@-b"},
                {"to": "<a@b>"},
                {"cc": ["a@example.org", "x"]},
                {"to": "a@exa\x00mple.org"},
            ),
        ],
    )
    def test_headers_hold_what_they_are_for(self, house: MailHouse, context: Context, parameters: JsonObject) -> None:
        assert fails(context, **parameters)[0] == "InvalidInput"
        assert house.mails == []


class TestHowItTravels:
    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_encrypted_and_known(self, context: Context, security: str) -> None:
        with mail_server(tls=security == "tls") as house:
            context.mail = at(house, security=security, username="ana", password="p:w")
            send(context)
        assert house.encrypted == [True]
        assert house.logins == [("ana", "p:w")]

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_the_certificate_is_asked_of_the_hosts_name(self, context: Context, security: str) -> None:
        context.reach = Reach(["127.0.0.1"], resolve=names({"other.example": ["127.0.0.1"]}))
        with mail_server(tls=security == "tls") as house:
            server: JsonObject = {"host": "other.example", "port": house.port, "security": security}
            assert fails(context, server=server)[0] == "ConnectionFailed"
        assert house.mails == []

    def test_a_server_that_offers_no_encryption_gets_nothing(self, context: Context) -> None:
        with mail_server(starttls=False) as house:
            context.mail = at(house, username="a", password="b")
            type_, detail = fails(context)
        assert (type_, detail) == ("MailError", {"temporary": False})
        assert (house.mails, house.logins) == ([], [])

    @pytest.mark.parametrize(
        "server", [{"username": "a"}, {"username": "a", "password": "b", "security": "none"}, {"port": 0}]
    )
    def test_a_server_that_is_half_described(self, context: Context, server: JsonObject) -> None:
        assert fails(context, server={"host": "localhost", **server})[0] == "InvalidInput"

    def test_a_pipelines_own_server_may_not_be_private(self, house: MailHouse, context: Context) -> None:
        context.reach = Reach(resolve=names({"localhost": ["127.0.0.1"]}))
        assert fails(context, server={"host": "localhost", "port": house.port, "security": "none"})[0] == "Refused"
        assert send(context)["refused"] == []

    def test_a_pipelines_own_server_is_reached_at_the_address_that_was_checked(self, context: Context) -> None:
        with mail_server() as house:
            context.reach = Reach(["127.0.0.1"], resolve=names({"localhost": ["127.0.0.1"]}))
            send(context, server={"host": "localhost", "port": house.port})
        assert house.encrypted == [True]

    def test_without_a_server_there_is_no_mail(self) -> None:
        assert fails(Context())[0] == "NotConfigured"

    def test_the_server_may_name_the_sender(self, house: MailHouse, context: Context) -> None:
        context.mail = at(house, security="none", **{"from": "House <house@example.com>"})
        done("notify.email", context, to="ana@example.org")
        assert house.mails[0].sender == "house@example.com"
        context.mail = at(house, security="none")
        assert refusal("notify.email", context, to="ana@example.org").type == "InvalidInput"

    @pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
    def test_each_way_has_its_port(self, security: str, port: int) -> None:
        assert MailServer.read({"host": "h", "security": security}).reached_at == port


class TestWhatAServerAnswers:
    @pytest.mark.parametrize(
        ("answers", "detail"),
        [
            ({"MAIL": "550 not you"}, {"code": 550, "temporary": False}),
            ({"RCPT": "450 later"}, {"code": 450, "temporary": True}),
            ({"EHLO": "550 no", "HELO": "550 no"}, {"code": 550, "temporary": False}),
            ({"DATA": "554 spam"}, {"code": 554, "temporary": False}),
            ({"": "421 busy"}, {"code": 421, "temporary": True}),
        ],
    )
    def test_a_no(self, house: MailHouse, context: Context, answers: dict[str, str], detail: JsonObject) -> None:
        house.answers.update(answers)
        assert fails(context) == ("MailError", detail)

    def test_a_no_to_the_password(self, context: Context) -> None:
        with mail_server() as house:
            house.answers["AUTH"] = "535 wrong"
            context.mail = at(house, username="a", password="s3cret-word")
            failed = refusal("notify.email", context, **ANA)
        assert failed.detail == {"code": 535, "temporary": False}
        assert "s3cret-word" not in str(failed)

    def test_a_no_to_some(self, house: MailHouse, context: Context) -> None:
        house.answers["RCPT TO:<BO@"] = "550 unknown"
        output = send(context, to=["ana@example.org", "bo@example.org"])
        assert output["refused"] == ["bo@example.org"]
        assert house.mails[0].recipients == ["ana@example.org"]

    @pytest.mark.parametrize("answer", ["500 what?", "hang up"])
    def test_a_mail_that_was_taken_is_sent_however_they_part(
        self, house: MailHouse, context: Context, answer: str
    ) -> None:
        house.answers["QUIT"] = answer
        assert send(context)["refused"] == []
        assert len(house.mails) == 1

    def test_it_hangs_up(self, house: MailHouse, context: Context) -> None:
        house.answers["MAIL"] = "hang up"
        assert fails(context)[0] == "ConnectionFailed"

    def test_nobody_listens(self, context: Context) -> None:
        with mail_server() as gone:
            context.mail = at(gone)
        assert fails(context)[0] == "ConnectionFailed"

    def test_a_server_that_falls_silent(self, house: MailHouse, context: Context) -> None:
        house.answers["MAIL"] = "250-"
        assert fails(context, timeout="100ms")[0] == "Timeout"


def test_the_page_describes_the_server_too() -> None:
    definitions = registry.schemas()["notify.email"]["parameters"]
    assert isinstance(definitions, dict)
    assert "MailServer" in str(definitions["$defs"])
