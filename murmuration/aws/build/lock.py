"""The lock of what we run on, and which of it a package needs.

The lock names versions and hashes, and markers for where a line counts. Who needs whom is read from what is installed
beside us, from the same lock. A library that only an extra wants is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Final

from murmuration.aws.build.target import Target
from schemas.errors import MurmurationError

FILE: Final = "requirements/runtime.lock"
RUNTIMES: Final = frozenset({"boto3", "botocore", "s3transfer"})
"""What Lambda's runtime has. What these need themselves (jmespath, urllib3, dateutil) is shipped where we use it."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PINNED: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH: Final = re.compile(r"--hash=(sha256:[0-9a-f]{64})")
_PYTHON: Final = re.compile(r"python_(?:full_)?version\s*(<|>=)\s*'([0-9.]+)'")


class NotLocked(MurmurationError):
    code = "not-locked"


@dataclass(frozen=True, slots=True)
class Pinned:
    name: str
    version: str
    hashes: frozenset[str]

    @property
    def line(self) -> str:
        """As pip reads it."""
        return f"{self.name}=={self.version} {' '.join(f'--hash={hash_}' for hash_ in sorted(self.hashes))}"


def plain(name: str) -> str:
    """One spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(text: str, target: Target, where: str = FILE) -> Mapping[str, Pinned]:
    """By name, what counts for the target."""
    found: dict[str, Pinned] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith(("#", "--")):
            continue
        pinned = _PINNED.match(line)
        hashes = frozenset(_HASH.findall(line))
        if pinned is None or not hashes:
            raise NotLocked(
                f"{line.split()[0]} has no version or no hash", where=where, advice="Write the lock anew: make lock"
            )
        if _counts((pinned["marker"] or "").split(" --hash")[0], target):
            name = plain(pinned["name"])
            found[name] = Pinned(name, pinned["version"], hashes)
    return found


def _counts(marker: str, target: Target) -> bool:
    if "win32" in marker and "!=" not in marker:
        return False
    version = tuple(map(int, target.python.split(".")))
    for comparison, text in _PYTHON.findall(marker):
        bound = tuple(map(int, text.split(".")))[:2]
        if (version < bound) is not (comparison == "<"):
            return False
    return True


def needed(libraries: Iterable[str], lock: Mapping[str, Pinned], target: Target) -> tuple[Pinned, ...]:
    """What has these top names, and all that they need, in order of their names."""
    waiting = [name for library in libraries for name in _distributions(library)]
    found: dict[str, Pinned] = {}
    while waiting:
        name = plain(waiting.pop())
        if name in found or (name in RUNTIMES and not target.boto3):
            continue
        if name not in lock:
            raise NotLocked(
                f"{name} is needed and not in the lock", where=FILE, advice="Write the lock anew: make lock"
            )
        found[name] = lock[name]
        waiting += _requirements(name, lock)
    return tuple(found[name] for name in sorted(found))


@cache
def _by_top_name() -> Mapping[str, list[str]]:
    return packages_distributions()


def _distributions(library: str) -> list[str]:
    found = _by_top_name().get(library)
    if not found:
        raise NotLocked(f"nothing that is installed here has the module {library}", advice="Set up anew: make setup")
    return found


def _requirements(name: str, lock: Mapping[str, Pinned]) -> list[str]:
    """Those that the lock has: what counts elsewhere only is not in it."""
    try:
        listed = requires(name) or []
    except PackageNotFoundError:
        raise NotLocked(f"{name} is not installed here", advice="Set up anew: make setup") from None
    named = [plain(found[0]) for text in listed if "extra ==" not in text and (found := _NAME.match(text))]
    return [one for one in named if one in lock]


def lock_of(root: Path, target: Target) -> Mapping[str, Pinned]:
    file = root / FILE
    if not file.is_file():
        raise NotLocked(f"there is no {FILE}", where=str(root), advice="Build in a checkout of Murmuration")
    return read_lock(file.read_text(), target)
