"""`http.request`: what is sent, what is made of the answer, and where a request may not go."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from pydantic import JsonValue
from support.actions import CERTIFICATE, Context, Said, Server, done, http_server, loopback, names, refusal

from handlers.actions import registry
from handlers.actions.addresses import Reach
from handlers.actions.http_client import trusted
from schemas.model import JsonObject

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def listening() -> Iterator[Server]:
    with http_server() as server:
        yield server


@pytest.fixture
def server(listening: Server) -> Server:
    """One server for all tests, with nothing remembered."""
    listening.heard.clear()
    listening.answers.clear()
    listening.otherwise = Said()
    return listening


@pytest.fixture
def context() -> Context:
    return Context(reach=loopback())


class TestWhatIsSent:
    def test_a_plain_get(self, server: Server, context: Context) -> None:
        done("http.request", context, url=f"{server.url}/a")
        (heard,) = server.heard
        assert (heard.method, heard.path, heard.body) == ("GET", "/a", b"")
        assert heard.headers["host"] == f"127.0.0.1:{server.port}"
        assert "idempotency-key" not in heard.headers

    @pytest.mark.parametrize(
        ("body", "sent", "kind"),
        [
            ({"json": {"a": [1, None]}}, b'{"a":[1,null]}', "application/json"),
            ({"json": None}, b"null", "application/json"),
            ({"text": "grüezi"}, "grüezi".encode(), "text/plain; charset=utf-8"),
            (
                {"form": {"a": 1, "b": ["x y", True], "c": "&"}},
                b"a=1&b=x+y&b=true&c=%26",
                "application/x-www-form-urlencoded",
            ),
            ({"base64": "/wA="}, b"\xff\x00", "application/octet-stream"),
            ({"object": {"bucket": "uploads", "key": "f"}}, b"a file", "application/octet-stream"),
        ],
    )
    def test_each_kind_of_body(
        self, server: Server, context: Context, body: JsonObject, sent: bytes, kind: str
    ) -> None:
        context.buckets.write("uploads", "f", b"a file", "")
        done("http.request", context, method="POST", url=server.url, body=body)
        (heard,) = server.heard
        assert heard.body == sent
        assert heard.headers["content-type"] == kind
        assert heard.headers["content-length"] == str(len(sent))

    def test_a_header_of_the_authors_own_wins(self, server: Server, context: Context) -> None:
        done(
            "http.request",
            context,
            method="PUT",
            url=server.url,
            body={"text": "<a/>"},
            headers={"Content-Type": "text/xml", "X-A": "b"},
        )
        assert server.heard[0].headers["content-type"] == "text/xml"
        assert server.heard[0].headers["x-a"] == "b"

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_what_changes_something_carries_the_idempotency_key(
        self, server: Server, context: Context, method: str
    ) -> None:
        done("http.request", context, method=method, url=server.url)
        assert server.heard[0].headers["idempotency-key"] == context.idempotency_key

    def test_the_query_is_added_and_encoded(self, server: Server, context: Context) -> None:
        query: JsonValue = {"b": ["x y", 2], "c": False, "d": "ü"}
        done("http.request", context, url=f"{server.url}/p/ü?a=1", query=query)
        assert server.heard[0].path == "/p/%C3%BC?a=1&b=x+y&b=2&c=false&d=%C3%BC"
        done("http.request", context, url=server.url, query={"a": 1})
        assert server.heard[1].path == "/?a=1"

    @pytest.mark.parametrize(
        ("auth", "header"),
        [
            ({"bearer": "t0ken"}, "Bearer t0ken"),
            (
                {"basic": {"username": "ana", "password": "p:ü"}},
                "Basic " + base64.b64encode("ana:p:ü".encode()).decode(),
            ),
        ],
    )
    def test_who_asks(self, server: Server, context: Context, auth: JsonObject, header: str) -> None:
        done("http.request", context, url=server.url, auth=auth)
        assert server.heard[0].headers["authorization"] == header

    def test_settings_of_the_environment_play_no_part(
        self, server: Server, context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert done("http.request", context, url=server.url)["status"] == 200


class TestWhatComesBack:
    @pytest.mark.parametrize(
        ("kind", "sent", "body", "encoding"),
        [
            ("application/json", b'{"n":[1,2.5]}', {"n": [1, 2.5]}, "json"),
            ("application/problem+json; charset=utf-8", b"[]", [], "json"),
            ("application/json", b"{broken", "{broken", "text"),
            ("application/json", b"", None, "none"),
            ("text/html; charset=ISO-8859-1", b"gr\xfcezi", "grüezi", "text"),
            ("text/plain", "ü".encode(), "ü", "text"),
            ("text/plain; charset=nonsense", b"a", "YQ==", "base64"),
            ("text/plain", b"\xff", "/w==", "base64"),
            ("image/png", b"\x89P", "iVA=", "base64"),
            ("application/xml", b"<a/>", "<a/>", "text"),
        ],
    )
    def test_the_body_by_its_content_type(
        self, server: Server, context: Context, kind: str, sent: bytes, body: JsonValue, encoding: str
    ) -> None:
        server.otherwise = Said(body=sent, headers={"content-type": kind, "X-Seen": "1"})
        output = done("http.request", context, url=server.url)
        assert (output["body"], output["encoding"]) == (body, encoding)
        headers = output["headers"]
        assert isinstance(headers, dict)
        assert headers["x-seen"] == "1"

    def test_a_packed_body_is_unpacked(self, server: Server, context: Context) -> None:
        server.otherwise = Said(body=gzip.compress(b'{"a":1}'), headers={**JSON, "content-encoding": "gzip"})
        assert done("http.request", context, url=server.url)["body"] == {"a": 1}

    def test_a_packed_body_is_measured_unpacked(self, server: Server, context: Context) -> None:
        server.otherwise = Said(body=gzip.compress(b"0" * 3_000_000), headers={"content-encoding": "gzip"})
        assert refusal("http.request", context, url=server.url).type == "TooLarge"

    def test_a_body_of_a_megabyte_fits_and_a_byte_more_does_not(self, server: Server, context: Context) -> None:
        server.otherwise = Said(body=b"x" * 1_000_000, headers={"content-type": "text/plain"})
        assert done("http.request", context, url=server.url)["body"] == "x" * 1_000_000
        server.otherwise = Said(body=b"x" * 1_000_001)
        failed = refusal("http.request", context, url=server.url)
        assert failed.type == "TooLarge"
        assert "save_to" in failed.advice

    def test_a_large_body_goes_to_a_bucket(self, server: Server, context: Context) -> None:
        server.otherwise = Said(body=b"x" * 2_000_000, headers={"content-type": "image/png"})
        output = done("http.request", context, url=server.url, save_to={"bucket": "files", "key": "a/b"})
        assert output["saved"] == {"bucket": "files", "key": "a/b", "size": 2_000_000}
        assert output["body"] is None
        assert context.buckets.types["files", "a/b"] == "image/png"

    def test_what_is_not_a_success_is_not_saved(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=500, body=b"sorry")
        assert (
            refusal("http.request", context, url=server.url, save_to={"bucket": "files", "key": "k"}).type
            == "HttpError"
        )
        assert context.buckets.objects == {}

    @pytest.mark.parametrize("status", [304, 400, 404, 429, 500, 503])
    def test_a_status_that_is_not_expected_is_a_failure(self, server: Server, context: Context, status: int) -> None:
        server.otherwise = Said(
            status=status, body=b"" if status == 304 else b"no  such\norder", headers={"retry-after": "7"}
        )
        failed = refusal("http.request", context, url=f"{server.url}/secret-path?key=s3cret")
        assert failed.type == "HttpError"
        assert failed.detail["status"] == status
        assert failed.detail["retry_after"] == "7"
        assert "secret-path" not in str(failed)
        assert "s3cret" not in str(failed)

    def test_a_failures_body_is_told_in_part(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=400, body=b"no  such\norder" + b"!" * 5_000)
        failed = refusal("http.request", context, url=server.url)
        assert "answered 400: no such order!!" in failed.what
        assert len(str(failed.detail["body"])) == 1_000

    @pytest.mark.parametrize(("expect", "status"), [([404], 404), (["4xx", 200], 409), (["3xx"], 304)])
    def test_what_is_expected_is_a_success(
        self, server: Server, context: Context, expect: list[JsonValue], status: int
    ) -> None:
        server.otherwise = Said(status=status)
        assert done("http.request", context, url=server.url, expect=expect)["status"] == status

    def test_a_head_has_no_body(self, server: Server, context: Context) -> None:
        server.otherwise = Said(body=b"12345")
        output = done("http.request", context, url=server.url, method="HEAD")
        assert output["body"] is None


class TestRedirects:
    @pytest.mark.parametrize(
        ("status", "method", "then"),
        [
            (301, "GET", "GET"),
            (302, "POST", "GET"),
            (303, "PUT", "GET"),
            (307, "POST", "POST"),
            (308, "PUT", "PUT"),
            (302, "DELETE", "DELETE"),
        ],
    )
    def test_are_followed(self, server: Server, context: Context, status: int, method: str, then: str) -> None:
        server.answers["/a"] = Said(status=status, headers={"location": "/b?x=1"})
        body: JsonObject = {"body": {"text": "hello"}} if method in ("POST", "PUT") else {}
        done("http.request", context, url=f"{server.url}/a", method=method, **body)
        assert [(heard.method, heard.path) for heard in server.heard] == [(method, "/a"), (then, "/b?x=1")]
        assert (server.heard[1].body == b"hello") is (then != "GET" and bool(body))
        assert ("content-type" in server.heard[1].headers) is (then != "GET" and bool(body))

    def test_a_token_stays_with_its_origin(self, server: Server) -> None:
        reach = Reach(["127.0.0.1"], resolve=names({"other.example": ["127.0.0.1"]}))
        elsewhere = f"http://other.example:{server.port}/b"
        server.answers["/a"] = Said(status=307, headers={"location": elsewhere})
        server.answers["/c"] = Said(status=307, headers={"location": "/b"})
        sent: JsonObject = {"auth": {"bearer": "t0ken"}, "headers": {"X-Api-Key": "k", "Accept": "text/csv"}}
        done("http.request", Context(reach=reach), url=f"{server.url}/a", method="POST", **sent)
        away = server.heard[1].headers
        assert away["host"] == f"other.example:{server.port}"
        assert not {"authorization", "x-api-key", "idempotency-key", "cookie"} & away.keys()
        assert away["accept"] == "text/csv"
        done("http.request", Context(reach=reach), url=f"{server.url}/c", **sent)
        assert server.heard[3].headers["authorization"] == "Bearer t0ken"

    def test_have_an_end(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=302, headers={"location": "/again"})
        assert refusal("http.request", context, url=server.url, redirects=3).type == "TooManyRedirects"
        assert len(server.heard) == 4

    def test_with_none_allowed_the_redirect_is_the_answer(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=302, headers={"location": "/again"})
        assert done("http.request", context, url=server.url, redirects=0, expect=[302])["status"] == 302
        assert refusal("http.request", context, url=server.url, redirects=0).detail["status"] == 302
        assert len(server.heard) == 2

    def test_a_redirect_to_nowhere_is_an_answer(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=302)
        assert refusal("http.request", context, url=server.url).detail["status"] == 302

    @pytest.mark.parametrize(
        "location",
        [
            "http://169.254.169.254/latest/meta-data",
            "http://[fd00:ec2::254]/latest",
            "http://10.0.0.1/",
            "http://2130706433/",
            "http://[::ffff:10.0.0.1]/",
            "//192.168.0.1/",
            "http://inside.example/",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "http://user:pw@127.0.0.1/",
        ],
    )
    def test_do_not_lead_inside(self, server: Server, location: str) -> None:
        reach = Reach(["127.0.0.1"], resolve=names({"inside.example": ["10.1.1.1"]}))
        server.answers["/a"] = Said(status=302, headers={"location": location})
        failed = refusal("http.request", Context(reach=reach), url=f"{server.url}/a")
        assert failed.type == "Refused"
        assert len(server.heard) == 1


class TestWhereItMayNotGo:
    @pytest.mark.parametrize(
        "url",
        [
            *("http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://0.0.0.0:{port}/"),
            *(
                "http://2130706433:{port}/",
                "http://0x7f000001:{port}/",
                "http://0177.0.0.1:{port}/",
                "http://127.1:{port}/",
            ),
            *(
                "http://[::ffff:127.0.0.1]:{port}/",
                "http://[64:ff9b::7f00:1]:{port}/",
                "http://[2002:7f00:1::]:{port}/",
            ),
            *("http://127.0.0.1.:{port}/", "http://LOCALHOST.:{port}/", "http://public.example@127.0.0.1:{port}/"),
            *("http://public.example:80@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@public.example/"),
            *("http://public.example#@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@public.example/"),
            *("http://①②⑦.⓪.⓪.①:{port}/", "http://127。0。0。1:{port}/", "http://%31%32%37.0.0.1:{port}/"),
            *("http:///127.0.0.1:{port}/", "http:127.0.0.1:{port}/", "//127.0.0.1:{port}/", "http://"),
            *("http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://metadata.example/"),
            *("ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "javascript:alert(1)", "data:,x"),
            *(
                "http://public.example\r\nhost: x/",
                "http://public.example/ a",
                "http://public.example:99999/",
                "http://x:0/",
            ),
            *("http://[::1%25lo]:{port}/", "http://[::1", "http://" + "a" * 9_000),
        ],
    )
    def test_no_spelling_of_this_machine_is_reached(self, server: Server, url: str) -> None:
        reach = Reach(resolve=names({"localhost": ["127.0.0.1"], "metadata.example": ["169.254.169.254"]}))
        failed = refusal("http.request", Context(reach=reach), url=url.format(port=server.port))
        assert failed.type in ("Refused", "InvalidInput", "ConnectionFailed")
        assert server.heard == []

    def test_the_connection_goes_to_the_address_that_was_checked(self, server: Server) -> None:
        answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
        asked: list[str] = []

        def rebinding(host: str, _: int) -> Sequence[str]:
            asked.append(host)
            return next(answers)

        reach = Reach([f"127.0.0.1:{server.port}"], resolve=rebinding)
        done("http.request", Context(reach=reach), url=f"http://swift.example:{server.port}/")
        assert asked == ["swift.example"]
        assert server.heard[0].headers["host"] == f"swift.example:{server.port}"
        assert (
            refusal("http.request", Context(reach=reach), url=f"http://swift.example:{server.port}/").type == "Refused"
        )

    def test_the_next_address_is_tried_when_one_does_not_answer(self, server: Server) -> None:
        reach = Reach(["127.0.0.0/8"], resolve=names({"two.example": ["127.99.99.99", "127.0.0.1"]}))
        assert done("http.request", Context(reach=reach), url=f"http://two.example:{server.port}/")["status"] == 200

    @pytest.mark.parametrize(
        "headers",
        [
            *({"Host": "x"}, {"content-length": "1"}, {"Transfer-Encoding": "chunked"}, {"a b": "x"}, {"": "x"}),
            *({"x": "a\r\nb: c"}, {"x\n": "a"}, {"x": "a\x00"}, {"x": "日本"}, {"x": "a" * 8_193}, {"Connection": "x"}),
        ],
    )
    def test_headers_smuggle_nothing(self, server: Server, context: Context, headers: JsonObject) -> None:
        assert refusal("http.request", context, url=server.url, headers=headers).type == "InvalidInput"
        assert server.heard == []

    @pytest.mark.parametrize(
        "parameters",
        [
            *(
                {"auth": {}},
                {"auth": {"bearer": "x", "basic": {"username": "a", "password": "b"}}},
                {"auth": {"bearer": "a\r\nb"}},
            ),
            *(
                {"auth": {"basic": {"username": "a:b", "password": ""}}},
                {"body": {}},
                {"body": {"json": 1, "text": ""}},
            ),
            *({"body": {"base64": "!"}}, {"expect": []}, {"expect": [99]}, {"redirects": 11}, {"method": "TRACE"}),
        ],
    )
    def test_parameters_that_say_two_things_or_none(self, parameters: JsonObject) -> None:
        assert refusal("http.request", url="https://example.org", **parameters).type == "InvalidInput"


class TestWhenItGoesWrong:
    def test_nobody_listens(self, context: Context) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        failed = refusal("http.request", context, url=f"http://127.0.0.1:{port}/key")
        assert failed.type == "ConnectionFailed"
        assert failed.what == f"http://127.0.0.1:{port}: it refuses the connection"

    @pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"])
    def test_an_answer_that_breaks_off(self, context: Context, said: bytes) -> None:
        with raw_server(said) as port:
            assert refusal("http.request", context, url=f"http://127.0.0.1:{port}/").type == "ConnectionFailed"

    @pytest.mark.parametrize(
        "said", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", b"HTTP/1.1 200 OK\r\n\r\nabc"]
    )
    def test_a_server_that_falls_silent(self, context: Context, said: bytes) -> None:
        """The last one looks complete once its connection is shut, and is not taken for it."""
        with raw_server(said, stays=True) as port:
            assert refusal("http.request", context, url=f"http://127.0.0.1:{port}/", timeout="50ms").type == "Timeout"

    def test_a_task_without_time_connects_nowhere(self, server: Server) -> None:
        context = Context(reach=loopback(), left=lambda: 10)
        assert refusal("http.request", context, url=server.url).type == "Timeout"
        assert server.heard == []


class TestTls:
    @pytest.fixture
    def trusting(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """The machine's authorities are, for once, our own certificate."""
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        trusted.cache_clear()
        yield
        trusted.cache_clear()

    @pytest.mark.usefixtures("trusting")
    @pytest.mark.parametrize("host", ["api.example", "127.0.0.1"])
    def test_the_certificate_is_asked_of_the_hosts_name(self, host: str) -> None:
        reach = Reach(["127.0.0.1"], resolve=names({"api.example": ["127.0.0.1"]}))
        with raw_server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", tls=True) as port:
            assert done("http.request", Context(reach=reach), url=f"https://{host}:{port}/")["status"] == 200

    @pytest.mark.usefixtures("trusting")
    def test_another_name_is_refused(self) -> None:
        reach = Reach(["127.0.0.1"], resolve=names({"evil.example": ["127.0.0.1"]}))
        with raw_server(b"", tls=True) as port:
            failed = refusal("http.request", Context(reach=reach), url=f"https://evil.example:{port}/")
        assert failed.type == "ConnectionFailed"
        assert "certificate" in failed.what

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, context: Context) -> None:
        with raw_server(b"", tls=True) as port:
            failed = refusal("http.request", context, url=f"https://127.0.0.1:{port}/")
        assert "certificate" in failed.what

    def test_a_server_without_tls(self, server: Server, context: Context) -> None:
        failed = refusal("http.request", context, url=f"https://127.0.0.1:{server.port}/")
        assert (failed.type, "no TLS with it" in failed.what) == ("ConnectionFailed", True)

    @pytest.mark.usefixtures("trusting")
    def test_a_redirect_does_not_leave_tls(self, context: Context) -> None:
        said = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n"
        with raw_server(said, tls=True) as port:
            failed = refusal("http.request", context, url=f"https://127.0.0.1:{port}/")
        assert "from https to http" in failed.what


