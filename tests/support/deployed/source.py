"""What is deployed: this tree as it stands, in a folder of its own, and a `sam` that is AWS's own, but for two things.

    build     leaves out of the built template what the simulator does not know (`left_out`), and writes down what that was
              the same content was built before: that is taken
    deploy    as it is

So `murmur deploy` is run as people run it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from support.deployed.left_out import read, without

from murmuration.aws.build.target import Target

ROOT: Final = Path(__file__).parents[3]
PARTS: Final = ("schemas", "events", "handlers", "murmuration", "requirements")
FILES: Final = ("template.yaml", "Makefile", "pyproject.toml")
KEPT: Final = ROOT / ".tools" / "built"
BUILT: Final = Path(".aws-sam/build")
TOLD: Final = "left-out.json"
_REAL: Final = ROOT / ".tools/sam/bin/sam"
_BEFORE: Final = "built-of"
_WRAPPER: Final = """#!{python}
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from support.deployed.source import sam
sys.exit(sam(sys.argv[1:]))
"""


def snapshot(folder: Path, target: Target) -> Path:
    """Others may work on the tree meanwhile."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, folder / file)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    digest = hashlib.sha256(f"{target}".encode())
    for path in _contents(folder):
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    (folder / _BEFORE).write_text(digest.hexdigest())
    return folder


def _contents(folder: Path) -> Iterator[Path]:
    for part in PARTS:
        yield from sorted(path for path in (folder / part).rglob("*") if path.is_file())
    yield from (folder / file for file in FILES)


def sam_on_the_path(folder: Path) -> Path:
    """To be put before all else on the PATH."""
    folder.mkdir()
    program = folder / "sam"
    program.write_text(_WRAPPER.format(python=sys.executable, tests=str(ROOT / "tests"), root=str(ROOT)))
    program.chmod(0o755)
    return folder


def left_out(source: Path) -> Mapping[str, list[str]]:
    told: dict[str, list[str]] = json.loads((source / BUILT / TOLD).read_text())
    return told


def sam(arguments: list[str]) -> int:
    """In a snapshot, with the PATH of its caller."""
    here = Path.cwd()
    if arguments[0] != "build":
        return _run(arguments)
    kept = KEPT / (here / _BEFORE).read_text()
    if not kept.is_dir():
        if code := _run(arguments):
            return code
        _keep(here / BUILT, kept)
    else:
        shutil.copytree(kept, here / BUILT)
    template = here / BUILT / "template.yaml"
    document = read(template.read_text())
    (here / BUILT / TOLD).write_text(json.dumps(without(document)))
    template.write_text(json.dumps(document, default=str))
    return 0


def _run(arguments: list[str]) -> int:
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not Path(part, "sam").is_file())
    return subprocess.run([str(_REAL), *arguments], env={**os.environ, "PATH": path}, check=False).returncode


def _keep(built: Path, place: Path) -> None:
    """The newest alone: 200 MB each."""
    half = KEPT / f"{place.name}.{os.getpid()}"
    shutil.copytree(built, half)
    for former in KEPT.iterdir():
        if former != half:
            shutil.rmtree(former, ignore_errors=True)
    half.rename(place)
