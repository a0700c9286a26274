"""The ASGI application `app.main:app`; the only module that reads the settings when it is imported."""

from app.api.application import create_app
from app.settings import from_environment

app = create_app(from_environment())
