"""`python -m bench`: every benchmark; `python -m bench patterns rules`: some; `--json`: the figures for a program.

A benchmark is a module beside this one with a TITLE and a `run` that yields what was measured and what came of it. Machines
differ and are busy, so a figure is a multiple of something measured in the same run.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table


def main(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    asked = [argument for argument in arguments if argument != "--json"]
    known = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    if unknown := [name for name in asked if name not in known]:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    figures: dict[str, dict[str, str]] = {}
    for name in asked or known:
        module = importlib.import_module(f"bench.{name}")
        if as_json:
            figures[name] = dict(module.run())
        else:
            _print(module.TITLE, module.run())
    if as_json:
        print(json.dumps(figures, indent=2))
    return 0


def _print(title: str, figures: Iterator[tuple[str, str]]) -> None:
    table = Table("measured", "found", title=title, title_justify="left", title_style="bold")
    for what, found in figures:
        table.add_row(what, found)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
