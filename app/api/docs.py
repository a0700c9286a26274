"""`/docs`, `/redoc` and `/openapi.json`: the document and its readers, with every asset from this host."""

from importlib.resources import files
from typing import Final

import msgspec
from fastapi import APIRouter
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.api.openapi import openapi_document
from app.api.pages import secured

ASSETS: Final = "/docs/assets"
TITLE: Final = "Mission Collaboration Service"


def asset_files() -> StaticFiles:
    """Serve Swagger UI and ReDoc from the package that ships them."""
    return StaticFiles(directory=str(files("fastapi_offline").joinpath("static")))


def docs_routes() -> APIRouter:
    """Make the pages that people browse."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    async def document(request: Request) -> Response:
        return Response(msgspec.json.encode(openapi_document()), media_type="application/json")

    @router.get("/docs")
    async def swagger_ui(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        page = get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=TITLE,
            swagger_js_url=f"{root}{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{ASSETS}/favicon.png",
            swagger_ui_parameters={"tryItOutEnabled": True, "defaultModelsExpandDepth": 0},
        )
        return secured(page)

    @router.get("/redoc")
    async def redoc(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        page = get_redoc_html(
            openapi_url=f"{root}/openapi.json",
            title=TITLE,
            redoc_js_url=f"{root}{ASSETS}/redoc.standalone.js",
            redoc_favicon_url=f"{root}{ASSETS}/favicon.png",
            with_google_fonts=False,
        )
        return secured(page)

    return router
