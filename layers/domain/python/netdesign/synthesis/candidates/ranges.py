"""Low and high values for every requirement that nobody stated, and why these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from netdesign.model.edits import Edit
from netdesign.synthesis.candidates.variants import main_vendor
from netdesign.synthesis.conditions.question import written
from netdesign.synthesis.trial import Change, Shop

if TYPE_CHECKING:
    from netdesign.model.design import Design


@dataclass(frozen=True, slots=True)
class Value:
    """A value to try, in words, and the change that makes it so."""

    words: str
    change: Change


@dataclass(frozen=True, slots=True)
class Range:
    """Where the request states a field, which values to try, and why these."""

    field: str
    pointer: str
    reason: str
    values: Callable[[Design, Shop], tuple[Any, ...]]
    """In the form of the request; of a field without a place in it, in that of the resolved requirements."""
    question: str
    """What to ask the client."""

    def tries(self, base: Design, shop: Shop) -> tuple[Value, ...]:
        """The values with their changes; what is the default already is left out."""
        now = getattr(base.requirements, self.field)
        return tuple(Value(written(value), self._change(value)) for value in self.values(base, shop) if value != now)

    def _change(self, value: Any) -> Change:
        if not self.pointer:
            return Change(facts={self.field: value})
        return Change(edits=(Edit(pointer=f"/{self.pointer}", value=value),))


def _fixed(*values: Any) -> Callable[[Design, Shop], tuple[Any, ...]]:
    return lambda _base, _shop: values


def _nines(base: Design, _shop: Shop) -> tuple[Any, ...]:
    down = 1.0 - base.requirements.availability
    return round(1.0 - min(0.5, down * 10), 9), round(1.0 - down / 10, 9)


def _servers(base: Design, _shop: Shop) -> tuple[Any, ...]:
    count = base.requirements.servers.count
    return max(1, count // 2), 2 * count


def _own_vendor(base: Design, shop: Shop) -> tuple[Any, ...]:
    mine = main_vendor(base, shop)
    return ([mine],) if mine else ()


def _house_vendors(base: Design, shop: Shop) -> tuple[Any, ...]:
    """The two vendors with the largest offer that the design is not made of."""
    mine = main_vendor(base, shop)
    kinds = [kind.vendor for kind in shop.catalog.devices()]
    ranked = sorted(set(kinds) - {mine}, key=lambda vendor: (-kinds.count(vendor), vendor))
    return tuple([vendor] for vendor in ranked[:2])


RANGES: Final = (
    Range(
        "growth_rate", "expected_growth_rate",
        "from a network that stays as it is to one that doubles in under three years", _fixed(0.0, 0.3),
        "How much does demand grow in a year?",
    ),
    Range(
        "horizon_years", "scalability_horizon_years",
        "from the next budget to the usual life of network equipment", _fixed(1, 5),
        "For how many years must the network last?",
    ),
    Range(
        "availability", "availability_requirement",
        "a nine less and a nine more than the policy's target", _nines,
        "Which availability, or which downtime a year, is agreed?",
    ),
    Range(
        "fabric_workload", "technology_stack/-",
        "words for the least and for the most demanding of common fabrics",
        _fixed("test environment", "object storage"),
        "What do the servers mostly do: general work, tests, storage, machine learning?",
    ),
    Range(
        "east_west_share", "",
        "from servers that mostly serve users to a fabric of storage", _fixed(0.5, 0.85),
        "Which share of the traffic stays between servers?",
    ),
    Range(
        "servers", "servers/count",
        "half and twice what a network of this size usually has", _servers,
        "How many servers are there?",
    ),
    Range(
        "remote_users", "use_cases/-",
        "either nobody works from elsewhere, or everybody may", _fixed("remote work"),
        "How many people work from elsewhere?",
    ),
    Range(
        "voice", "requires_voip", "either there are telephones or there are not", _fixed(False, True),
        "Are there telephones on the network?",
    ),
    Range(
        "video", "requires_video_conferencing", "either there are video conferences or there are not",
        _fixed(False, True), "Are there video conferences?",
    ),
    Range(
        "internet_facing", "internet_facing", "one public service calls for a zone of its own", _fixed(["https"]),
        "Which services are offered to the Internet?",
    ),
    Range(
        "data_classes", "data_classes", "from what everybody may know to what must be kept from others",
        _fixed(["public"], ["confidential"]), "What is the most sensitive data on the network?",
    ),
    Range(
        "frameworks", "compliance", "cards and personal data are the most common reasons for an audit",
        _fixed(["PCI DSS"], ["GDPR"]), "Which compliance frameworks apply?",
    ),
    Range(
        "preferred_vendors", "preferred_vendors", "the two vendors with the largest offer besides the one chosen",
        _house_vendors, "Is there a house vendor?",
    ),
    Range(
        "excluded_vendors", "excluded_vendors", "without the vendor of most devices of the design", _own_vendor,
        "Are there vendors that may not be bought from?",
    ),
    Range(
        "ipv6", "addressing/ipv6", "either both families run or IPv4 alone", _fixed(False, True),
        "Must the network run IPv6?",
    ),
    Range(
        "supernets", "addressing/supernets", "the smaller private blocks, where the largest is in use elsewhere",
        _fixed(["172.16.0.0/12"], ["192.168.0.0/16"]), "Which address space may be used?",
    ),
    Range(
        "max_latency_ms", "max_latency_ms", "from what replication to what people bear", _fixed(5.0, 50.0),
        "Which round trip may applications take?",
    ),
    Range(
        "packet_loss_threshold", "packet_loss_threshold", "from what storage to what calls bear", _fixed(1e-5, 0.01),
        "How many packets may be lost?",
    ),
)  # fmt: skip

UNTRIED: Final = {
    "topology_preference": "the candidates have the other shapes",
    "technology_stack": "words choose defaults, each of which is tried by itself",
    "deployment_timeline": "no number of the design depends on it",
    "evaluation_date": "the day of the catalogue, on which all its prices rest",
    "max_downtime_minutes": "says in other words what the availability says",
    "min_throughput_bps": "says again what bandwidth and flows say",
    "budget_usd": "a budget bounds the design and does not shape it; what the design costs stands beside this",
    "budget_is_hard": "decides only what it means to exceed the budget",
    "currency": "money is compared in USD",
    "ipv6_supernet": "decides which addresses there are, and not how many",
    "reserved_prefixes": "decides which addresses are left out; the supernets are tried",
    "vlans_stated": "the design decides how many VLANs there are",
    "subnets_stated": "the design decides how many subnets there are",
    "uninterpreted": "lists what only people read",
}
"""Fields of which no value is tried, and why."""
