"""What must hold in every campus design, on the examples and on a spread of other requirements."""

from collections import Counter, defaultdict
from ipaddress import ip_interface, ip_network
from itertools import pairwise

import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.ports import PoeType
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.model.canonical import design_digest
from netdesign.model.conflict import Conflict
from netdesign.model.inventory import EndpointKind, Homing
from netdesign.model.security import Action
from netdesign.model.vocabulary import Archetype, InterfaceKind, LinkPurpose, PortMode, Role, VlanPurpose
from netdesign.synthesis.needs.campus_sizing import PSE_W
from netdesign.synthesis.synthesize import synthesize
from tests.unit.synthesis.campus_samples import EXAMPLES, asked, design, example

CATALOG = default_catalog()
TALL = {"users": 600, "endpoints": 150, "area_m2": 9_000, "buildings": 4, "closets": 8}
SLOW = {"redundancy": "low", "security_level": "corporate", "bandwidth": {"min": "1Gbps", "max": "1Gbps"}}
CASES = {
    "plain": asked(redundancy="low", security_level="corporate"),
    "single and strict": asked(redundancy="none", security_level="government"),
    "tiers": asked(TALL, redundancy="medium"),
    "tiers, fabric": asked(TALL, network_type="sdn_campus"),
    "fabric, strict": asked({"buildings": 2, "closets": 4}, network_type="sdn_campus", security_level="government"),
    "published, remote": asked(internet_facing=["https"], network_type="sdn_campus", data_classes=["PII"]),
    "wired, without IPv6": asked(requires_wireless=False, requires_voip=False, addressing={"ipv6": False}),
    "no devices, no servers": asked({"endpoints": 0, "servers": 0}, security_level="critical_infrastructure"),
    "two sites": asked(
        redundancy="critical",
        internet_facing=["https"],
        scale={"devices": 300, "users": 150, "sites": 2},
        sites=[
            {"name": "North", "users": 100, "endpoints": 40, "servers": 4, "area_m2": 1500, "closets": 2},
            {"name": "South", "users": 50, "endpoints": 10, "servers": 2, "area_m2": 800, "closets": 1},
        ],
    ),
    "many closets, strict": asked(TALL | {"closets": 60}, security_level="government"),
    "cards": asked({"servers": 0}, data_classes=["cardholder data"], compliance=["PCI DSS"]),
    "branch": asked({"users": 8, "endpoints": 4, "servers": 1, "area_m2": 150, "closets": 1}, **SLOW),
} | {path.stem: example(path) for path in EXAMPLES}


@pytest.fixture(params=CASES, ids=str)
def made(request):
    return design(CASES[request.param])


def test_the_same_requirements_give_the_same_bytes():
    for name in ("tiers, fabric", "branch"):
        again = synthesize(CASES[name], CATALOG, default_parameters())
        assert design_digest(again) == design_digest(design(CASES[name]))


def test_every_port_is_there_and_used_once(made):
    kinds = {device.id: device.sku for device in made.inventory.devices}
    used = Counter((end.device, end.port) for link in made.cabling.links for end in (link.a, link.b))
    wired = {group.id for group in made.inventory.endpoint_groups if group.homing is not Homing.WIRELESS}
    for attachment in made.inventory.attachments:
        if attachment.group in wired:
            used.update((attachment.device, port) for port in attachment.ports)

    assert set(used.values()) == {1}
    for device, port in used:
        if kinds[device] is not None:
            assert CATALOG.device(kinds[device]).port(port) is not None


