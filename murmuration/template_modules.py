"""Templates to start from, made from the examples: `python -m murmuration.template_modules` writes `handlers/templates/`.

They are modules, since a package for Lambda is made of modules. A test says when they are not what the examples say.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from handlers import templates
from schemas.document import read
from schemas.shape import read_pipeline

FOLDER: Final = Path(templates.__file__).parent
EXAMPLES: Final = FOLDER.parent.parent / "examples"
_SCHEMA: Final = re.compile(r"^# yaml-language-server:.*\n", re.MULTILINE)
"""It leads to a place beside the example."""
_FILES: Final = frozenset({"handler.py", "requirements.txt"})


def made(examples: Path = EXAMPLES) -> dict[str, str]:
    """By the module's file name."""
    found: dict[str, str] = {}
    for path in sorted((examples / "pipelines").glob("*.yaml")):
        text = _SCHEMA.sub("", path.read_text())
        pipeline = read_pipeline(read(text, file=path.name))
        names = sorted({task.function for task in pipeline.tasks.values() if task.function is not None})
        functions = {name: _files(examples / "functions" / name) for name in names}
        found[f"{path.stem.replace('-', '_')}.py"] = _module(path.name, text, functions)
    return found


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.name in _FILES}


def _module(name: str, text: str, functions: dict[str, dict[str, str]]) -> str:
    lines = [
        f'"""Made from examples/pipelines/{name}. Change it there, and run python -m murmuration.template_modules."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Mapping",
        "from typing import Final",
        "",
        f"TEXT: Final = {_quoted(text)}",
        "FUNCTIONS: Final[Mapping[str, Mapping[str, str]]] = {",
    ]
    for function, files in functions.items():
        lines.append(f'    "{function}": {{')
        lines += [f'        "{file}": {_quoted(content)},' for file, content in files.items()]
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """Over lines as it is: a change of an example reads as a change of its copy."""
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\\\n{escaped}"""'


if __name__ == "__main__":
    for file, content in made().items():
        (FOLDER / file).write_text(content)
