import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.ports import PortUse
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Role
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import Needs, PortNeed, made_by, ports_refusal, select, suitable
from tests.unit.synthesis.datacenter_samples import G, downlinks, kind, requirements, uplinks

SPEEDS = [1 * G, 10 * G, 25 * G, 100 * G, 400 * G]


def greedy_fits(device, needs):
    bank = PortBank(PortTable(device))
    return all(bank.take(need.speed_bps, need.use) for need in needs for _ in range(need.count))


@given(
    st.sampled_from([Role.LEAF, Role.SPINE, Role.MANAGEMENT_SWITCH, Role.INTERNET_EDGE]),
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(SPEEDS)), max_size=2),
    st.integers(1, 2),
)
def test_the_choice_is_the_cheapest_that_fits(role, wanted, supplies):
    needs = tuple(PortNeed(count, speed) for count, speed in wanted)
    kinds = default_catalog().devices(role)
    fits = [
        k
        for k in kinds
        if k.power_supplies >= supplies
        and greedy_fits(k, needs)
        and not (k.end_of_support and k.end_of_support <= "2026-01-01")
    ]
    asked = Needs(ports=needs, power_supplies=supplies)

    if not fits:
        with pytest.raises(InfeasibleError):
            select(kinds, role, asked, requirements())
    else:
        chosen = select(kinds, role, asked, requirements())
        assert chosen.kind in fits
        assert chosen.cost_usd == min(k.priced()[0] for k in fits)
        assert chosen.kind.sku not in {sku for sku, _ in chosen.refused}


def test_refusals_say_why():
    cheap = kind("cheap", price=100)
    kinds = [
        cheap,
        kind("dear", price=200),
        kind("old", price=1, end_of_support="2025-12-31"),
        kind("plain", price=2, features=frozenset()),
        kind("single", price=3, power_supplies=1),
        kind("small", downlinks(2), price=4),
    ]
    needs = Needs(ports=(PortNeed(4, 25 * G),), features=frozenset({"evpn"}), power_supplies=2)

    choice = select(kinds, Role.LEAF, needs, requirements())

    assert choice.kind is cheap
    assert dict(choice.refused) == {
        "dear": "costs 200 USD against 100 USD",
        "old": "out of support since 2025-12-31",
        "plain": "lacks evpn",
        "single": "has 1 power supply, 2 are needed",
        "small": "has 2 of 4 ports at 25 Gbit/s",
    }


def test_a_preferred_vendor_beats_a_cheaper_one_and_an_excluded_one_is_out():
    kinds = [kind("a", vendor="arista", price=1), kind("b", vendor="cisco", price=9), kind("c", vendor="juniper")]
    prefer = requirements(preferred_vendors=("Cisco Systems",))
    exclude = requirements(excluded_vendors=("Arista Networks",), preferred_vendors=("Extreme",))

    choice = select(kinds, Role.LEAF, Needs(), prefer)

    assert choice.kind.sku == "b"
    assert ("a", "arista is not a preferred vendor") in choice.refused
    assert select(kinds, Role.LEAF, Needs(), exclude).kind.sku == "b"
    assert [k.sku for k in suitable(kinds, Role.LEAF, Needs(), exclude)] == ["b", "c"]


def test_only_types_fit_for_the_role_are_offered():
    kinds = [kind("a", roles=(Role.SPINE,), price=1), kind("b", price=2)]

    assert select(kinds, Role.LEAF, Needs(), requirements()).kind.sku == "b"


def test_a_refusal_of_its_own_counts():
    needs = Needs(refuse=lambda k: "too loud" if k.sku == "a" else "")
    choice = select([kind("a", price=1), kind("b", price=2)], Role.LEAF, needs, requirements())

    assert choice.kind.sku == "b"
    assert choice.refused == (("a", "too loud"),)


def test_the_cost_may_be_something_else():
    kinds = [kind("a", price=1, power_max_w=900), kind("b", price=2, power_max_w=100)]

    assert select(kinds, Role.LEAF, Needs(), requirements(), cost=lambda k: k.power_max_w).kind.sku == "b"


@pytest.mark.parametrize(("excluded", "field"), [((), "bandwidth"), (("cisco",), "excluded_vendors")])
def test_nothing_suitable_is_a_conflict_of_two_requirements(excluded, field):
    asked = requirements(excluded_vendors=excluded)

    with pytest.raises(InfeasibleError) as caught:
        select([kind()], Role.LEAF, Needs(ports=(PortNeed(99, 400 * G),), field="servers"), asked)

    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    assert conflict.requirements == ("servers", field)
    assert "99 x 400 Gbit/s" in conflict.statement
    assert conflict.numbers == (("toy", "has 0 of 99 ports at 400 Gbit/s"),)


def test_port_needs_are_met_together():
    device = kind("toy", downlinks(2), uplinks(1, first=3))
    one = PortNeed(1, 100 * G, PortUse.UPLINK)

    assert ports_refusal(device, (PortNeed(6, 25 * G, PortUse.DOWNLINK),)) == ""
    assert ports_refusal(device, (one, PortNeed(3, 25 * G, PortUse.DOWNLINK))) == "has 2 of 3 ports at 25 Gbit/s"


def test_vendors_are_known_by_any_usual_spelling():
    assert made_by(kind(vendor="palo-alto"), ["Palo Alto Networks, Inc."])
    assert not made_by(kind(vendor="cisco"), ["Arista"])
