"""What is deployed: this tree as it stands, in a folder of its own, and a `sam` that is AWS's own, but for two things.

    build     leaves out of the built template what the simulator does not know (`left_out`), and writes down what that was.
              Where the same content was built before, it is there
    deploy    presses packages less hard

So `murmur deploy` is run as people run it. Snapshots lie under .tools, by their content; the newest few stay.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.deployed.left_out import read, without

from murmuration.aws.build.target import Target

ROOT: Final = Path(__file__).parents[3]
PARTS: Final = ("schemas", "events", "handlers", "murmuration", "requirements")
FILES: Final = ("template.yaml", "Makefile", "pyproject.toml")
OURS: Final = Path(__file__).parent / "left_out.py"
SNAPSHOTS: Final = ROOT / ".tools" / "built"
BUILT_PAGE: Final = "designer/dist"
PAGE: Final[Mapping[Path, bytes]] = {
    Path("index.html"): b"<!doctype html><script type=module src=./assets/page-1.js></script>",
    Path("assets/page-1.js"): b"document.title = 'Murmuration'",
}
BUILT: Final = Path(".aws-sam/build")
TOLD: Final = "left-out.json"
_KEPT: Final = 2
_REAL: Final = ROOT / ".tools/sam/bin/sam"
_QUICK: Final = ROOT / "tests/support/tools/quick_zip"
_WRAPPER: Final = """#!{python}
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from support.deployed.source import sam
sys.exit(sam(sys.argv[1:]))
"""


def snapshot(target: Target) -> Path:
    """Others may work on the tree meanwhile."""
    digest = hashlib.sha256(f"{target}".encode())
    files = {path.relative_to(ROOT): path.read_bytes() for path in _contents()}
    for path, content in files.items():
        digest.update(f"{path}\n".encode() + content)
    digest.update(OURS.read_bytes() + b"".join(PAGE.values()))
    place = SNAPSHOTS / digest.hexdigest()[:16]
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    with _locked(SNAPSHOTS / "lock"):
        if not place.is_dir():
            # Building the designer is the browser's business; deploy takes along whatever is built.
            files |= {Path(BUILT_PAGE) / path: content for path, content in PAGE.items()}
            half = SNAPSHOTS / f"{place.name}.half"
            shutil.rmtree(half, ignore_errors=True)
            for path, content in files.items():
                (half / path).parent.mkdir(parents=True, exist_ok=True)
                (half / path).write_bytes(content)
            (half / ".venv").symlink_to(ROOT / ".venv")
            half.rename(place)
        os.utime(place)
        former = sorted((one for one in SNAPSHOTS.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime)
        for one in former[:-_KEPT]:
            shutil.rmtree(one, ignore_errors=True)
    return place


def _contents() -> Iterator[Path]:
    for part in PARTS:
        inside = (path for path in sorted((ROOT / part).rglob("*")) if "__pycache__" not in path.parts)
        yield from (path for path in inside if path.is_file())
    yield from (ROOT / file for file in FILES)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """By one process at a time."""
    with place.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
        return _run(arguments, {"PYTHONPATH": str(_QUICK)})
    with _locked(here / "lock"):
        if (here / BUILT / TOLD).exists():
            return 0
        code = _run(arguments, {})
        if code == 0:
            template = here / BUILT / "template.yaml"
            document = read(template.read_text())
            left = without(document)
            template.write_text(json.dumps(document, default=str))
            (here / BUILT / TOLD).write_text(json.dumps(left))
        return code


def _run(arguments: list[str], more: Mapping[str, str]) -> int:
    """The real one, which is not to find this one."""
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not Path(part, "sam").is_file())
    return subprocess.run([str(_REAL), *arguments], env={**os.environ, "PATH": path, **more}, check=False).returncode
