"""Services as people name them: a well-known name, or protocol and ports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.security import IpProtocol, Service

MAX_TEXT: Final = 120
_REMEDY: Final = 'write a well-known name ("https"), or protocol and port: "tcp/8443", "orders (tcp/9000-9010)"'
_TCP: Final = IpProtocol.TCP
_UDP: Final = IpProtocol.UDP
_KNOWN: Final[dict[str, tuple[IpProtocol, int, int]]] = {
    "https": (_TCP, 443, 443), "http": (_TCP, 80, 80), "web": (_TCP, 443, 443), "api": (_TCP, 443, 443),
    "ssh": (_TCP, 22, 22), "sftp": (_TCP, 22, 22), "rdp": (_TCP, 3389, 3389), "dns": (_UDP, 53, 53),
    "dhcp": (_UDP, 67, 68), "ntp": (_UDP, 123, 123), "smtp": (_TCP, 25, 25), "smtps": (_TCP, 465, 465),
    "imap": (_TCP, 143, 143), "imaps": (_TCP, 993, 993), "ldap": (_TCP, 389, 389), "ldaps": (_TCP, 636, 636),
    "kerberos": (_TCP, 88, 88), "smb": (_TCP, 445, 445), "nfs": (_TCP, 2049, 2049),
    "iscsi": (_TCP, 3260, 3260),
    "nvme-tcp": (_TCP, 4420, 4420), "roce": (_UDP, 4791, 4791), "sql": (_TCP, 1433, 1433),
    "mssql": (_TCP, 1433, 1433), "mysql": (_TCP, 3306, 3306), "postgresql": (_TCP, 5432, 5432),
    "oracle": (_TCP, 1521, 1521), "mongodb": (_TCP, 27017, 27017), "redis": (_TCP, 6379, 6379),
    "sip": (_TCP, 5060, 5060), "sips": (_TCP, 5061, 5061), "rtp": (_UDP, 16384, 32767),
    "dicom": (_TCP, 104, 104), "hl7": (_TCP, 2575, 2575), "mqtt": (_TCP, 1883, 1883),
    "mqtts": (_TCP, 8883, 8883), "rtsp": (_TCP, 554, 554), "snmp": (_UDP, 161, 161),
    "syslog": (_UDP, 514, 514), "syslog-tls": (_TCP, 6514, 6514), "radius": (_UDP, 1812, 1813),
    "tacacs": (_TCP, 49, 49), "netflow": (_UDP, 2055, 2055), "ipfix": (_UDP, 4739, 4739),
    "backup": (_TCP, 10000, 10000), "modbus": (_TCP, 502, 502), "opc-ua": (_TCP, 4840, 4840),
    "bacnet": (_UDP, 47808, 47808), "ipsec": (_UDP, 4500, 4500), "vpn": (_TCP, 443, 443),
    "quic": (_UDP, 443, 443),
    "icmp": (IpProtocol.ICMP, 0, 65535), "any": (IpProtocol.ANY, 0, 65535),
}  # fmt: skip
_PORTS: Final = re.compile(r"(?P<protocol>[a-z]+)(?:[/ :](?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?)?", re.ASCII)
_NAMED: Final = re.compile(r"(?P<name>[^()]+?)\s*\((?P<ports>[^()]+)\)")
_BARE: Final = re.compile(r"(?P<name>\S.*?)\s+(?P<ports>(?:tcp|udp|icmp|esp|any)(?:[/ :].*)?)", re.IGNORECASE)


class ServiceError(InvalidInputError, ValueError):
    """A text that names no service; also a `ValueError`, so that models collect it."""

    def __init__(self, problem: str, remedy: str = _REMEDY) -> None:
        super().__init__("service", (Fault("", problem, remedy),))


def parse_service(value: object) -> Service:
    """The service of "https", "udp/5060-5061", "orders (tcp/9000)" or {name, protocol, ports}.

    Raises `ServiceError`; a name that is not well known needs its protocol and port.
    """
    if isinstance(value, Mapping):
        return _from_mapping(value)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise ServiceError(f"{value!r:.40} is not a service")
    text = value.strip()
    if known := _KNOWN.get(text.lower()):
        return Service(name=text.lower(), protocol=known[0], first_port=known[1], last_port=known[2])
    if match := _NAMED.fullmatch(text) or _BARE.fullmatch(text):
        return _of_ports(match["ports"], match["name"])
    return _of_ports(text, None)


def written_service(service: Service) -> str:
    """The text that `parse_service` reads back as `service`."""
    if service.protocol in (IpProtocol.TCP, IpProtocol.UDP):
        ports = f"{service.first_port}-{service.last_port}"
        if service.first_port == service.last_port:
            ports = str(service.first_port)
        return f"{service.name} ({service.protocol}/{ports})"
    return f"{service.name} ({service.protocol})"


def _from_mapping(value: Mapping[object, object]) -> Service:
    unknown = {str(key) for key in value} - {"name", "protocol", "ports", "port"}
    name, protocol = value.get("name"), value.get("protocol")
    ports = value.get("ports", value.get("port"))
    if unknown or not isinstance(protocol, str) or not isinstance(name, str) or not name.strip():
        raise ServiceError("a service is not described by name, protocol and ports")
    if isinstance(ports, bool) or not isinstance(ports, (int, str, type(None))):
        raise ServiceError(
            f"{ports!r:.40} is not one port or one range of ports",
            'write "9000-9010"; one flow for each range',
        )
    return _of_ports(protocol if ports is None else f"{protocol}/{ports}", name.strip())


def _of_ports(text: str, name: str | None) -> Service:
    match = _PORTS.fullmatch(text.strip().lower())
    if match is None or match["protocol"] not in IpProtocol._value2member_map_:
        raise ServiceError(f"{text!r:.40} is not a service that is known here")
    protocol = IpProtocol(match["protocol"])
    if protocol not in (IpProtocol.TCP, IpProtocol.UDP):
        if match["first"] is not None:
            raise ServiceError(f"{protocol} has no ports", f'write "{protocol}"')
        return Service(name=name or protocol.value, protocol=protocol)
    if match["first"] is None:
        raise ServiceError(f"{text!r:.40} names no port")
    first, last = int(match["first"]), int(match["last"] or match["first"])
    if not 0 <= first <= last <= 65535:
        raise ServiceError(f"{text!r:.40} is not a range of ports", "give ports from 0 to 65535, the lower one first")
    return Service(name=name or text.strip().lower(), protocol=protocol, first_port=first, last_port=last)
