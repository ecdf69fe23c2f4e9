"""Clients: made once, when first asked for, since making one costs a cold start tens of milliseconds.

Each waits no longer than its caller can use, and tries again by itself where that is safe: every call that we make may be
made twice. A write whose reply was lost is therefore tried again too, and finds its own traces (`murmuration.aws.table`).

What botocore would log of a call in detail is the call: outputs, and secrets. So it is kept from that, whatever level the
process logs at.

botocore makes them, without boto3 around it: that would be a fifth of what loading both takes. S3's has what only boto3 knows,
files of many parts.

Neither has types of its own. A client is `Any` here, and whoever calls one turns what it says into our own types at once.
"""

from __future__ import annotations

import logging
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    import boto3

_QUICK: Final = Config(
    connect_timeout=1, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4}, max_pool_connections=32
)
"""For what a task waits for."""
_LARGE: Final = Config(connect_timeout=2, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 4})
"""For objects of any size."""
_PATIENT: Final = Config(connect_timeout=2, read_timeout=30, retries={"mode": "adaptive", "total_max_attempts": 10})
"""For publish and deploy, which keep to the rates of APIs that allow few calls."""


class Clients:
    """`session` and `endpoint` are for tests; on AWS both are found in the surroundings of the process."""

    def __init__(self, session: boto3.Session | None = None, endpoint: str | None = None) -> None:
        self._session = session
        self._endpoint = endpoint

    @cached_property
    def dynamodb(self) -> Any:
        return self._client("dynamodb", _QUICK)

    @cached_property
    def events(self) -> Any:
        return self._client("events", _QUICK)

    @cached_property
    def sqs(self) -> Any:
        return self._client("sqs", _QUICK)

    @cached_property
    def ssm(self) -> Any:
        return self._client("ssm", _QUICK)

    @cached_property
    def scheduler(self) -> Any:
        return self._client("scheduler", _QUICK)

    @cached_property
    def s3(self) -> Any:
        return self._client("s3", _LARGE)

    @cached_property
    def lambda_(self) -> Any:
        return self._client("lambda", _LARGE)

    def patient(self, service: str) -> Any:
        """For the control plane: rules, permissions, stacks. Not kept."""
        return self._client(service, _PATIENT)

    def with_config(self, service: str, config: Config) -> Any:
        """For calls that wait otherwise than all others. Not kept."""
        return self._client(service, config)

    def _client(self, service: str, config: Config) -> Any:
        logging.getLogger("botocore").setLevel(logging.INFO)
        if self._session is not None:
            return self._session.client(service, config=config, endpoint_url=self._endpoint)
        asks = {"config": config, "endpoint_url": self._endpoint, "region_name": self._region}
        if service == "s3":
            return self._boto3.client(service, **asks)
        return self._core.create_client(service, **asks)

    @cached_property
    def _core(self) -> Any:
        return botocore.session.get_session()

    @cached_property
    def _boto3(self) -> Any:
        """Once: each adds to the botocore session beneath what only one may add."""
        import boto3

        return boto3.Session(botocore_session=self._core)

    @cached_property
    def _region(self) -> str | None:
        """As other tools of AWS's know it, too; botocore reads AWS_DEFAULT_REGION alone."""
        return self._core.get_config_variable("region") or os.environ.get("AWS_REGION")
