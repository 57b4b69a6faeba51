"""A small design that is separated, inspected, authenticated, logged and encrypted as level enterprise asks."""

from __future__ import annotations

from typing import Any

from netdesign.model.addressing import Interface, Subnet
from netdesign.model.cabling import Circuit, CircuitKind, Link
from netdesign.model.design import Design
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import (
    Attachment,
    Device,
    EndpointGroup,
    EndpointKind,
    HaGroup,
    HaMode,
    Homing,
    PortProfile,
)
from netdesign.model.patch import Operation, apply
from netdesign.model.security import (
    Action,
    DdosMitigation,
    Inspection,
    IpProtocol,
    ManagementProfile,
    MitigationKind,
    Policy,
    PolicyRule,
    PublishedService,
    Service,
    WirelessNetwork,
    Zone,
)
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import (
    DataClass,
    Exposure,
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    SecurityLevel,
    ServiceClass,
    SubnetPurpose,
    Trust,
    VlanPurpose,
)
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import GBPS, case, design, device, interface, link, site

HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
SQL = Service(name="sql", protocol=IpProtocol.TCP, first_port=1521, last_port=1521)
SYSLOG = Service(name="syslog-tls", protocol=IpProtocol.TCP, first_port=6514, last_port=6514)
FIREWALL = "FPR3105-NGFW-K9"

ZONES = {"dmz": 40, "user": 50, "server": 65, "management": 90}
EXPOSURES = {"dmz": Exposure.DMZ, "management": Exposure.MANAGEMENT}
PURPOSES = {
    "dmz": VlanPurpose.DMZ,
    "user": VlanPurpose.USERS,
    "server": VlanPurpose.SERVERS,
    "management": VlanPurpose.MANAGEMENT,
}


def vrf_of(zone: str) -> str:
    """The VRF of a zone."""
    return "management" if zone == "management" else f"vrf-{zone}"


def stronghold(*changes: Operation, **requirement_changes: Any) -> Design:
    """Two firewalls over two cores with four inner zones, two edges to two providers; then `changes`."""
    wanted: dict[str, Any] = {"security_level": SecurityLevel.ENTERPRISE, "internet_facing": (HTTPS,)}
    wanted |= {"sites": (site(),), "users": 100, **requirement_changes}
    facts = [*_zones(), *_devices(), *_links(), *_networks(), *_policy(), *_edge(), *_services(), *_flows()]
    return apply(design(*facts, **wanted), changes)


def _zones() -> list[Any]:
    made: list[Any] = [
        Zone(id=zone, name=zone.title(), trust=trust, exposure=EXPOSURES.get(zone, Exposure.INTERNAL))
        for zone, trust in ZONES.items()
    ]
    made.append(Zone(id="internet", name="Internet", trust=0, exposure=Exposure.INTERNET))
    made += [Vrf(id=vrf_of(zone), name=vrf_of(zone), zone=zone) for zone in ZONES]
    return [*made, Vrf(id="default", name="default")]


