"""Stands between a service and its callers, and changes what goes in or what comes out."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.asgi import Application, Message, Receive, Send
from conformance.kinds import Object
from conformance.model import Json

from .variant import Around

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Exchange:
    """A request's body and the answer to it."""

    path: str
    sent: bytes
    status: int = 0
    headers: Headers = ()
    body: bytes = b""

    def saying(self, body: bytes) -> "Exchange":
        """Give the same answer with another body, its length and digest adjusted."""
        digest = base64.b64encode(hashlib.sha256(body).digest())
        fresh = {b"content-length": str(len(body)).encode(), b"repr-digest": b"sha-256=:" + digest + b":"}
        return replace(self, headers=tuple((name, fresh.get(name, value)) for name, value in self.headers), body=body)


Read = Callable[[str, bytes], bytes]
Reply = Callable[[Exchange], Exchange]


def between(*, read: Read = lambda path, body: body, reply: Reply = lambda exchange: exchange) -> Around:
    """Change bodies on their way in and answers on their way out."""

    def around(app: Application) -> Application:
        async def pass_on(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            sent = await whole_body(receive)
            content = read(scope["path"], sent)
            answers: list[Message] = []

            async def hand_over() -> Message:
                return {"type": "http.request", "body": content, "more_body": False}

            async def keep(message: Message) -> None:
                answers.append(message)

            await app({**scope, "headers": with_length(scope["headers"], content)}, hand_over, keep)
            for message in messages(reply(exchange_of(scope["path"], sent, answers))):
                await send(message)

        return pass_on

    return around


async def whole_body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def with_length(headers: list[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """Adjust a request's declared length to its new body, and ask for an answer without coding."""
    length = str(len(body)).encode()
    kept = [(name, value) for name, value in headers if name.lower() != b"accept-encoding"]
    return [(name, length if name.lower() == b"content-length" else value) for name, value in kept]


def exchange_of(path: str, sent: bytes, answers: list[Message]) -> Exchange:
    body = b"".join(message.get("body", b"") for message in answers)
    return Exchange(path, sent, answers[0]["status"], tuple(answers[0]["headers"]), body)


def messages(exchange: Exchange) -> tuple[Message, Message]:
    start = {"type": "http.response.start", "status": exchange.status, "headers": list(exchange.headers)}
    return start, {"type": "http.response.body", "body": exchange.body}


def object_of(text: bytes) -> Object | None:
    """Read a JSON object; None for anything else."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def listed(request: Object) -> list[Object]:
    """Give the events of a request."""
    found = request.get("events")
    return [event for event in found if isinstance(event, dict)] if isinstance(found, list) else []


def compact(value: Json) -> bytes:
    """Write JSON as the service does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def requests(change: Callable[[Object], Object]) -> Around:
    """Change every request that is a JSON object."""

    def read(path: str, body: bytes) -> bytes:
        request = object_of(body)
        return body if request is None else compact(change(request))

    return between(read=read)


def events(change: Callable[[Object], Json]) -> Around:
    """Change every event that is sent, alone or in a batch."""

    def altered(request: Object) -> Object:
        if not isinstance(listed := request.get("events"), list):
            return request
        return {**request, "events": [change(event) if isinstance(event, dict) else event for event in listed]}

    return requests(altered)


def members(change: Callable[[str, Json], Json]) -> Around:
    """Change the members of all objects that are sent, however deep; `change` is given name and value."""

    def altered(value: Json) -> Json:
        if isinstance(value, list):
            return [altered(element) for element in value]
        if isinstance(value, dict):
            return {name: change(name, altered(member)) for name, member in value.items()}
        return value

    return requests(lambda request: {name: altered(member) for name, member in request.items()})


def replies(change: Callable[[Object, Object], Object], *, to: str, refusals: bool = False) -> Around:
    """Change what a path answers: its good answers, or else its refusals; `change` is given the request too."""

    def reply(exchange: Exchange) -> Exchange:
        answer, request = object_of(exchange.body), object_of(exchange.sent)
        if exchange.path != to or answer is None or request is None or refusals != (exchange.status >= 400):
            return exchange
        return exchange.saying(compact(change(answer, request)))

    return between(reply=reply)


def states(change: Callable[[Object, Object], Object]) -> Around:
    """Change every state that is answered; `change` is given the request too."""
    return replies(change, to="/reduce")
