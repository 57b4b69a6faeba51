import pytest

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.resolved import Population
from netdesign.model.security import IpProtocol, Service
from netdesign.synthesis.needs.flows import (
    application_flows,
    crossing_bps,
    encrypts,
    group_data,
    internet_bps,
    located,
    service_flows,
)
from netdesign.synthesis.needs.zones import DATABASE, DMZ, GUEST, INTERNET, SERVER, USER
from tests.unit.synthesis.campus_samples import asked

ENDS = {
    ("users", USER): ("staff",),
    ("guest", GUEST): ("visitors",),
    ("servers", SERVER): ("general",),
    ("servers", DATABASE): ("stores",),
    ("internet", INTERNET): ("isp1", "isp2"),
    ("remote_users", INTERNET): ("isp1", "isp2"),
    ("remote_users", DMZ): ("gateways",),
}


def flow(source, target, service="https", up="10Mbps", down="20Mbps", **more):
    return {"from": source, "to": target, "service": service, "up": up, "down": down, **more}


def made(*flows, **fields):
    return application_flows(asked(flows=list(flows), **fields), ENDS)


@pytest.mark.parametrize(
    ("service", "sealed"),
    [
        pytest.param(Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443), True, id="TLS"),
        pytest.param(Service(name="http", protocol=IpProtocol.TCP, first_port=80, last_port=80), False, id="clear"),
        pytest.param(Service(name="wide", protocol=IpProtocol.TCP, first_port=443, last_port=500), False, id="a range"),
        pytest.param(Service(name="any", protocol=IpProtocol.ANY, first_port=443, last_port=443), False, id="any"),
        pytest.param(Service(name="esp", protocol=IpProtocol.ESP), True, id="IPsec"),
    ],
)
def test_services_that_encrypt_by_themselves(service, sealed):
    assert encrypts(service) is sealed


def test_flows_land_on_groups_with_their_rates():
    (one,) = made(flow("users", "servers", "http"))

    assert (one.sources, one.targets) == (("staff",), ("general",))
    assert (one.up_bps, one.down_bps, one.encrypted, one.assumed) == (10_000_000, 20_000_000, False, False)


def test_restricted_data_goes_to_the_stores():
    (one,) = made(flow("users", "servers", "http", data_class="ePHI"), data_classes=["internal", "ePHI"])

    assert one.targets == ("stores",)


def test_sensitive_data_is_encrypted_outside_and_where_asked():
    (out,) = made(flow("users", "internet", "http", data_class="PII"))
    (inside,) = made(flow("users", "servers", "http", data_class="PII"), requires_encryption=True)
    (strict,) = made(flow("users", "servers", "http"), security_level="government")

    assert out.encrypted
    assert inside.encrypted
    assert strict.encrypted


def test_remote_users_come_by_the_gateways():
    legs = made(flow("remote_users", "servers", "http"))

    assert [(one.sources, one.targets, one.service.name) for one in legs] == [
        (("isp1", "isp2"), ("gateways",), "remote-access-tls"),
        (("gateways",), ("general",), "http"),
    ]


def test_what_inside_sends_to_remote_users_goes_by_them_too():
    legs = made(flow("servers", "remote_users", "http"))

    assert [(one.sources, one.targets) for one in legs] == [
        (("general",), ("gateways",)),
        (("gateways",), ("isp1", "isp2")),
    ]


def test_an_end_may_lie_in_another_zone():
    assert located("servers", "nowhere", ENDS) == ("general", "stores")
    assert located("storage", "storage", ENDS) == ()


def test_what_is_not_here_is_reached_by_the_internet_and_sends_nothing():
    (out,) = made(flow("users", "storage"))

    assert out.targets == ("isp1", "isp2")
    assert made(flow("storage", "users")) == ()


def test_sums_of_what_is_inspected_and_what_leaves():
    requirements = asked(
        flows=[
            flow("users", "internet"),
            flow("internet", "dmz", up="3Mbps", down="5Mbps"),
            flow("users", "servers"),
            flow("servers", "servers", up="1Gbps", down="1Gbps"),
        ],
        internet_facing=["https"],
    )

    assert internet_bps(requirements.flows) == (23_000_000, 15_000_000)
    assert crossing_bps(requirements.flows, requirements) == 20_000_000 + 5_000_000 + 20_000_000


def group(identity, kind, zone, count=10):
    return EndpointGroup(id=identity, name=identity, site="s", kind=kind, count=count, zone=zone)


def instance(kind, at):
    return ServiceInstance(
        id=f"{kind.value}{at}", kind=kind, name="n", site="s", zone="management", address="10.0.0.1", subnet="x",
        attached_to=(),
    )  # fmt: skip


def test_every_host_needs_names_addresses_and_time():
    groups = [
        group("staff", EndpointKind.USER, USER),
        group("visitors", EndpointKind.WIRELESS_CLIENT, GUEST),
        group("general", EndpointKind.SERVER, SERVER),
        group("services", EndpointKind.SERVER, "management"),
    ]
    services = [instance(kind, at) for kind in ServiceKind for at in (1, 2)]
    flows = {one.id: one for one in service_flows(groups, services, ("isp1",))}

    assert flows["service-dns"].sources == ("staff", "general")
    assert flows["service-dns"].targets == ("dns1", "dns2")
    assert flows["service-dhcp"].sources == ("staff", "visitors"), "servers have fixed addresses"
    assert flows["service-log"].sources == ("general",)
    assert flows["service-administration"].targets == ("bastion1", "bastion2")
    assert flows["guest-dns"].targets == ("isp1",), "guests ask the Internet"
    assert flows["upstream-dns"].sources == ("dns1", "dns2")
    assert flows["upstream-dns"].encrypted


def test_no_flow_without_ends():
    assert service_flows([], [], ()) == ()


def test_a_group_holds_the_data_that_flows_bring():
    requirements = asked(data_classes=["internal", "ePHI"])

    assert [data.value for data in group_data((Population.SERVERS, DATABASE), requirements)] == ["ephi"]
    assert "ephi" not in [data.value for data in group_data((Population.SERVERS, SERVER), requirements)]
