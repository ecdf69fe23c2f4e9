"""Wheels for the target: fetched once, checked each time. A wheel is a zip; it is unpacked by ourselves, and nothing of it runs.

pip fetches, with the index that it is set up for, and refuses what no hash vouches for. The wheels are kept beside the
build and checked again, by hash and by tag, whenever they are used.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from murmuration.aws.build.lock import Pinned, plain
from murmuration.aws.build.target import Target
from schemas.errors import MurmurationError

_WASTE: Final = frozenset({"tests", "test", "testing", "__pycache__"})
_ENDINGS: Final = frozenset({".pyi", ".pyc", ".pyx", ".pxd", ".c", ".h"})
_BIG: Final = {"aws_lambda_powertools": ("event_handler/openapi/swagger_ui/",), "tzdata": ("zoneinfo/right/",)}
"""What nobody asks for on Lambda: a page that shows an API, but by the API itself; times with leap seconds."""


class NotFetched(MurmurationError):
    code = "not-fetched"


class BadWheel(MurmurationError):
    code = "bad-wheel"


def fetch(wanted: Sequence[Pinned], target: Target, cache: Path) -> tuple[Path, ...]:
    """Their wheels, in the same order."""
    cache.mkdir(parents=True, exist_ok=True)
    missing = [pinned for pinned in wanted if _kept(pinned, target, cache) is None]
    if missing:
        download([pinned.line for pinned in missing], target, cache, deep=False)
    return tuple(_found(pinned, target, cache) for pinned in wanted)


def download(lines: Sequence[str], target: Target, folder: Path, *, deep: bool) -> None:
    """By pip, as wheels for the target. `deep`: with all that they need. Others may download into this folder at the same time:
    a wheel is there whole, or it is not there."""
    with TemporaryDirectory(dir=folder) as half:
        _download(lines, target, Path(half), deep)
        for wheel in Path(half).glob("*.whl"):
            wheel.replace(folder / wheel.name)


def _download(lines: Sequence[str], target: Target, folder: Path, deep: bool) -> None:
    listed = folder / "wanted.txt"
    listed.write_text("\n".join(lines) + "\n")
    asks = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    asks += ["--only-binary=:all:", "--implementation", "cp", "--python-version", target.python]
    asks += [option for name in target.platforms for option in ("--platform", name)]
    asks += [] if deep else ["--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*asks, "--dest", str(folder), "--requirement", str(listed)], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        raise NotFetched("pip is not installed here", where=sys.executable, advice="Install it: python -m ensurepip")
    told = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()[-3:]
    what = f"pip fetched no wheels for {target.architecture} and Python {target.python}: {' '.join(told)}"
    advice = "Each library needs a wheel for this machine; the index must be reachable"
    raise NotFetched(what, advice=advice)


def _found(pinned: Pinned, target: Target, cache: Path) -> Path:
    wheel = _kept(pinned, target, cache)
    if wheel is None:
        raise BadWheel(f"no wheel of {pinned.name} {pinned.version} fits the target", where=str(cache))
    return wheel


def _kept(pinned: Pinned, target: Target, cache: Path) -> Path | None:
    for wheel in sorted(cache.glob("*.whl")):
        name, version, *_ = wheel.name.split("-")
        if plain(name) == pinned.name and version == pinned.version and fits(tags_of(wheel.name), target):
            told = f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"
            if told not in pinned.hashes:
                raise BadWheel(
                    "no hash of the lock is this wheel's", where=str(wheel), advice="Remove it, and build again"
                )
            return wheel
    return None


def tags_of(name: str) -> frozenset[str]:
    """`cp313-cp313-manylinux2014_aarch64` and so on, of a wheel's file name."""
    parts = name.removesuffix(".whl").split("-")
    if len(parts) < 5:
        raise BadWheel("this is no name of a wheel", where=name)
    return frozenset("-".join(one) for one in product(*(part.split(".") for part in parts[-3:])))


def fits(tags: Iterable[str], target: Target) -> bool:
    return any(_fits(tag, target) for tag in tags)


def _fits(tag: str, target: Target) -> bool:
    python, abi, platform = tag.split("-")
    if platform != "any" and platform not in target.platforms:
        return False
    if abi == "none":
        return python in ("py3", f"py{target.python[0]}", f"py{target.interpreter[2:]}", target.interpreter)
    if abi == "abi3":
        return python.startswith("cp3") and int(python[3:]) <= int(target.python.partition(".")[2])
    return python == abi == target.interpreter


def unpack(wheel: Path, into: Path, target: Target, whole: Container[str] = ()) -> None:
    """What can be imported, without what only people, type checkers and tests read. `whole` are packages of which also what is big is wanted."""
    with zipfile.ZipFile(wheel) as opened:
        told = _told_tags(opened)
        if not fits(told, target):
            what = f"it was made for {', '.join(sorted(told))}"
            raise BadWheel(
                what, where=wheel.name, advice=f"The target is {target.architecture}, Python {target.python}"
            )
        for name, path in _wanted(opened, whole):
            place = into / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(opened.read(name))


def _told_tags(opened: zipfile.ZipFile) -> list[str]:
    """What the wheel says of itself, whatever its file is called."""
    name = next((one for one in opened.namelist() if one.endswith(".dist-info/WHEEL")), None)
    if name is None:
        raise BadWheel("it has no WHEEL file", where=str(opened.filename))
    lines = opened.read(name).decode().splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith("Tag:")]


def _wanted(opened: zipfile.ZipFile, whole: Container[str]) -> Iterator[tuple[str, PurePosixPath]]:
    for name in sorted(opened.namelist()):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BadWheel(f"{name!r} leads out of it", where=str(opened.filename))
        top = path.parts[0]
        if top.endswith(".data"):
            if path.parts[1] not in ("purelib", "platlib"):
                continue
            path = PurePosixPath(*path.parts[2:])
        if not name.endswith("/") and not top.endswith(".dist-info") and not _waste(path, whole):
            yield name, path


def _waste(path: PurePosixPath, whole: Container[str]) -> bool:
    inside = "/".join(path.parts[1:])
    if path.suffix in _ENDINGS or path.name == "py.typed" or _WASTE & set(path.parts[:-1]):
        return True
    big = () if path.parts[0] in whole else _BIG.get(path.parts[0], ())
    return any(inside.startswith(one) for one in big)
