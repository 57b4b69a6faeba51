"""Small designs for tests: sensible requirements, and a sketchbook that writes facts in one line each."""

from __future__ import annotations

from dataclasses import fields, replace
from ipaddress import ip_network
from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import compile_network
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Link, PortRef
from netdesign.model.design import Design
from netdesign.model.governance import Governance
from netdesign.model.inventory import Device
from netdesign.model.patch import Add, apply, collections
from netdesign.model.resolved import (
    Basis,
    FabricWorkload,
    Provenance,
    ResolvedRequirements,
    ResolvedSite,
    ServerPopulation,
)
from netdesign.model.vocabulary import (
    Archetype,
    InterfaceKind,
    LinkPurpose,
    Medium,
    NetworkType,
    PortMode,
    Redundancy,
    Role,
    SecurityLevel,
)
from netdesign.rules.case import Case

GBPS = 1_000_000_000
DATE = "2026-11-01"
NO_CATALOG: Any = None  # for analyses of the drawing alone: a look at the catalogue would fail


def site(identity: str = "dc1", **changes: Any) -> ResolvedSite:
    """One site with nothing on it, unless `changes` say so."""
    nothing = ResolvedSite(
        id=identity,
        name=identity,
        tier=1,
        users=0,
        endpoints=0,
        servers=0,
        area_m2=0,
        buildings=1,
        closets=0,
        racks=0,
        power_kw=0,
        jurisdiction="US",
    )
    return replace(nothing, **changes)


def requirements(**changes: Any) -> ResolvedRequirements:
    """Requirements of a small data centre of medium redundancy and corporate security, with `changes`."""
    modest = ResolvedRequirements(
        project_name="test",
        description="",
        network_type=NetworkType.ENTERPRISE_DATACENTER,
        topology_preference=None,
        devices_stated=1,
        users=0,
        remote_users=0,
        site_count=1,
        sites=(site(),),
        servers=ServerPopulation(count=0, nics_per_server=2, nic_speed_bps=25 * GBPS, racks=0),
        fabric_workload=FabricWorkload.GENERAL,
        east_west_share=0.5,
        bandwidth_min_bps=GBPS,
        bandwidth_max_bps=100 * GBPS,
        bandwidth_average_bps=10 * GBPS,
        flows=(),
        internet_facing=(),
        redundancy=Redundancy.MEDIUM,
        availability=0.999,
        security_level=SecurityLevel.CORPORATE,
        frameworks=(),
        data_classes=(),
        requires_segmentation=True,
        requires_encryption=False,
        preferred_vendors=(),
        excluded_vendors=(),
        technology_stack=(),
        sdn_required=False,
        cloud_integration=False,
        max_downtime_minutes=None,
        max_latency_ms=None,
        min_throughput_bps=None,
        packet_loss_threshold=None,
        wireless=False,
        voice=False,
        video=False,
        budget_usd=None,
        budget_is_hard=False,
        currency="USD",
        deployment_timeline=None,
        growth_rate=0.0,
        horizon_years=3,
        growth_multiplier=1.0,
        supernets=("10.0.0.0/8",),
        ipv6=False,
        ipv6_supernet=None,
        reserved_prefixes=(),
        vlans_stated=None,
        subnets_stated=None,
        evaluation_date=DATE,
        uninterpreted=(),
        provenance=(),
    )
    names = [field.name for field in fields(ResolvedRequirements) if field.name != "provenance"]
    provenance = tuple(Provenance(field=name, basis=Basis.DEFAULT, reason="a test") for name in names)
    return replace(modest, provenance=provenance, **changes)


def design(*facts: Any, archetype: Archetype = Archetype.SPINE_LEAF, **requirement_changes: Any) -> Design:
    """A design that holds `facts`, each put into the collection of its type."""
    blank = Design(
        id="dsg_test",
        name="test",
        archetype=archetype,
        requirements=requirements(**requirement_changes),
        governance=Governance(author="tester"),
    )
    home = {kind: name for name, (_, kind) in collections().items()}
    return apply(blank, tuple(Add(home[type(fact)], fact) for fact in facts))


def case(made: Design) -> Case:
    """The case that a rule gets for `made`, with the shipped catalogue and parameters."""
    catalog = default_catalog()
    return Case(
        network=compile_network(made, catalog),
        requirements=made.requirements,
        catalog=catalog,
        parameters=default_parameters(),
        evaluation_date=DATE,
    )


def device(identity: str, role: Role, **changes: Any) -> Device:
    """A managed device at site `dc1`."""
    return replace(Device(id=identity, hostname=identity, role=role, site="dc1", owner="network"), **changes)


def link(a: str, b: str, purpose: LinkPurpose = LinkPurpose.FABRIC, **changes: Any) -> Link:
    """A link between `device:port` and `device:port`, 100 Gbit/s over OM4 unless `changes` say so."""
    (a_device, _, a_port), (b_device, _, b_port) = a.partition(":"), b.partition(":")
    made = Link(
        id=f"{a}--{b}",
        a=PortRef(device=a_device, port=a_port),
        b=PortRef(device=b_device, port=b_port),
        speed_bps=100 * GBPS,
        medium=Medium.MMF_OM4,
        phy="100GBASE-SR4",
        length_m=20,
        purpose=purpose,
    )
    return replace(made, **changes)


def interface(device_id: str, name: str, **changes: Any) -> Interface:
    """A routed physical interface without an address."""
    made = Interface(
        id=f"{device_id}:{name}",
        device=device_id,
        name=name,
        kind=InterfaceKind.PHYSICAL,
        mode=PortMode.ROUTED,
    )
    return replace(made, **changes)


def within(prefix: str, block: str) -> bool:
    """Whether all addresses of a prefix are in a block, as the standard library sees it."""
    inner, outer = ip_network(prefix), ip_network(block)
    return inner.version == outer.version and inner[0] in outer and inner[-1] in outer
