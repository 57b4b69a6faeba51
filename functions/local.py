"""Every endpoint group as one app on one machine, on an embedded PostgreSQL unless a database is named."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn
from fastapi import FastAPI

from functions.admin.app import SCHEMAS as ADMIN_SCHEMAS
from functions.admin.app import build_router as admin
from functions.design.app import SCHEMAS as DESIGN_SCHEMAS
from functions.design.app import build_router as design
from functions.system.app import build_router as system
from functions.validation.app import SCHEMAS as VALIDATION_SCHEMAS
from functions.validation.app import build_router as validation
from netdesign.adapters.embedded_postgres import EmbeddedPostgres
from netdesign.adapters.migrate import migrate_up
from netdesign.adapters.postgres import PostgresDatabase
from netdesign.bootstrap import build_container, opened
from netdesign.errors import Fault, InvalidInputError, NetdesignError
from netdesign.http.application import create_app, with_schemas
from netdesign.http.group import Group
from netdesign.http.metrics import Metrics
from netdesign.services.container import Principal
from netdesign.settings import Settings, read_settings


def build_app(settings: Settings, database_url: str) -> FastAPI:
    """Return the app of all groups on the database at `database_url`."""
    database = PostgresDatabase(database_url)
    metrics = Metrics()
    group = Group(
        container=build_container(database),
        metrics=metrics,
        principal=Principal(settings.organisation, settings.author),
        data_dir=settings.data_dir,
        body_limit_bytes=settings.body_limit_bytes,
        embedded_database=settings.database_url is None,
    )
    app = create_app(
        *(build(group) for build in (system, design, validation, admin)),
        title="netdesign",
        metrics=metrics,
        body_limit_bytes=settings.body_limit_bytes,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with opened(database):
            yield

    app.router.lifespan_context = lifespan
    return with_schemas(app, ADMIN_SCHEMAS | DESIGN_SCHEMAS | VALIDATION_SCHEMAS)


@contextmanager
def migrated_database(settings: Settings) -> Iterator[str]:
    """Yield the address of a migrated database: the one that the settings name, or an embedded server's."""
    if settings.database_url:
        migrate_up(settings.database_url)
        yield settings.database_url
        return
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fault = Fault("NETDESIGN_DATA_DIR", error.strerror or str(error), "name a folder that can be written")
        raise InvalidInputError(str(settings.data_dir), (fault,)) from None
    with EmbeddedPostgres(settings.data_dir / "postgres") as server:
        migrate_up(server.url)
        yield server.url


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; raise `InvalidInputError` where that cannot be."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        fault = Fault(f"{host}:{port}", error.strerror or str(error), "choose another with PORT=... or --port")
        raise InvalidInputError("address", (fault,)) from None


def serve(*, host: str = "127.0.0.1", port: int | None = None) -> int:
    """Serve until interrupted, on the port of the settings unless one is given; return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = read_settings()
        with listening(host, settings.port if port is None else port) as door, migrated_database(settings) as url:
            server = uvicorn.Server(uvicorn.Config(build_app(settings, url), log_level="info", access_log=False))
            sys.stderr.write(f"netdesign: http://{host}:{door.getsockname()[1]} (documentation at /docs)\n")
            with suppress(KeyboardInterrupt):  # uvicorn raises it again after it has shut down
                server.run(sockets=[door])
            return 0 if server.started else 2
    except NetdesignError as error:
        sys.stderr.write(f"netdesign: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(serve())
