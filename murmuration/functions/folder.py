"""What a function is on disk, and which there are. Reads text only; nothing of a function is run here."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

HANDLER: Final = "handler.py"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class FunctionNotFound(Exception):
    """There is no such function."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    folder: Path

    @property
    def handler(self) -> Path:
        return self.folder / HANDLER

    def description(self) -> str:
        """The docstring of `handler`, or of the file. Empty when there is none, or when the file cannot be parsed."""
        try:
            tree = ast.parse(self.handler.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return ""
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "handler":
                return ast.get_docstring(node) or ast.get_docstring(tree) or ""
        return ast.get_docstring(tree) or ""


def functions_of(workspace: Path) -> Path:
    return workspace / "functions"


def discover(workspace: Path) -> dict[str, Function]:
    """Every function of a workspace by name, in order. A folder without `handler.py` is none."""
    root = functions_of(workspace)
    if not root.is_dir():
        return {}
    return {
        folder.name: Function(folder.name, folder)
        for folder in sorted(root.iterdir())
        if _NAME.fullmatch(folder.name) and (folder / HANDLER).is_file()
    }


def find(workspace: Path, name: str) -> Function:
    """The function of that name; an error with the nearest names, when there is none."""
    folder = functions_of(workspace) / name
    if _NAME.fullmatch(name) and (folder / HANDLER).is_file():
        return Function(name, folder)
    known = discover(workspace)
    near = get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    advice = f' Did you mean "{near[0]}"?' if near else ""
    raise FunctionNotFound(
        f"There is no function {name!r}: no file functions/{name}/{HANDLER} in the workspace.{advice}"
    )
