"""Requirements made to contradict themselves, in the ways in which people do."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Final

Document = dict[str, Any]


def contradicted(random: Random, document: Document) -> str:
    """The name of the contradiction that was put into the document."""
    fitting = [make for make, fits in _WAYS if fits(document)]
    make = random.choice(fitting)
    make(document)
    return make.__name__


def too_little_money(document: Document) -> None:
    document["budget"] = "USD 9000"
    document["constraints"] = [
        {"constraint_type": "budget", "description": "All there is.", "is_hard_constraint": True}
    ]


def nines_without_spares(document: Document) -> None:
    document["redundancy"] = "none"
    document.pop("max_downtime_minutes_per_year", None)
    document["availability_requirement"] = "99.999%"


def two_downtimes(document: Document) -> None:
    document["availability_requirement"] = 0.999
    document["max_downtime_minutes_per_year"] = 5.0


def six_nines(document: Document) -> None:
    document.pop("max_downtime_minutes_per_year", None)
    document["availability_requirement"] = 0.999999


def flat_with_cards(document: Document) -> None:
    document["compliance"] = ["PCI DSS"]
    document["requires_segmentation"] = False


def one_site_that_must_survive(document: Document) -> None:
    document["redundancy"] = "critical"


def faster_than_light(document: Document) -> None:
    document["max_latency_ms"] = 0.01


def hardly_an_address(document: Document) -> None:
    document["addressing"] = {"supernets": ["192.168.8.0/27"], "ipv6": False}


def no_rack_left(document: Document) -> None:
    for site in document["sites"]:
        site["racks"] = 1
    document["servers"] = {"count": 900, "nics": 2, "nic_speed": "25Gbps"}
    for site in document["sites"]:
        site.pop("servers", None)
        site.pop("kw", None)


def nobody_sells_it(document: Document) -> None:
    document["excluded_vendors"] = ["Cisco", "Arista", "Juniper", "HPE Aruba", "Fortinet", "Palo Alto"]
    document.pop("preferred_vendors", None)


def ports_of_the_few(document: Document) -> None:
    """A rate that two vendors have, both of which are excluded."""
    document["servers"] = {**document.get("servers", {"count": document["scale"]["devices"]}), "nic_speed": "800Gbps"}
    document["servers"].setdefault("nics", 2)
    document["bandwidth"] = {"min": "100Gbps", "max": "800Gbps"}
    document["excluded_vendors"] = ["Arista", "Cisco"]
    document.pop("preferred_vendors", None)


def shape_of_another_network(document: Document) -> None:
    other = {"wan": "spine_leaf", "cloud_native": "ring", "data_center_interconnect": "collapsed_core"}
    document["topology_preference"] = other.get(document["network_type"], "ring")


def open_patient_records(document: Document) -> None:
    document["compliance"] = ["HIPAA"]
    document["requires_encryption"] = False


def _always(document: Document) -> bool:
    return True


def _owned(document: Document) -> bool:
    return bool(document["network_type"] != "cloud_native")


def _hall(document: Document) -> bool:
    return bool(document["network_type"] == "enterprise_datacenter")


_WAYS: Final[tuple[tuple[Callable[[Document], None], Callable[[Document], bool]], ...]] = (
    (too_little_money, _owned),
    (nines_without_spares, _owned),
    (two_downtimes, _always),
    (six_nines, _always),
    (flat_with_cards, _always),
    (one_site_that_must_survive, lambda document: _owned(document) and document["scale"]["sites"] == 1),
    (faster_than_light, _always),
    (hardly_an_address, _always),
    (no_rack_left, lambda document: _hall(document) and "sites" in document),
    (nobody_sells_it, _owned),
    (ports_of_the_few, _hall),
    (shape_of_another_network, _always),
    (open_patient_records, _always),
)
