"""What a route of single-mode fibre loses of the light that is sent into it."""

from __future__ import annotations

from math import floor

from netdesign.catalog.policy import Interconnect


def route_loss_db(km: float, policy: Interconnect) -> float:
    """The loss of a route: fibre by length, plugged joints, and a splice wherever one drum of cable ends."""
    splices = floor(km / policy.splice_spacing_km)
    joints = policy.connectors * policy.connector_loss_db
    return km * policy.fibre_loss_db_per_km + joints + splices * policy.splice_loss_db
