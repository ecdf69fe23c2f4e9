"""Which modules a function can reach. Read from the text of our packages; nothing is imported.

A module's top level runs whenever it is imported. What is inside a function runs when it is called, and here counts as called
once anything that is reached mentions its name. So an import inside a method that a function never names costs its
package nothing, and none is left out that could be needed: a name too many is harmless.

    import_module("a.b")          is an import of a.b, if that is ours; a library asked for so is one that may be missing
    import_module(f"a.b.{name}")  is an import of all that lies in a.b
    if TYPE_CHECKING: ...         is not there
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from schemas.errors import MurmurationError

PACKAGES: Final = ("schemas", "events", "handlers", "murmuration")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class NoEntry(MurmurationError):
    code = "no-entry"


@dataclass(frozen=True, slots=True)
class Closure:
    modules: frozenset[str]
    """Ours, with the packages that they lie in."""
    libraries: frozenset[str]
    """The top names of what is not ours and not Python's own."""


@dataclass(slots=True)
class _Unit:
    """What runs together: a module's top level, or one function of it."""

    names: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    """Packages of which any module may be imported."""


@dataclass(slots=True)
class _Module:
    top: _Unit
    functions: list[tuple[str, _Unit]]


def closure(root: Path, module: str, function: str | None = None) -> Closure:
    """What `function` of `module` can reach, or all of the module where none is named. `root` holds our packages."""
    return _Walk(root, module, function).closure()


class _Walk:
    def __init__(self, root: Path, entry: str, function: str | None) -> None:
        self._root = root
        self._entry = entry
        self._function = function
        self._modules: dict[str, _Module] = {}
        self._libraries: set[str] = set()
        self._names: set[str] = set()
        self._waiting: dict[str, list[_Unit]] = {}

    def closure(self) -> Closure:
        self._module(self._entry)
        return Closure(frozenset(self._modules), frozenset(self._libraries))

    def _module(self, name: str) -> None:
        if name in self._modules:
            return
        file = _file(self._root, name)
        if file is None:
            raise NoEntry(f"there is no module {name}", where=str(self._root))
        self._modules[name] = read = _read(file)
        parent = name.rpartition(".")[0]
        if parent:
            self._module(parent)
        functions = read.functions
        if name == self._entry and self._function is not None:
            functions = self._only(functions)
        self._reach(read.top)
        for called, unit in functions:
            if called in self._names or (called.startswith("__") and called.endswith("__")):
                self._reach(unit)
            else:
                self._waiting.setdefault(called, []).append(unit)

    def _only(self, functions: Sequence[tuple[str, _Unit]]) -> list[tuple[str, _Unit]]:
        """Of the doors, the one; and what it calls beside it. Other doors have names that everybody mentions."""
        here = dict(functions)
        wanted = here.get(str(self._function))
        if wanted is None:
            raise NoEntry(
                f"there is no function {self._function} in {self._entry}",
                advice=f"It has {', '.join(sorted(name for name in here if not name.startswith('_')))}",
            )
        reached = [wanted]
        named = {str(self._function)}
        for unit in reached:
            inside = [name for name in here if name in unit.names and name not in named]
            named.update(inside)
            reached += [here[name] for name in inside]
        return [("__entry__", unit) for unit in reached]

    def _reach(self, unit: _Unit) -> None:
        for name in unit.names - self._names:
            self._names.add(name)
            for waiting in self._waiting.pop(name, ()):
                self._reach(waiting)
        for wanted in unit.imports:
            self._import(wanted)
        for folder in unit.folders:
            for name in _inside(self._root, folder):
                self._module(name)

    def _import(self, wanted: str) -> None:
        """`from a.b import c` may mean a module or something in one."""
        top = wanted.partition(".")[0]
        if top not in PACKAGES:
            if top not in sys.stdlib_module_names:
                self._libraries.add(top)
            return
        found = wanted if _file(self._root, wanted) is not None else wanted.rpartition(".")[0]
        self._module(found)


@cache
def _file(root: Path, module: str) -> Path | None:
    path = root.joinpath(*module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def file_of(root: Path, module: str) -> Path:
    file = _file(root, module)
    assert file is not None, "it was read to find out"
    return file


def _inside(root: Path, package: str) -> Iterator[str]:
    folder = root.joinpath(*package.split("."))
    for file in sorted(folder.glob("*.py")):
        yield package if file.stem == "__init__" else f"{package}.{file.stem}"


@cache
def _read(file: Path) -> _Module:
    top = _Unit()
    functions: list[tuple[str, _Unit]] = []
    _split(ast.parse(file.read_bytes()).body, top, functions)
    return _Module(top, functions)


def _split(body: Sequence[ast.stmt], top: _Unit, functions: list[tuple[str, _Unit]]) -> None:
    """What runs at once, and what runs when it is called: functions of a module, and methods of its classes."""
    for statement in body:
        match statement:
            case ast.If(test=test, orelse=other) if _types_only(test):
                _split(other, top, functions)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                functions.append((statement.name, _unit_of(statement)))
                _note_all((*statement.decorator_list, *statement.args.defaults, *statement.args.kw_defaults), top)
            case ast.ClassDef():
                _note_all((*statement.decorator_list, *statement.bases, *statement.keywords), top)
                _split(statement.body, top, functions)
            case _:
                _note(statement, top)


def _unit_of(function: _Function) -> _Unit:
    unit = _Unit()
    _note_all(function.body, unit)
    return unit


def _note_all(nodes: Iterable[ast.AST | None], unit: _Unit) -> None:
    for node in nodes:
        if node is not None:
            _note(node, unit)


def _note(node: ast.AST, unit: _Unit) -> None:
    match node:
        case ast.If(test=test, orelse=other) if _types_only(test):
            _note_all(other, unit)
            return
        case ast.Import():
            unit.imports.update(alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module)):
            unit.imports.update(f"{module}.{alias.name}" for alias in node.names)
            # Bringing a name along mentions nothing yet; giving it another does.
            unit.names.update(alias.name for alias in node.names if alias.asname)
        case ast.Name():
            unit.names.add(node.id)
        case ast.Attribute():
            unit.names.add(node.attr)
        case ast.Call():
            _call(node, unit)
    _note_all(ast.iter_child_nodes(node), unit)


def _call(call: ast.Call, unit: _Unit) -> None:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    match called, call.args:
        case "import_module", [ast.Constant(value=str(name)), *_] if name.partition(".")[0] in PACKAGES:
            unit.imports.add(name)
        case "import_module", [ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]), *_]:
            unit.folders.add(start.rstrip("."))
        case "files", [ast.Constant(value=str(name)), *_]:
            unit.imports.add(name)
        case "getattr", [_, ast.Constant(value=str(name)), *_]:
            unit.names.add(name)


def _types_only(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False
