"""Optics by their light, and lines by their cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.circuits import CircuitKind
from netdesign.catalog.fibre import route_loss_db
from netdesign.catalog.media import media
from netdesign.catalog.parameters import default_parameters
from netdesign.model.vocabulary import Medium
from netdesign.synthesis.interconnect.offers import offers
from netdesign.synthesis.interconnect.optics import optics

PARAMETERS = default_parameters()
POLICY = PARAMETERS.interconnect
G = 1_000_000_000


def test_a_route_loses_light_to_fibre_joints_and_splices():
    assert route_loss_db(40, POLICY) == pytest.approx(40 * 0.25 + 4 * 0.5 + 10 * 0.1)
    assert route_loss_db(3.9, POLICY) == pytest.approx(3.9 * 0.25 + 4 * 0.5)


@given(st.floats(0.1, 150), st.sampled_from([10 * G, 25 * G, 100 * G, 400 * G]))
def test_optics_are_the_cheapest_that_hear_the_far_end(km, speed):
    found = optics(km, speed, POLICY)
    loss = km * 0.25 + 2.0 + (km // 4) * 0.1
    able = [
        phy
        for phy in media().phys.values()
        if phy.speed_bps == speed
        and phy.span_loss_db is not None
        and phy.reach_m[Medium.SMF] >= km * 1000
        and phy.span_loss_db >= loss + 3.0
    ]

    assert (found is None) == (not able)
    if found is not None:
        assert found.phy.priced()[0] == min(phy.priced()[0] for phy in able)
        assert found.margin_db >= 3.0


def test_reach_alone_does_not_do():
    assert media().phys["10GBASE-ER"].reach_m[Medium.SMF] >= 30_000
    reach = optics(30, 10 * G, POLICY)

    assert reach is not None
    assert reach.phy.name == "10GBASE-ZR"


def test_far_away_waves_are_all_there_is():
    found = offers(300, 10 * G, PARAMETERS, 5)

    assert {offer.kind for offer in found.fit} == {CircuitKind.WAVE}
    assert any("amplifiers" in why for _, why in found.refused)


def test_the_cheapest_offer_comes_first_at_its_cost_over_the_horizon():
    found = offers(40, 40 * G, PARAMETERS, 5)
    wave = next(offer for offer in found.fit if offer.kind is CircuitKind.WAVE and offer.speed_bps == 10 * G)

    assert [offer.usd for offer in found.fit] == sorted(offer.usd for offer in found.fit)
    assert wave.links == 4
    assert wave.usd == pytest.approx(4 * ((2200 + 40 * 4) * 60 + 2000 + 2 * 34))


def test_a_line_has_eight_links_at_the_most():
    assert not offers(300, 900 * G, PARAMETERS, 5, most_bps=100 * G).fit
    assert not offers(300, 3300 * G, PARAMETERS, 5).fit


def test_fast_lines_are_fewer_links():
    (line,) = offers(300, 900 * G, PARAMETERS, 5).fit
    assert (line.speed_bps, line.links, line.phy.speed_bps) == (400 * G, 3, 400 * G)
