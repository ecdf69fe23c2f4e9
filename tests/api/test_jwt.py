"""Tokens of the user pool: what RFC 8725 warns of, one by one. Each is refused as who is not known, and none is a mistake of ours."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import jwt
import pytest
import urllib3
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from support.signed import CLIENT, ISSUER, NOW_S, SUBJECT, access, identity, jwk, key, part, public_pem, signed

from events.ports import Unavailable
from handlers.auth import Unauthenticated
from handlers.jwt import LARGEST, Claims, Judge
from murmuration.aws.jwks import PATH, Jwks, Unreadable, fetched, keys_of

NOW = NOW_S * 1000
MINUTE = 60_000
HOUR = 60 * MINUTE


class Published:
    """The pool's keys; who asks for which is noted."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, kid: str) -> RSAPublicKey | None:
        self.asked.append(kid)
        return key().public_key() if kid == "pool" else None


def judged(token: str, now: int = NOW) -> Claims:
    return Judge(ISSUER, CLIENT, Published()).claims(token, now)


def refused(token: str, now: int = NOW) -> str:
    with pytest.raises(Unauthenticated) as told:
        judged(token, now)
    assert told.value.advice
    return told.value.what


def test_an_access_token_of_the_pool_is_taken() -> None:
    assert judged(signed(access())) == Claims(SUBJECT, None, frozenset({"operator"}), NOW, NOW + HOUR)


def test_an_id_token_of_the_pool_is_taken_with_its_address() -> None:
    assert judged(signed(identity())) == Claims(SUBJECT, "Ann@Example.com", frozenset({"operator"}), NOW, NOW + HOUR)


def test_an_address_that_nobody_has_verified_is_nobodys() -> None:
    for told in (False, "true", None, 1):
        assert judged(signed(identity(email_verified=told))).address is None


def test_a_token_without_groups_is_somebody_who_may_nothing() -> None:
    assert judged(signed(access(**{"cognito:groups": None}))).groups == frozenset()


# the algorithm


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none ", "", None, 0, [], ["RS256"], {"RS256": 1}])
@pytest.mark.parametrize("signature", ["", "AA", "whole"])
def test_unsigned_in_every_spelling(alg: object, signature: str) -> None:
    before = f"{part({'alg': alg, 'kid': 'pool'})}.{part(access())}"
    refused(f"{before}.{signed(access()).split('.')[2] if signature == 'whole' else signature}")


def test_no_algorithm_at_all() -> None:
    refused(signed(access(), {"kid": "pool"}))


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_the_public_key_as_a_shared_secret(digest: str) -> None:
    numbers = key().public_key().public_numbers()
    modulus = numbers.n.to_bytes(256, "big")
    for secret in (public_pem(), public_pem().strip(), modulus, json.dumps(jwk()).encode(), b""):
        before = f"{part({'alg': f'HS{digest[3:]}', 'kid': 'pool'})}.{part(access())}"
        refused(f"{before}.{part(hmac.digest(secret, before.encode(), digest))}")
        # The same, under the name of the algorithm that is taken.
        lying = f"{part({'alg': 'RS256', 'kid': 'pool'})}.{part(access())}"
        refused(f"{lying}.{part(hmac.digest(secret, lying.encode(), digest))}")


def test_other_algorithms_by_the_right_key() -> None:
    for alg, digest in (("RS384", hashes.SHA384()), ("RS512", hashes.SHA512()), ("RS256", hashes.SHA512())):
        before = f"{part({'alg': alg, 'kid': 'pool'})}.{part(access())}"
        refused(f"{before}.{part(key().sign(before.encode(), padding.PKCS1v15(), digest))}")
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    for alg in ("PS256", "RS256"):
        before = f"{part({'alg': alg, 'kid': 'pool'})}.{part(access())}"
        refused(f"{before}.{part(key().sign(before.encode(), salted, hashes.SHA256()))}")


