"""What encrypts by itself, and which validation of it is on record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.analysis.security.modules import UNKNOWN_TYPE, Use, crypto_devices, uncertified, uncertified_gaps
from netdesign.catalog.selection import default_catalog
from netdesign.catalog.validation import Validation
from netdesign.graph.network import compile_network
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.security import ManagementProfile, RemoteAccess
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device

CERTIFICATE = Validation(
    certificate=4614,
    standard="FIPS 140-3",
    level=1,
    module="a module",
    since="2025-01-01",
    until="2030-01-01",
    policy="version 1",
    source="a policy",
    record="a record",
)
TUNNEL = Tunnel(id="t", a="fw", b="core", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400, crypto="aes")
WAY_IN = RemoteAccess(id="in", heads=("fw", "gone"), zone="user", users=5)


class Certified:
    """The shipped catalogue with a certificate for some types."""

    def __init__(self, *skus: str) -> None:
        self._skus, self._catalog = skus, default_catalog()

    def __contains__(self, sku: object) -> bool:
        return sku in self._catalog

    def device(self, sku: str) -> Any:
        kind = self._catalog.device(sku)
        return replace(kind, validations=(CERTIFICATE,) if sku in self._skus else ())


def network(*skus: str, protocols: tuple[str, ...] = ("ssh",)) -> Any:
    facts = (
        device("fw", Role.FIREWALL, sku="FG-100F", management_profile="m"),
        device("core", Role.CORE, sku="EX4650-48Y-AFO", management_profile="m"),
        device("isp", Role.PROVIDER, managed=False),
        ManagementProfile(id="m", protocols=protocols),
        TUNNEL,
        WAY_IN,
    )
    return compile_network(design(*facts), Certified(*skus))  # type: ignore[arg-type]


def test_everything_that_encrypts_is_known_by_its_use() -> None:
    assert crypto_devices(network()) == {
        "core": {Use.CARRIAGE, Use.MANAGEMENT},
        "fw": {Use.CARRIAGE, Use.REMOTE_ACCESS, Use.MANAGEMENT},
        "gone": {Use.REMOTE_ACCESS},
    }
    assert crypto_devices(network(), Use.CARRIAGE).keys() == {"core", "fw"}
    assert Use.MANAGEMENT not in crypto_devices(network(protocols=("telnet",)))["core"]


def test_types_without_a_certificate_are_named() -> None:
    assert uncertified(network()) == {"EX4650-48Y-AFO": ("core",), "FG-100F": ("fw",), UNKNOWN_TYPE: ("gone",)}
    assert uncertified(network("FG-100F", "EX4650-48Y-AFO"), Use.CARRIAGE) == {}
    (gap,) = uncertified_gaps(network("FG-100F"), Use.CARRIAGE)
    assert gap.elements == ("core",)
    assert gap.message.startswith("EX4650-48Y-AFO encrypts links and tunnels on 1 devices")


def test_a_certificate_counts_on_its_days_alone_and_is_named_afterwards() -> None:
    def judged(day: str) -> dict[str, str]:
        switch = device("sw", Role.LEAF, sku="QFX5120-48Y-AFO2", management_profile="m")
        made = design(switch, ManagementProfile(id="m", protocols=("ssh",)))
        dated = replace(made, requirements=replace(made.requirements, evaluation_date=day))
        return {gap.elements[0]: gap.message for gap in uncertified_gaps(compile_network(dated, default_catalog()))}

    assert judged("2026-09-20") == {}
    assert judged("2026-09-21")["sw"].endswith(
        "module that counts on 2026-09-21, only FIPS 140-2 certificate 4661 (2023-11-28 to 2026-09-21)"
    )
