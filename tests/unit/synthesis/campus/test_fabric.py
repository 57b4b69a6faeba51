"""The routing of a campus fabric: who shares an autonomous system with whom."""

from __future__ import annotations

from collections import defaultdict

from netdesign.model.vocabulary import Role
from tests.unit.synthesis.campus_samples import SITE, asked, design

INSIDE = (Role.CORE, Role.DISTRIBUTION, Role.ACCESS)


def test_sites_share_no_autonomous_system() -> None:
    sites = [SITE | {"name": "North"}, SITE | {"name": "South"}]
    scale = {"devices": 500, "users": 240, "sites": 2}
    made = design(asked(network_type="sdn_campus", sites=sites, scale=scale))
    home = {device.id: device.site for device in made.inventory.devices if device.role in INSIDE}

    used: dict[int | None, set[str]] = defaultdict(set)
    for process in made.routing.processes:
        if process.device in home:
            used[process.asn].add(home[process.device])

    assert set().union(*used.values()) == {"north", "south"}
    assert [asn for asn, where in used.items() if len(where) > 1] == []
