from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.model.security import Action, Inspection, IpProtocol, Service
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, ServiceClass
from netdesign.synthesis.needs.policies import Place, inspection, make_policy, rules_from_flows

PARAMETERS = default_parameters()
TRUST = {"internet": 0, "guest": 10, "dmz": 40, "user": 50, "voice": 55, "server": 65, "database": 80}
PLACES = {
    "staff": Place("user", ("10.1.0.0/24", "10.1.1.0/24", "fd00:1::/64")),
    "wifi": Place("user", ("10.1.2.0/24", "fd00:1:0:1::/64")),
    "phones": Place("voice", ("10.2.0.0/24", "fd00:2::/64")),
    "general": Place("server", ("10.3.0.0/28", "fd00:3::/64")),
    "isp": Place("internet"),
}


def service(port, protocol=IpProtocol.TCP):
    return Service(name=str(port), protocol=protocol, first_port=port, last_port=port)


def flow(identity, sources, targets, port=443):
    return Flow(
        id=identity, sources=sources, targets=targets, service=service(port), service_class=ServiceClass.SILVER,
        data_class=DataClass.INTERNAL, up_bps=1, down_bps=1,
    )  # fmt: skip


def rules(*flows, level="enterprise", ipv6=False, places=PLACES):
    return rules_from_flows("p", flows, places, PARAMETERS.security[level], TRUST, ipv6=ipv6)


def test_a_rule_names_just_the_prefixes_and_services_of_the_flow():
    permit, last = rules(flow("f", ("staff", "wifi"), ("general",)))

    assert (permit.source_zones, permit.destination_zones) == (("user",), ("server",))
    assert permit.sources == ("10.1.0.0/23", "10.1.2.0/24"), "neighbours are joined, nothing more"
    assert permit.destinations == ("10.3.0.0/28",)
    assert [one.first_port for one in permit.services] == [443]
    assert (permit.flows, permit.log, permit.owner) == (("f",), True, "network-security")
    assert permit.justification
    assert (last.action, last.log, last.sources, last.services) == (Action.DENY, True, (), ())
    assert last.order > permit.order


def test_flows_between_the_same_ends_share_a_rule():
    permit, _ = rules(flow("a", ("staff",), ("general",), 443), flow("b", ("staff",), ("general",), 22))

    assert [one.first_port for one in permit.services] == [22, 443]
    assert permit.flows == ("a", "b")


def test_flows_within_a_zone_need_no_rule():
    (last,) = rules(flow("f", ("staff",), ("wifi",)))

    assert last.action is Action.DENY


def test_the_internet_has_no_addresses():
    permit, _ = rules(flow("f", ("phones",), ("isp",)))

    assert permit.destinations == ()
    assert permit.destination_zones == ("internet",)


def test_each_rule_has_its_twin_in_the_other_family():
    *permits, _ = rules(flow("f", ("staff",), ("general", "isp")), ipv6=True)
    families = {(rule.destination_zones, ip_network(rule.sources[0]).version) for rule in permits}

    assert families == {(("server",), 4), (("server",), 6), (("internet",), 4), (("internet",), 6)}


def test_what_opens_too_much_to_the_internet_is_one_rule_for_each_service_in_both_families():
    places = {"isp": Place("internet"), "farm": Place("dmz", ("10.4.0.0/25", "10.4.0.128/26", "fd00:0:0:4::/64"))}
    flows = flow("web", ("isp",), ("farm",), 443), flow("names", ("isp",), ("farm",), 853)

    def made(most_bits):
        posture = PARAMETERS.security["enterprise"]
        return rules_from_flows("p", flows, places, posture, TRUST, ipv6=True, most_bits=most_bits)[:-1]

    # 2^32 hosts, 192 addresses and two ports are 2^40.6 pairs; with one port they are 2^39.6.
    assert [rule.flows for rule in made(41)] == [("names", "web")] * 2
    assert [rule.flows for rule in made(40)] == [("web",), ("names",)] * 2
    assert [rule.destinations for rule in made(40)] == [("10.4.0.0/25", "10.4.0.128/26")] * 2 + [
        ("fd00:0:0:4::/64",)
    ] * 2


def test_a_rule_names_every_prefix_and_no_address_beyond_them():
    scattered = tuple(f"10.1.{2 * at}.0/24" for at in range(9))
    permit, _ = rules(flow("f", ("many",), ("general",)), places=PLACES | {"many": Place("user", scattered)})

    assert sorted(permit.sources) == sorted(scattered)


@pytest.mark.parametrize(
    ("level", "pair", "looked_into"),
    [
        pytest.param("basic", ("user", "internet"), False, id="basic looks into nothing"),
        pytest.param("corporate", ("user", "internet"), True, id="corporate: the Internet"),
        pytest.param("corporate", ("user", "server"), False, id="corporate: not inside"),
        pytest.param("enterprise", ("user", "server"), True, id="enterprise: servers"),
        pytest.param("enterprise", ("user", "voice"), False, id="enterprise: not voice"),
        pytest.param("government", ("guest", "voice"), True, id="government: trust apart by 20"),
        pytest.param("government", ("user", "voice"), False, id="government: trust apart by 5"),
        pytest.param("critical_infrastructure", ("user", "voice"), True, id="critical: all"),
    ],
)
def test_inspection_grows_with_the_level(level, pair, looked_into):
    source, destination = pair
    found = inspection(source, destination, PARAMETERS.security[level], TRUST, 20)

    assert (Inspection.IPS in found) is looked_into


def test_web_addresses_are_looked_into_at_every_level_toward_the_internet_alone():
    assert Inspection.URL in inspection("user", "internet", PARAMETERS.security["corporate"], TRUST, 20)
    assert inspection("user", "internet", PARAMETERS.security["basic"], TRUST, 20) == (Inspection.URL,)
    assert Inspection.URL not in inspection("user", "server", PARAMETERS.security["corporate"], TRUST, 20)


def test_the_policy_names_its_firewalls():
    assert make_policy("p", ["fw1", "fw2"]).devices == ("fw1", "fw2")


ENDS = st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=3, unique=True).map(tuple)


@given(st.lists(st.tuples(ENDS, ENDS, st.sampled_from([22, 80, 443])), max_size=8))
def test_permits_are_exactly_the_flows(wanted):
    """Every packet of a flow between zones passes, and no permit covers a (zone, zone, port) that no flow has."""
    flows = [flow(f"f{at}", *ends) for at, ends in enumerate(wanted)]
    *permits, last = rules(*flows)
    needed = {
        (PLACES[a].zone, PLACES[b].zone, one.service.first_port)
        for one in flows
        for a in one.sources
        for b in one.targets
        if PLACES[a].zone != PLACES[b].zone
    }
    given_away = {
        (rule.source_zones[0], rule.destination_zones[0], one.first_port) for rule in permits for one in rule.services
    }

    assert last.action is Action.DENY
    assert given_away == needed
    assert [rule.order for rule in (*permits, last)] == sorted({rule.order for rule in (*permits, last)})
