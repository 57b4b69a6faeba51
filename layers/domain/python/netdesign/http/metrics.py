"""Counts and latencies of one process, in the Prometheus exposition format or as plain numbers."""

from __future__ import annotations

from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from netdesign.errors import Fault, InvalidInputError

CLIENT_EVENTS = ("page_view", "design_opened", "export_downloaded", "validation_viewed", "client_error")

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one process; each instance has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.started = monotonic()
        self._requests = Counter(
            "netdesign_requests", "Requests", ("method", "route", "status"), registry=self.registry
        )
        self._latency = Histogram(
            "netdesign_request_seconds",
            "Time to answer",
            ("route",),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._designs = Counter("netdesign_designs", "Designs kept", ("origin",), registry=self.registry)
        self._validations = Counter("netdesign_validations", "Reports", ("valid",), registry=self.registry)
        self._failures = Counter("netdesign_rule_failures", "Failed verdicts", ("rule",), registry=self.registry)
        self._client = Counter(
            "netdesign_client_events", "Events that clients count", ("event",), registry=self.registry
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request and the time it took."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(route).observe(seconds)

    def count_design(self, origin: str) -> None:
        """Count a design kept: `generated` or `given`."""
        self._designs.labels(origin).inc()

    def count_validation(self, *, valid: bool, failed_rules: tuple[str, ...]) -> None:
        """Count a report and the rules that failed in it."""
        self._validations.labels("true" if valid else "false").inc()
        for rule in failed_rules:
            self._failures.labels(rule).inc()

    def count_client_event(self, event: str, amount: int) -> None:
        """Count what a client saw; raise `InvalidInputError` for an event that is not one of `CLIENT_EVENTS`."""
        if event not in CLIENT_EVENTS:
            known = ", ".join(CLIENT_EVENTS)
            raise InvalidInputError("event", (Fault("/event", f"{event!r} is not counted", f"use one of {known}"),))
        self._client.labels(event).inc(amount)

    def exposition(self) -> bytes:
        """Return the text exposition format."""
        return generate_latest(self.registry)

    def numbers(self) -> dict[str, Any]:
        """Return every sample as a plain number, by name and labels."""
        found: dict[str, Any] = {}
        for family in self.registry.collect():
            for sample in family.samples:
                if not sample.name.endswith("_created"):
                    labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                    found[f"{sample.name}{{{labels}}}"] = sample.value
        return found