class TestWebhook:
    def test_posts_what_slack_takes(self, server: Server, context: Context) -> None:
        blocks: JsonValue = [{"type": "section"}]
        output = done("notify.webhook", context, url=f"{server.url}/hook", text="hi", blocks=blocks)
        assert output == {"status": 200}
        (heard,) = server.heard
        assert heard.json() == {"text": "hi", "blocks": blocks}
        assert heard.headers["content-type"] == "application/json"
        assert heard.headers["idempotency-key"] == context.idempotency_key

    def test_blocks_alone_are_a_message(self, server: Server, context: Context) -> None:
        done("notify.webhook", context, url=server.url, blocks=[{"type": "divider"}])
        assert server.heard[0].json() == {"blocks": [{"type": "divider"}]}

    def test_says_something(self, context: Context) -> None:
        assert refusal("notify.webhook", context, url="https://example.org").type == "InvalidInput"

    def test_a_refusal_does_not_tell_the_url_which_is_a_secret(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=404, body=b"no_service")
        failed = refusal("notify.webhook", context, url=f"{server.url}/services/T0/s3cret", text="hi")
        assert failed.type == "HttpError"
        assert failed.detail == {"status": 404, "body": "no_service"}
        assert "s3cret" not in str(failed)

    def test_the_same_places_are_out_of_reach(self, server: Server) -> None:
        assert refusal("notify.webhook", Context(), url=server.url, text="hi").type == "Refused"

    def test_a_message_follows_no_redirect(self, server: Server, context: Context) -> None:
        server.otherwise = Said(status=307, headers={"location": "/b"})
        assert refusal("notify.webhook", context, url=server.url, text="hi").type == "HttpError"
        assert len(server.heard) == 1


def test_the_output_is_what_the_schema_says(server: Server, context: Context) -> None:
    import jsonschema_rs

    server.otherwise = Said(body=json.dumps({"a": 1}).encode(), headers=JSON)
    schema = registry.schemas()["http.request"]["output"]
    assert isinstance(schema, dict)
    jsonschema_rs.validate(schema, done("http.request", context, url=server.url))


@contextmanager
def raw_server(said: bytes, *, tls: bool = False, stays: bool = False) -> Iterator[int]:
    """Says these bytes to whoever connects; hangs up, or stays silent until the test has ended."""
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not over.is_set():
            try:
                accepted, _ = listening.accept()
            except OSError:
                return
            with accepted:
                try:
                    answer(accepted)
                except OSError:
                    continue

    def answer(accepted: socket.socket) -> None:
        connection = accepted
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            connection = context.wrap_socket(accepted, server_side=True)
        with connection:
            connection.recv(65_536)
            connection.sendall(said)
            if stays:
                over.wait()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        with socket.create_connection(listening.getsockname()):
            listening.close()
        thread.join()
