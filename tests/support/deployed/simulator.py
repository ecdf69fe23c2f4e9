"""MiniStack, which stands in for AWS: a process of its own on a free port, with IAM enforced and by TLS, as AWS is.

    with simulator(folder) as aws:
        aws.variables                   for a process that is to find it: murmur, sam
        aws.session()                   boto3's, as the account's root; session(role) as somebody who took a role on
        aws.client(service, session)
        aws.asked()                     what its IAM was asked for, and whether it was denied
        aws.log                         what it printed, the logs of functions among it

Functions run as processes of its own, under their roles. It ends with all of them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

ROOT: Final = Path(__file__).parents[3]
PYTHON: Final = ROOT / ".tools/ministack/bin/python"
LISTENING: Final = ROOT / "tests/support/tools/simulator.py"
CERTIFICATE: Final = ROOT / "tests/support/loopback.pem"
REGION: Final = "eu-central-1"
ACCOUNT: Final = "000000000000"
PATIENCE: Final = 120.0
ROOT_USER: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_TRIES: Final = 3
_CONFIG: Final = Config(connect_timeout=10, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 5})


@dataclass(frozen=True)
class Asked:
    who: str
    action: str
    on: str
    denied: bool

    @property
    def function(self) -> str:
        """Who has taken a role on is called as it wanted; a function is called what it is called."""
        return self.who.rpartition("/")[2]


@dataclass(frozen=True)
class Simulator:
    endpoint: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "ministack.log"

    @property
    def variables(self) -> dict[str, str]:
        return {
            **ROOT_USER,
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(CERTIFICATE),
            "SAM_CLI_POLL_DELAY": "1",
        }

    def session(self, role: str | None = None) -> boto3.Session:
        root = boto3.Session(ROOT_USER["AWS_ACCESS_KEY_ID"], ROOT_USER["AWS_SECRET_ACCESS_KEY"], region_name=REGION)
        if role is None:
            return root
        taken = self.client("sts", root).assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]
        return boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"], region_name=REGION)

    def client(self, service: str, session: boto3.Session | None = None) -> Any:
        made = session or self._root
        return made.client(service, endpoint_url=self.endpoint, verify=str(CERTIFICATE), config=_CONFIG)

    @property
    def _root(self) -> boto3.Session:
        return _session(self)

    def asked(self) -> list[Asked]:
        place = self.folder / "asked"
        return [Asked(**json.loads(line)) for line in place.read_text().splitlines()] if place.exists() else []


@cache
def _session(simulator: Simulator) -> boto3.Session:
    return simulator.session()


@contextmanager
def simulator(folder: Path) -> Iterator[Simulator]:
    assert PYTHON.exists(), f"{PYTHON} is not there: run `make tools`"
    for again in reversed(range(_TRIES)):
        made = Simulator(f"https://127.0.0.1:{_free_port()}", folder)
        process = _started(made)
        try:
            # Somebody may have been faster to take the port.
            if not _answers(made, process) and again:
                continue
            yield made
            return
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _started(made: Simulator) -> subprocess.Popen[bytes]:
    # It writes a bundle of its own beside it.
    certificate = made.folder / CERTIFICATE.name
    shutil.copyfile(CERTIFICATE, certificate)
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(made.folder),
        "TMPDIR": str(made.folder),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": made.endpoint.rpartition(":")[2],
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(certificate),
        "MINISTACK_SSL_KEY": str(certificate),
        # For what functions ask without the SDK: the user pool's keys.
        "SSL_CERT_FILE": str(certificate),
        "LAMBDA_EXECUTOR": "local",
        # Neither Docker nor anything else is looked for on this machine.
        "DOCKER_HOST": "unix:///nonexistent",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "ASKED": str(made.folder / "asked"),
    }
    with made.log.open("ab") as log:
        return subprocess.Popen(
            [str(PYTHON), str(LISTENING)],
            env=surroundings,
            cwd=made.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _answers(made: Simulator, process: subprocess.Popen[bytes]) -> bool:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            return False
        with suppress(OSError), socket.create_connection(("127.0.0.1", int(made.endpoint.rpartition(":")[2])), 1):
            return True
        time.sleep(0.1)
    raise AssertionError(f"MiniStack does not come up:\n{made.log.read_text()[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all functions: they are in its group, which is its own. It keeps nothing, so nothing is waited for."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
