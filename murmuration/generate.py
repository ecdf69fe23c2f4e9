"""Files that are made from the models: `python -m murmuration.generate` writes them, `--check` says which have drifted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import orjson

import schemas
from murmuration.asyncapi import asyncapi
from murmuration.json_schemas import data_schemas, document_schemas
from murmuration.openapi import openapi, with_endpoints
from murmuration.typescript import typescript

FOLDER = Path(schemas.__file__).parent
PAGE = FOLDER.parent / "docs" / "api.md"
"""Its table of endpoints is made, too."""
TYPES = FOLDER.parent / "designer" / "src" / "api" / "generated" / "schema.ts"
_MADE = ("*.schema.json", "asyncapi.json", "openapi.json")


@cache
def made() -> Mapping[str, bytes]:
    """Every generated file's content, by its name in the folder."""
    documents = {**document_schemas(), **data_schemas(), "asyncapi.json": asyncapi(), "openapi.json": openapi()}
    return {name: orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n" for name, document in documents.items()}


def drifted(folder: Path) -> Sequence[str]:
    """Names of the files that are not what the models say: changed, missing, or nobody's any more."""
    wanted = made()
    there = {path.name: path.read_bytes() for pattern in _MADE for path in folder.glob(pattern)}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(folder: Path) -> Sequence[str]:
    """Bring the folder up to date; the names of what has changed."""
    wanted = made()
    changed = drifted(folder)
    for name in changed:
        if name in wanted:
            (folder / name).write_bytes(wanted[name])
        else:
            (folder / name).unlink()
    return changed


def stale(page: Path, types: Path) -> Mapping[Path, str]:
    """What these should be, of those that are there and are not."""
    document = orjson.loads(made()["openapi.json"])
    made_of: Mapping[Path, Callable[[str], str]] = {
        page: lambda there: with_endpoints(there, document),
        types: lambda _: typescript(document),
    }
    found: dict[Path, str] = {}
    for path, make in made_of.items():
        there = path.read_text() if path.is_file() else None
        if there is not None and (wanted := make(there)) != there:
            found[path] = wanted
    return found


def main(arguments: Sequence[str], folder: Path = FOLDER, page: Path = PAGE, types: Path = TYPES) -> int:
    if list(arguments) not in ([], ["--check"]):
        print("Usage: python -m murmuration.generate [--check]", file=sys.stderr)
        return 2
    beside = stale(page, types)
    if not arguments:
        for name in write(folder):
            print(f"wrote {folder.name}/{name}")
        for path, text in beside.items():
            path.write_text(text)
            print(f"wrote {path.parent.name}/{path.name}")
        return 0
    names = [f"{folder.name}/{name}" for name in drifted(folder)]
    names += [f"{path.parent.name}/{path.name}" for path in beside]
    for name in names:
        print(f"{name} is not what the models say. Run: make generate", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