def test_ports_feed_what_hangs_off_them(made):
    """Class and budget of power, with one supply down at high redundancy and above."""
    high = made.requirements.redundancy.rank >= 3
    kinds = {device.id: CATALOG.device(device.sku) for device in made.inventory.devices if device.sku}
    classes = {group.id: group.poe_class for group in made.inventory.endpoint_groups}
    watts: defaultdict[str, float] = defaultdict(float)
    for attachment in made.inventory.attachments:
        poe_class = classes[attachment.group]
        if poe_class is not None:
            watts[attachment.device] += PSE_W[poe_class] * attachment.endpoints
            for port in attachment.ports:
                fed = kinds[attachment.device].port(port)
                assert fed is not None
                assert fed.poe is not None
                assert PoeType(fed.poe).pse_w >= PSE_W[poe_class]
    for link in made.cabling.links:
        for near, far in ((link.a, link.b), (link.b, link.a)):
            facts = kinds[near.device].access_point if near.device in kinds else None
            if facts:
                watts[far.device] += PSE_W[facts.poe_class]
                feeding = kinds[far.device].port(far.port)
                assert feeding is not None
                assert feeding.poe is not None
                assert PoeType(feeding.poe).pse_w >= PSE_W[facts.poe_class]
    for device, asked_w in watts.items():
        kind = kinds[device]
        assert asked_w <= ((kind.poe_budget_one_supply_w if high else kind.poe_budget_w) or 0)


def test_subnets_never_overlap_and_addresses_are_unique(made):
    nets = sorted((ip_network(subnet.prefix) for subnet in made.addressing.subnets), key=lambda net: (net.version, net))
    for first, second in pairwise(nets):
        assert first.version != second.version or not first.overlaps(second)
    held = Counter(
        ip_interface(address).ip for interface in made.addressing.interfaces for address in interface.addresses
    )
    assert not [address for address, count in held.items() if count > 1]
    reserved = [ip_network(prefix) for prefix in made.requirements.reserved_prefixes]
    assert not [net for net in nets for hole in reserved if net.version == hole.version and net.overlaps(hole)]


def test_every_host_vlan_has_room_and_a_gateway(made):
    subnets = {subnet.vlan: ip_network(subnet.prefix) for subnet in made.addressing.subnets if ":" not in subnet.prefix}
    growth = made.requirements.growth_multiplier
    answers = defaultdict(set)
    for interface in made.addressing.interfaces:
        for address in (*interface.addresses, *interface.virtual_addresses):
            answers[interface.vlan].add(ip_interface(address).ip)
    planned = {subnet.vlan: subnet.planned_hosts for subnet in made.addressing.subnets}
    for vlan in made.switching.vlans:
        if vlan.purpose is VlanPurpose.TRANSIT:
            continue
        net = subnets[vlan.id]
        assert planned[vlan.id] * growth <= 0.8 * net.num_addresses
        assert net.num_addresses <= 1024
        assert net[1] in answers[vlan.id], f"the gateway of {vlan.id}"


def zones_of(made):
    """The zone of every end that flows may have."""
    zones = {group.id: group.zone for group in made.inventory.endpoint_groups}
    zones |= {service.id: service.zone for service in made.infrastructure.service_instances}
    return zones | {device.id: "internet" for device in made.inventory.devices if device.role is Role.PROVIDER}


def permits_of(made, policies):
    """The pairs of zones and the services that policies permit, each by a rule that names flows and addresses."""
    found = set()
    for rule in made.security.policy_rules:
        if rule.policy in policies and rule.action is Action.PERMIT:
            assert rule.flows
            assert rule.sources or rule.source_zones == ("internet",)
            found |= {(rule.source_zones[0], rule.destination_zones[0], service) for service in rule.services}
    return found


def needs_of(zones, flows):
    """The pairs of zones and the services that flows need."""
    return {(zones[a], zones[b], flow.service) for flow in flows for a in flow.sources for b in flow.targets}


def test_permits_are_needed_by_their_flows_and_cover_them(made):
    """Firewalls permit what flows between zones need; what flows within a zone need never reaches them."""
    firewalls = {device.id for device in made.inventory.devices if device.role is Role.FIREWALL}
    enforced = {policy.id for policy in made.security.policies if policy.devices}
    needed = {need for need in needs_of(zones_of(made), made.traffic.flows) if need[0] != need[1]}

    assert enforced
    assert {device for policy in made.security.policies for device in policy.devices} <= firewalls
    assert permits_of(made, enforced) == needed


