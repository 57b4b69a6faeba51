"""PRO-32: private addresses are translated on every way to the Internet, by what has enough addresses and remembers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Nat, NatKind, Pool
from netdesign.model.cloud import CloudAttachment, CloudHub, CloudNetwork
from netdesign.model.design import Design
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import apply
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.security import IpProtocol, PublishedService, Service, Zone
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Exposure, LinkPurpose, Medium, Role, Severity, Trust
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_32_translation import translation
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, bgp, flow, group, joined, peer, subnet, svi, vlan
from tests.support.sketch import case, design, device, site

RULE = translation
HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
SIX = "fd12:3456:789a::/48"


def circuit(near: str, far: str, net: str) -> tuple[Any, ...]:
    made, *ports = joined(near, far, net)
    return (
        replace(made, purpose=LinkPurpose.CIRCUIT, trust=Trust.PUBLIC, medium=Medium.VIRTUAL),
        *ports,
        device(far.partition(":")[0], Role.PROVIDER),
    )


FIREWALLS = tuple(device(name, Role.FIREWALL, ha_group="pair") for name in ("fw1", "fw2"))
PAIR = HaGroup(id="pair", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2"), state_sync=True)
BLOCKS = (
    Pool(id="block", prefix="10.0.0.0/16", purpose="x", site="dc1", summary=True),
    Pool(id="block6", prefix=SIX, purpose="x", site="dc1", summary=True),
)
HOSTS = (
    vlan("v", 10, "fw1"),
    subnet("10.0.1.0/24", "v"),
    subnet("fd12:3456:789a:1::/64", "v"),
    svi("fw1", "v", "10.0.1.1/24", "fd12:3456:789a:1::1/64"),
    group("hosts", "v"),
)
EXITS = (*circuit("fw1:1", "isp1:1", "10.0.200"), *circuit("fw2:1", "isp2:1", "10.0.201"))
FLOWS = (flow("hosts", "isp1", targets=("isp1", "isp2")), flow("isp1", "hosts", sources=("isp1", "isp2")))
PUBLISHED = PublishedService(id="web", name="web", group="hosts", service=HTTPS)


def nat(name: str, kind: NatKind, provider: str, inside: str, **changes: Any) -> Nat:
    made = Nat(
        id=f"{provider}-{name}", kind=kind, devices=("fw1", "fw2"), addresses=1, provider=provider, inside=(inside,)
    )
    return replace(made, state_shared=kind is not NatKind.STATIC, **changes)


NATS = {
    one.id: one
    for provider in ("isp1", "isp2")
    for one in (
        nat("outbound", NatKind.SOURCE_PORT, provider, "10.0.0.0/16"),
        nat("outbound-v6", NatKind.STATIC, provider, SIX),
        nat("inbound-web", NatKind.DESTINATION, provider, "10.0.1.0/24"),
    )
}
REST = (DEFAULT, *FIREWALLS, PAIR, *BLOCKS, *HOSTS, *EXITS, *FLOWS, PUBLISHED)


def judged(*facts: Any, nats: dict[str, Nat] | None = None, **asked: Any) -> Any:
    wanted: dict[str, Any] = {"users": 100, "sites": (site(users=100),)}
    return judge_one(RULE, case(design(*REST, *(NATS if nats is None else nats).values(), *facts, **(wanted | asked))))


def messages(*facts: Any, nats: dict[str, Nat] | None = None, **asked: Any) -> list[str]:
    return [finding.message for finding in judged(*facts, nats=nats, **asked).findings]


def without(*names: str) -> dict[str, Nat]:
    return {name: one for name, one in NATS.items() if name not in names}


def changed(name: str, **values: Any) -> dict[str, Nat]:
    return NATS | {name: replace(NATS[name], **values)}


def test_what_is_translated_everywhere_passes() -> None:
    verdict = judged()

    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (1, 1)
    assert judge_one(RULE, case(design(DEFAULT))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("isp2-outbound", "1 private IPv4 prefixes, 10.0.1.0/24 first, send to isp2 and are not translated"),
        (
            "isp1-outbound-v6",
            "1 private IPv6 prefixes, fd12:3456:789a:1::/64 first, send to isp1 and are not translated",
        ),
        ("isp1-inbound-web", "web is published on 10.0.1.0/24, and has no outside address at isp1"),
    ],
)
def test_every_provider_needs_each_translation(gone: str, said: str) -> None:
    assert messages(nats=without(gone)) == [said]


def test_a_translation_for_any_provider_counts() -> None:
    every = without("isp2-outbound") | {"isp1-outbound": replace(NATS["isp1-outbound"], provider=None, inside=())}

    assert judged(nats=every).status is Status.PASS


def test_public_hosts_need_none() -> None:
    public = [subnet("8.8.8.0/24", "v") if one is HOSTS[1] else one for one in REST]
    public = [one for one in public if one is not HOSTS[2]]
    verdict = judge_one(RULE, case(design(*public, users=1)))

    assert verdict.status is Status.NOT_APPLICABLE


def test_services_are_hosts_too() -> None:
    one = ServiceInstance(
        id="dns",
        kind=ServiceKind.DNS,
        name="dns",
        site="dc1",
        zone="z",
        address="10.9.9.9",
        subnet="none",
        attached_to=(),
    )

    assert messages(one, flow("dns", "isp1")) == [
        "1 private IPv4 prefixes, 10.9.9.9 first, send to isp1 and are not translated"
    ]


@pytest.mark.parametrize(("values", "held"), [({"addresses": 1}, 1), ({"outside": ("9.9.9.8/31",), "addresses": 5}, 2)])
def test_addresses_suffice_for_all_sessions(values: dict[str, Any], held: int) -> None:
    made = messages(nats=changed("isp1-outbound", **values), users=3_000, sites=(site(users=3_000),))

    assert f"isp1-outbound has {held} outside addresses; 225000 sessions need 4" in made


def test_a_site_needs_its_own_part() -> None:
    sites = (site(users=50), site("dc2", users=2_950))

    assert messages(users=3_000, sites=sites) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state_shared": False}, "is on fw1, fw2, which do not share their sessions"),
        ({"devices": ("fw1", "isp2")}, "is on fw1, isp2, which are no group that shares sessions"),
        ({"devices": ()}, "is on no device"),
    ],
)
def test_sessions_outlive_a_device(values: dict[str, Any], said: str) -> None:
    assert any(f"isp1-outbound {said}" in message for message in messages(nats=changed("isp1-outbound", **values)))


def test_two_exits_do_not_share_an_address() -> None:
    one = changed("isp1-outbound", devices=("fw1",), outside=("9.9.9.0/24",))
    both = one | {"isp2-outbound": replace(NATS["isp2-outbound"], devices=("fw2",), outside=("9.9.9.7/32",))}

    assert "isp1-outbound and isp2-outbound use 9.9.9.7/32 on devices that share no sessions" in messages(nats=both)


@pytest.mark.parametrize(
    ("name", "outside", "said"),
    [
        ("isp1-outbound", "203.0.113.0/24", "uses 203.0.113.0/24 outside, which the Internet does not route"),
        ("isp1-outbound", "192.168.1.0/24", "uses 192.168.1.0/24 outside, which the Internet does not route"),
        ("isp1-outbound-v6", "2a00:1450::/56", f"puts 2a00:1450::/56 in place of {SIX}, which has another size"),
    ],
)
def test_outside_is_what_the_internet_routes(name: str, outside: str, said: str) -> None:
    assert f"{name} {said}" in messages(nats=changed(name, outside=(outside,), addresses=256))


def test_nobody_passes_the_translation_by() -> None:
    bypass = (device("r", Role.CORE), vlan("w", 20, "r"), subnet("10.0.2.0/24", "w"), svi("r", "w", "10.0.2.1/24"))
    way = circuit("r:1", "isp1:2", "10.0.202")[:-1]

    made = messages(*bypass, *way)

    assert made
    assert all("hosts behind r:Vlan-w reach isp1 by a way that passes isp1-" in message for message in made)
    assert messages(*bypass) == []


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (Service(name="tunnel", protocol=IpProtocol.ESP), "has no ports to translate"),
        (
            Service(name="sip", protocol=IpProtocol.UDP, first_port=5060, last_port=5060),
            "carries addresses that are not translated with it",
        ),
    ],
)
def test_flows_that_translation_breaks(service: Service, said: str) -> None:
    odd = flow("hosts", "isp1", id="odd", service=service)

    assert messages(odd) == [f"flow odd ({service.name}) passes isp1-outbound and {said}"]


def policy(*prefixes: str) -> RoutePolicy:
    return RoutePolicy(id="out", name="out", terms=(RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=prefixes),))


@pytest.mark.parametrize(
    ("facts", "changes", "said"),
    [
        ((policy("10.0.0.0/16"),), {"export_policy": "out"}, "announces 10.0.0.0/16 to a provider"),
        ((), {}, "announces whatever it knows to a provider"),
        ((policy("8.8.8.0/24"),), {"export_policy": "out"}, None),
    ],
)
def test_private_prefixes_are_not_announced(facts: tuple[Any, ...], changes: dict[str, Any], said: str | None) -> None:
    process = bgp("fw1", 3_333, networks=("10.0.0.0/16",))
    made = messages(*facts, process, peer("fw1", "10.0.200.1", 100, **changes))

    assert made == ([f"fw1>10.0.200.1 {said}"] if said else [])


def test_joined_estates_are_mapped_both_ways() -> None:
    cloud = CloudNetwork(id="vpc", provider="c", region="r", prefixes=("10.0.1.0/25",), availability_zones=("a",))
    joined_cloud = (
        cloud,
        CloudHub(id="hub", provider="c", region="r", asn=64_600),
        CloudAttachment(id="at", network="vpc", hub="hub", availability_zones=("a",)),
    )
    maps = {
        f"m{n}": Nat(id=f"m{n}", kind=NatKind.STATIC, devices=("fw1",), addresses=0, inside=("10.0.1.0/24",))
        for n in (1, 2)
    }

    assert messages(*joined_cloud) == ["vpc uses 10.0.1.0/25 as we do, and is not translated both ways"]
    assert messages(*joined_cloud, nats=NATS | maps) == []
    assert messages(cloud) == []


EDGES = tuple(
    fact
    for at in (1, 2)
    for fact in (
        device(f"edge{at}", Role.INTERNET_EDGE),
        *joined(f"fw{at}:out", f"edge{at}:in", f"10.0.20{at + 1}"),
        *circuit(f"edge{at}:1", f"isp{at}:1", f"10.0.20{at - 1}"),
    )
)
MANAGEMENT = Zone(id="management", name="management", trust=90, exposure=Exposure.MANAGEMENT)
SHUT = (MANAGEMENT, vlan("m", 20, "fw1"), subnet("10.0.9.0/24", "m", zone="management"))
BEHIND = (DEFAULT, *FIREWALLS, PAIR, *BLOCKS, *HOSTS, *EDGES, *FLOWS, PUBLISHED, *SHUT)


def edged(*facts: Any) -> Design:
    return design(*BEHIND, *NATS.values(), *facts, users=100, sites=(site(users=100),))


def of_edged(*facts: Any) -> list[Finding]:
    return list(judge_one(RULE, case(edged(*facts))).findings)


def test_every_mutant_is_caught_and_mended() -> None:
    caught_and_mended(RULE, edged())


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({"inside": ("10.0.9.7/32",)}, Severity.CRITICAL),
        ({"inside": ("10.0.8.0/22",)}, Severity.CRITICAL),
        ({"inside": ("10.0.9.0/24",), "kind": NatKind.STATIC, "outside": ("9.9.9.0/24",)}, Severity.CRITICAL),
        ({"inside": ("10.0.9.0/24",), "provider": None, "outside": ("9.9.9.0/24",)}, Severity.CRITICAL),
        ({"inside": ("10.0.9.0/24",), "provider": None}, None),
        ({"inside": ("10.0.9.0/24",), "provider": None, "outside": ("192.168.9.0/24",), "kind": NatKind.STATIC}, None),
        ({"inside": ("10.0.9.0/24",), "kind": NatKind.SOURCE_PORT}, None),
        ({"inside": ("10.0.1.0/24",)}, None),
        ({"inside": ("10.0.77.0/24",)}, None),
    ],
)
def test_nothing_is_opened_that_no_flow_leads_to(values: dict[str, Any], severity: Severity | None) -> None:
    opening = replace(NATS["isp1-inbound-web"], id="odd", **values)
    found = [one for one in of_edged(opening) if "opens" in one.message]

    assert [one.severity for one in found] == ([severity] if severity else [])
    assert [one.message for one in found] == (
        ["odd opens 10.0.9.0/24 in management to the Internet, from where no flow leads there"] if severity else []
    )


def test_a_zone_for_published_services_may_be_opened_and_an_inner_one_is_an_error() -> None:
    opening = replace(NATS["isp1-inbound-web"], id="odd", inside=("10.0.9.0/24",))
    for exposure, wanted in ((Exposure.DMZ, []), (Exposure.INTERNAL, [None])):
        zone = replace(MANAGEMENT, exposure=exposure)
        facts = [zone if one is MANAGEMENT else one for one in BEHIND]
        made = design(*facts, *NATS.values(), opening, users=100, sites=(site(users=100),))
        found = judge_one(RULE, case(made)).findings
        assert [one.severity for one in found if "opens" in one.message] == wanted


def test_what_two_providers_assign_is_not_the_same() -> None:
    same = {name: replace(NATS[name], outside=("9.9.9.0/24",)) for name in ("isp1-outbound", "isp2-outbound")}
    ours = bgp("fw1", 65001, networks=("9.9.0.0/16",))

    assert [text for text in messages(nats=NATS | same) if "at isp1 and at isp2" in text] != []
    assert [text for text in messages(ours, nats=NATS | same) if "at isp1 and at isp2" in text] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"devices": ("edge1",)}, "both translate what goes to isp1, one behind the other"),
        ({"devices": ("edge1",), "inside": ()}, "both translate what goes to isp1, one behind the other"),
        ({"devices": ("edge1",), "inside": ("10.0.1.0/24",), "provider": None}, "one behind the other"),
        ({"devices": ("edge1",), "inside": ("10.9.0.0/24",)}, None),
        ({"devices": ("edge2",)}, None),
        ({}, "translate the same addresses for the same provider"),
        ({"inside": ("10.0.1.0/24",)}, None),
    ],
)
def test_what_leaves_is_translated_once(values: dict[str, Any], said: str | None) -> None:
    again = replace(replace(NATS["isp1-outbound"], id="again"), **values)
    found = [one.message for one in of_edged(again) if "twice" in one.witness]

    assert [said in text for text in found] == [True] if said else found == []


def test_the_first_translation_goes_to_the_firewalls() -> None:
    made = design(*REST, users=100, sites=(site(users=100),))
    for _ in range(8):
        findings = judge_one(RULE, case(made)).findings
        patches = [fix.propose(case(made), one) for one in findings[:1] for fix in RULE.fixes]
        made = apply(made, next((patch for patch in patches if patch), ()))

    assert judge_one(RULE, case(made)).status is Status.PASS
    assert {one.devices for one in made.addressing.nats} == {("fw1", "fw2")}
    assert {one.kind for one in made.addressing.nats} == set(NatKind)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
