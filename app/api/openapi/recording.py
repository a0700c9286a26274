"""Records what the service really answers to the examples, so that the document never shows an answer made up."""

import asyncio
import json

from starlette.types import ASGIApp, Message

from app.api.application import create_app
from app.api.endpoints import OPERATIONS
from app.api.examples import ONLY, REQUEST_ID, RecordedAnswers
from app.api.negotiation import JSON
from app.api.operation import Operation
from app.settings import Settings


async def record_answers() -> RecordedAnswers:
    """Ask a service of default settings everything that the document gives as an example."""
    app = create_app(Settings.model_construct())
    answers: RecordedAnswers = {}
    async with app.router.lifespan_context(app):
        for operation in OPERATIONS:
            bodies = {name: json.dumps(example["value"]).encode() for name, example in operation.examples.items()}
            if operation.request is None and not str(operation.answer).startswith("text/"):
                bodies[ONLY] = b""
            for name, body in bodies.items():
                status, text = await _ask(app, operation, body)
                answers.setdefault(operation.operation_id, {})[name] = {"status": status, "value": json.loads(text)}
    return answers


async def _ask(app: ASGIApp, operation: Operation, body: bytes) -> tuple[int, bytes]:
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(f"{{{parameter['name']}}}", str(parameter.get("example")))
    headers = {"host": "localhost:8000", "content-type": JSON, "x-request-id": REQUEST_ID}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": operation.method.upper(),
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8_000),
    }
    sent: list[Message] = []
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return incoming.pop() if incoming else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
