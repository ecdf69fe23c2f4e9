"""Clients as they are made outside tests: of the surroundings of the process."""

from __future__ import annotations

import pytest

from murmuration.aws.clients import Clients


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"REGION": "eu-central-1", "ACCESS_KEY_ID": "nobody", "SECRET_ACCESS_KEY": "knows"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


def test_there_may_be_several_of_one_service() -> None:
    """A command that is patient with S3 also sends objects."""
    clients = Clients()
    quick, patient = clients.s3, clients.patient("s3")
    assert quick.meta.region_name == patient.meta.region_name == "eu-central-1"
    assert callable(quick.upload_file)
    assert callable(patient.upload_file)
