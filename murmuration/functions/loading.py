"""Loading a function: its modules are its own, and a new version takes the place of the old one as a whole.

Two functions in one process may each have a `util.py`. So the modules that come from a function's folder are in
`sys.modules` only while that function runs; another function's are taken out and put back when it is its turn. A module of the
folder also hides an installed package of the same name, but never the standard library, which others lean on.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from murmuration.functions import source as sources
from murmuration.functions.source import Source

HANDLER: Final = "handler"


@dataclass(slots=True, eq=False)
class Loaded:
    """One version of a function, with the modules that it has imported so far."""

    source: Source
    names: frozenset[str]
    modules: dict[str, ModuleType] = field(default_factory=dict)
    hidden: dict[str, ModuleType] = field(default_factory=dict)

    def owns(self, module: str) -> bool:
        return module.partition(".")[0] in self.names


class Shelf(importlib.abc.MetaPathFinder):
    """The functions that this process has loaded; at most one of them is open."""

    def __init__(self) -> None:
        self._loaded: dict[str, Loaded] = {}
        self._open: Loaded | None = None
        self._count = 0
        sys.meta_path.insert(0, self)

    def current(self, folder: str) -> Loaded | None:
        return self._loaded.get(folder)

    def is_current(self, folder: str) -> bool:
        """Whether what is loaded is what lies there now."""
        loaded = self._loaded.get(folder)
        return loaded is not None and loaded.source.is_current()

    def open(self, folder: str) -> Loaded | None:
        """Put the modules of this function in their place. None when it must be loaded first."""
        loaded = self._loaded.get(folder)
        if loaded is not self._open:
            self.close()
            if loaded is not None:
                self._put(loaded)
        return loaded

    def load(self, folder: str) -> ModuleType:
        """Read and run the function's handler.py anew, in place of what was loaded of it before."""
        self.close()
        self._loaded.pop(folder, None)
        source = sources.read(folder)
        loaded = Loaded(source, source.names - sys.stdlib_module_names)
        self._put(loaded)
        try:
            module = importlib.import_module(HANDLER)
        except BaseException:
            self.close()
            raise
        self._loaded[folder] = loaded
        return module

    def keep(self) -> None:
        """After a run: what it has imported from its folder belongs to it."""
        if self._open is not None and len(sys.modules) != self._count:
            self._open.modules = _modules(self._open)
            self._count = len(sys.modules)

    def forget(self, folder: str) -> None:
        """It lies there no more."""
        loaded = self._loaded.pop(folder, None)
        if loaded is not None and loaded is self._open:
            self.close()

    def close(self) -> None:
        """Take the open function's modules away."""
        self.keep()
        loaded, self._open = self._open, None
        if loaded is not None:
            for name in loaded.modules:
                sys.modules.pop(name, None)
            sys.modules.update(loaded.hidden)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if self._open is None or not self._open.owns(fullname):
            return None
        return _spec(self._open.source, fullname)

    def _put(self, loaded: Loaded) -> None:
        loaded.hidden = _modules(loaded) if any(name in sys.modules for name in loaded.names) else {}
        for name in loaded.hidden:
            del sys.modules[name]
        sys.modules.update(loaded.modules)
        self._open = loaded
        self._count = len(sys.modules)


def _modules(loaded: Loaded) -> dict[str, ModuleType]:
    return {name: module for name, module in list(sys.modules.items()) if loaded.owns(name)}


def _spec(source: Source, fullname: str) -> importlib.machinery.ModuleSpec | None:
    base = fullname.replace(".", "/")
    for path, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
        if path in source.files:
            loader = _Loader(source, path)
            places = [f"{source.folder}/{base}"] if is_package else None
            return importlib.util.spec_from_file_location(
                fullname, f"{source.folder}/{path}", loader=loader, submodule_search_locations=places
            )
    if any(path.startswith(f"{base}/") for path in source.files):
        spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [f"{source.folder}/{base}"]
        return spec
    return None


class _Loader(importlib.abc.InspectLoader):
    """Runs a module from the bytes that were read, and shows them to tracebacks."""

    def __init__(self, source: Source, path: str) -> None:
        self._source = source
        self._path = path

    def is_package(self, fullname: str) -> bool:
        return self._path.endswith("__init__.py")

    def get_source(self, fullname: str) -> str:
        return importlib.util.decode_source(self._source.files[self._path])

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source.files[self._path], f"{self._source.folder}/{self._path}", "exec", dont_inherit=True)

    def get_filename(self, fullname: str) -> str:
        return f"{self._source.folder}/{self._path}"

    def get_data(self, path: str) -> bytes:
        """`pkgutil.get_data` of files beside the module."""
        return Path(path).read_bytes()
