from typing import Any

from netdesign.model.infrastructure import ServiceKind
from netdesign.synthesis.operation.infrastructure import collector_rate, event_rate, retention_days
from tests.unit.synthesis.campus_samples import asked, blueprint, design


def services(requirements):
    found: dict[ServiceKind, list[Any]] = {}
    for service in design(requirements).infrastructure.service_instances:
        found.setdefault(service.kind, []).append(service)
    return found


def test_every_service_is_there_with_its_twins():
    found = services(asked())

    assert {kind: len(some) for kind, some in found.items()} == {
        ServiceKind.DNS: 2, ServiceKind.DHCP: 2, ServiceKind.NTP: 4, ServiceKind.AAA: 2, ServiceKind.LOG: 2,
        ServiceKind.FLOW: 2, ServiceKind.MONITOR: 2, ServiceKind.BASTION: 2,
    }  # fmt: skip
    assert len(services(asked(redundancy="medium"))[ServiceKind.MONITOR]) == 1
    assert len(services(asked(redundancy="medium", security_level="government"))[ServiceKind.BASTION]) == 2


def test_addresses_are_distinct_and_inside_their_subnet():
    from ipaddress import ip_address, ip_network

    made = design(asked())
    subnets = {subnet.id: ip_network(subnet.prefix) for subnet in made.addressing.subnets}
    instances = made.infrastructure.service_instances

    assert len({one.address for one in instances}) == len(instances)
    assert all(ip_address(one.address) in subnets[one.subnet] for one in instances)
    assert all(len(one.attached_to) == 2 for one in instances)


def test_logs_are_kept_as_long_as_the_strictest_framework_asks():
    assert retention_days(blueprint(asked(compliance=["PCI DSS"]))) == 366
    assert retention_days(blueprint(asked(compliance=["PCI DSS", "HIPAA"]))) == 2192
    assert retention_days(blueprint(asked())) == 183


def test_collectors_hold_all_events_of_that_time():
    requirements = asked(compliance=["PCI DSS"])
    log, other = services(requirements)[ServiceKind.LOG]
    empty = blueprint(requirements)

    assert log.retention_days == other.retention_days == 366
    assert log.storage_bytes >= event_rate(empty) * 500 * 86_400 * 366 * 0.99
    assert log.events_per_second >= collector_rate(empty, event_rate(empty)) * 0.9
    assert log.administration != services(requirements)[ServiceKind.DNS][0].administration
    assert (log.transport, log.authenticated) == ("tls", True)


def test_time_has_a_stratum():
    assert {one.stratum for one in services(asked())[ServiceKind.NTP]} == {2}
