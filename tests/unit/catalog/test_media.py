"""Physical layers: reach, legality, and the cheapest way between two cages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.media import Cage, PhyType, cheapest_phy, laying_usd, legal, media
from netdesign.catalog.ports import FormFactor
from netdesign.model.vocabulary import Medium

G = 1_000_000_000
SFP28, QSFP28, QSFP_DD, RJ45 = FormFactor.SFP28, FormFactor.QSFP28, FormFactor.QSFP_DD, FormFactor.RJ45
SPEEDS = st.sampled_from([G, 10 * G, 25 * G, 40 * G, 100 * G, 400 * G, 800 * G])
CAGES = st.sampled_from(list(FormFactor))
LENGTHS = st.floats(0, 100_000)


def cost(phy: PhyType, length_m: float, a: FormFactor, b: FormFactor) -> float:
    """What one link of this layer costs."""
    return phy.link_usd(length_m, Cage(a), Cage(b))


@given(SPEEDS, LENGTHS, CAGES, CAGES)
def test_the_cheapest_layer_is_the_least_of_all_that_fit_and_reach(
    speed: int, length_m: float, a: FormFactor, b: FormFactor
) -> None:
    found = cheapest_phy(speed, length_m, a, b)
    able = [
        phy
        for phy in media().phys.values()
        if phy.speed_bps == speed and {a, b} <= phy.form_factors and max(phy.reach_m.values()) >= length_m
    ]

    assert (found is None) == (not able)
    if found is not None:
        assert found in able
        assert cost(found, length_m, a, b) == min(cost(phy, length_m, a, b) for phy in able)


@given(SPEEDS, LENGTHS, st.floats(0, 1000), CAGES, CAGES)
def test_a_longer_link_never_costs_less(
    speed: int, length_m: float, more_m: float, a: FormFactor, b: FormFactor
) -> None:
    near, far = cheapest_phy(speed, length_m, a, b), cheapest_phy(speed, length_m + more_m, a, b)

    if far is not None:
        assert near is not None
        assert cost(near, length_m, a, b) <= cost(far, length_m + more_m, a, b) + 1e-6


@given(SPEEDS, LENGTHS, CAGES, CAGES)
def test_the_two_ends_are_alike(speed: int, length_m: float, a: FormFactor, b: FormFactor) -> None:
    assert cheapest_phy(speed, length_m, a, b) is cheapest_phy(speed, length_m, b, a)


@pytest.mark.parametrize(
    ("speed", "length_m", "a", "b", "lanes_a", "name"),
    [
        (25, 2, SFP28, SFP28, 1, "25G-DAC-2M"),
        (25, 12, SFP28, SFP28, 1, "25G-AOC-15M"),
        (25, 2, QSFP28, SFP28, 4, "25G-DAC-2M"),
        (100, 60, QSFP28, QSFP28, 1, "100GBASE-SR4"),
        (100, 60, QSFP_DD, QSFP28, 4, "100GBASE-DR"),
        (100, 9_000, QSFP28, QSFP28, 1, "100GBASE-LR4"),
        (400, 450, QSFP_DD, QSFP_DD, 1, "400GBASE-DR4"),
        (1, 90, RJ45, RJ45, 1, "1000BASE-T"),
        (10, 90, RJ45, RJ45, 1, "10GBASE-T"),
        (10, 9_000, FormFactor.SFP_PLUS, SFP28, 1, "10GBASE-LR"),
    ],
)
def test_common_links_get_the_layer_an_engineer_would_take(
    speed: int, length_m: float, a: FormFactor, b: FormFactor, lanes_a: int, name: str
) -> None:
    found = cheapest_phy(speed * G, length_m, a, b, lanes_a=lanes_a)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("speed", "length_m", "a", "b"),
    [(1, 120, RJ45, RJ45), (25, 2, RJ45, SFP28), (100, 200_000, QSFP28, QSFP28), (7, 1, SFP28, SFP28)],
)
def test_there_is_no_layer_for_what_cannot_be_linked(speed: int, length_m: float, a: FormFactor, b: FormFactor) -> None:
    assert cheapest_phy(speed * G, length_m, a, b) is None


def test_mediums_narrow_the_choice() -> None:
    found = cheapest_phy(25 * G, 2, SFP28, SFP28, mediums={Medium.SMF})

    assert found is not None
    assert found.name == "25GBASE-LR"
    assert cheapest_phy(25 * G, 2, SFP28, SFP28, mediums={Medium.CAT6A}) is None


def test_a_cable_cannot_be_split_at_both_ends() -> None:
    found = cheapest_phy(25 * G, 2, QSFP28, QSFP28, lanes_a=4, lanes_b=4)

    assert found is not None
    assert not found.per_cable


@pytest.mark.parametrize(
    ("name", "medium", "reach_m"),
    [
        ("10GBASE-SR", Medium.MMF_OM3, 300),
        ("10GBASE-SR", Medium.MMF_OM4, 400),
        ("25GBASE-SR", Medium.MMF_OM3, 70),
        ("40GBASE-SR4", Medium.MMF_OM4, 150),
        ("100GBASE-SR4", Medium.MMF_OM4, 100),
        ("400GBASE-SR8", Medium.MMF_OM3, 70),
        ("100GBASE-DR", Medium.SMF, 500),
        ("100GBASE-FR1", Medium.SMF, 2_000),
        ("100GBASE-LR4", Medium.SMF, 10_000),
        ("10GBASE-ER", Medium.SMF, 40_000),
        ("400ZR", Medium.SMF, 80_000),
        ("10GBASE-T", Medium.CAT6A, 100),
        ("10GBASE-T", Medium.CAT6, 55),
        ("25G-AOC-30M", Medium.AOC, 30),
    ],
)
def test_reach_is_that_of_the_standard(name: str, medium: Medium, reach_m: int) -> None:
    assert media().phys[name].reach_m[medium] == reach_m


@pytest.mark.parametrize(
    ("medium", "speed", "connector", "form_factor", "length_m", "allowed"),
    [
        ("smf", 100, "lc", None, 0, True),
        ("smf", 100, "rj45", None, 0, False),
        ("coax", 100, None, None, 0, False),
        ("cat6a", 25, None, None, 0, False),
        ("mmf-om4", 100, "mpo", QSFP28, 90, True),
        ("mmf-om4", 100, None, None, 900, False),
        ("smf", 100, None, FormFactor.OSFP, 0, True),
        ("smf", 100, None, FormFactor.SFP, 0, False),
        ("virtual", 3, None, None, 0, True),
        ("virtual", 0, None, None, 0, False),
        ("dac", 25, "dac", SFP28, 3, True),
    ],
)
def test_only_layers_of_the_table_are_legal(
    medium: str,
    speed: int,
    connector: str | None,
    form_factor: FormFactor | None,
    length_m: float,
    allowed: bool,
) -> None:
    assert legal(medium, speed * G, connector, form_factor, length_m) is allowed


def test_radio_rates_are_legal() -> None:
    assert legal(Medium.RADIO, 1_201_000_000)
    assert not legal(Medium.RADIO, 1_201_000_001)


def test_a_jack_needs_no_optic_and_a_cage_needs_one() -> None:
    copper = media().phys["1000BASE-T"]

    assert copper.end_usd(Cage(RJ45)) == 0
    assert copper.end_usd(Cage(FormFactor.SFP)) == copper.price_usd


def test_a_split_end_pays_its_share_of_the_module() -> None:
    layer = media().phys["100GBASE-DR"]

    assert layer.end_usd(Cage(QSFP_DD, 4)) == (layer.split_price_usd or 0) / 4
    assert layer.end_usd(Cage(QSFP28)) == layer.price_usd


def test_a_split_cable_pays_its_share_of_the_cable() -> None:
    layer = media().phys["25G-DAC-3M"]

    assert layer.cable_usd(Cage(QSFP28, 4), Cage(SFP28)) == (layer.split_price_usd or 0) / 4
    assert layer.cable_usd(Cage(SFP28), Cage(SFP28)) == layer.price_usd
    assert layer.end_usd(Cage(SFP28)) == 0


def test_splits_without_a_price_of_their_own_cost_as_many_modules() -> None:
    layer = PhyType("X", 10 * G, {Medium.SMF: 10}, frozenset({SFP28}), "lc", price_usd=50)

    assert layer.end_usd(Cage(QSFP28, 4)) == 50
    assert layer.link_usd(5, Cage(SFP28), Cage(SFP28)) == 100 + laying_usd(Medium.SMF, 5)


def test_an_unknown_price_is_assumed_by_speed() -> None:
    layer = PhyType("X", 100 * G, {}, frozenset(), "lc")

    assert layer.priced() == (400, True)
    assert media().phys["100GBASE-LR4"].priced() == (390, False)
    assert layer.link_usd(5, Cage(QSFP28), Cage(QSFP28)) == 800


def test_laying_counts_fibre_pairs_and_only_structured_cabling() -> None:
    pair, four = laying_usd(Medium.MMF_OM4, 50, 2), laying_usd(Medium.MMF_OM4, 50, 8)
    start = laying_usd(Medium.MMF_OM4, 0, 2)

    assert pair - start == pytest.approx(50 * media().laying[Medium.MMF_OM4].usd_per_m)
    assert four - start == pytest.approx((1 + 3 * 0.35) * (pair - start))
    assert laying_usd(Medium.DAC, 50) == 0


def test_mediums_that_reach_come_cheapest_first() -> None:
    layer = media().phys["10GBASE-SR"]

    assert layer.mediums(250) == (Medium.MMF_OM3, Medium.MMF_OM4, Medium.MMF_OM5)
    assert layer.mediums(350) == (Medium.MMF_OM4, Medium.MMF_OM5)
    assert layer.mediums(5_000) == ()


def test_every_layer_has_a_source_and_fits_somewhere() -> None:
    for layer in media().phys.values():
        assert all((layer.source, layer.as_of, layer.connector)), layer.name
        assert min(layer.reach_m.values(), default=0) > 0, layer.name
        assert layer.form_factors or Medium.RADIO in layer.reach_m, layer.name
        assert hash(layer) == hash(layer.name)


def test_longer_ready_made_cables_cost_more() -> None:
    for kind in ("25G-DAC", "100G-DAC", "25G-AOC", "100G-AOC", "400G-AOC"):
        cables = [layer for name, layer in media().phys.items() if name.startswith(kind)]
        by_length = sorted(cables, key=lambda layer: max(layer.reach_m.values()))
        prices = [layer.priced()[0] for layer in by_length]
        assert prices == sorted(prices), kind
