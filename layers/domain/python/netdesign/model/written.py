"""Field types of a request: what people write, parsed on the way in and written back to read the same."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, StrictBool, StringConstraints, WithJsonSchema

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.compliance import FrameworkRef, parse_framework
from netdesign.model.quantity import (
    CURRENCIES,
    Money,
    parse_area_m2,
    parse_bandwidth,
    parse_duration_s,
    parse_fraction,
    parse_money,
    parse_power_kw,
)
from netdesign.model.resolved import Population
from netdesign.model.security import Service
from netdesign.model.service import parse_service, written_service
from netdesign.model.vocabulary import (
    DataClass,
    NetworkType,
    Redundancy,
    SecurityLevel,
    ServiceClass,
    TopologyPreference,
)

E = TypeVar("E", bound=StrEnum)


class WrittenError(InvalidInputError, ValueError):
    """A value that cannot be read as its field asks; also a `ValueError`, so that models collect it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__("value", (Fault("", problem, remedy),))


def choice(kind: type[E], spellings: dict[str, str] | None = None) -> BeforeValidator:
    """A validator that takes a member of `kind` in any case and with any separators, or under `spellings`."""
    others = spellings or {}

    def read(value: object) -> object:
        if isinstance(value, str):
            plain = re.sub(r"[\s_/-]+", "_", value.strip().lower())
            plain = others.get(plain, plain)
            if plain in kind._value2member_map_:
                return kind(plain)
        allowed = ", ".join(kind)
        raise WrittenError(f"{value!r:.60} is not one of the values allowed", f"use one of {allowed}")

    return BeforeValidator(read)


def _bare_list(value: object) -> object:
    """One text is taken for a list of one."""
    return [value] if isinstance(value, str) else value


def _availability(value: object) -> float:
    fraction = parse_fraction(value, kind="availability")
    if not 0 < fraction < 1:
        raise WrittenError("no network is always up or always down", 'write 0.9999 or "99.99%"')
    return fraction


def _milliseconds(value: object) -> float:
    milliseconds = parse_duration_s(value, bare_unit="ms") * 1000
    if not 0 < milliseconds <= 60_000:
        raise WrittenError(f"{milliseconds:g} ms is no latency", "give between 0 and 60,000 ms")
    return round(milliseconds, 9)


def _demand(value: object) -> int:
    """A rate, or 0 for no traffic in that direction."""
    return 0 if value == 0 and not isinstance(value, bool) else parse_bandwidth(value)


def _gigabits(value: object) -> float:
    if isinstance(value, str):
        return parse_bandwidth(value) / 1e9
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1e-6 <= value <= 1e7:
        raise WrittenError(f"{value!r:.40} is not a number of Gbit/s", 'write 10 or "10Gbps"')
    return float(value)


def _money(value: object) -> Money:
    return value if isinstance(value, Money) else parse_money(value)


def _currency(value: object) -> str:
    if isinstance(value, str) and value.strip().upper() in CURRENCIES:
        return value.strip().upper()
    raise WrittenError(f"{value!r:.40} is not a currency known here", f"use one of {', '.join(CURRENCIES)}")


def _framework(value: object) -> FrameworkRef:
    return value if isinstance(value, FrameworkRef) else parse_framework(value)


def _service(value: object) -> Service:
    return value if isinstance(value, Service) else parse_service(value)


def _prefix(value: object) -> str:
    """The prefix in its canonical form; refuses host bits, because they often hide a mistyped length."""
    if not isinstance(value, str) or "/" not in value:
        raise WrittenError(f"{value!r:.60} is not a prefix", 'write it like "10.0.0.0/8"')
    try:
        return str(ipaddress.ip_network(value.strip(), strict=True))
    except ValueError as error:
        raise WrittenError(f"{value!r:.60} is not a prefix: {error}", 'write it like "10.0.0.0/8"') from None


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        moment = datetime.min  # noqa: DTZ901  # only its year is read
    if not 2000 <= moment.year <= 2100:
        raise WrittenError(f"{value!r:.40} is not a date and time", "write it as 2026-01-31T12:00:00Z")
    return moment


def _growth(value: object) -> float:
    return parse_fraction(value, kind="growth rate a year", maximum=2.0)


