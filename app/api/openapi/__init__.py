"""The published document (OpenAPI 3.1), made of the operations and of the very models that read and answer."""

from app.api.openapi.document import openapi_document

__all__ = ["openapi_document"]
