"""The system group: what is running here, and how it is."""

from __future__ import annotations

import asyncio
import os
import platform
import resource
from dataclasses import asdict
from time import monotonic
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from functions.system.schemas import ClientEvent, Health, Status
from netdesign import __version__
from netdesign.http.bodies import answer
from netdesign.http.group import Group
from netdesign.ports.health import Answer
from netdesign.rules.registry import all_rules, pack_version


def build_router(group: Group) -> APIRouter:
    """Return the routes of the group."""
    router = APIRouter(tags=["system"])
    _identity(router)
    _health(router, group)
    _configuration(router, group)
    _metrics(router, group)
    return router


def _identity(router: APIRouter) -> None:
    @router.get("/")
    async def root() -> dict[str, Any]:
        """Name, version, and where to go from here."""
        return {
            "name": "netdesign",
            "version": __version__,
            "links": {"documentation": "/docs", "openapi": "/openapi.json", "health": "/health"},
        }


def _health(router: APIRouter, group: Group) -> None:
    @router.get("/health", responses={200: {"model": Health}, 503: {"model": Health}})
    @router.get("/health/ready", responses={200: {"model": Health}, 503: {"model": Health}})
    @router.get("/health/startup", responses={200: {"model": Health}, 503: {"model": Health}})
    async def ready() -> Response:
        """Whether every store answers."""
        answers = await _answers(group)
        fine = all(found.reachable for found in answers)
        return answer({"status": "up" if fine else "down"}, 200 if fine else 503)

    @router.get("/health/live")
    async def live() -> Health:
        """Whether the process answers, whatever its stores do."""
        return Health(status="up")


def _configuration(router: APIRouter, group: Group) -> None:
    @router.get("/config/status")
    async def configuration() -> dict[str, Any]:
        """Which stores and providers are configured; never an address or a secret."""
        return {
            "database": {"kind": "postgresql", "embedded": group.embedded_database},
            "language_model": {"configured": False},
            "body_limit_bytes": group.body_limit_bytes,
        }


def _metrics(router: APIRouter, group: Group) -> None:
    @router.get("/api/v1/metrics/health/detailed")
    async def detailed() -> dict[str, Any]:
        """Each dependency: whether it answers, how fast, which version."""
        return {"dependencies": [asdict(found) for found in await _answers(group)]}

    @router.get("/api/v1/metrics/system")
    async def system() -> dict[str, Any]:
        """Processor, memory and disk as this process sees them."""
        return _system(group)

    @router.get("/api/v1/metrics/application")
    async def application() -> dict[str, Any]:
        """Requests, latencies, designs, validations and failed rules since the process started."""
        return {"uptime_s": round(monotonic() - group.metrics.started, 1), "samples": group.metrics.numbers()}

    @router.get("/api/v1/metrics/prometheus")
    async def prometheus() -> Response:
        """The same in the Prometheus text exposition format."""
        return Response(group.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @router.post("/api/v1/metrics/increment", status_code=204)
    async def increment(event: ClientEvent) -> Response:
        """Count an event that a client saw."""
        group.metrics.count_client_event(event.event, event.amount)
        return Response(status_code=204)

    @router.get("/api/v1/metrics/status")
    async def status() -> Status:
        """Uptime, and the versions of everything that decides a verdict."""
        return Status(
            uptime_s=round(monotonic() - group.metrics.started, 1),
            version=__version__,
            python=platform.python_version(),
            rules=len(all_rules()),
            rule_pack=pack_version(),
            parameters=group.container.bench.parameters.version,
            catalog=group.container.bench.catalog.version,
        )


async def _answers(group: Group) -> list[Answer]:
    return list(await asyncio.gather(*(dependency.ask() for dependency in group.container.dependencies)))


def _system(group: Group) -> dict[str, Any]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    disk = os.statvfs(group.data_dir if group.data_dir.is_dir() else ".")
    return {
        "cpu": {
            "count": os.cpu_count(),
            "load": list(os.getloadavg()),
            "process_s": round(usage.ru_utime + usage.ru_stime, 2),
        },
        "memory": {"process_peak_bytes": usage.ru_maxrss * 1024},
        "disk": {"total_bytes": disk.f_blocks * disk.f_frsize, "free_bytes": disk.f_bavail * disk.f_frsize},
        "process": {"id": os.getpid()},
    }
