"""Clients generated from openapi.json, as users generate them, and used against the running service."""
