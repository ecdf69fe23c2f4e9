"""One function's package: its modules, its libraries, compiled in, always the same bytes.

    of_name("TaskFunction")            what SAM calls it -> which door it has
    build(root, package, folder, target) -> Built

The SDK's layer is built in the same way: what a Lambda of one's own imports.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from murmuration.aws.build.closure import Closure, closure, file_of
from murmuration.aws.build.compiled import compile_in
from murmuration.aws.build.lock import lock_of, needed
from murmuration.aws.build.target import Target
from murmuration.aws.build.wheels import fetch, unpack
from schemas.errors import MurmurationError
from schemas.names import did_you_mean

_DOOR: Final = "handlers.entry"
_ID: Final = re.compile(r"([A-Z][a-z]+)(?:Medium|Large|Huge)?Function")
_SDK: Final = ("murmuration", "murmuration.sdk")
_US: Final = "murmuration"
_SHOWN: Final = "handlers.api.docs"
_PAGE: Final = frozenset({"aws_lambda_powertools"})
"""Whose page shows the API."""
_TOLD: Final = "murmuration.aws.house"
"""Who says which version this is."""
_MOMENT: Final = 315_619_200
"""Every file's time, the second day of 1980: the first that a zip can tell in any zone."""
_LEAN: Final = frozenset({"jsonschema_rs"})
"""12 MB that only `validate` wants. The hot function is never sent it (`events.surroundings.HEAVY`), and a Lambda of
one's own runs no actions."""


class NoPackage(MurmurationError):
    code = "no-package"


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    roots: tuple[tuple[str, str | None], ...]
    """Modules, and the one function of each that is called, or None for all of it."""
    without: frozenset[str] = frozenset()
    """Libraries that are left out, for a reason."""
    below: str = ""
    """A layer's modules lie in a folder."""


@dataclass(frozen=True, slots=True)
class Built:
    package: str
    modules: int
    libraries: tuple[str, ...]
    compiled: bool
    size: int
    """Bytes, unzipped."""


FUNCTIONS: Final = ("start", "task", "projector", "sweeper", "timers", "undelivered", "publish", "api")


def of_name(name: str) -> Package:
    """By the function, or by its logical id in the template: `task`, `TaskFunction`, `TaskMediumFunction`, `SdkLayer`."""
    if name in ("layer", "SdkLayer"):
        return Package("layer", tuple((module, None) for module in _SDK), _LEAN, below="python")
    found = _ID.fullmatch(name)
    function = found[1].lower() if found else name
    if function not in FUNCTIONS:
        raise NoPackage(
            f"there is no package {name}",
            advice=did_you_mean(function, FUNCTIONS) or f"There are {', '.join(FUNCTIONS)}, layer",
        )
    hot = function == "task" and name in ("task", "TaskFunction")
    return Package(function, ((_DOOR, function),), _LEAN if hot else frozenset())


def closure_of(root: Path, package: Package) -> Closure:
    found = [closure(root, module, function) for module, function in package.roots]
    libraries = frozenset[str]().union(*(one.libraries for one in found))
    return Closure(frozenset[str]().union(*(one.modules for one in found)), libraries - package.without)


def build(root: Path, package: Package, folder: Path, target: Target, cache: Path | None = None) -> Built:
    """Into `folder`, which is emptied first. `root` is the checkout; wheels are kept in `cache`."""
    found = closure_of(root, package)
    wanted = needed(found.libraries, lock_of(root, target), target)
    wheels = fetch(wanted, target, cache or root / ".tools" / "wheels" / f"{target.architecture}-{target.python}")
    _empty(folder)
    inside = folder / package.below
    for wheel in wheels:
        unpack(wheel, inside, target, _PAGE if _SHOWN in found.modules else ())
    for module in sorted(found.modules):
        _copy(file_of(root, module), root, inside)
    if _TOLD in found.modules:
        _tell_version(inside)
    compiled = compile_in(inside, target, "/opt/python" if package.below else "/var/task")
    settle(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Built(package.name, len(found.modules), tuple(one.name for one in wanted), compiled, size)


def _tell_version(inside: Path) -> None:
    """Where the product says which one it is it asks its own distribution, which is installed here and copied there."""
    told = version(_US)
    place = inside / f"{_US}-{told}.dist-info" / "METADATA"
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"Metadata-Version: 2.1\nName: {_US}\nVersion: {told}\n")


def _empty(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for inside in folder.iterdir():
        if inside.is_dir() and not inside.is_symlink():
            shutil.rmtree(inside)
        else:
            inside.unlink()


def _copy(file: Path, root: Path, into: Path) -> None:
    place = into / file.relative_to(root)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file.read_bytes())


def settle(folder: Path) -> None:
    """The same times and rights everywhere, so that the same content is the same zip."""
    inside: Sequence[Path] = sorted(folder.rglob("*"), reverse=True)
    for path in (*inside, folder):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_MOMENT, _MOMENT))
