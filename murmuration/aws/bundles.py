"""Bundles: users' functions in the artifact bucket, named by what they hold; fetched, checked and loaded.

    bundles/SHA256.zip       the code of a function (`handler.py` at its top), or the libraries of a `requirements.txt`,
                             as `pip install --target` leaves them. Never changed: its name is the hash of its bytes.
    functions/PROJECT.json   the project's manifest: which bundles each of its functions is made of. Put last, as a whole.

        {"functions": {"resize": {"code": "9f86d0...", "libraries": "60303a..."}, "add": {"code": "fcde2b..."}}}

`pack` makes the same bytes of the same files, so what has not changed is not uploaded again, and functions with equal
requirements share their libraries.

What must always hold
  1. Only bytes whose hash is the bundle's name are run.
  2. A function's modules are its own (`murmuration.functions.loading`), and so are those of its libraries.
  3. A manifest is looked at again after a while; an attempt that has begun keeps the code that it began with.
  4. The disk has room for so much: what was used longest ago makes room, but nothing that is open.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from botocore.exceptions import ClientError
from pydantic import StringConstraints, ValidationError

from events.ports import Clock, Unavailable
from murmuration.aws.clients import Clients
from murmuration.aws.refusals import AwsRefused, code_of, translated
from murmuration.functions.calling import Handler, handler
from murmuration.functions.folder import FunctionNotFound
from murmuration.functions.libraries import Libraries
from murmuration.functions.loading import Shelf
from schemas.model import Model
from schemas.names import did_you_mean

LOOK_AGAIN_MS: Final = 30_000
MOST_BYTES: Final = 400 * 1024 * 1024
"""A Lambda's /tmp has 512 MB unless it is given more."""
_LEFT_OUT: Final = frozenset({"__pycache__", ".git", ".mypy_cache", ".ruff_cache"})
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_WHERE: Final = "S3"

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class BadBundle(AwsRefused):
    code = "bad-bundle"


class Parts(Model):
    """The bundles of one function."""

    code: Digest
    libraries: Digest | None = None


class Manifest(Model):
    functions: dict[str, Parts] = {}


def bundle_key(digest: str) -> str:
    return f"bundles/{digest}.zip"


def manifest_key(project: str) -> str:
    return f"functions/{project}.json"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pack(folder: Path) -> bytes:
    """A folder as a bundle. The same files give the same bytes, whenever and wherever they were written."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and not _LEFT_OUT.intersection(name.parts):
                entry = zipfile.ZipInfo(name.as_posix(), _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
                bundle.writestr(entry, path.read_bytes())
    return content.getvalue()


class Bundles:
    def __init__(
        self, clients: Clients, bucket: str, clock: Clock, folder: Path, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock
        self._disk = _Disk(folder, most_bytes)
        self._manifests: dict[str, tuple[int, Mapping[str, Parts]]] = {}
        self._handlers: dict[Parts, Handler] = {}
        self._shelf = Shelf()
        self._libraries = Libraries()

    def handler(self, project: str, function: str) -> Handler:
        """The function, ready to be called: its modules are in their place until another's are asked for."""
        functions = self._functions(project)
        parts = functions.get(function)
        if parts is None:
            told = f"There is no function {function!r} of {project} on AWS."
            advice = did_you_mean(function, functions) or "Deploy it: murmur deploy"
            raise FunctionNotFound(f"{told} {advice}")
        code = self._folder(parts.code)
        self._libraries.open(None if parts.libraries is None else self._folder(parts.libraries))
        known = self._handlers.get(parts)
        if known is not None and self._shelf.open(code) is not None:
            return known
        found = self._handlers[parts] = handler(self._shelf.load(code))
        return found

    def close(self) -> None:
        """After a run: what it has imported is its own, and what runs now sees no module of a function's."""
        self._shelf.open("")

    def _functions(self, project: str) -> Mapping[str, Parts]:
        now = self._clock.now()
        known = self._manifests.get(project)
        if known is not None and now - known[0] < LOOK_AGAIN_MS:
            return known[1]
        try:
            content = self._get(manifest_key(project))
            functions = {} if content is None else Manifest.model_validate_json(content).functions
        except Unavailable:
            if known is None:
                raise
            functions = dict(known[1])
        except ValidationError as wrong:
            raise BadBundle(f"the manifest of {project} is none: {wrong.error_count()} mistakes") from None
        self._manifests[project] = (now, functions)
        return functions

    def _folder(self, name: str) -> str:
        """Where the bundle lies unpacked. One that makes room for it is forgotten as a whole."""
        found = self._disk.find(name)
        if found is None:
            content = self._get(bundle_key(name))
            if content is None:
                raise BadBundle(f"the bundle {name} is gone", advice="Deploy again: murmur deploy")
            if digest(content) != name:
                raise BadBundle(f"the bundle {name} holds something else", advice="Deploy again: murmur deploy")
            for gone in self._disk.make_room(zipfile.ZipFile(io.BytesIO(content))):
                self._shelf.forget(gone)
                self._libraries.forget(gone)
            found = self._disk.unpack(name, content)
        return found

    def _get(self, key: str) -> bytes | None:
        client: Any = self._clients.s3
        with translated(_WHERE):
            try:
                content: bytes = client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as wrong:
                if code_of(wrong) not in ("NoSuchKey", "404"):
                    raise
                return None
        return content


class _Disk:
    """Unpacked bundles by name, those used last at the end."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._sizes: OrderedDict[str, int] = OrderedDict()

    def find(self, name: str) -> str | None:
        if name not in self._sizes:
            return None
        self._sizes.move_to_end(name)
        return str(self._folder / name)

    def make_room(self, bundle: zipfile.ZipFile) -> list[str]:
        """Which folders had to go."""
        size = sum(entry.file_size for entry in bundle.infolist())
        gone: list[str] = []
        # The last one may be the other half of the function that is about to run.
        while len(self._sizes) > 1 and sum(self._sizes.values()) + size > self._most:
            name, _ = self._sizes.popitem(last=False)
            shutil.rmtree(self._folder / name)
            gone.append(str(self._folder / name))
        return gone

    def unpack(self, name: str, content: bytes) -> str:
        if not self._sizes:
            # Of a process before this one, which died.
            shutil.rmtree(self._folder, ignore_errors=True)
        place, half = self._folder / name, self._folder / f"{name}.half"
        shutil.rmtree(half, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            bundle.extractall(half)
            self._sizes[name] = sum(entry.file_size for entry in bundle.infolist())
        shutil.rmtree(place, ignore_errors=True)
        half.rename(place)
        return str(place)
