"""Compiled in: `/var/task` cannot be written to, so what is not compiled is compiled at every cold start, for 0.3 s.

Unchecked-hash .pyc say nothing of times, so two builds are the same, and Python takes them without looking at the source.
Only the same minor version can make them: another one is looked for on the PATH and among the managers of versions.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from murmuration.aws.build.target import Target
from schemas.errors import MurmurationError

_ROOT: Final = "/var/task"
"""What a trace calls the folder."""
_ASK: Final = "import sys; print('%d.%d' % sys.version_info[:2])"
_COMPILE: Final = """
import compileall, sys
done = compileall.compile_dir(
    sys.argv[1], quiet=1, force=True, workers=1, maxlevels=30, stripdir=sys.argv[1], prependdir=sys.argv[2],
    invalidation_mode=__import__("py_compile").PycInvalidationMode.UNCHECKED_HASH,
)
sys.exit(not done)
"""


class NotCompiled(MurmurationError):
    code = "not-compiled"


def compile_in(folder: Path, target: Target, root: str = _ROOT) -> bool:
    """False where no Python of the target's version is here: the package works, and starts slower."""
    python = interpreter(target)
    if python is None:
        return False
    asks = [python, "-I", "-c", _COMPILE, str(folder), root]
    done = subprocess.run(asks, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotCompiled(f"something cannot be compiled: {done.stdout.strip()[-500:]}", where=str(folder))
    return True


def interpreter(target: Target) -> str | None:
    """A Python of the target's version. One that is on the PATH may be a stand-in for none."""
    if target.runs_here:
        return sys.executable
    return next((python for python in _candidates(target.python) if _version(python) == target.python), None)


def _candidates(version: str) -> Iterator[str]:
    found = shutil.which(f"python{version}")
    if found is not None:
        yield found
    home = Path.home()
    for pattern in (
        f".pyenv/versions/{version}*/bin/python",
        f".local/share/uv/python/cpython-{version}*/bin/python{version}",
    ):
        yield from map(str, sorted(home.glob(pattern), reverse=True))


def _version(python: str) -> str:
    try:
        asked = subprocess.run([python, "-I", "-c", _ASK], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
