"""Validations of cryptographic modules: which certificate covers a device type, and on which days it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog import documents
from netdesign.errors import CatalogError

FILE = "validations.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One certificate of the CMVP for the module of a device type, as its sources showed it.

    `since` and `until` are the first and the last day on the active list, as ISO dates. `until` is None where the
    certificate is historical since a day that is not known: it then counts on no day.
    """

    certificate: int
    standard: str
    level: int
    module: str
    since: str
    until: str | None
    policy: str
    source: str
    record: str
    caveat: str = ""

    def counts_on(self, day: str) -> bool:
        """Whether what is bought on a day (ISO date) has a validated module by this certificate.

        The last day itself is out: on it the certificate moves to the historical list.
        """
        return self.until is not None and self.since <= day < self.until

    @property
    def words(self) -> str:
        """The certificate for people."""
        days = f"{self.since} to {self.until}" if self.until else "historical"
        return f"{self.standard} certificate {self.certificate} ({days})"


def validations_by_sku(document: Mapping[str, Any]) -> dict[str, tuple[Validation, ...]]:
    """The certificates of each part number; raises `CatalogError` naming an entry that cannot be read."""
    found: dict[str, list[Validation]] = defaultdict(list)
    for entry in document["validations"]:
        try:
            names = ("certificate", "standard", "level", "module", "since", "until", "policy", "source", "record")
            one = Validation(caveat=entry.get("caveat", ""), **{name: entry[name] for name in names})
        except (KeyError, TypeError) as exc:
            raise CatalogError(f"validation {entry.get('certificate')!r}: {exc!r}") from exc
        for sku in entry["skus"]:
            found[sku].append(one)
    return {sku: tuple(sorted(some, key=lambda one: -one.certificate)) for sku, some in found.items()}


@cache
def shipped_validations() -> dict[str, tuple[Validation, ...]]:
    """The certificates that ship with the system, by part number."""
    return validations_by_sku(documents.parsed(FILE))
