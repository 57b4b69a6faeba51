"""Which devices encrypt for themselves, and which of their cryptographic modules are known to be validated."""

from __future__ import annotations

from collections import defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING

from netdesign.analysis.policy.encryption import crypto_endpoints
from netdesign.analysis.security.logins import managed_devices, profile_of
from netdesign.graph.network import Network, analysis
from netdesign.model.verdict import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 5
UNKNOWN_TYPE = "a device of unknown type"
ENCRYPTED_MANAGEMENT = frozenset({"ssh", "https", "netconf", "netconf-ssh", "restconf", "gnmi", "gnmi-tls", "snmpv3"})


class Use(StrEnum):
    """What a device encrypts."""

    CARRIAGE = "links and tunnels"
    REMOTE_ACCESS = "remote access"
    MANAGEMENT = "management"


@analysis
def crypto_devices(network: Network, *uses: Use) -> dict[str, frozenset[Use]]:
    """What each device (by id) of ours encrypts, of the given uses (of all where none is given)."""
    found: dict[str, set[Use]] = defaultdict(set)
    for name, use in _encrypting(network):
        if not uses or use in uses:
            found[name].add(use)
    index = network.device_index
    ours = {name for name in found if name not in index or network.ours[index[name]]}
    return {name: frozenset(found[name]) for name in sorted(ours)}


def _encrypting(network: Network) -> Iterator[tuple[str, Use]]:
    for name in crypto_endpoints(network):
        yield name, Use.CARRIAGE
    for access in network.design.security.remote_accesses:
        for name in access.heads:
            yield name, Use.REMOTE_ACCESS
    for at in managed_devices(network):
        profile = profile_of(network, at)
        if profile is not None and ENCRYPTED_MANAGEMENT.intersection(profile.protocols):
            yield network.devices[at].id, Use.MANAGEMENT


@analysis
def uncertified(network: Network, *uses: Use) -> dict[str, tuple[str, ...]]:
    """The device types that encrypt without a certificate that counts on the day of evaluation, with their devices."""
    day = network.design.requirements.evaluation_date
    found: dict[str, list[str]] = defaultdict(list)
    for name in crypto_devices(network, *uses):
        at = network.device_index.get(name)
        kind = network.device_types[at] if at is not None else None
        if kind is None:
            found[UNKNOWN_TYPE].append(name)
        elif kind.validation_on(day) is None:
            found[kind.sku].append(name)
    return {sku: tuple(names) for sku, names in sorted(found.items())}


def uncertified_gaps(network: Network, *uses: Use) -> Iterator[Gap]:
    """A gap for each such device type: a claim of validation without a certificate is none."""
    what = " and ".join(sorted(uses)) or "data and management"
    for sku, names in uncertified(network, *uses).items():
        yield Gap(
            message=f"{sku} encrypts {what} on {len(names)} devices, and the catalogue knows no certificate of a"
            f" FIPS 140 validation of its module{_lapsed(network, names[0])}",
            elements=names[:SHOWN],
        )


def _lapsed(network: Network, name: str) -> str:
    """The certificates of a device's type that do not count on the day of evaluation, in words."""
    at = network.device_index.get(name)
    kind = network.device_types[at] if at is not None else None
    known = kind.validations if kind is not None else ()
    day = network.design.requirements.evaluation_date
    return f" that counts on {day}, only {', '.join(one.words for one in known)}" if known else ""