def test_every_policy_ends_with_a_logged_denial(made):
    for policy in made.security.policies:
        last = max((rule for rule in made.security.policy_rules if rule.policy == policy.id), key=lambda one: one.order)
        assert (last.action, last.log) == (Action.DENY, True)
        assert (last.sources, last.destinations, last.services) == ((), (), ())


def test_hosts_permit_what_flows_of_theirs_need(made):
    """A policy that no firewall enforces is one of the hosts of a zone at a site, also among themselves."""
    zones = zones_of(made)
    for policy in made.security.policies:
        groups = {group.id for group in made.inventory.endpoint_groups if group.host_policy == policy.id}
        if policy.devices:
            assert not groups
            continue
        (zone,) = {zones[group] for group in groups}
        mine = [flow for flow in made.traffic.flows if groups.intersection((*flow.sources, *flow.targets))]
        needed = {need for need in needs_of(zones, mine) if zone in need[:2]}
        assert permits_of(made, {policy.id}) == needed


def test_every_end_exists_and_every_interface_matches_a_link(made):
    ends = {group.id for group in made.inventory.endpoint_groups}
    ends |= {service.id for service in made.infrastructure.service_instances}
    devices = {device.id for device in made.inventory.devices}
    assert all({*flow.sources, *flow.targets} <= ends | devices for flow in made.traffic.flows)
    linked = {f"{end.device}:{end.port}" for link in made.cabling.links for end in (link.a, link.b)}
    physical = {
        interface.id
        for interface in made.addressing.interfaces
        if interface.kind in (InterfaceKind.PHYSICAL, InterfaceKind.MANAGEMENT)
    }
    assert physical == linked


def test_both_ends_of_a_trunk_allow_the_same_vlans(made):
    by_id = {interface.id: interface for interface in made.addressing.interfaces}
    lags = {lag.id: f"{lag.device}:{lag.interface}" for lag in made.cabling.lags}

    def seen(end):
        interface = by_id[f"{end.device}:{end.port}"]
        return by_id[lags[interface.lag]] if interface.lag else interface

    for link in made.cabling.links:
        a, b = seen(link.a), seen(link.b)
        if PortMode.TRUNK in (a.mode, b.mode):
            assert (a.mode, set(a.vlans), a.native_vlan) == (b.mode, set(b.vlans), b.native_vlan)
        assert a.mtu_bytes == b.mtu_bytes


def test_dual_homing_follows_redundancy(made):
    """Every access switch has links to both of a pair from medium on, except in a branch."""
    if made.archetype is Archetype.BRANCH:
        return
    upper = {Role.CORE, Role.DISTRIBUTION}
    roles = {device.id: device.role for device in made.inventory.devices}
    above = defaultdict(set)
    for link in made.cabling.links:
        for near, far in ((link.a, link.b), (link.b, link.a)):
            if roles[near.device] is Role.ACCESS and roles[far.device] in upper:
                above[near.device].add(far.device)
    wanted = 2 if made.requirements.redundancy.rank >= 2 else 1
    assert {len(above[device]) for device, role in roles.items() if role is Role.ACCESS} == {wanted}


def test_peers_stand_in_different_racks_on_different_feeds(made):
    groups = defaultdict(list)
    for device in made.inventory.devices:
        if device.role in (Role.CORE, Role.DISTRIBUTION, Role.FIREWALL, Role.WIRELESS_CONTROLLER):
            groups[device.role, device.block].append(device)
    for members in groups.values():
        if len(members) == 2:
            assert members[0].rack != members[1].rack
            assert {feed for device in members for feed in device.power_feeds} == {"A", "B"}


