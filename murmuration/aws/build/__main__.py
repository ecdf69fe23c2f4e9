"""`python -m murmuration.aws.build NAME FOLDER`: what the Makefile calls when `sam build` asks it to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from murmuration.aws.build.package import build, of_name
from murmuration.aws.build.target import of_variables
from schemas.errors import MurmurationError

_CACHE: Final = "MURMUR_WHEELS"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: python -m murmuration.aws.build NAME FOLDER", file=sys.stderr)
        return 2
    name, folder = arguments
    # The tree that is built is the one that make was called in: SAM may have copied it.
    root = Path.cwd()
    cache = os.environ.get(_CACHE)
    try:
        target = of_variables(os.environ)
        built = build(root, of_name(name), Path(folder), target, Path(cache) if cache else None)
    except MurmurationError as wrong:
        print(
            f"murmur: {wrong.what} {f'({wrong.where})' if wrong.where else ''}\n        {wrong.advice}", file=sys.stderr
        )
        return 1
    told = f"{name}: {built.modules} modules, {', '.join(built.libraries)}; {built.size / 1e6:.1f} MB"
    print(f"{told} for {target.architecture}, Python {target.python}", file=sys.stderr)
    if not built.compiled:
        print(
            f"{name}: not compiled, for want of a Python {target.python} here: cold starts take 0.3 s longer",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