def _existing(value: object) -> object:
    if value is None or isinstance(value, dict) or (isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_ID):
        return value.strip() if isinstance(value, str) else value
    raise WrittenError("this is no design", "give the id of a kept design, or the design itself")


def _written(kind: str, *examples: Any, **more: Any) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string"}],
            "description": kind,
            "examples": list(examples),
            **more,
        }
    )


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=500)]
Name = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
LongText = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=20_000)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_bare_list), Field(max_length=200)]
Flag = StrictBool | None
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Positive = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]

Bandwidth = Annotated[int, BeforeValidator(parse_bandwidth), _written("a rate; a number is in bit/s", "10Gbps", 10**10)]
Demand = Annotated[int, BeforeValidator(_demand), _written("a rate, or 0; a number is in bit/s", "200 Mbit/s", 0)]
Gigabits = Annotated[float, BeforeValidator(_gigabits), _written("a rate; a number is in Gbit/s", 10, "10Gbps")]
Availability = Annotated[float, BeforeValidator(_availability), _written("a fraction of time", 0.9999, "99.99%")]
Fraction = Annotated[float, BeforeValidator(parse_fraction), _written("a fraction", 0.001, "0.1%")]
Growth = Annotated[float, BeforeValidator(_growth), _written("growth a year, at most 2 (200%)", 0.15, "15%")]
Milliseconds = Annotated[float, BeforeValidator(_milliseconds), _written("a latency; a number is in ms", 5, "5 ms")]
SquareMetres = Annotated[float, BeforeValidator(parse_area_m2), _written("an area; a number is in m2", 1200, "1200 m2")]
Kilowatts = Annotated[float, BeforeValidator(parse_power_kw), _written("a power; a number is in kW", 12, "12 kW")]
Amount = Annotated[
    Money,
    BeforeValidator(_money),
    PlainSerializer(lambda money: str(money) if money.currency else money.amount, when_used="json"),
    _written("an amount of money", 250_000, "EUR 200k"),
]
CurrencyCode = Annotated[str, BeforeValidator(_currency), WithJsonSchema({"enum": list(CURRENCIES)})]
FrameworkName = Annotated[
    FrameworkRef,
    BeforeValidator(_framework),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["PCI DSS 4.0.1"]}),
]
ServiceName = Annotated[
    Service,
    BeforeValidator(_service),
    PlainSerializer(written_service),
    WithJsonSchema({"type": "string", "examples": ["https", "tcp/8443", "orders (tcp/9000-9010)"]}),
]
Prefix = Annotated[str, BeforeValidator(_prefix), WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8"]})]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
ExistingDesign = Annotated[
    Any,
    BeforeValidator(_existing),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}],
            "description": "a design to extend: the id of one that is kept, or the design itself",
        }
    ),
]
LONGEST_ID: Final = 120

_PHI: Final = {
    "phi": "ephi",
    "health": "ephi",
    "cardholder": "chd",
    "cardholder_data": "chd",
    "card_data": "chd",
    "pan": "chd",
    "personal": "pii",
    "personal_data": "pii",
    "controlled": "cui",
}
AnyNetworkType = Annotated[NetworkType, choice(NetworkType)]
AnyTopology = Annotated[
    TopologyPreference, choice(TopologyPreference, {"leaf_spine": "spine_leaf", "clos": "spine_leaf"})
]
AnyRedundancy = Annotated[Redundancy, choice(Redundancy)]
AnySecurityLevel = Annotated[SecurityLevel, choice(SecurityLevel)]
AnyServiceClass = Annotated[ServiceClass, choice(ServiceClass)]
AnyDataClass = Annotated[DataClass, choice(DataClass, _PHI)]

_POPULATIONS: Final = {
    "user": "users",
    "server": "servers",
    "guests": "guest",
    "remote": "remote_users",
    "partners": "partner",
}


def population(name: str) -> Population | None:
    """The population that `name` means, in any case and with any separators."""
    plain = re.sub(r"[\s_-]+", "_", name.strip().lower())
    plain = _POPULATIONS.get(plain, plain)
    return Population(plain) if plain in Population._value2member_map_ else None