def test_elliptic_curves() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    for alg in ("ES256", "ES256K", "EdDSA"):
        before = f"{part({'alg': alg, 'kid': 'pool'})}.{part(access())}"
        refused(f"{before}.{part(own.sign(before.encode(), ec.ECDSA(hashes.SHA256())))}")
    # A signature of zeros, which a broken check of curves takes for every message.
    refused(f"{part({'alg': 'ES256', 'kid': 'pool'})}.{part(access())}.{part(bytes(64))}")


@pytest.mark.parametrize("alg", ["rs256", "RS256 ", "RS256\0", "ＲＳ256", "dir", "RSA-OAEP", "A256KW"])
def test_names_that_look_like_the_algorithm(alg: str) -> None:
    refused(signed(access(), {"alg": alg, "kid": "pool"}))


# the key


@pytest.mark.parametrize(
    "kid",
    [
        *("unknown", "", "POOL", "pool ", "../../../../dev/null", "/dev/null", "file:///dev/null", "pool\0", "x" * 129),
        *(
            "' UNION SELECT 'AA' --",
            "pool' OR '1'='1",
            "`id`",
            "$(id)",
            "|cat /etc/passwd",
            "http://evil.example/k",
            "пул",
        ),
        *(None, 0, True, [], ["pool"], {"pool": 1}),
    ],
)
def test_a_key_id_leads_to_the_pools_keys_or_nowhere(kid: object) -> None:
    refused(signed(access(), {"alg": "RS256", "kid": kid}))


def test_no_key_id() -> None:
    refused(signed(access(), {"alg": "RS256"}))


def test_strange_key_ids_are_not_even_looked_for() -> None:
    keys = Published()
    for kid in ("../../pool", "a b", "'", "x" * 129, 7):
        with pytest.raises(Unauthenticated):
            Judge(ISSUER, CLIENT, keys).claims(signed(access(), {"alg": "RS256", "kid": kid}), NOW)
    assert keys.asked == []


@pytest.mark.parametrize(
    "more",
    [
        {"jku": f"{ISSUER}{PATH}"},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["MIIB"]},
        {"x5t": "AA"},
        {"jwk": "own"},
        {"crit": ["exp"], "exp": NOW_S},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"enc": "A256GCM"},
        {"typ": "JWE"},
        {"typ": None},
        {"typ": ["JWT"]},
    ],
)
def test_a_token_that_brings_its_own_key_or_says_how_it_is_to_be_read(more: dict[str, Any]) -> None:
    if "jwk" in more:
        more = {"jwk": jwk("evil", "pool")}
    for by in ("pool", "evil"):
        refused(signed(access(), {"alg": "RS256", "kid": "pool", **more}, by=by))


def test_somebody_elses_key_under_the_pools_id() -> None:
    refused(signed(access(), by="evil"))


# the form


def test_whatever_was_changed_after_signing() -> None:
    header, claims, signature = signed(access()).split(".")
    refused(f"{header}.{part(access(sub='somebody-else'))}.{signature}")
    refused(f"{part({'kid': 'pool', 'alg': 'RS256'})}.{claims}.{signature}")
    raw = base64.urlsafe_b64decode(signature + "==")
    for at in (0, 100, 255):
        refused(f"{header}.{claims}.{part(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])}")
    refused(f"{header}.{claims}.{part(bytes(256))}")
    refused(f"{header}.{claims}.{part(raw[:-1])}")
    refused(f"{header}.{claims}.{part(bytes(1) + raw)}")


def test_cut_off_put_together_and_spelt_otherwise() -> None:
    token = signed(access())
    header, claims, signature = token.split(".")
    for wrong in (
        *("", ".", "..", "...", "a.b.c", "ey.ey.ey", header, f"{header}.{claims}", f"{header}.{claims}."),
        *(f"{token}.", f".{token}", f"{token}.{signature}", f"{token}.{token}", f"{token}=", f"{token}\n", f" {token}"),
        *(token[:-1], token[1:], f"{header}..{signature}", f".{claims}.{signature}", token.replace(".", "·")),
        *(
            f"{header}=.{claims}.{signature}",
            f"{header}.{claims}==.{signature}",
            f"{header[:-1]}!.{claims}.{signature}",
        ),
        *(f"{header}.{claims}.{signature}\0", f"{header}.{claims}.{signature.replace('_', '/').replace('-', '+')}/"),
    ):
        refused(wrong)


