"""Quantities as people write them, turned into one internal unit; nonsense is refused, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from netdesign.errors import Fault, InvalidInputError

MAX_TEXT: Final = 64
MIN_BANDWIDTH_BPS: Final = 1_000
MAX_BANDWIDTH_BPS: Final = 10**16
CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK")


class QuantityError(InvalidInputError, ValueError):
    """A text or number that is not the quantity it should be; a `ValueError` too: models collect it."""

    def __init__(self, kind: str, problem: str, remedy: str) -> None:
        super().__init__(kind, (Fault("", problem, remedy),))


class Money(NamedTuple):
    """Whole units of a currency; `currency` is None when the text named none."""

    amount: int
    currency: str | None = None

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}" if self.currency else str(self.amount)


@dataclass(frozen=True, slots=True)
class _Measure:
    """How one kind of quantity is written: factors by unit, bounds, and what a bare number means."""

    kind: str
    example: str
    units: Mapping[str, Decimal]
    low: Decimal
    high: Decimal
    bare: Decimal | None
    """The factor of a number without a unit; None refuses such a number."""
    bare_text: bool = True
    """Whether a text may leave the unit out as a number may."""
    zero: bool = True
    floor: str = "1"
    """The lower bound as people write it."""

    @property
    def named(self) -> str:
        """The kind with its article."""
        return f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}"

    @property
    def remedy(self) -> str:
        return f"write it like {self.example}"


_NUMBER: Final = re.compile(
    r"\s*([+-]?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"((?:[eE][+-]?\d{1,4})?)(?![\d.,])\s*(.*?)\s*",
    re.ASCII | re.DOTALL,
)
_BYTES: Final = re.compile(r"[kKMGTP]?i?B(?:/s|ps|PS|/S)?|(?i:[kmgtp]?i?bytes?(?:/s|ps)?)")
_SPACES: Final = re.compile(r"\s+")


def _bandwidth_units() -> dict[str, Decimal]:
    powers = {"": 0, "k": 3, "m": 6, "g": 9, "t": 12, "p": 15}
    rates = ("bps", "b/s", "bit/s", "bits/s", "bitps", "bit", "bits", "b")
    words = {"kilo": "k", "mega": "m", "giga": "g", "tera": "t"}
    units = {f"{prefix}{rate}": Decimal(10) ** power for prefix, power in powers.items() for rate in rates}
    units |= {prefix: Decimal(10) ** power for prefix, power in powers.items() if prefix}
    units |= {
        f"{word}{rate}": units[p + rate] for word, p in words.items() for rate in ("bit/s", "bits/s", "bit", "bits")
    }
    ethernet = {"m": ("mbe",), "g": ("gbe", "ge", "gige", "gig"), "t": ("tbe",)}
    return units | {name: units[prefix] for prefix, names in ethernet.items() for name in names}


def _table(**factors: str) -> dict[str, Decimal]:
    return {name: Decimal(factor) for name, factor in factors.items()}


_TIME_S: Final = _table(
    ns="1e-9", us="1e-6", ms="0.001", msec="0.001", millisecond="0.001", milliseconds="0.001",
    microsecond="1e-6", microseconds="1e-6", s="1", sec="1", second="1", seconds="1",
    min="60", mins="60", minute="60", minutes="60", h="3600", hr="3600", hour="3600", hours="3600",
    d="86400", day="86400", days="86400", w="604800", week="604800", weeks="604800",
    month="2629800", months="2629800", y="31557600", yr="31557600", year="31557600", years="31557600",
) | {"µs": Decimal("1e-6"), "μs": Decimal("1e-6")}  # fmt: skip
_LENGTH_M: Final = _table(
    mm="0.001", cm="0.01", m="1", meter="1", meters="1", metre="1", metres="1", km="1000",
    kilometer="1000", kilometers="1000", kilometre="1000", kilometres="1000",
    ft="0.3048", foot="0.3048", feet="0.3048", yd="0.9144", mi="1609.344", mile="1609.344", miles="1609.344",
)  # fmt: skip
_AREA_M2: Final = {
    **_table(m2="1", sqm="1", ha="10000", hectares="10000", km2="1e6", ft2="0.09290304", sqft="0.09290304"),
    "m²": Decimal(1), "m^2": Decimal(1), "sq m": Decimal(1), "km²": Decimal(10**6),
    "ft²": Decimal("0.09290304"),
    "sq ft": Decimal("0.09290304"), "square feet": Decimal("0.09290304"), "square metres": Decimal(1),
    "square meters": Decimal(1),
}  # fmt: skip
_POWER_KW: Final = _table(w="0.001", watt="0.001", watts="0.001", kw="1", kilowatt="1", kilowatts="1", mw="1000")
_SHARE: Final = {
    "%": Decimal("0.01"),
    "percent": Decimal("0.01"),
    "pct": Decimal("0.01"),
    "‰": Decimal("0.001"),
}
_BYTES_HINT: Final = "that counts bytes, and line rates are in bits: multiply by 8 and write for example 80Gbps"

_BANDWIDTH: Final = _Measure(
    "bandwidth", '"10Gbps", "100 Mbit/s" or 10000000000 (bit/s)', _bandwidth_units(),
    Decimal(MIN_BANDWIDTH_BPS), Decimal(MAX_BANDWIDTH_BPS), bare=Decimal(1), bare_text=False, zero=False,
    floor="1 kbit/s (a bare number counts bit/s)",
)  # fmt: skip
_DURATION: Final = _Measure(
    "duration", '"5 ms", "4 hours" or "6 months"', _TIME_S, Decimal(0), Decimal(10**10), bare=None
)
_LENGTH: Final = _Measure(
    "length", '"90 m", "1.2 km" or 90 (metres)', _LENGTH_M, Decimal(0), Decimal(10**8), Decimal(1)
)
_AREA: Final = _Measure("area", '"1200 m2" or 1200 (square metres)', _AREA_M2, Decimal(0), Decimal(10**9), Decimal(1))
_POWER: Final = _Measure("power", '"12 kW" or 12 (kilowatts)', _POWER_KW, Decimal(0), Decimal(10**6), Decimal(1))


def parse_bandwidth(value: object) -> int:
    """The rate in bit/s of "10Gbps", "100 Mbit/s", "2.5G" or a number of bit/s.

    Raises `QuantityError`. Bytes are refused rather than multiplied: "10GB/s" is too often meant as bits.
    """
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value)) and _is_bytes(match[4]):
        raise QuantityError("bandwidth", f"{_shown(value)} is not a line rate", _BYTES_HINT)
    return int(_parse(_BANDWIDTH, value).to_integral_value())


def parse_duration_s(value: object, *, bare_unit: str | None = None) -> float:
    """The seconds of "5 ms", "4 hours" or "6 months"; a bare number needs `bare_unit` to name its unit."""
    measure = _DURATION
    if bare_unit is not None:
        measure = _Measure(
            "duration", f'"5 ms" or 5 ({bare_unit})', _TIME_S, measure.low, measure.high, _TIME_S[bare_unit]
        )
    return float(_parse(measure, value))


def parse_length_m(value: object) -> float:
    """The metres of "90 m", "300 ft" or a number of metres."""
    return float(_parse(_LENGTH, value))


def parse_area_m2(value: object) -> float:
    """The square metres of "1200 m2", "10,000 sq ft" or a number of square metres."""
    return float(_parse(_AREA, value))


def parse_power_kw(value: object) -> float:
    """The kilowatts of "12 kW", "900 W" or a number of kilowatts."""
    return float(_parse(_POWER, value))


def parse_fraction(value: object, *, kind: str = "fraction", maximum: float = 1.0) -> float:
    """The fraction of 0.15, "15%" or "15 percent", between 0 and `maximum`."""
    measure = _Measure(kind, '0.15 or "15%"', _SHARE, Decimal(0), Decimal(repr(maximum)), Decimal(1))
    return float(_parse(measure, value))


_SYMBOLS: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_AMOUNT: Final = {
    "": 1, "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "million": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_MONEY: Final = re.compile(r"(US\$|[$€£¥]|[A-Za-z]{3}(?![A-Za-z]))?\s*(.*?)\s*", re.DOTALL)
_TRAILER: Final = re.compile(r"([A-Za-z]*?)\s*([A-Z]{3}|[a-z]{3}|[€£$])?", re.DOTALL)


def parse_money(value: object) -> Money:
    """The whole amount and the currency of 250000, "$1.2M", "EUR 200k" or "1.5 million USD"."""
    if not isinstance(value, str):
        return Money(int(_bounded(_MONEY_MEASURE, _number(_MONEY_MEASURE, value), value).to_integral_value()))
    head = _MONEY.fullmatch(_checked_text(_MONEY_MEASURE, value))
    before, rest = (head[1], head[2]) if head else (None, value)
    match = _NUMBER.fullmatch(rest)
    if match is None:
        raise QuantityError("money", f"{_shown(value)} is not an amount of money", _MONEY_MEASURE.remedy)
    multiplier, after = _trailer(match[4])
    if multiplier is None or (before and after):
        raise QuantityError("money", f"{_shown(value)} has an unknown unit {match[4]!r}", _MONEY_MEASURE.remedy)
    if re.fullmatch(r"\d{1,3}\.\d{3}", match[2]) and multiplier == 1:
        raise QuantityError("money", f"{_shown(value)} may be read in two ways", "write 200000 or 200.00")
    amount = _bounded(_MONEY_MEASURE, _decimal(match) * multiplier, value)
    return Money(int(amount.to_integral_value()), _currency(before or after))


def _currency(code: str | None) -> str | None:
    if code is None:
        return None
    known = _SYMBOLS.get(code, code.upper())
    if known not in CURRENCIES:
        raise QuantityError("money", f"{code!r} is not a currency known here", f"use one of {', '.join(CURRENCIES)}")
    return known


_MONEY_MEASURE: Final = _Measure(
    "amount of money", '250000, "$1.2M" or "EUR 200k"', {}, Decimal(1), Decimal(10**13), bare=Decimal(1), zero=False
)


def _trailer(text: str) -> tuple[int | None, str | None]:
    """The multiplier and the currency that may follow an amount, or (None, None) when it is neither."""
    if text.lower() in _AMOUNT:
        return _AMOUNT[text.lower()], None
    match = _TRAILER.fullmatch(text)
    if match is None or match[1].lower() not in _AMOUNT:
        return None, None
    return _AMOUNT[match[1].lower()], match[2]


def format_bandwidth(bps: int) -> str:
    """A rate for people: "10 Gbit/s", "2.5 Gbit/s", "64 kbit/s"."""
    for power, prefix in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if abs(bps) >= 10**power:
            return f"{f'{bps / 10**power:.2f}'.rstrip('0').rstrip('.')} {prefix}bit/s"
    return f"{bps} bit/s"


def _parse(measure: _Measure, value: object) -> Decimal:
    if not isinstance(value, str):
        return _bounded(measure, _number(measure, value), value)
    match = _NUMBER.fullmatch(_checked_text(measure, value))
    if match is None:
        raise QuantityError(measure.kind, f"{_shown(value)} is not {measure.named}", measure.remedy)
    factor = _factor(measure, match[4], value)
    return _bounded(measure, _decimal(match) * factor, value)


def _checked_text(measure: _Measure, value: str) -> str:
    if not value.strip():
        raise QuantityError(measure.kind, f"an empty text is not {measure.named}", measure.remedy)
    if len(value) > MAX_TEXT:
        raise QuantityError(measure.kind, f"a text of {len(value)} characters is not {measure.named}", measure.remedy)
    return value


def _number(measure: _Measure, value: object) -> Decimal:
    """A JSON number in the measure's unit for bare numbers; booleans and everything else are refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise QuantityError(measure.kind, f"{_shown(value)} is not {measure.named}", measure.remedy)
    if isinstance(value, float) and not math.isfinite(value):
        raise QuantityError(measure.kind, f"{value} is not a finite number", measure.remedy)
    if isinstance(value, int) and value.bit_length() > 128:
        raise QuantityError(measure.kind, "the number is impossibly large", measure.remedy)
    if measure.bare is None:
        raise QuantityError(measure.kind, f"{value} has no unit", measure.remedy)
    return Decimal(repr(value)) * measure.bare


