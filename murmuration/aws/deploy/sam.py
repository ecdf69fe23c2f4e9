"""SAM, AWS's own tool: it builds `template.yaml` and deploys it. We drive it, and everybody can do without us.

Found on the PATH, or where the Makefile puts it. What it prints goes on the terminal as it comes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from murmuration.aws.build.target import ARCHITECTURE, PYTHON, Target
from schemas.errors import MurmurationError

TEMPLATE: Final = "template.yaml"
BUILT: Final = ".aws-sam/build/template.yaml"
_PLACES: Final = (".tools/sam/bin/sam", ".tools/bin/sam")


class NoSam(MurmurationError):
    code = "no-sam"


class NoTemplate(MurmurationError):
    code = "no-template"


class SamFailed(MurmurationError):
    code = "sam-failed"


@dataclass(frozen=True, slots=True)
class Sam:
    program: str
    root: Path
    """The checkout, with template.yaml."""

    def build(self, target: Target) -> None:
        """Packages are those of `murmuration.aws.build`, made in the tree itself: nothing is copied around first."""
        surroundings = {ARCHITECTURE: target.architecture, PYTHON: target.python}
        asks = ["build", "--template-file", TEMPLATE, "--build-in-source", "--parallel"]
        told = _parameters({"Architecture": target.architecture, "PythonVersion": target.python})
        self._run([*asks, *told], surroundings)

    def deploy(self, wanted: Wanted) -> None:
        asks = ["deploy", "--template-file", BUILT, "--stack-name", wanted.stack, "--resolve-s3"]
        asks += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
        asks += ["--no-fail-on-empty-changeset"]
        asks += ["--confirm-changeset" if wanted.ask else "--no-confirm-changeset"]
        asks += ["--region", wanted.region] if wanted.region else []
        asks += _parameters(wanted.parameters)
        if wanted.tags:
            asks += ["--tags", *(f"{name}={value}" for name, value in sorted(wanted.tags.items()))]
        self._run(asks, {})

    def _run(self, arguments: Sequence[str], surroundings: Mapping[str, str]) -> None:
        told = {**os.environ, "SAM_CLI_TELEMETRY": "0", **surroundings}
        done = subprocess.run([self.program, *arguments], cwd=self.root, env=told, check=False)
        if done.returncode:
            what = f"sam {arguments[0]} ended with {done.returncode}"
            raise SamFailed(what, where=self.program, advice="What it printed above says why")


@dataclass(frozen=True, slots=True)
class Wanted:
    stack: str
    parameters: Mapping[str, str]
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    ask: bool = False
    """Whether sam shows what it will change, and waits for a yes."""


def find(root: Path) -> Sam:
    if not (root / TEMPLATE).is_file():
        raise NoTemplate(
            f"there is no {TEMPLATE}", where=str(root), advice="Deploy from a checkout of Murmuration: --source FOLDER"
        )
    here = next((str(root / place) for place in _PLACES if os.access(root / place, os.X_OK)), None)
    found = shutil.which("sam") or here
    if found is None:
        advice = "make tools puts it into .tools; or install it: pip install aws-sam-cli"
        raise NoSam("sam is not on the PATH and not in .tools", advice=advice)
    return Sam(found, root)


def _parameters(named: Mapping[str, str]) -> list[str]:
    """Those that the template does not know are told by sam."""
    if not named:
        return []
    return [
        "--parameter-overrides",
        *(f"ParameterKey={name},ParameterValue={_quoted(value)}" for name, value in sorted(named.items())),
    ]


def _quoted(value: str) -> str:
    """As sam's own reader wants it: a value with blanks, commas or quotes in quotes."""
    if value and not set(value) & set(' ,"\\='):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
