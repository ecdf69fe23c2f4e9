"""Settings in the parameter store: what is read when, what comes back as it was put, and that no secret is ever told."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pydantic import JsonValue
from support.aws import Cloud, cloud

from events.ports import Unavailable
from murmuration.aws.refusals import Denied
from murmuration.aws.settings import AGAIN_MS, KEPT_MS, AwsSettings, BadSetting
from murmuration.memory import ManualClock
from schemas.errors import MurmurationError

HIDDEN = "s3cr3t-value"


@pytest.fixture
def here() -> Iterator[Cloud]:
    with cloud() as here:
        yield here


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def another(here: Cloud, clock: ManualClock) -> Callable[[], AwsSettings]:
    return lambda: AwsSettings(here.clients, here.environment.parameters, clock)


@pytest.fixture
def settings(another: Callable[[], AwsSettings]) -> AwsSettings:
    return another()


class Hooked:
    """Notes the calls, and refuses them while `wrong` says so."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.wrong: Exception | None = None
        self.only = ""

    def note(self, model: Any, **_: object) -> None:
        self.calls.append(model.name)
        if self.wrong is not None and self.only in model.name:
            raise self.wrong


@pytest.fixture
def hooked(here: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hooked]:
    hook, client = Hooked(), here.clients.ssm
    # A patient client is a new one each time.
    monkeypatch.setattr(here.clients, "patient", lambda _: client)
    client.meta.events.register("before-call.ssm", hook.note)
    yield hook
    client.meta.events.unregister("before-call.ssm", hook.note)


def refused(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "any")


@pytest.mark.parametrize(
    "value", ["", "text", "5", 5, 1.5, True, None, [1, "two"], {"of": {"é": "}}"}}, "Dear {{name}}, {{{x}}}"]
)
def test_a_variable_comes_back_as_it_was_put(
    settings: AwsSettings, another: Callable[[], AwsSettings], value: JsonValue
) -> None:
    settings.put_variables("media", {"one": value})
    assert another().variables("media") == {"one": value}


def test_no_variable_looks_like_a_parameter_within_a_parameter(here: Cloud, settings: AwsSettings) -> None:
    settings.put_variables("media", {"greeting": "Dear {{name}}", "all": {"a": {"b": "{{{x"}}})
    for one in here.clients.ssm.get_parameters_by_path(Path="/murmur-test/media/variables")["Parameters"]:
        assert "{{" not in one["Value"]


def test_what_somebody_wrote_by_hand_is_text(here: Cloud, settings: AwsSettings) -> None:
    here.clients.ssm.put_parameter(Name="/murmur-test/media/variables/city", Value="Zürich, Bern", Type="String")
    assert settings.variables("media") == {"city": "Zürich, Bern"}


def test_secrets_are_encrypted_text_apart_from_variables(here: Cloud, settings: AwsSettings) -> None:
    settings.put_secrets("media", {"key": HIDDEN, "number": "5"})
    settings.put_variables("media", {"key": 1})
    assert settings.secrets("media") == {"key": HIDDEN, "number": "5"}
    assert settings.variables("media") == {"key": 1}
    stored = here.clients.ssm.get_parameter(Name="/murmur-test/media/secrets/key")["Parameter"]
    assert stored["Type"] == "SecureString"
    assert HIDDEN not in here.clients.ssm.get_parameter(Name="/murmur-test/media/variables/key")["Parameter"]["Value"]


def test_projects_are_kept_apart_also_where_one_name_begins_with_the_other(settings: AwsSettings) -> None:
    settings.put_variables("media", {"a": 1})
    settings.put_variables("media-two", {"b": 2})
    assert settings.variables("media") == {"a": 1}
    assert settings.variables("med") == {}


def test_more_than_a_page_is_read_and_removed(settings: AwsSettings, another: Callable[[], AwsSettings]) -> None:
    many: dict[str, JsonValue] = {f"v{n}": n for n in range(23)}
    settings.put_variables("media", many)
    assert another().variables("media") == many
    settings.remove("media", "variables", [*(f"v{n}" for n in range(22)), "unknown"])
    assert settings.variables("media") == {"v22": 22}


def test_what_was_read_is_kept_for_a_while(
    settings: AwsSettings, another: Callable[[], AwsSettings], clock: ManualClock, hooked: Hooked
) -> None:
    another().put_secrets("media", {"key": "old"})
    assert settings.secrets("media") == {"key": "old"}
    another().put_secrets("media", {"key": "new"})
    hooked.calls.clear()
    clock.at += KEPT_MS - 1
    assert settings.secrets("media") == {"key": "old"}
    assert hooked.calls == []
    clock.at += 1
    assert settings.secrets("media") == {"key": "new"}


def test_whoever_puts_sees_it_at_once(settings: AwsSettings) -> None:
    assert settings.variables("media") == {}
    settings.put_variables("media", {"a": 1})
    assert settings.variables("media") == {"a": 1}


def test_what_is_there_already_is_not_written(settings: AwsSettings, hooked: Hooked) -> None:
    settings.put_variables("media", {"a": 1, "b": 2})
    hooked.calls.clear()
    settings.put_variables("media", {"a": 1, "b": 3})
    settings.put_variables("media", {})
    assert hooked.calls == ["GetParametersByPath", "PutParameter"]


def test_where_the_store_refuses_for_now_what_was_read_is_used_on(
    settings: AwsSettings, clock: ManualClock, hooked: Hooked
) -> None:
    settings.put_secrets("media", {"key": "old"})
    settings.secrets("media")
    hooked.wrong = refused("ThrottlingException")
    clock.at += KEPT_MS
    hooked.calls.clear()
    for _ in range(3):
        assert settings.secrets("media") == {"key": "old"}
    assert len(hooked.calls) == 1, "it is left in peace for a moment"
    clock.at += AGAIN_MS
    assert settings.secrets("media") == {"key": "old"}
    assert len(hooked.calls) == 2
    with pytest.raises(Unavailable):
        settings.variables("media")


def test_a_right_that_was_taken_away_is_said(settings: AwsSettings, clock: ManualClock, hooked: Hooked) -> None:
    settings.put_secrets("media", {"key": "old"})
    settings.secrets("media")
    clock.at += KEPT_MS
    hooked.wrong = refused("AccessDeniedException")
    with pytest.raises(Denied):
        settings.secrets("media")
    hooked.wrong, hooked.only = refused("AccessDeniedException"), "PutParameter"
    with pytest.raises(Denied):
        settings.put_secrets("media", {"key": "new"})


@pytest.mark.parametrize("text", ["", "x" * 8_193, "é" * 4_097])
def test_what_the_store_cannot_keep_is_refused_before_anything_is_written(
    settings: AwsSettings, hooked: Hooked, text: str
) -> None:
    with pytest.raises(BadSetting, match="secrets of media: key"):
        settings.put_secrets("media", {"other": "fine", "key": text})
    assert hooked.calls == []


def test_no_secret_is_ever_told(settings: AwsSettings, hooked: Hooked, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        settings.put_secrets("media", {"key": HIDDEN})
        settings.secrets("media")
        hooked.wrong, hooked.only = refused("ValidationException", f"Value '{HIDDEN}2' at 'value' is wrong"), "Put"
        with pytest.raises(MurmurationError) as told:
            settings.put_secrets("media", {"key": f"{HIDDEN}2"})
    assert HIDDEN not in "".join(traceback.format_exception(told.value))
    assert HIDDEN not in caplog.text
    assert HIDDEN not in repr(settings._read)