def test_a_signature_has_one_spelling() -> None:
    # 256 bytes leave four bits of the last character unused: fifteen other characters would decode to the same.
    token = signed(access())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(token[-1])
    for other in range(last - last % 16, last - last % 16 + 16):
        if other != last:
            refused(token[:-1] + alphabet[other])


def test_too_large() -> None:
    largest = signed(access(more="x" * 5_000))
    assert judged(largest)
    assert "too large" in refused(signed(access(more="x" * LARGEST)))
    assert "too large" in refused("ey" + "." * LARGEST)


@pytest.mark.parametrize(
    "claims",
    [
        *(b"", b"null", b"[]", b"7", b'"text"', b"{", b"{}", b"\xff\xfe", b"\xef\xbb\xbf{}", b"NaN", b'{"exp": NaN}'),
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" * 3_000,
        b'{"sub": "\\ud800"}',
    ],
)
def test_claims_that_are_no_object(claims: bytes) -> None:
    refused(signed(claims))


@pytest.mark.parametrize("header", [b"", b"null", b"[]", b"7", b"{", b"\xff", b"[" * 3_000, b'{"alg":"RS256"} '])
def test_headers_that_are_no_object(header: bytes) -> None:
    refused(signed(access(), header))


@pytest.mark.parametrize("name", ["sub", "iss", "exp", "token_use", "client_id", "cognito:groups"])
def test_a_claim_that_is_there_twice(name: str) -> None:
    claims = access()
    twice = json.dumps(claims)[:-1] + f", {json.dumps(name)}: {json.dumps(claims[name])}}}"
    refused(signed(twice.encode()))
    # Spelt with an escape it is the same one.
    escaped = json.dumps(name).replace(name[0], f"\\u{ord(name[0]):04x}", 1)
    refused(signed((json.dumps(claims)[:-1] + f", {escaped}: {json.dumps(claims[name])}}}").encode()))


def test_a_header_that_says_two_things() -> None:
    refused(signed(access(), b'{"alg":"none","alg":"RS256","kid":"pool"}'))
    refused(signed(access(), b'{"alg":"RS256","kid":"evil","kid":"pool"}'))


def test_a_token_within_a_token() -> None:
    inner = signed(access())
    refused(signed(inner.encode()))
    refused(signed({"jwt": inner}))
    refused(signed(inner.encode(), {"alg": "RS256", "kid": "pool", "cty": "JWT"}))


def test_an_encrypted_one() -> None:
    refused(".".join(part(b"x" * 16) for _ in range(5)))


def test_what_is_not_a_text_of_ascii() -> None:
    for wrong in ("é", "\ud800", "🐦.🐦.🐦", "\0", signed(access()).replace("e", "е", 1)):
        refused(wrong)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: f"{part(raw)}.{part(raw)}.{part(raw)}"))
def test_whatever_comes_is_refused_and_breaks_nothing(token: str) -> None:
    refused(token)


# the claims


@pytest.mark.parametrize("claims", [access, identity])
@pytest.mark.parametrize(
    "iss",
    [
        *(None, "", f"{ISSUER}/", ISSUER.upper(), f" {ISSUER}", ISSUER.replace("Ab3", "Ab4"), "https://evil.example"),
        *(ISSUER.replace("https", "http"), f"{ISSUER}#x", f"{ISSUER}\0", [ISSUER], {ISSUER: 1}, 7, True),
        ISSUER.replace("a", "а", 1),
    ],
)
def test_another_issuer(claims: Callable[..., dict[str, Any]], iss: object) -> None:
    refused(signed(claims() | {"iss": iss} if iss is not None else claims(iss=None)))


CLIENTS = [
    None,
    "",
    "other",
    CLIENT.upper(),
    f"{CLIENT} ",
    [CLIENT],
    [CLIENT, "other"],
    [],
    {CLIENT: 1},
    7,
    "ж" + CLIENT,
]


