"""Reading a document: bytes in, a `Source` out, never an exception."""

from __future__ import annotations

from dataclasses import replace

from schemas.json_text import read_json
from schemas.problem import Code, Problem
from schemas.source import MAX_BYTES, Builder, Format, Node, Refused, Source
from schemas.text import NotText, Place, decode
from schemas.yaml_text import read_yaml

_BEGIN = "Begin with project: NAME and pipeline: NAME"


def read(data: bytes | str, *, file: str = "", format: Format | None = None) -> Source:
    """A document in YAML or JSON; without a format the file's name tells which, and a name that does not means YAML."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        return Source(file, "", None, (too_large(file, len(raw)),))
    text, builder = "", Builder()
    try:
        text = decode(raw)
        if (format or ("json" if file.lower().endswith(".json") else "yaml")) == "json":
            read_json(text, builder)
        else:
            read_yaml(text, builder)
        root = _mapping(builder.root)
    except NotText as wrong:
        fatal = Problem(Code.UNREADABLE, wrong.what, wrong.advice, line=wrong.place.line, column=wrong.place.column)
        return Source(file, "", None, (replace(fatal, file=file),))
    except Refused as wrong:
        root = None
        builder.problems.append(wrong.problem)
    return Source(file, text, root, tuple(replace(one, file=file) for one in builder.problems), tuple(builder.damaged))


def too_large(file: str, size: int) -> Problem:
    # Whoever reads a pipe stops behind the limit, and does not know how much there is.
    has = f"has {size / 2**20:.1f} MB" if size > MAX_BYTES + 1 else "is larger than that"
    return Problem(
        Code.TOO_LARGE,
        f"a document has at most {MAX_BYTES // 2**20} MB, and the file {has}",
        "Split it into several pipelines, and keep data out of it",
        file=file,
    )


def _mapping(root: Node | None) -> Node:
    if root is None or root.value is None:
        raise Refused(Code.UNREADABLE, "the document is empty", _BEGIN, root.place if root else Place(1, 1))
    if not isinstance(root.children, dict):
        kind = "a list" if isinstance(root.children, list) else "a single value"
        raise Refused(Code.UNREADABLE, f"the document is {kind}, not a mapping", _BEGIN, root.place)
    return root
