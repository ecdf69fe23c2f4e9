"""Serving the web door beside a server: where it listens, who may come in, and what it tells the rest of the workspace.

`.murmuration/url` has the address for as long as it is served; beside it lies the session's token, for scripts.
"""

from __future__ import annotations

import getpass
import threading
import webbrowser
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Self

from murmuration.local.people import Session
from murmuration.local.web.listening import Listening, listen
from murmuration.settings import settings_of
from murmuration.workspace import Workspace

if TYPE_CHECKING:
    from murmuration.local.server import Server

USUAL_PORT: Final = 8733
URL: Final = "url"
_FIRST_ANSWER_S: Final = 30.0


class Web:
    def __init__(self, workspace: Workspace, server: Server, port: int | None = None) -> None:
        self._workspace = workspace
        self._calls = server.calls
        self._describing = server.describing
        self._session = Session(workspace.state, _owner())
        self._listening = Listening(listen(port, USUAL_PORT), self._app)
        self._url = workspace.state / URL

    def __enter__(self) -> Self:
        half = self._url.with_suffix(".half")
        half.write_text(self.url)
        half.replace(self._url)  # whoever waits for it reads all of it
        self._listening.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Who asks for a change from now on is told that it is not made: the engine has stopped."""
        self._url.unlink(missing_ok=True)
        self._calls.close()
        self._listening.close()
        self._session.close()

    @property
    def url(self) -> str:
        return self._listening.url

    @property
    def token(self) -> str:
        return self._session.token

    def open(self) -> None:
        """In the browser, once it answers."""

        def opened() -> None:
            if self._listening.wait(_FIRST_ANSWER_S):
                webbrowser.open(f"{self.url}/#token={self.token}")

        threading.Thread(target=opened, name="browser", daemon=True).start()

    def _app(self, thread: ThreadPoolExecutor, port: int) -> Any:
        # Loaded in the web's own threads: the engine works already.
        from murmuration.local.house import Answering
        from murmuration.local.web.door import Door
        from murmuration.local.web.lanes import lanes
        from murmuration.local.web.pages import Pages
        from murmuration.system import RandomIds

        answering = Answering(self._workspace, self._calls, self._session, self._describing)
        past = lanes(self._workspace, self._calls, answering.identities, thread)
        origins = settings_of(self._workspace.root).web.origins
        return Door(answering, thread, RandomIds(), port, [*past, Pages()], origins)


def _owner() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name
        return "owner"
