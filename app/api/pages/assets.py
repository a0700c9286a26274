"""The files that the pages are made with, read once and served from this host, with caching."""

from collections.abc import Mapping
from functools import cache
from importlib.abc import Traversable
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.caching import Document, answer, document
from app.problems import KINDS, Problem

OURS: Final = "/assets"
READERS: Final = "/docs/assets"
MEDIA_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
LOGO: Final = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
"""What ReDoc would load from its maker's host, for its footer."""
NO_LOGO: Final = b"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"


OWN_FILES: Final = ("pages.css", "header.css", "pages.js", "tokens.css", "explore.css", "explore.js", "icon.svg")
READER_FILES: Final = ("swagger.js", "redoc.js", "readers.css")
SHIPPED_FILES: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js")


def our_assets() -> Route:
    """Serve the stylesheets, the script and the icon of our own pages."""
    return _served(OURS, _in(files("app.api.pages").joinpath("assets"), OWN_FILES))


def reader_assets() -> Route:
    """Serve Swagger UI and ReDoc from the package that ships them, and what starts them here."""
    shipped = _in(files("fastapi_offline").joinpath("static"), SHIPPED_FILES)
    return _served(READERS, shipped | _in(files("app.api.pages").joinpath("assets"), READER_FILES))


def _in(folder: Traversable, names: tuple[str, ...]) -> dict[str, Traversable]:
    return {name: folder.joinpath(name) for name in names}


def _served(prefix: str, known: Mapping[str, Traversable]) -> Route:
    @cache
    def read(name: str) -> Document:
        content = known[name].read_bytes().replace(LOGO, NO_LOGO)
        return document(content, MEDIA_TYPES[name.rpartition(".")[2]])

    async def asset(request: Request) -> Response:
        name = request.path_params["file"]
        if name not in known:
            raise Problem("not-found", f"{KINDS['not-found'].title}: {request.scope['path'][:200]}.")
        return answer(read(name), request.headers.get("if-none-match"))

    return Route(f"{prefix}/{{file}}", asset, methods=["GET"], include_in_schema=False)