@pytest.mark.parametrize("client", CLIENTS)
def test_another_client(client: object) -> None:
    refused(signed(access(client_id=client)))
    refused(signed(identity(aud=client)))


def test_a_token_that_is_for_two() -> None:
    refused(signed(access(aud="other")))
    refused(signed(access(aud=[CLIENT])))
    refused(signed(identity(client_id="other")))


@pytest.mark.parametrize("use", [None, "", "refresh", "Access", "access ", ["access"], {"access": 1}, True])
def test_another_use(use: object) -> None:
    refused(signed(access(token_use=use)))


def test_one_kind_of_token_for_the_other() -> None:
    refused(signed(access(token_use="id")))
    refused(signed(identity(token_use="access")))


@pytest.mark.parametrize("sub", [None, "", 7, [], ["x"], {}, True, "x" * 513])
def test_nobody(sub: object) -> None:
    refused(signed(access(sub=sub)))


@pytest.mark.parametrize("groups", ["admin", 7, {"admin": 1}, [7], ["admin", None], [["admin"]], True, ["g"] * 201])
def test_groups_that_are_no_texts(groups: object) -> None:
    refused(signed(access(**{"cognito:groups": groups})))


@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize(
    "at", [None, "", str(NOW_S + 60), float(NOW_S), 1e300, -1, 0, True, [NOW_S], {}, 1 << 40, 1 << 70]
)
def test_moments_that_are_none(name: str, at: object) -> None:
    refused(signed(access(**{name: at})))


@pytest.mark.parametrize("at", ["", str(NOW_S), float(NOW_S), True, [NOW_S], 1 << 70, -1])
def test_a_beginning_that_is_no_moment(at: object) -> None:
    refused(signed(access(nbf=at)))


def test_the_edges_of_the_clock() -> None:
    token = signed(access())
    assert judged(token, NOW + HOUR + MINUTE - 1)
    assert "expired" in refused(token, NOW + HOUR + MINUTE)
    assert judged(token, NOW - MINUTE)
    assert "not valid yet" in refused(token, NOW - MINUTE - 1)
    later = signed(access(nbf=NOW_S + 120))
    assert judged(later, NOW + MINUTE)
    assert "not valid yet" in refused(later, NOW + MINUTE - 1)


def test_a_token_for_longer_than_the_pool_makes_any() -> None:
    assert judged(signed(access(exp=NOW_S + 86_400)))
    refused(signed(access(exp=NOW_S + 86_401)))
    refused(signed(access(iat=NOW_S + 30, exp=NOW_S + 30)))
    refused(signed(access(iat=NOW_S + 50, exp=NOW_S + 20)))


def test_a_claim_of_the_past_is_told_before_any_other_key_is_asked_for() -> None:
    # The signature comes first: what is not signed learns nothing about the claims.
    assert "signature" in refused(signed(access(exp=NOW_S - 9_999), by="evil"))


# the keys


class Pool:
    def __init__(self) -> None:
        self.at = NOW
        self.published: list[dict[str, Any]] | bytes | Exception = [jwk()]
        self.asked: list[str] = []
        self.keys = Jwks(ISSUER, self, self.fetch)

    def now(self) -> int:
        return self.at

    def fetch(self, address: str) -> bytes:
        self.asked.append(address)
        if isinstance(self.published, Exception):
            raise self.published
        return self.published if isinstance(self.published, bytes) else json.dumps({"keys": self.published}).encode()


@pytest.fixture
def pool() -> Pool:
    return Pool()


def test_keys_are_fetched_once_and_only_from_the_pool(pool: Pool) -> None:
    for _ in range(100):
        assert pool.keys.find("pool") is not None
    assert pool.asked == [f"{ISSUER}/.well-known/jwks.json"]


