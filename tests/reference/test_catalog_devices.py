"""The catalogue against device types that others wrote down: the same models have the same cages."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from netdesign.catalog.ports import PortUse
from netdesign.catalog.selection import default_catalog
from netdesign.catalog.sku import DeviceType

DATA = os.environ.get("NETDESIGN_DATA")
if DATA is None:
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

CAGES = {
    "100base-tx": "rj45",
    "1000base-t": "rj45",
    "2.5gbase-t": "rj45",
    "5gbase-t": "rj45",
    "10gbase-t": "rj45",
    "1000base-x-sfp": "sfp",
    "10gbase-x-sfpp": "sfp+",
    "25gbase-x-sfp28": "sfp28",
    "40gbase-x-qsfpp": "qsfp+",
    "100gbase-x-qsfp28": "qsfp28",
    "200gbase-x-qsfp56": "qsfp56",
    "400gbase-x-qsfpdd": "qsfp-dd",
}
UNCOUNTED = ("virtual", "other", "cisco-stackwise", "ieee802.11")
EXPLAINED = {
    "3HE17750AA": "the maker states 64 QSFP-DD cages, as the model name does; the library lists 32",
    "ACX7100-48L-AC-AO": "the 48 cages are SFP56; the library names the speed of 25G",
    "ASR1001-HX": "the eight 1G ports are SFP cages; the library lists them as copper",
    "C8500L-8S4X": "the eight 1G ports are SFP cages, as the S in the name says; the library lists copper",
    "C9200L-24T-4G": "the four uplinks are SFP cages; the library lists them as copper",
    "C9300-48U": "ours includes its uplink module, which the library lists apart",
    "C9300-48UXM": "ours includes its uplink module, which the library lists apart",
    "C9500-40X": "ours includes its uplink module, which the library lists apart",
    "EX2300-48P": "the management port is missing in the library",
    "EX3400-48P": "the library lists the uplink cages twice, and stacking cages, which are not counted here",
    "EX4100-24P": "the maker states four 10G uplink cages; the library lists two of them as SFP",
    "EX4100-48MP": "the maker states four 10G uplink cages; the library lists two of them as SFP",
    "EX4100-48P": "the maker states four 10G uplink cages; the library lists two of them as SFP",
    "EX4100-48T": "the maker states four 10G uplink cages; the library lists two of them as SFP",
    "EX4400-24MP": "ours includes its uplink module; the QSFP28 cages are for stacking and not counted here",
    "EX4400-48MP": "ours includes its uplink module; the QSFP28 cages are for stacking and not counted here",
    "EX4400-48P": "ours includes its uplink module; the QSFP28 cages are for stacking and not counted here",
    "JL660A": "the uplink cages are SFP56, as the model name says; the library lists SFP28",
    "QFX5200-32C-AFO2": "two further fibre management cages are left out of ours",
    "SRX4200-SYS-JB-AC": "the two cages of the high-availability links are missing in the library",
}


def squeezed(text: str) -> str:
    """Letters and digits, lower-case."""
    return re.sub(r"[^a-z0-9+]", "", text.lower())


def names(entry: dict[str, Any]) -> set[str]:
    """Spellings under which the library knows a model; airflow suffixes dropped."""
    known = {entry["model"], entry.get("part_number") or entry["model"]}
    known |= {name.removesuffix("-F") for name in known}
    known |= {re.sub(r"-AF[IO]2?$", "-AFO", name) for name in known}
    known |= {name.removeprefix("PowerSwitch ") for name in known}
    return {squeezed(name) for name in known}


@cache
def shared() -> list[tuple[DeviceType, dict[str, Any]]]:
    """Models that are in both, ours first."""
    import yaml

    ours = {squeezed(name): device for device in default_catalog().devices() for name in (device.sku, device.model)}
    pairs = {}
    for path in sorted((Path(DATA or "") / "devices").rglob("*.y*ml")):
        entry = yaml.safe_load(path.read_text())
        device = next((ours[name] for name in names(entry) if name in ours), None)
        if device is not None and entry.get("interfaces"):
            pairs[device.sku] = (device, entry)
    return list(pairs.values())


def our_cages(device: DeviceType) -> Counter[str]:
    """Cages and jacks of a device, stacking and serial ports left out."""
    counted = (group for group in device.ports if group.use not in (PortUse.STACK, PortUse.CONSOLE))
    found: Counter[str] = Counter()
    for group in counted:
        found[group.form_factor.value] += group.count
    return found


def their_cages(entry: dict[str, Any]) -> Counter[str]:
    """The same from the library, where an interface type names the cage."""
    kinds = (interface["type"] for interface in entry["interfaces"])
    return Counter(CAGES[kind] for kind in kinds if not kind.startswith(UNCOUNTED))


def test_most_shared_models_agree() -> None:
    agreeing = [device.sku for device, entry in shared() if our_cages(device) == their_cages(entry)]

    assert len(agreeing) >= 90
    assert {device.sku for device, _ in shared()} - set(agreeing) == set(EXPLAINED)


@pytest.mark.parametrize("pair", shared(), ids=lambda pair: pair[0].sku)
def test_cages_agree(pair: tuple[DeviceType, dict[str, Any]]) -> None:
    device, entry = pair
    if device.sku in EXPLAINED:
        assert our_cages(device) != their_cages(entry), f"{device.sku} agrees now: {EXPLAINED[device.sku]}"
    else:
        assert our_cages(device) == their_cages(entry)