def _factor(measure: _Measure, unit: str, value: str) -> Decimal:
    if not unit:
        if measure.bare is None or not measure.bare_text:
            raise QuantityError(measure.kind, f"{_shown(value)} has no unit", measure.remedy)
        return measure.bare
    factor = measure.units.get(_SPACES.sub(" ", unit.lower()))
    if factor is None:
        raise QuantityError(measure.kind, f"{_shown(value)} has an unknown unit {unit!r}", measure.remedy)
    return factor


def _decimal(match: re.Match[str]) -> Decimal:
    return Decimal(f"{match[1]}{match[2].replace(',', '')}{match[3]}")


def _bounded(measure: _Measure, amount: Decimal, value: object) -> Decimal:
    """`amount`, or a refusal that says which bound of the measure it breaks."""
    if amount < 0:
        raise QuantityError(measure.kind, f"{_shown(value)} is negative", measure.remedy)
    if amount == 0 and not measure.zero:
        raise QuantityError(measure.kind, f"zero is not {measure.named}: it asks for nothing", measure.remedy)
    if amount < measure.low:
        raise QuantityError(
            measure.kind,
            f"{_shown(value)} is below the smallest {measure.kind}, {measure.floor}",
            measure.remedy,
        )
    if amount > measure.high:
        raise QuantityError(
            measure.kind,
            f"{_shown(value)} is above the largest {measure.kind}, {measure.high:g}",
            measure.remedy,
        )
    return amount


def _is_bytes(unit: str) -> bool:
    return unit.lower() not in ("gbe", "mbe", "tbe") and _BYTES.fullmatch(unit) is not None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 48 else f"{text[:45]}..."
