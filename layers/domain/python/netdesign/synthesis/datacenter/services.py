"""The hosts of a data centre's own services: names, addresses, time, logins and logs, on the management network."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.catalog.ports import PortUse
from netdesign.model.infrastructure import ServiceInstance
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Homing
from netdesign.model.vocabulary import DataClass, ServiceClass, VlanPurpose
from netdesign.synthesis.datacenter.management import OutOfBand, route_vlan
from netdesign.synthesis.datacenter.management_choice import GIGABIT, UPLINK_BPS
from netdesign.synthesis.draft.blueprint import MANAGEMENT, Blueprint
from netdesign.synthesis.operation.infrastructure import SERVICE_HOSTS, Home, add_services
from netdesign.synthesis.operation.management import port_profile

SERVICES_VLAN = 900
SERVICE_ADDRESSES = 24
"""Addresses planned for hosts and instances."""


def build_services(blueprint: Blueprint, network: OutOfBand) -> tuple[ServiceInstance, ...]:
    """The service hosts on the routed management switches, and the instances that they run."""
    cores = network.cores
    vlan = blueprint.vlan(
        network.site,
        SERVICES_VLAN,
        "services",
        VlanPurpose.MANAGEMENT,
        MANAGEMENT,
        *(device.id for device in cores),
    )
    nets = blueprint.host_subnet(vlan, SERVICE_ADDRESSES)
    route_vlan(blueprint, network, vlan)
    profile = blueprint.add(port_profile(f"profile-{vlan.id}", blueprint.posture, vlans=(vlan.id,), trusted=True))
    stands = blueprint.standing.find(EndpointGroup, vlan.id)
    speed = stands.nic_speed_bps if stands is not None else _speed(blueprint, cores)
    group = blueprint.add(
        EndpointGroup(
            id=vlan.id,
            name="hosts of network services",
            site=network.site,
            kind=EndpointKind.SERVER,
            count=SERVICE_HOSTS,
            zone=MANAGEMENT,
            vlans=(vlan.id,),
            nics=len(cores),
            nic_speed_bps=speed,
            homing=Homing.MLAG if len(cores) == 2 else Homing.SINGLE,
            service_class=ServiceClass.GOLD,
            data_classes=(DataClass.INTERNAL,),
        )
    )
    for device in cores:
        blueprint.add(
            Attachment(
                id=(identity := f"{group.id}--{device.id}"),
                group=group.id,
                device=device.id,
                endpoints=SERVICE_HOSTS,
                ports=blueprint.attachment_ports(identity, device, SERVICE_HOSTS, speed),
                profile=profile.id,
            )
        )
    return add_services(blueprint, network.site, [Home(nets, tuple(cores))])


def _speed(blueprint: Blueprint, cores: Sequence[Device]) -> int:
    """The faster of the two usual speeds that every switch has ports left for."""
    fast = all(blueprint.free_ports(device, UPLINK_BPS, PortUse.DOWNLINK) >= SERVICE_HOSTS for device in cores)
    return UPLINK_BPS if fast else GIGABIT
