"""Data centres to be joined, as requests and as resolved requirements."""

from __future__ import annotations

from netdesign.catalog.parameters import default_parameters
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from netdesign.synthesis.resolve import resolve

PLACES = {
    "Halle": (51.48, 11.97),
    "Leipzig": (51.34, 12.37),
    "Berlin": (52.52, 13.40),
    "Frankfurt": (50.11, 8.68),
    "Lisbon": (38.72, -9.14),
}


def place(name, **more):
    lat, lon = PLACES[name]
    return {"name": name, "lat": lat, "lon": lon, "servers": 20, "racks": 2, "kw": "20 kW", "jurisdiction": "DE"} | more


def document(*names, **more):
    """A request for an interconnect of the named places with twenty servers each."""
    sites = [place(name) for name in names]
    return {
        "project_name": "Joined",
        "description": "Data centres that copy to one another.",
        "network_type": "data_center_interconnect",
        "scale": {"devices": 40, "users": 100, "sites": len(sites)},
        "bandwidth": {"min": "10Gbps", "max": "25Gbps"},
        "redundancy": "medium",
        "security_level": "corporate",
        "sites": sites,
        "servers": {"count": 20 * len(sites), "nics": 2, "nic_speed": "25Gbps"},
    } | more


def asked(*names, **more):
    """The same, resolved."""
    return resolve(decode(Requirements, document(*names, **more), subject="requirements"), default_parameters())
