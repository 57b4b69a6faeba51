"""Services as people name them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.security import IpProtocol, Service
from netdesign.model.service import ServiceError, parse_service, written_service


@pytest.mark.parametrize(
    ("value", "service"),
    [
        ("https", Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)),
        ("HTTPS", Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)),
        ("dhcp", Service(name="dhcp", protocol=IpProtocol.UDP, first_port=67, last_port=68)),
        ("tcp/8443", Service(name="tcp/8443", protocol=IpProtocol.TCP, first_port=8443, last_port=8443)),
        ("udp 5060-5061", Service(name="udp 5060-5061", protocol=IpProtocol.UDP, first_port=5060, last_port=5061)),
        ("orders (tcp/9000-9010)", Service(name="orders", protocol=IpProtocol.TCP, first_port=9000, last_port=9010)),
        ("orders tcp/9000", Service(name="orders", protocol=IpProtocol.TCP, first_port=9000, last_port=9000)),
        ("icmp", Service(name="icmp", protocol=IpProtocol.ICMP)),
        ("esp", Service(name="esp", protocol=IpProtocol.ESP)),
        (
            {"name": "orders", "protocol": "tcp", "ports": "9000-9010"},
            Service(name="orders", protocol=IpProtocol.TCP, first_port=9000, last_port=9010),
        ),
        (
            {"name": "orders", "protocol": "tcp", "port": 9000},
            Service(name="orders", protocol=IpProtocol.TCP, first_port=9000, last_port=9000),
        ),
        ({"name": "ping", "protocol": "icmp"}, Service(name="ping", protocol=IpProtocol.ICMP)),
    ],
)
def test_reads_names_and_ports(value, service):
    assert parse_service(value) == service


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("orders", "not a service that is known"),
        ("tcp", "names no port"),
        ("tcp/70000", "not a range of ports"),
        ("tcp/20-10", "not a range of ports"),
        ("icmp/8", "has no ports"),
        ("sctp/80", "not a service that is known"),
        ("", "not a service"),
        (443, "not a service"),
        ({"name": "x"}, "not described"),
        ({"name": "x", "protocol": "tcp", "ports": [1, 2]}, "one range"),
        ({"name": "x", "protocol": "tcp", "extra": 1}, "not described"),
        ("x" * 200, "not a service"),
    ],
)
def test_refuses_what_names_no_service(value, words):
    with pytest.raises(ServiceError, match=words):
        parse_service(value)


@given(
    st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True),
    st.sampled_from(IpProtocol),
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)),
)
def test_a_service_reads_back_as_written(name, protocol, ports):
    service = Service(name=name, protocol=protocol)
    if protocol in (IpProtocol.TCP, IpProtocol.UDP):
        service = Service(name=name, protocol=protocol, first_port=min(ports), last_port=max(ports))

    assert parse_service(written_service(service)) == service


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(ServiceError):
        assert parse_service(text).name