def test_users_behind_phones_share_their_ports(made):
    groups = {group.id: group for group in made.inventory.endpoint_groups}
    for attachment in made.inventory.attachments:
        if groups[attachment.group].kind is EndpointKind.PHONE:
            assert attachment.ports == ()
        elif groups[attachment.group].homing is Homing.SINGLE:
            assert len(attachment.ports) == attachment.endpoints
    for group in groups.values():
        if group.homing in (Homing.SINGLE, Homing.WIRELESS):
            held = [one.endpoints for one in made.inventory.attachments if one.group == group.id]
            assert sum(held) == group.count


def test_numbers_are_explained(made):
    questions = " ".join(decision.question for decision in made.rationale.decisions)

    for word in ("shape", "access switches", "firewalls", "circuit", "may pass", "log"):
        assert word in questions
    assert all(decision.formula and decision.inputs for decision in made.rationale.decisions)
    if made.archetype is not Archetype.BRANCH:
        for word in ("uplinks", "power", "servers", "VLANs"):
            assert word in questions


def test_the_strict_levels_manage_by_a_network_of_its_own():
    made = design(CASES["fabric, strict"])
    managed = {d.id for d in made.inventory.devices if d.role not in (Role.PROVIDER, Role.ACCESS_POINT)}
    joined = {
        end.device for link in made.cabling.links if link.purpose is LinkPurpose.MANAGEMENT for end in (link.a, link.b)
    }

    assert managed <= joined
    assert any(vlan.isolated for vlan in made.switching.vlans)


def test_servers_meet_only_where_they_must_at_the_strict_levels():
    def isolated(requirements):
        made = design(requirements)
        return {vlan.isolated for vlan in made.switching.vlans if vlan.purpose is VlanPurpose.SERVERS}

    flow = {"from": "servers", "to": "servers", "service": "https", "up": "1Mbps", "down": "1Mbps"}

    assert isolated(asked(security_level="government")) == {True}
    assert isolated(asked(security_level="government", flows=[flow])) == {False}
    assert isolated(asked()) == {False}


def test_critical_redundancy_doubles_links_and_rooms():
    made = design(asked(redundancy="critical"))
    roles = {device.id: device.role for device in made.inventory.devices}
    cores = [device for device in made.inventory.devices if device.role is Role.CORE]
    uplinks = Counter(
        link.a.device
        for link in made.cabling.links
        if roles[link.a.device] is Role.ACCESS and roles[link.b.device] is Role.CORE
    )

    assert cores[0].room != cores[1].room
    assert set(uplinks.values()) == {4}


def test_servers_beyond_one_pair_get_more_pairs():
    made = design(asked({"servers": 60}))
    groups = [group for group in made.inventory.endpoint_groups if group.zone == "server"]
    homes = [{one.device for one in made.inventory.attachments if one.group == group.id} for group in groups]

    assert sum(group.count for group in groups) == 60
    assert len(groups) > 1
    assert all(len(home) == 2 for home in homes)
    assert not homes[0] & homes[1]
    business = next(flow for flow in made.traffic.flows if flow.id == "assumed-business")
    assert set(business.targets) == {group.id for group in groups}


def test_vendors_without_controllers_manage_from_their_cloud():
    made = design(asked(preferred_vendors=["Juniper"]))
    points = {device.sku for device in made.inventory.devices if device.role is Role.ACCESS_POINT}

    assert {CATALOG.device(str(sku)).vendor for sku in points} == {"juniper"}
    assert not any(device.role is Role.WIRELESS_CONTROLLER for device in made.inventory.devices)


def test_a_core_too_small_for_all_switches_becomes_three_tiers():
    made = design(asked({"users": 1_000, "endpoints": 200, "area_m2": 9_000, "closets": 8}, redundancy="high"))

    assert made.archetype is Archetype.THREE_TIER


