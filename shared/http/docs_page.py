"""/docs: the API document as a page, with nothing from another host and no script in the page.

Swagger UI comes from the wheel of fastapi-offline, of which only the files are used: its app class
would replace ours, and its page starts the script from the page itself, which a strict
Content-Security-Policy forbids.
"""

from collections.abc import Awaitable, Callable
from importlib import resources

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, RedirectResponse

Endpoint = Callable[[], Awaitable[Response]]
PATH = "/docs"
PACKAGE = "fastapi_offline"
FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Swagger UI sets styles of single elements.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<noscript>The document itself is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  layout: "BaseLayout",
  validatorUrl: null,
});
"""


def add_docs(app: FastAPI) -> None:
    """The page, its files, and the way to it from /; they are no part of the document."""
    folder = resources.files(PACKAGE) / "static"
    served = {
        "/": _to_the_page,
        PATH: _text(_PAGE.format(title=app.title), "text/html"),
        f"{PATH}/start.js": _text(_START, "text/javascript"),
        **{f"{PATH}/{name}": _file(str(folder / name), kind) for name, kind in FILES.items()},
    }
    for path, endpoint in served.items():
        app.add_api_route(path, endpoint, methods=["GET", "HEAD"], include_in_schema=False)


async def _to_the_page() -> Response:
    # Relative, as all addresses in the page: the service may stand behind a path of a proxy.
    return RedirectResponse(PATH[1:])


def _text(text: str, kind: str) -> Endpoint:
    async def answer() -> Response:
        return Response(text, headers=_HEADERS, media_type=kind)

    return answer


def _file(path: str, kind: str) -> Endpoint:
    async def answer() -> Response:
        return FileResponse(path, headers=_HEADERS, media_type=kind)

    return answer