def _devices() -> list[Device | HaGroup]:
    managed = {"management_profile": "managed"}
    made = [
        device(name, Role.FIREWALL, sku=FIREWALL, rack=f"r{n}", power_feeds=("A", "B"), ha_group="fw", **managed)
        for n, name in enumerate(("fw1", "fw2"))
    ]
    made += [device(name, Role.CORE, **managed) for name in ("core1", "core2")]
    made += [device(name, Role.INTERNET_EDGE, **managed) for name in ("edge1", "edge2")]
    made += [device(name, Role.PROVIDER, managed=False) for name in ("isp1", "isp2")]
    pair = HaGroup(id="fw", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2"), state_sync=True)
    return [*made, pair]


def _links() -> list[Link | Circuit]:
    made: list[Link | Circuit] = [
        link(f"fw{n}:{m}", f"core{m}:fw{n}", LinkPurpose.ATTACHMENT) for n in (1, 2) for m in (1, 2)
    ]
    made += [link(f"edge{n}:{m}", f"core{m}:edge{n}", LinkPurpose.ATTACHMENT) for n in (1, 2) for m in (1, 2)]
    made.append(link("core1:peer", "core2:peer", LinkPurpose.PEER))
    made.append(link("fw1:ha", "fw2:ha", LinkPurpose.HEARTBEAT))
    for n in (1, 2):
        circuit = link(
            f"edge{n}:wan", f"isp{n}:1", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=Trust.PUBLIC, phy=None
        )
        sold = Circuit(
            id=f"dia{n}",
            link=circuit.id,
            kind=CircuitKind.DIA,
            provider=f"Carrier {n}",
            site="dc1",
            rate_down_bps=GBPS,
            rate_up_bps=GBPS,
        )
        made += [circuit, sold]
    return made


def _networks() -> list[Vlan | Subnet | Interface]:
    made: list[Vlan | Subnet | Interface] = []
    for number, zone in enumerate(ZONES, start=1):
        made += _vlan(zone, number, zone, SubnetPurpose.HOSTS)
        made += [_svi(f"core{n}", zone, number, n, vrf_of(zone)) for n in (1, 2)]
        made += _vlan(f"{zone}-transit", 100 + number, zone, SubnetPurpose.TRANSIT)
        made += [_svi(f"core{n}", f"{zone}-transit", 100 + number, n, vrf_of(zone)) for n in (1, 2)]
        made += [_svi(f"fw{n}", f"{zone}-transit", 100 + number, n + 2, "default", zone=zone) for n in (1, 2)]
    made += _vlan("outside", 200, "internet", SubnetPurpose.TRANSIT)
    made += [_svi(f"fw{n}", "outside", 200, n, "default", zone="internet") for n in (1, 2)]
    made += [_svi(f"edge{n}", "outside", 200, n + 2, "default") for n in (1, 2)]
    made += [interface(f"edge{n}", "wan", vrf="default", addresses=(f"192.0.2.{2 * n}/31",)) for n in (1, 2)]
    for n, name in enumerate(("fw1", "fw2", "edge1", "edge2"), start=10):
        made.append(_svi(name, "management", 4, n, "management"))
    return [*made, *_trunks()]


def _trunks() -> list[Interface]:
    """Ports that carry every VLAN between cores, firewalls and edges."""
    vlans = (*ZONES, *(f"{zone}-transit" for zone in ZONES), "outside")
    ends = [(f"{kind}{n}", str(m)) for kind in ("fw", "edge") for n in (1, 2) for m in (1, 2)]
    ends += [(f"core{m}", f"{kind}{n}") for kind in ("fw", "edge") for n in (1, 2) for m in (1, 2)]
    ends += [("core1", "peer"), ("core2", "peer")]
    return [interface(name, port, mode=PortMode.TRUNK, vlans=vlans) for name, port in ends]


def _vlan(name: str, number: int, zone: str, purpose: SubnetPurpose) -> list[Vlan | Subnet]:
    vrf = vrf_of(zone) if zone in ZONES else "default"
    made = Vlan(
        id=name,
        number=number,
        name=name,
        purpose=PURPOSES.get(name, VlanPurpose.TRANSIT),
        site="dc1",
        vrf=vrf,
        zone=zone,
        devices=("core1", "core2"),
    )
    subnet = Subnet(id=name, prefix=f"10.0.{number}.0/24", vrf=vrf, purpose=purpose, site="dc1", vlan=name, zone=zone)
    return [made, subnet]


def _svi(where: str, vlan: str, number: int, host: int, vrf: str, zone: str | None = None) -> Interface:
    return interface(
        where,
        f"{vlan}-svi",
        kind=InterfaceKind.SVI,
        mode=PortMode.ROUTED,
        vlan=vlan,
        vrf=vrf,
        addresses=(f"10.0.{number}.{host}/24",),
        zone=zone,
        access_list="inner" if zone is not None else None,
    )


def permit(identity: str, order: int, source: str, target: str, service: Service, **changes: Any) -> PolicyRule:
    """A rule that permits a service between two zones, inspected, logged, owned and justified."""
    return PolicyRule(
        id=identity,
        policy="inner",
        order=order,
        action=Action.PERMIT,
        source_zones=(source,),
        destination_zones=(target,),
        services=(service,),
        inspect=changes.pop("inspect", (Inspection.IPS,)),
        log=True,
        owner="security",
        justification="a flow needs it",
        **changes,
    )


def _policy() -> list[Policy | PolicyRule]:
    return [
        Policy(id="inner", name="inner", devices=("fw1", "fw2")),
        permit("p1", 1, "internet", "dmz", HTTPS, destinations=("10.0.1.0/24",)),
        permit("p2", 2, "dmz", "server", SQL, sources=("10.0.1.0/24",), destinations=("10.0.3.0/24",)),
        permit("p3", 3, "user", "server", HTTPS, sources=("10.0.2.0/24",), destinations=("10.0.3.0/24",)),
        permit("p4", 4, "user", "internet", HTTPS, sources=("10.0.2.0/24",)),
        permit("p5", 5, "server", "management", SYSLOG, destinations=("10.0.4.0/24",)),
        PolicyRule(id="rest", policy="inner", order=99, action=Action.DENY, log=True),
    ]


def _edge() -> list[Any]:
    made: list[Any] = [
        EndpointGroup(
            id="staff", name="staff", site="dc1", kind=EndpointKind.USER, count=100, zone="user", vlans=("user",)
        ),
        _servers("web", "dmz", 4),
        _servers("apps", "server", 40),
        _servers("services", "management", 2),
        PortProfile(id="desk", mode=PortMode.ACCESS, dot1x=True, vlans=("user",)),
        PortProfile(id="rack", mode=PortMode.ACCESS, vlans=("server",)),
        PublishedService(id="portal", name="portal", group="web", service=HTTPS),
        DdosMitigation(id="rtbh", kind=MitigationKind.RTBH, providers=("isp1", "isp2")),
        WirelessNetwork(id="corp", ssid="corp", zone="user", vlans=("user",), security="wpa3-enterprise"),
    ]
    made.append(
        Attachment(
            id="staff-core1",
            group="staff",
            device="core1",
            endpoints=100,
            ports=tuple(f"d{n}" for n in range(100)),
            profile="desk",
        )
    )
    made += [
        Attachment(id=f"{group}-{home}", group=group, device=home, endpoints=2, ports=(f"{group}1",), profile="rack")
        for group in ("web", "apps", "services")
        for home in ("core1", "core2")
    ]
    return made


def _servers(name: str, zone: str, count: int) -> EndpointGroup:
    return EndpointGroup(
        id=name,
        name=name,
        site="dc1",
        kind=EndpointKind.SERVER,
        count=count,
        zone=zone,
        vlans=(zone,),
        nics=2,
        homing=Homing.MLAG,
    )


def _services() -> list[Any]:
    kinds = (ServiceKind.AAA, ServiceKind.LOG, ServiceKind.FLOW, ServiceKind.NTP)
    made: list[Any] = [
        ServiceInstance(
            id=f"{kind.value}{n}",
            kind=kind,
            name=kind.value,
            site="dc1",
            zone="management",
            address=f"10.0.4.{100 + 10 * at + n}",
            subnet="management",
            attached_to=("core1", "core2"),
            authenticated=True,
            transport="udp" if kind in (ServiceKind.NTP, ServiceKind.FLOW) else "tls",
            administration="audit" if kind is ServiceKind.LOG else "operations",
            events_per_second=10_000 if kind is ServiceKind.LOG else None,
            storage_bytes=10**15 if kind is ServiceKind.LOG else None,
            retention_days=3000 if kind is ServiceKind.LOG else None,
        )
        for at, kind in enumerate(kinds)
        for n in (1, 2)
    ]
    profile = ManagementProfile(
        id="managed",
        protocols=("ssh",),
        vrf="management",
        multifactor=True,
        aaa=("aaa1", "aaa2"),
        ntp=("ntp1", "ntp2"),
        logs=("log1", "log2"),
        flows=("flow1",),
        log_buffer=True,
        control_plane_policing=True,
        infrastructure_acl=True,
    )
    return [*made, profile]


def flow(identity: str, sources: tuple[str, ...], targets: tuple[str, ...], **changes: Any) -> Flow:
    """A gold flow of confidential data over HTTPS, encrypted by the application."""
    values: dict[str, Any] = {
        "service": HTTPS,
        "service_class": ServiceClass.GOLD,
        "data_class": DataClass.CONFIDENTIAL,
        "up_bps": 10_000_000,
        "down_bps": 90_000_000,
        "encrypted": True,
    }
    return Flow(id=identity, sources=sources, targets=targets, **{**values, **changes})


def _flows() -> list[Flow]:
    return [
        flow("public", ("isp1", "isp2"), ("web",)),
        flow("web-apps", ("web",), ("apps",), service=SQL),
        flow("staff-apps", ("staff",), ("apps",)),
        flow("staff-web", ("staff",), ("isp1", "isp2")),
    ]


def verdict(rule: Rule, made: Design) -> Verdict:
    """The verdict of a rule on a design."""
    return judge_one(rule, case(made))


def messages(rule: Rule, made: Design) -> list[str]:
    """What a rule finds, as texts."""
    return [finding.message for finding in verdict(rule, made).findings]


def survivors(rule: Rule, made: Design) -> list[str]:
    """The titles of mutants that apply to a design on which the rule holds, and that it does not see."""
    held = case(made)
    assert judge_one(rule, held).status is not Status.FAIL
    alive = []
    for mutant in rule.mutants:
        patch = mutant.mutate(held)
        after = judge_one(rule, case(apply(made, patch))) if patch is not None else None
        if after is None or after.status is not Status.FAIL or after.crashed:
            alive.append(mutant.title)
    return alive
