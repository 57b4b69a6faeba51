"""Compliance and security level against a flat, open or unencrypted network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Population
from netdesign.model.vocabulary import Framework, SecurityLevel
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.needs.zones import restricted_ends

SEPARATED = frozenset({Framework.PCI_DSS, Framework.HIPAA, Framework.FEDRAMP})
"""Frameworks under which systems with protected data may not share a flat network with the rest."""
VALIDATED_CRYPTO = frozenset({Framework.FEDRAMP})
"""Frameworks that accept validated cryptographic modules only."""


def flat_network(question: Question) -> Iterator[Conflict]:
    """Segmentation refused although a framework, or else the security level, needs it."""
    wanted = question.requirements
    if wanted.requires_segmentation:
        return
    segment = relax(
        "requires_segmentation",
        (False, True),
        "segment the network",
        "zones, and policies at a firewall between them",
    )
    if names := _named(question, SEPARATED):
        yield Conflict(
            code="compliance-needs-segmentation",
            requirements=("compliance", "requires_segmentation"),
            statement=f"{', '.join(names)} keeps protected data apart, but a flat network is asked for.",
            numbers=numbers(zones_wanted=1, zones_needed=2),
            relaxations=(segment, _without(question, SEPARATED)),
        )
    elif question.parameters.security[wanted.security_level].inter_zone_default == "deny":
        yield Conflict(
            code="security-needs-segmentation",
            requirements=("security_level", "requires_segmentation"),
            statement=f"Security level {wanted.security_level} denies between zones; a flat one is asked for.",
            numbers=numbers(zones_wanted=1, zones_needed=question.parameters.security[wanted.security_level].min_zones),
            relaxations=(
                segment,
                _level(question, SecurityLevel.BASIC, "everything inside may reach everything"),
            ),
        )


def open_zones(question: Question) -> Iterator[Conflict]:
    """A framework that separates, at a security level that permits between zones by default."""
    wanted = question.requirements
    names = _named(question, SEPARATED)
    if not names or question.parameters.security[wanted.security_level].inter_zone_default == "deny":
        return
    denying = _least_level(lambda level: question.parameters.security[level].inter_zone_default == "deny")
    yield Conflict(
        code="compliance-needs-denying-default",
        requirements=("compliance", "security_level"),
        statement=(
            f"{', '.join(names)} allows between zones only what is needed, but security level "
            f"{wanted.security_level} permits by default."
        ),
        numbers=numbers(level=wanted.security_level.value, level_needed=denying.value),
        relaxations=(
            _level(question, denying, "a policy for every flow between zones"),
            _without(question, SEPARATED),
        ),
    )


def unvalidated_crypto(question: Question) -> Iterator[Conflict]:
    """A framework that accepts validated modules only, at a security level that does not ask for them."""
    wanted, levels = question.requirements, question.parameters.security
    names = _named(question, VALIDATED_CRYPTO)
    if not names or levels[wanted.security_level].fips_module:
        return
    enough = _least_level(lambda level: levels[level].fips_module)
    yield Conflict(
        code="compliance-needs-validated-crypto",
        requirements=("compliance", "security_level"),
        statement=(
            f"{', '.join(names)} accepts validated cryptographic modules only, which security level "
            f"{wanted.security_level} does not ask for."
        ),
        numbers=numbers(level=wanted.security_level.value, level_needed=enough.value),
        relaxations=(
            _level(question, enough, "devices with a validated module, out-of-band management, full logging"),
            _without(question, VALIDATED_CRYPTO),
        ),
    )


def terminals_near_health_data(question: Question) -> Iterator[Conflict]:
    """Terminals for cards and health data, which would share the one zone for restricted data."""
    wanted = question.requirements
    both = {ref.framework for ref in wanted.frameworks} >= {Framework.PCI_DSS, Framework.HIPAA}
    if not (both and question.campus and Population.IOT in restricted_ends(wanted)):
        return
    yield Conflict(
        code="compliance-keeps-terminals-apart",
        requirements=("compliance", "network_type"),
        statement="Terminals for cards may not share the restricted zone with health data, and a campus has one such.",
        numbers=numbers(restricted_zones=1, restricted_zones_needed=2),
        relaxations=(
            _without(question, frozenset({Framework.PCI_DSS})),
            _without(question, frozenset({Framework.HIPAA})),
        ),
    )


def unencrypted(question: Question) -> Iterator[Conflict]:
    """Encryption refused although the security level encrypts every line."""
    wanted, levels = question.requirements, question.parameters.security
    if wanted.requires_encryption or levels[wanted.security_level].encrypt_leased != "all":
        return
    lower = [level for level in SecurityLevel if levels[level].encrypt_leased != "all"][-1]
    yield Conflict(
        code="security-needs-encryption",
        requirements=("security_level", "requires_encryption"),
        statement=f"Security level {wanted.security_level} encrypts all lines, but encryption is refused.",
        numbers=numbers(encrypt_leased_lines="all"),
        relaxations=(
            relax(
                "requires_encryption",
                (False, True),
                "encrypt",
                "encryption on every line beyond a building",
            ),
            _level(question, lower, "less protection everywhere"),
        ),
    )


def old_family_alone(question: Question) -> Iterator[Conflict]:
    """IPv6 refused although the security level, or else a framework, asks for it."""
    wanted = question.requirements
    if wanted.ipv6:
        return
    allow = relax("addressing/ipv6", (False, True), "run IPv6 beside IPv4", "an address plan and rules for it")
    if wanted.security_level.at_least(SecurityLevel.GOVERNMENT):
        yield Conflict(
            code="security-needs-ipv6",
            requirements=("security_level", "addressing/ipv6"),
            statement=f"Networks of security level {wanted.security_level} run IPv6, but IPv6 is refused.",
            numbers=numbers(source="OMB M-21-07"),
            relaxations=(allow, _level(question, SecurityLevel.ENTERPRISE, "less protection everywhere")),
        )
    elif names := _named(question, VALIDATED_CRYPTO):
        yield Conflict(
            code="compliance-needs-ipv6",
            requirements=("compliance", "addressing/ipv6"),
            statement=f"{', '.join(names)} asks for IPv6, but IPv6 is refused.",
            numbers=numbers(source="OMB M-21-07"),
            relaxations=(allow, _without(question, VALIDATED_CRYPTO)),
        )


def _named(question: Question, frameworks: frozenset[Framework]) -> tuple[str, ...]:
    return tuple(str(ref) for ref in question.requirements.frameworks if ref.framework in frameworks)


def _without(question: Question, frameworks: frozenset[Framework]) -> Relaxation:
    every = question.requirements.frameworks
    kept = [str(ref) for ref in every if ref.framework not in frameworks]
    dropped = ", ".join(_named(question, frameworks))
    return relax(
        "compliance",
        (tuple(map(str, every)), tuple(kept)),
        f"keep what falls under {dropped} out of this network",
        f"a separate network for what falls under {dropped}",
    )


def _level(question: Question, level: SecurityLevel, cost: str) -> Relaxation:
    now = question.requirements.security_level
    return relax("security_level", (now.value, level.value), f"choose security level {level}", cost)


def _least_level(suits: Callable[[SecurityLevel], bool]) -> SecurityLevel:
    return next(level for level in SecurityLevel if suits(level))
