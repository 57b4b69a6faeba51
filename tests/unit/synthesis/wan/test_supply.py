"""What exclusions of vendors leave for a wide-area network: roles that it has, and no others."""

from __future__ import annotations

from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.vocabulary import Role
from netdesign.synthesis.conditions.question import Question
from netdesign.synthesis.conditions.supply import places
from tests.unit.synthesis.wan_samples import asked


def roles(count: int, **fields: Any) -> set[Role]:
    wanted = asked(count, **fields)
    return {place.role for place in places(Question(wanted, default_catalog(), default_parameters()))}


def test_branches_alone_need_no_core_and_no_router() -> None:
    sites = [{"name": f"S{at}", "users": 10, "servers": 0} for at in range(3)]
    small: dict[str, Any] = {"sites": sites, "servers": {"count": 0}, "requires_wireless": False}

    assert roles(3, **small) == {Role.ACCESS, Role.FIREWALL}


def test_larger_sites_need_a_core_and_routers_to_the_internet() -> None:
    assert {Role.CORE, Role.INTERNET_EDGE} <= roles(3, redundancy="medium")


def test_lines_and_carriers_need_routers_between_sites() -> None:
    assert Role.WAN_EDGE in roles(4, technology_stack=["leased lines"])
    assert Role.WAN_EDGE in roles(4, technology_stack=["MPLS"])
    assert Role.WAN_EDGE not in roles(4)
