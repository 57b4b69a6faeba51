"""Resolved requirements of data centres, toy device types, and designs made once per set of requirements."""

from __future__ import annotations

from functools import cache

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.ports import Breakout, FormFactor, PortGroup, PortUse
from netdesign.catalog.selection import default_catalog
from netdesign.catalog.sku import DeviceType
from netdesign.model.resolved import (
    FabricWorkload,
    ResolvedFlow,
    ResolvedRequirements,
    ResolvedSite,
    ServerPopulation,
)
from netdesign.model.security import IpProtocol, Service
from netdesign.model.vocabulary import (
    DataClass,
    NetworkType,
    Redundancy,
    Role,
    SecurityLevel,
    ServiceClass,
)
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.synthesize import synthesize

G = 1_000_000_000
HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def flow(identity, source, target, up=G, down=G, data_class=DataClass.INTERNAL):
    return ResolvedFlow(
        id=identity,
        source=source,
        target=target,
        service=HTTPS,
        up_bps=up,
        down_bps=down,
        service_class=ServiceClass.GOLD,
        data_class=data_class,
    )


def site(identity="dc1", racks=12, servers=240):
    return ResolvedSite(
        id=identity,
        name=identity.upper(),
        tier=1,
        users=0,
        endpoints=0,
        servers=servers,
        area_m2=500,
        buildings=1,
        closets=0,
        racks=racks,
        power_kw=8 * racks,
        jurisdiction="NL",
    )


def requirements(
    racks=12,
    per_rack=20,
    *,
    nics=2,
    nic_bps=25 * G,
    redundancy=Redundancy.HIGH,
    level=SecurityLevel.ENTERPRISE,
    workload=FabricWorkload.GENERAL,
    growth=1.3,
    ipv6=True,
    facing=True,
    sites=None,
    **over,
):
    """A data centre with `per_rack` servers in each rack, east-west and Internet flows."""
    sites = sites or (site(racks=racks, servers=racks * per_rack),)
    count = sum(one.servers for one in sites)
    flows = [
        flow("east-west", "servers", "servers", count * G // 2, count * G // 2),
        flow("updates", "servers", "internet"),
    ]
    if facing:
        flows.append(flow("web", "internet", "dmz", G // 5, G))
    values = {
        "project_name": "Test centre",
        "description": "a data centre",
        "network_type": NetworkType.ENTERPRISE_DATACENTER,
        "topology_preference": None,
        "devices_stated": count,
        "users": 0,
        "remote_users": 0,
        "site_count": len(sites),
        "sites": sites,
        "servers": ServerPopulation(
            count=count, nics_per_server=nics, nic_speed_bps=nic_bps, racks=sum(one.racks for one in sites)
        ),
        "fabric_workload": workload,
        "east_west_share": 0.7,
        "bandwidth_min_bps": G,
        "bandwidth_max_bps": 100 * G,
        "bandwidth_average_bps": 10 * G,
        "flows": tuple(flows),
        "internet_facing": (HTTPS,) if facing else (),
        "redundancy": redundancy,
        "availability": 0.999,
        "max_downtime_minutes": None,
        "security_level": level,
        "frameworks": (),
        "data_classes": (DataClass.INTERNAL,),
        "requires_segmentation": True,
        "requires_encryption": False,
        "preferred_vendors": (),
        "excluded_vendors": (),
        "technology_stack": (),
        "sdn_required": False,
        "cloud_integration": False,
        "max_latency_ms": None,
        "min_throughput_bps": None,
        "packet_loss_threshold": None,
        "wireless": False,
        "voice": False,
        "video": False,
        "budget_usd": None,
        "budget_is_hard": False,
        "currency": "USD",
        "deployment_timeline": None,
        "growth_rate": 0.1,
        "horizon_years": 3,
        "growth_multiplier": growth,
        "supernets": ("10.0.0.0/8",),
        "ipv6": ipv6,
        "ipv6_supernet": None,
        "reserved_prefixes": (),
        "vlans_stated": None,
        "subnets_stated": None,
        "evaluation_date": "2026-01-01",
        "uninterpreted": (),
        "provenance": (),
    }
    return ResolvedRequirements(**(values | over))


def blueprint(asked=None):
    return Blueprint(asked or requirements(), default_catalog(), default_parameters())


@cache
def design(asked):
    return synthesize(asked, default_catalog(), default_parameters())


def kind(sku="toy", *ports, roles=(Role.LEAF,), price=1000, vendor="arista", **over):
    """A toy device type; ports are (pattern, count, cage, Gbit/s speeds, use, breakouts)."""
    values = {
        "sku": sku,
        "vendor": vendor,
        "model": sku,
        "roles": frozenset(roles),
        "ports": ports or (downlinks(), uplinks()),
        "power_max_w": 300,
        "power_supplies": 2,
        "rack_units": 1,
        "price_usd": price,
        "features": frozenset({"mlag", "vrf", "stp", "evpn", "vxlan", "bgp"}),
        "interface_grammar": r"Ethernet\d+(/\d+)?",
        "source": "a test",
        "as_of": "2026-01",
    }
    return DeviceType(**(values | over))


def downlinks(count=48, speeds=(10, 25), cage=FormFactor.SFP28):
    return PortGroup(f"Ethernet1-{count}", count, cage, tuple(s * G for s in speeds), use=PortUse.DOWNLINK)


def uplinks(count=8, first=49, speeds=(40, 100), split=True):
    way = (Breakout(4, 25 * G, "/{n}", "/1"),) if split else ()
    names = f"Ethernet{first}-{first + count - 1}/1"
    return PortGroup(names, count, FormFactor.QSFP28, tuple(s * G for s in speeds), way, use=PortUse.UPLINK)
