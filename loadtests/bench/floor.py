"""The floor: what a Python server needs merely to parse a body. Nothing is checked, nothing is answered."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

Message = dict[str, Any]
HEAD: Final[Message] = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
}
BODY: Final[Message] = {"type": "http.response.body", "body": b"{}"}


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Read the body, decode it into plain objects, answer two bytes."""
    if scope["type"] != "http":
        return
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    if body := b"".join(chunks):
        msgspec.json.decode(body)
    await send(HEAD)
    await send(BODY)
