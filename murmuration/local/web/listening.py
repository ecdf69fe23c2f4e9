"""Listening: the web door in a thread of its own, beside the engine's. It begins when it is told to and ends with its server.

Loading what it stands on takes a good part of a second, so it is done in that thread, while the engine already works. When it ends,
who waits is told what there is, and whoever has asked is answered; nobody new is let in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from schemas.errors import MurmurationError

log = logging.getLogger("murmuration.web")

LOOPBACK: Final = "127.0.0.1"
_ANSWERING_S: Final = 3
"""So long those get, at the end, who are being answered."""
_CLOSING_S: Final = 6.0
_MOST: Final = 2_048


class PortTaken(MurmurationError):
    code = "port-taken"


def listen(port: int | None, usual: int) -> socket.socket:
    """At that port; without one at the usual one, or where that is taken at any that is free."""
    for wanted in (usual, 0) if port is None else (port,):
        # asyncio sends at once only where a socket says that it is TCP's; else an answer in two parts takes 40 ms.
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((LOOPBACK, wanted))
        except OSError as wrong:
            made.close()
            if port is not None:
                raise PortTaken(
                    f"port {port} cannot be had: {wrong.strerror}",
                    advice="Name another: murmur up --port 0 takes a free one",
                ) from None
            continue
        made.listen(512)
        return made
    raise PortTaken("no port is free", advice="End what holds them")


class Listening:
    def __init__(self, socket_: socket.socket, app: Callable[[ThreadPoolExecutor, int], Any]) -> None:
        """`app` makes the ASGI app, in the executor's one thread. Its `end` is called, on the loop, when it is to come to an end."""
        self._socket = socket_
        self._app = app
        self._end: Callable[[], object] | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)
        self._begun = threading.Event()
        self.failed: Exception | None = None

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """True once it answers."""
        return self._begun.wait(seconds) and self.failed is None

    def close(self) -> None:
        if self._end is not None:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                self._end()
        if self._thread.is_alive():
            self._thread.join(_CLOSING_S)
        self._socket.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as wrong:
            self.failed = wrong
            log.exception("the web door is closed")
        finally:
            self._begun.set()

    async def _serve(self) -> None:
        import uvicorn

        from murmuration.local.web.wire import Wire

        with ThreadPoolExecutor(1, thread_name_prefix="api") as thread:
            loop = asyncio.get_running_loop()
            app = await loop.run_in_executor(thread, self._app, thread, self.port)
            config = uvicorn.Config(
                app,
                http=Wire,
                loop="asyncio",
                lifespan="off",
                access_log=False,
                proxy_headers=False,
                log_config=None,
                server_header=False,
                date_header=True,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_ANSWERING_S,
                limit_concurrency=_most(),
                backlog=512,
            )
            server = uvicorn.Server(config)

            def end() -> None:
                server.should_exit = True
                app.end()

            self._end = lambda: loop.call_soon_threadsafe(end)
            serving = asyncio.create_task(server.serve([self._socket]))
            while not server.started and not serving.done():
                await asyncio.sleep(0.005)
            self._begun.set()
            await serving


def _most() -> int:
    """Connections at once. Half of what a process may hold open is left to the engine."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else max(16, min(_MOST, soft // 2))