def test_each_site_serves_its_own_users():
    made = design(CASES["two sites"])
    site_of = {group.id: group.site for group in made.inventory.endpoint_groups}
    site_of |= {service.id: service.site for service in made.infrastructure.service_instances}
    site_of |= {device.id: device.site for device in made.inventory.devices}
    web = {site_of[flow.sources[0]]: flow.up_bps for flow in made.traffic.flows if flow.id.startswith("assumed-web")}

    assert all(len({site_of[end] for end in (*flow.sources, *flow.targets)}) == 1 for flow in made.traffic.flows)
    assert web["north"] == 2 * web["south"]
    assert {(policy.id, tuple(site_of[one] for one in policy.devices)) for policy in made.security.policies} == {
        ("north-policy", ("north", "north")),
        ("south-policy", ("south", "south")),
        ("north-hosts-user", ()),
    }
    assert {site_of[group.id] for group in made.inventory.endpoint_groups if group.host_policy} == {"north"}
    assert {one.group for one in made.security.published_services} == {"north-published", "south-published"}
    assert all(
        set(subnet.dhcp_relays) <= {f"{subnet.site}-dhcp1", f"{subnet.site}-dhcp2"}
        for subnet in made.addressing.subnets
    )


def test_what_no_catalogue_offers_is_refused_with_reasons():
    with pytest.raises(InfeasibleError) as caught:
        design(asked(excluded_vendors=["Cisco", "Arista", "Juniper", "HPE Aruba", "Dell", "Fortinet", "Ubiquiti"]))

    assert caught.value.conflicts


def test_a_campus_too_large_for_one_core_must_be_split():
    with pytest.raises(InfeasibleError) as caught:
        design(asked({"users": 2_000, "area_m2": 30_000, "buildings": 60, "closets": 60}, security_level="government"))

    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    assert conflict.relaxations[0].statement == "split Site into 3 sites"


def test_no_split_helps_where_one_flow_is_too_large():
    flow = {"from": "users", "to": "servers", "service": "https", "up": "900Tbps", "down": "900Tbps"}
    with pytest.raises(InfeasibleError) as caught:
        design(asked(flows=[flow]))

    assert "split" not in str(caught.value)


def test_many_servers_have_a_block_of_their_own():
    made = design(asked({"servers": 120, "buildings": 4, "closets": 8}))
    blocks = {device.block for device in made.inventory.devices if device.role is Role.DISTRIBUTION}
    users = {device.block for device in made.inventory.devices if device.role is Role.ACCESS_POINT}

    assert len(blocks - users) == 1


LEVELS = ("basic", "corporate", "enterprise", "government", "critical_infrastructure")


@given(
    users=st.integers(1, 200),
    endpoints=st.integers(0, 40),
    servers=st.integers(0, 8),
    buildings=st.integers(1, 3),
    kind=st.sampled_from(["legacy_campus", "sdn_campus"]),
    redundancy=st.sampled_from(["none", "low", "medium", "high", "critical"]),
    level=st.sampled_from(LEVELS),
    wishes=st.fixed_dictionaries(
        {
            "requires_wireless": st.booleans(),
            "requires_voip": st.booleans(),
            "requires_video_conferencing": st.booleans(),
        }
    ),
)
# Without shrinking, which makes hundreds of designs: sizes this small explain themselves.
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_whatever_is_asked_there_is_a_design_or_a_reason(
    users, endpoints, servers, buildings, kind, redundancy, level, wishes
):
    site = {"users": users, "endpoints": endpoints, "servers": servers, "buildings": buildings, "area_m2": 15 * users}
    requirements = asked(
        site | {"closets": buildings}, network_type=kind, redundancy=redundancy, security_level=level, **wishes
    )
    try:
        made = design(requirements)
    except InfeasibleError as refused:
        reasons = [isinstance(one, Conflict) and one.statement for one in refused.conflicts]
        event("refused")
        if not all(reasons):
            raise
        return
    test_every_port_is_there_and_used_once(made)
    test_ports_feed_what_hangs_off_them(made)
    test_subnets_never_overlap_and_addresses_are_unique(made)
    test_permits_are_needed_by_their_flows_and_cover_them(made)
    test_hosts_permit_what_flows_of_theirs_need(made)
    test_both_ends_of_a_trunk_allow_the_same_vlans(made)
