"""The API's own description: the OpenAPI document, and a page that shows it and tries it out.

    GET /openapi.json     for programs
    GET /docs             for people: Swagger UI, which Powertools brings along, in one page that asks nobody else for anything

Both are open, since they hold no more than this source does. What a workspace's functions are called and take is told to those
who may read functions. The page runs the two scripts that are in it and nothing else: its policy names them by their hashes. A
token after the `#` of its address is used to ask, as in the designer's, and is sent nowhere else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import orjson
from aws_lambda_powertools.event_handler import Response

from handlers.api import edited
from handlers.api.asked import Here
from handlers.api.routes import OPEN, Routes
from handlers.auth import Operation
from schemas.model import JsonObject

if TYPE_CHECKING:
    from handlers.api.app import Api
    from handlers.api.house import House

_ASSETS: Final = "aws_lambda_powertools.event_handler.openapi.swagger_ui"
_START: Final = """
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const bearer = (request) => {
  if (token && !request.headers.Authorization) request.headers.Authorization = "Bearer " + token;
  return request;
};
window.ui = SwaggerUIBundle({
  dom_id: "#swagger-ui", url: location.pathname.replace(/\\/docs\\/?$/, "/openapi.json"), validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", deepLinking: false, filter: true,
  tryItOutEnabled: true, displayRequestDuration: true, docExpansion: "list", requestInterceptor: bearer,
});
"""


class Docs:
    def __init__(self, api: Api, house: House, paths: Callable[[], JsonObject] | None) -> None:
        """`paths` are those of the workspace's functions, as the document has them."""
        self._api = api
        self._house = house
        self._paths = paths

    def routes(self) -> Routes:
        routes = Routes("about")
        routes.get("/openapi.json", OPEN, self.document, "What there is to ask, as an OpenAPI document")
        routes.get("/docs", OPEN, self.page, "What there is to ask, for people", listed=False)
        return routes

    def document(self, asked: Here) -> Response[str]:
        from handlers.api.openapi import with_functions

        document = self._own
        if self._paths is not None and asked.caller.may_somewhere(Operation.FUNCTION_READ):
            document = with_functions(document, self._paths())
        content = orjson.dumps(document)
        return edited.answer(content.decode(), hashlib.sha256(content).hexdigest()[:24])

    def page(self) -> Response[str]:
        html, policy, version = _page()
        headers = {"content-security-policy": policy, "cache-control": "no-cache", "etag": edited.tag(version)}
        return Response(200, "text/html; charset=utf-8", html, headers=headers)

    @cached_property
    def _own(self) -> JsonObject:
        from handlers.api.openapi import document

        return document(self._api.resolver, self._api.routes, self._house.version)


@cache
def _page() -> tuple[str, str, str]:
    assets = files(_ASSETS)
    bundle = assets.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8")
    style = assets.joinpath("swagger-ui.min.css").read_text(encoding="utf-8")
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Murmuration: the API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f'<body><div id="swagger-ui"></div><script>{bundle}</script><script>{_START}</script></body></html>'
    )
    policy = (
        f"default-src 'none'; script-src {_hashed(bundle)} {_hashed(_START)}; style-src 'unsafe-inline'; "
        "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html, policy, hashlib.sha256(html.encode()).hexdigest()[:24]


def _hashed(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
