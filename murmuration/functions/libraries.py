"""Libraries of functions: folders on the import path, of which one at most is open at a time.

Two functions in one process may want two versions of a library. So what was imported from a folder is in `sys.modules`
only while that folder is open. It stands last on the path: what the system itself is built with (pydantic, boto3) is
there once, in the system's version.

A library in C is loaded once in a process; many refuse to be loaded again from another folder. Functions that need two
versions of one must not share a process.
"""

from __future__ import annotations

import importlib
import os
import sys
from types import ModuleType


class Libraries:
    def __init__(self) -> None:
        self._open: str | None = None
        self._modules: dict[str, dict[str, ModuleType]] = {}

    def open(self, folder: str | None) -> None:
        if folder == self._open:
            return
        if self._open is not None:
            sys.path.remove(self._open)
            taken = self._modules[self._open] = _below(self._open)
            for name in taken:
                del sys.modules[name]
        self._open = folder
        if folder is not None:
            sys.path.append(folder)
            sys.modules.update(self._modules.get(folder, {}))
        importlib.invalidate_caches()

    def forget(self, folder: str) -> None:
        """It lies there no more."""
        if folder == self._open:
            self.open(None)
        self._modules.pop(folder, None)


def _below(folder: str) -> dict[str, ModuleType]:
    inside = folder + os.sep
    return {name: module for name, module in list(sys.modules.items()) if _place(module).startswith(inside)}


def _place(module: ModuleType) -> str:
    """Its file; of a namespace, which has none, its first folder."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return file
    try:
        return str(next(iter(module.__path__), "")) + os.sep
    except (AttributeError, TypeError):
        return ""
