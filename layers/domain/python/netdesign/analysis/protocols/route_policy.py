"""What a route policy does to a route: the first term that takes it decides."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix
from netdesign.model.routing import PolicyAction

if TYPE_CHECKING:
    from netdesign.model.routing import RoutePolicy, RoutePolicyTerm


class Marks(NamedTuple):
    """What policies read and write on a route; no local preference means that nobody set one."""

    communities: frozenset[str] = frozenset()
    tag: int = 0
    local_preference: int | None = None
    prepend: int = 0


Signature = tuple[bool, ...]
"""Whether each term of a policy takes a prefix, by prefix and length alone."""


def signature(network: Network, policy: str | None, prefix: Prefix) -> Signature:
    """Which terms of the policy (by id) match the prefix; empty for no policy or an unknown one."""
    fact = policies(network).get(policy or "")
    return () if fact is None else tuple(matches(term, prefix) for term in fact.terms)


def matches(term: RoutePolicyTerm, prefix: Prefix) -> bool:
    """Whether a term takes a prefix; its communities and tags aside."""
    if term.min_length is not None and prefix.length < term.min_length:
        return False
    if term.max_length is not None and prefix.length > term.max_length:
        return False
    return not term.prefixes or any(block.covers(prefix) for block in _blocks(term.prefixes))


def treated(network: Network, policy: str | None, taken: Signature, marks: Marks) -> Marks | None:
    """The marks after the policy, or None where it denies; no policy changes nothing, an unknown one denies all."""
    if policy is None:
        return marks
    fact = policies(network).get(policy)
    for term, fits in zip(fact.terms if fact is not None else (), taken, strict=False):
        if fits and _marked(term, marks):
            return _changed(term, marks) if term.action is PolicyAction.PERMIT else None
    return None


def permits(network: Network, policy: str | None, prefix: Prefix, marks: Marks) -> Marks | None:
    """`treated` for one prefix."""
    return treated(network, policy, signature(network, policy, prefix), marks)


def _marked(term: RoutePolicyTerm, marks: Marks) -> bool:
    """Whether the route carries one of the communities and one of the tags that the term asks for."""
    if term.communities and marks.communities.isdisjoint(term.communities):
        return False
    return not term.tags or marks.tag in term.tags


def _changed(term: RoutePolicyTerm, marks: Marks) -> Marks:
    return Marks(
        communities=marks.communities | frozenset(term.set_communities),
        tag=marks.tag if term.set_tag is None else term.set_tag,
        local_preference=marks.local_preference if term.set_local_preference is None else term.set_local_preference,
        prepend=marks.prepend + max(0, term.prepend),
    )


@analysis
def policies(network: Network) -> dict[str, RoutePolicy]:
    """The route policies by id."""
    return network.by_id("route_policies")


@lru_cache(maxsize=10_000)
def _blocks(texts: tuple[str, ...]) -> tuple[Prefix, ...]:
    """The prefixes that can be read."""
    found = []
    for text in texts:
        try:
            found.append(parse_prefix(text))
        except InvalidInputError:
            continue
    return tuple(found)
