"""Methods, paths and headers that no client sends by accident."""

from collections.abc import Iterator
from typing import Final

from app.api.endpoints import OPERATIONS
from tests.hostile.cases import JSON, POSTS, Case, one_of, post, shown, write

EMPTY: Final = b'{"events": []}'
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "PURGE")
NO_METHODS: Final = ("get", "FOO", "G", "POST,GET", "\x00", "GETT", "")
NAMES: Final = (
    *("..", "../..", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%2e%2e%2f", "..;/", ".", "...", "....//"),
    *("%00", "a%00b", "%0d%0aX-Injected:%201", "%ff", "%c0%ae", "%ed%a0%80", "%", "%zz", "%u0041", "%25", "%252e"),
    *("..%5c..%5c", "C:%5cwindows", "~root", "*", "'", '"', "<script>", "%3Cscript%3E", "{type}", "$%7B7*7%7D"),
    *("%F0%9F%9A%80", "%E2%80%AE", "%C5%BF", "__class__", "__init__", "None", "Event%20", "%20Event", "event", "EVENT"),
    *("Event.json", "Event/", "Event/x", "Event;x", "Event%2F", "%45vent", "x" * 8_000, "%41" * 5_000, "a/" * 3_000),
)
RAW_NAMES: Final = (
    *("\u017f".encode(), "\u212a".encode(), "\U0001f680".encode()),
    *(b"\xe9", b"\xff", b"\x80", b"\x7f", b"\x00", b"a\x00b", b"a\tb"),
)
PATHS: Final = (
    *("//", "/./livez", "/../livez", "/livez/", "//livez", "/livez/..", "/%6civez", "/livez%00", "/livez%20"),
    *("/livez%3Fx", "/LIVEZ", "/livez;a=b", "/reduce/", "/schemas/", "/schemas//", "/schemas/Event/..", "/problems/"),
    *("/assets/..", "/assets/../app/main.py", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets//etc/passwd", "/assets"),
    *("/docs/", "/docs/x", "/openapi.json/", "/.git/config", "/.env", "/admin", "/%", "/%%", "/?", "/??", "/#"),
    *("/livez?" + "x" * 20_000, "/" + "x" * 20_000, "/" + "/" * 20_000, "/" + "%2f" * 6_000, "/" + "../" * 6_000),
)
ACCEPTS: Final = (
    *(
        "*/*",
        "application/json",
        "application/*",
        "text/html",
        "image/*",
        "",
        ",",
        ";",
        "*",
        "q=0",
        "*/*;q=0",
        "a/b;q=x",
    ),
    *("application/json;q=", "application/json;q=9e9", "application/json;q=-1", "application/json;" + "a=b;" * 2_000),
    *("a/b," * 5_000, "application/json\t;\tq=0", "\xff\xfe", '"', "application/json;q=0.5;q=0", "text/*;q=1, */*;q=0"),
)
TYPES: Final = {
    **dict.fromkeys(("application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "text/plain"), 200),
    **dict.fromkeys(
        ("application/json;charset=UTF-8;x=y", 'application/json; charset="utf-8"', "application/json;"), 200
    ),
    **dict.fromkeys(("application/xml", "multipart/form-data; boundary=x", "application/jsonx"), 415),
    **dict.fromkeys(("application/x-www-form-urlencoded", "application/json; charset=utf-16", "*/*"), 415),
    **dict.fromkeys(("application/json; charset=utf-7", "application/json; charset=\xff", "application"), 415),
    **dict.fromkeys(("x" * 9_000, "text/json", "application/json, text/plain", "application/vnd.api+json"), 415),
}
ODD_HEADERS: Final = (
    *("X-Request-Id: " + "x" * 9_000, "X-Request-Id: a b", "X-Request-Id: \xff", "X-Request-Id: -", "X-Request-Id:"),
    *("X-Forwarded-For: \xff", "X-Forwarded-For: " + "1.2.3.4, " * 2_000, "X-Forwarded-Proto: javascript"),
    *("X-Forwarded-Host: evil", "Forwarded: for=\xff", "X-Original-URL: /reduce", "X-HTTP-Method-Override: DELETE"),
    *("Host: evil", "Host: a b", "Host: \xff", "Host: ", "Host: [::1", "Origin: null", "Origin: \xff"),
    *("Cookie: " + "a=b; " * 5_000, "Authorization: Basic \xff", "Authorization: ", "Range: bytes=0-1", "TE: trailers"),
    *("If-None-Match: " + '"x", ' * 5_000, "If-None-Match: \xff", "If-Modified-Since: yesterday", "Trailer: X"),
    *(
        "Connection: \xff",
        "Connection: close, keep-alive",
        "Connection: " + "x," * 9_000,
        "Keep-Alive: timeout=9999999",
    ),
    *("Content-Length:  14  ", "Accept-Encoding: bomb", "Accept-Language: " + "x," * 9_000, "Max-Forwards: -1"),
)


def cases() -> Iterator[Case]:
    """Ask in every wrong way."""
    yield from _methods()
    yield from _paths()
    for path in POSTS:
        for accept in ACCEPTS:
            name = f"{path} Accept: {shown(accept)}"
            yield Case(name, post(path, EMPTY, f"Accept: {accept}"), one_of(200, 406, 422))
    for path in (
        "/",
        "/problems",
        "/problems/internal",
        "/schemas",
        "/schemas/Event",
        "/livez",
        "/docs",
        "/openapi.json",
    ):
        for accept in ACCEPTS:
            yield Case(f"GET {path} Accept: {shown(accept)}", write("GET", path, f"Accept: {accept}"), one_of(200, 406))
    for given, status in TYPES.items():
        data = write("POST", "/reduce", f"Content-Type: {given}", body=EMPTY)
        yield Case(f"Content-Type: {shown(given)}", data, one_of(status))
    for header in ODD_HEADERS:
        yield Case(f"GET {shown(header)}", write("GET", "/schemas/Event", header), one_of(200, 400))
        if not header.startswith("Content-Length"):
            yield Case(f"POST {shown(header)}", post("/reduce", EMPTY, header), one_of(200, 400))


def _methods() -> Iterator[Case]:
    known = {operation.path for operation in OPERATIONS} | {"/docs", "/redoc", "/openapi.json", "/nope"}
    for path in sorted(known):
        target = path.replace("{type}", "Event").replace("{code}", "internal").replace("{name}", "overlap")
        for method in METHODS:
            expected = one_of(200) if _answers(method, path) else one_of(200, 204, 400, 404, 405, 422)
            data = write(method, target, JSON, body=b"{}" if method == "POST" else None)
            yield Case(f"{method} {target}", data, expected, is_head=method == "HEAD")
        yield Case(f"GET {target} with a body", write("GET", target, body=b"{}" * 50_000), one_of(200, 404, 405))
    for method in NO_METHODS:
        yield Case(f"method {method!r}", write(method, "/livez"), one_of(400))
    for target in ("elsewhere:80", "/livez", "elsewhere", "[::1]:80", "*"):
        yield Case(f"CONNECT {target}", write("CONNECT", target), one_of(400, 405))


def _answers(method: str, path: str) -> bool:
    is_read = method in ("GET", "HEAD")
    return is_read and any(o.path == path and o.method == "get" for o in OPERATIONS)


def _paths() -> Iterator[Case]:
    for room in ("/schemas", "/problems"):
        for name in NAMES:
            yield Case(f"GET {room}/{shown(name)}", write("GET", f"{room}/{name}"), one_of(200, 400, 404))
        for raw in RAW_NAMES:
            yield Case(f"GET {room}/{raw!r}", write("GET", room.encode() + b"/" + raw), one_of(400, 404))
    for path in PATHS:
        yield Case(f"GET {shown(path)}", write("GET", path), one_of(200, 400, 404))
        yield Case(f"POST {shown(path)}", post(path, EMPTY), one_of(400, 404, 405))
    for address in ("http://evil/livez", "HTTP://evil:99/livez", "http://user:pass@evil/livez", "http://[::1]/livez"):
        yield Case(f"GET {address}", write("GET", address), one_of(200))
    for target in ("http://", "http:///", "ftp://x/livez", "livez", "?", "", "http:/livez", "*", "a:b", "http://a b/"):
        yield Case(f"GET {target!r}", write("GET", target), one_of(200, 400, 404))
