"""The HTTP side of the backend: `uvicorn --factory backend.app:create_app`."""

import json
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import psycopg
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse
from psycopg import Connection
from psycopg_pool import ConnectionPool

from .events import Json
from .intake import Intake
from .service import Service, TryLaterError
from .store import Row

ATTEMPTS, LONGEST_WAIT = 3, 5.0
TABLES = (Path(__file__).parent / "tables.sql").read_text("utf-8")
Pool = ConnectionPool[Connection[Row]]
MissionId = Annotated[str, PathParameter(pattern=r"^[^\x00]+$")]


def create_app() -> FastAPI:
    """Make the backend from DATABASE_URL and SERVICE_URL; DATABASE_PASSWORD_FILE and SERVICE_KEY_FILE are secrets."""
    key, password = secret("SERVICE_KEY_FILE"), secret("DATABASE_PASSWORD_FILE")
    headers = {"X-API-Key": key} if key else {}
    http = httpx.Client(base_url=os.environ["SERVICE_URL"], headers=headers, timeout=90)
    return backend(open_pool(os.environ["DATABASE_URL"], password), Service(http))


def secret(variable: str) -> str | None:
    """Read the first word of a file that a variable names."""
    return Path(os.environ[variable]).read_text("utf-8").split()[0] if variable in os.environ else None


def open_pool(database: str, password: str | None = None) -> Pool:
    """Make the tables, and a pool that checks connections before use, since a database may be restarted."""
    options = {"password": password} if password else {}
    pool = Pool(database, kwargs=options, max_size=10, check=ConnectionPool.check_connection, open=True)
    with pool.connection(timeout=60) as db:
        db.execute("SELECT pg_advisory_xact_lock(19)")  # several backends may start at once
        if db.execute("SELECT to_regclass('dead_letters')").fetchone() == (None,):  # where they are, do not lock them
            db.execute(TABLES)
    return pool


def backend(pool: Pool, service: Service) -> FastAPI:
    """Put the endpoints together."""
    app, intake = FastAPI(title="Backend"), Intake(pool, service)

    @app.post("/events")
    def post_events(events: Annotated[list[Any], Depends(sent_events)]) -> Json:
        return {"results": patiently(intake, events)}

    @app.get("/missions/{mission_id:path}/state")
    def get_state(mission_id: MissionId) -> Response:
        return Response(state_of(pool, mission_id), media_type="application/json")

    @app.get("/missions/{mission_id:path}/presence")
    def get_presence(mission_id: MissionId) -> list[Json]:
        return service.presence(state_of(pool, mission_id))

    @app.get("/missions/{mission_id:path}/events")
    def get_events(mission_id: MissionId) -> StreamingResponse:
        return StreamingResponse(lines(pool, mission_id), media_type="application/x-ndjson")

    @app.get("/dead-letters")
    def get_dead_letters(limit: int = 100) -> Response:
        newest = "SELECT mission_id, reason, body FROM dead_letters ORDER BY arrived DESC LIMIT %s"
        with pool.connection() as db:
            found = db.execute(newest, (limit,)).fetchall()
        letters = [{"mission_id": mission_id, **reason, "event": body} for mission_id, reason, body in found]
        return Response(json.dumps(letters), media_type="application/json")  # in ASCII: texts may be half characters

    return app


def patiently(intake: Intake, events: list[Any]) -> list[Json]:
    """Try again if the service or the database is unavailable, as long as a client may wait."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return intake.receive(events)
        except (TryLaterError, psycopg.OperationalError) as error:
            seconds = min(getattr(error, "seconds", 1.0), LONGEST_WAIT)
        if attempt < ATTEMPTS:
            time.sleep(seconds)
    raise HTTPException(503, "Send it again.", {"Retry-After": str(math.ceil(seconds))})


async def sent_events(request: Request) -> list[Any]:
    """Read a list of events, an object that has it as `events`, or NDJSON."""
    body = await request.body()
    try:
        if "ndjson" in request.headers.get("content-type", ""):
            return [parsed(line) for line in body.splitlines() if line.strip()]
        sent = parsed(body)
        return list(sent["events"] if isinstance(sent, dict) else sent)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise HTTPException(400, f"That is not a list of events: {error!r}") from None


def parsed(text: bytes) -> Any:
    return json.loads(text, parse_float=finite, parse_constant=finite)


def finite(text: str) -> float:
    if math.isfinite(number := float(text)):
        return number
    raise ValueError(f"{text:.40} is not a JSON number")


def state_of(pool: Pool, mission_id: str) -> str:
    with pool.connection() as db:
        row = db.execute("SELECT state::text FROM missions WHERE mission_id = %s", (mission_id,)).fetchone()
    if row is None or row[0] in (None, "null"):
        raise HTTPException(404, "No event of this mission has been taken in.")
    return str(row[0])


def lines(pool: Pool, mission_id: str) -> Iterator[str]:
    """Go through a mission's events in the order in which they came."""
    with pool.connection() as db, db.cursor("lines") as cursor:
        cursor.execute("SELECT body::text FROM events WHERE mission_id = %s ORDER BY arrived", (mission_id,))
        for (body,) in cursor:
            yield f"{body}\n"
