"""Words name what sites are joined over."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.resolved import Basis
from netdesign.synthesis.needs.transports import Transport, transport
from tests.unit.synthesis.wan_samples import asked


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Transport.TUNNELS),
        ({"technology_stack": ["BGP", "MPLS"]}, Transport.MPLS),
        ({"technology_stack": ["L3VPN from a carrier"]}, Transport.MPLS),
        ({"special_requirements": ["an MPLS network, internet as backup"]}, Transport.MPLS),
        ({"technology_stack": ["leased lines"]}, Transport.LINES),
        ({"special_requirements": ["DWDM wavelengths between all sites"]}, Transport.LINES),
        ({"technology_stack": ["leased lines"], "special_requirements": ["MPLS"]}, Transport.MPLS),
        ({"description": "we had MPLS once"}, Transport.TUNNELS),
        ({"technology_stack": ["simplsoft"]}, Transport.TUNNELS),
        ({"redundancy": "critical"}, Transport.LINES),
    ],
)
def test_words_choose_the_transport(fields: dict[str, Any], expected: Transport) -> None:
    assert transport(asked(4, **fields)) is expected


def test_critical_networks_of_many_sites_keep_to_tunnels() -> None:
    assert transport(asked(9, redundancy="critical")) is Transport.TUNNELS


def test_what_special_requirements_name_is_said_to_come_from_there() -> None:
    made = asked(4, technology_stack=["BGP"], special_requirements=["leased lines only"])

    assert made.technology_stack == ("BGP", "leased lines")
    why = made.why("technology_stack")
    assert why.basis is Basis.INFERRED
    assert why.inputs == ("technology_stack", "special_requirements")
