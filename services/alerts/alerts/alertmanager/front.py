"""Which of the two answers a path: Alertmanager's API, or the service's own HTTP side.

Below the prefix, as Alertmanager's `--web.route-prefix`, both are reached as without it.
"""

import time

from starlette.applications import Starlette
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts.alertmanager.routes import ApiV2
from shared import metrics

OWN = "/api/v2/"
OTHERS = ("/-/healthy", "/-/ready")


class Front:
    """The outermost ASGI app of alerts."""

    def __init__(self, api: ApiV2, app: ASGIApp, prefix: str) -> None:
        self._routes = api.routes()
        self.direct = api.door.route
        self._api = Starlette(routes=self._routes)
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if self._prefix and path.startswith(f"{self._prefix}/"):
            path = path.removeprefix(self._prefix)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        if path.startswith(OWN) or path in OTHERS:
            await self._counted(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        status = 0

        async def noted_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._api(scope, receive, noted_send)
        route = next((one.path for one in self._routes if _is(one, scope)), "other")
        metrics.HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
        metrics.HTTP_DURATION.labels(route).observe(time.perf_counter() - began)


def _is(route: Route, scope: Scope) -> bool:
    return route.matches(scope)[0] is not Match.NONE
