"""What a package is built for: the machine that Lambda gives a function, and its Python. To ship: arm64 and 3.13.

Tests build for the host, and bring boto3 along: only Lambda's own runtime has it already.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from schemas.errors import MurmurationError

Architecture = Literal["arm64", "x86_64"]
_ARCHITECTURES: Final[tuple[Architecture, ...]] = ("arm64", "x86_64")
_MACHINES: Final[Mapping[Architecture, str]] = {"arm64": "aarch64", "x86_64": "x86_64"}
_GLIBC: Final = range(34, 16, -1)
"""Amazon Linux 2023 has glibc 2.34; wheels for an older one run there too."""
_OLDEST: Final = (3, 11)

ARCHITECTURE: Final = "MURMUR_ARCHITECTURE"
PYTHON: Final = "MURMUR_PYTHON"
BOTO3: Final = "MURMUR_BOTO3"


class BadTarget(MurmurationError):
    code = "bad-target"


@dataclass(frozen=True, slots=True)
class Target:
    architecture: Architecture = "arm64"
    python: str = "3.13"
    boto3: bool = False
    """Whether it is brought along."""

    @property
    def platforms(self) -> tuple[str, ...]:
        """As wheels spell them, the best first."""
        machine = _MACHINES[self.architecture]
        return (*(f"manylinux_2_{minor}_{machine}" for minor in _GLIBC), f"manylinux2014_{machine}")

    @property
    def interpreter(self) -> str:
        return f"cp{self.python.replace('.', '')}"

    @property
    def runs_here(self) -> bool:
        """Whether its .pyc are those of the Python that asks."""
        return self.python == f"{sys.version_info.major}.{sys.version_info.minor}"


def here(*, boto3: bool = True) -> Target:
    """The host's own."""
    machine = platform.machine()
    found: Architecture | None = next((one for one in _ARCHITECTURES if machine in (one, _MACHINES[one])), None)
    if found is None:
        raise BadTarget(f"Lambda has no machine like this one: {machine}", advice=f"It has {', '.join(_MACHINES)}")
    return Target(found, f"{sys.version_info.major}.{sys.version_info.minor}", boto3)


def of_variables(variables: Mapping[str, str]) -> Target:
    architecture = variables.get(ARCHITECTURE) or "arm64"
    python = variables.get(PYTHON) or "3.13"
    boto3 = variables.get(BOTO3) or "runtime"
    known: Architecture | None = next((one for one in _ARCHITECTURES if one == architecture), None)
    if known is None:
        raise BadTarget(f"there is no architecture {architecture!r}", where=ARCHITECTURE, advice="arm64 or x86_64")
    major, _, minor = python.partition(".")
    if not (major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) >= _OLDEST):
        raise BadTarget(f"{python!r} is no version of Python that this runs on", where=PYTHON, advice="3.13, say")
    if boto3 not in ("runtime", "shipped"):
        raise BadTarget(f"boto3 comes with the runtime or is shipped, not {boto3!r}", where=BOTO3)
    return Target(known, python, boto3 == "shipped")
