"""A subnet of a design under construction, counted by its addresses."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.graph.prefixes import parse_interface
from netdesign.model.addressing import Subnet
from netdesign.synthesis.draft.address_plan import format_v4, format_v6


@dataclass(frozen=True, slots=True)
class Net:
    """A subnet as numbers: `host(i)` is the text of its i-th address with length, `address(i)` without."""

    subnet: Subnet
    base: int
    length: int
    six: bool

    def address(self, at: int) -> str:
        """Text of the `at`-th address."""
        return format_v6(self.base + at) if self.six else format_v4(self.base + at)

    def host(self, at: int) -> str:
        """Text of the `at`-th address with the prefix length."""
        return f"{self.address(at)}/{self.length}"

    def holds(self, text: str) -> bool:
        """Whether an address with prefix length is one of this subnet."""
        own = parse_interface(text)
        return (own.prefix.network, own.length) == (self.base, self.length)