def test_a_key_that_is_new_is_found_and_one_that_is_gone_is_not(pool: Pool) -> None:
    assert pool.keys.find("pool") is not None
    pool.published = [jwk("next")]
    pool.at += MINUTE
    assert pool.keys.find("next") is not None
    assert pool.keys.find("pool") is None


def test_a_flood_of_unknown_keys_fetches_once_a_minute(pool: Pool) -> None:
    for number in range(600):
        pool.keys.find(f"unknown-{number}")
        pool.at += 1_000
    assert len(pool.asked) == 10


def test_keys_serve_on_while_nobody_answers_and_not_for_ever(pool: Pool) -> None:
    assert pool.keys.find("pool") is not None
    pool.published = urllib3.exceptions.ReadTimeoutError(urllib3.HTTPConnectionPool("x"), "/", "slow")
    for _ in range(23):
        pool.at += HOUR
        assert pool.keys.find("pool") is not None
    pool.at += HOUR
    with pytest.raises(Unavailable):
        pool.keys.find("pool")
    pool.published = [jwk()]
    pool.at += MINUTE
    assert pool.keys.find("pool") is not None


def test_without_any_keys_nobody_is_let_in_and_the_pool_is_not_flooded(pool: Pool) -> None:
    pool.published = b"<html>"
    for _ in range(30):
        with pytest.raises(Unavailable):
            pool.keys.find("pool")
        pool.at += 1_000
    assert len(pool.asked) == 1


@pytest.mark.parametrize(
    "document", [b"", b"null", b"[]", b"{}", b'{"keys": 7}', b'{"keys": []}', b'{"keys": [null, 7]}']
)
def test_what_is_no_key_set(document: bytes) -> None:
    with pytest.raises(Unreadable):
        keys_of(document)


def test_only_keys_that_sign_tokens_are_taken() -> None:
    small = jwk("small", bits=1024)
    others = [
        *({**jwk("e"), "use": "enc"}, {**jwk("p"), "alg": "PS256"}, {**jwk("k"), "kty": "oct", "k": "AA"}, small),
        *({**jwk("n"), "n": "!"}, {"kty": "RSA", "kid": "m"}, {**jwk("i"), "kid": 7}, {**jwk("t"), "n": 7}),
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "ec"},
    ]
    assert keys_of(json.dumps({"keys": [*others, jwk()]}).encode()).keys() == {"pool"}


class Elsewhere(BaseHTTPRequestHandler):
    """What a pool could answer, by the path that it is asked at."""

    set: bytes = b""
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = b"x" * 100_000 if "large" in self.path else type(self).set
        self.send_response({"/moved": 302, "/broken": 500}.get(self.path.removesuffix(PATH), 200))
        self.send_header("location", "/pool/.well-known/jwks.json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    Elsewhere.set = json.dumps({"keys": [jwk()]}).encode()
    Elsewhere.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_keys_are_fetched_and_nothing_else_is(elsewhere: str) -> None:
    assert keys_of(fetched(f"{elsewhere}/pool{PATH}")).keys() == {"pool"}
    for what in ("moved", "broken", "large"):
        with pytest.raises(Unreadable):
            fetched(f"{elsewhere}/{what}{PATH}")
    assert Elsewhere.asked == [f"/{one}{PATH}" for one in ("pool", "moved", "broken", "large")]


def test_a_pool_that_does_not_answer_is_no_mistake_of_ours(pool: Pool) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        keys = Jwks(f"http://127.0.0.1:{nobody.getsockname()[1]}", pool)
        with pytest.raises(Unavailable):
            keys.find("pool")


def test_a_token_by_a_small_key_is_refused() -> None:
    class Small:
        def find(self, kid: str) -> RSAPublicKey | None:
            return key("small", 1024).public_key()

    with pytest.raises(Unauthenticated):
        Judge(ISSUER, CLIENT, Small()).claims(signed(access(), by="small", bits=1024), NOW)


def test_the_tests_own_tokens_are_what_a_library_takes() -> None:
    """Or else every refusal above would be for another reason."""
    told = jwt.decode(
        signed(access()),
        public_pem(),
        algorithms=["RS256"],
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert told == access()
