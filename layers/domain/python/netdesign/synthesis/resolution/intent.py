"""What is wanted: name and kind, resilience, security, compliance, features, money, time, growth."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.vendors import vendor_slug
from netdesign.model.compliance import FrameworkRef
from netdesign.model.quantity import Money, parse_money
from netdesign.model.requirements import ConstraintType, Requirements
from netdesign.model.vocabulary import DataClass, Framework, NetworkType, SecurityLevel
from netdesign.synthesis.needs.transports import LINE_WORDS, MPLS_WORDS
from netdesign.synthesis.needs.words import mentions
from netdesign.synthesis.resolution.facts import Known, default, either, inferred, stated

CAMPUSES: Final = (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS, NetworkType.WAN)
"""Networks of places where people work."""
MINUTES_A_YEAR: Final = 525_600
DEFAULT_EVALUATION_DATE: Final = "2026-01-01"
USD_PER_UNIT: Final = {
    "USD": "1", "EUR": "1.10", "GBP": "1.28", "CHF": "1.15", "JPY": "0.0067",
    "CAD": "0.73", "AUD": "0.65", "SEK": "0.096", "NOK": "0.094", "DKK": "0.147",
}  # fmt: skip
"""Planning rates, rounded; a budget is compared with estimates, not with invoices."""
_DATA_OF_FRAMEWORK: Final = {
    Framework.PCI_DSS: DataClass.CHD,
    Framework.HIPAA: DataClass.EPHI,
    Framework.GDPR: DataClass.PII,
    Framework.FEDRAMP: DataClass.CUI,
}
_SEGMENTED: Final = (Framework.PCI_DSS, Framework.HIPAA, Framework.FEDRAMP, Framework.NIST)


def intent(requirements: Requirements, parameters: Parameters, as_of: str) -> tuple[Known[Any], ...]:
    """Every field that describes what is wanted rather than how much of it there is."""
    return (
        *_identity(requirements, as_of),
        *_resilience(requirements, parameters),
        *_security(requirements, parameters),
        *_vendors(requirements),
        *_features(requirements),
        *_service_levels(requirements),
        *_money(requirements),
        *_growth(requirements, parameters),
    )


def attaches_people(requirements: Requirements) -> bool:
    """Whether people rather than racks are attached: in a campus, and in a hybrid network with users."""
    hybrid = requirements.network_type is NetworkType.HYBRID and requirements.scale.users > 0
    return hybrid or requirements.network_type in CAMPUSES


def free_texts(requirements: Requirements) -> tuple[str, ...]:
    """The lists of free words in which a default may look for a hint."""
    return (*requirements.technology_stack, *requirements.use_cases, *requirements.critical_applications)


def data_classes(requirements: Requirements) -> Known[tuple[DataClass, ...]]:
    """The classes of data that the network carries, sensitive ones implied by frameworks included."""
    implied = {
        _DATA_OF_FRAMEWORK[ref.framework] for ref in requirements.compliance if ref.framework in _DATA_OF_FRAMEWORK
    }
    given = set(requirements.data_classes)
    classes = tuple(
        kind for kind in DataClass if kind in given | implied | ({DataClass.INTERNAL} if not given else set())
    )
    if implied - given:
        reason = f"{', '.join(sorted(implied - given))} follows from the compliance frameworks"
        return inferred("data_classes", classes, reason, "compliance", "data_classes")
    if given:
        return stated("data_classes", classes)
    return default("data_classes", classes, "nothing says that the network carries more than internal data")


def growth_multiplier(requirements: Requirements, parameters: Parameters) -> float:
    """What demand grows by over the horizon: (1 + rate)^years."""
    rate = requirements.expected_growth_rate
    years = requirements.scalability_horizon_years
    rate = parameters.growth.annual if rate is None else rate
    years = parameters.growth.horizon_years if years is None else years
    return round(float((1 + rate) ** years), 6)


def _identity(requirements: Requirements, as_of: str) -> tuple[Known[Any], ...]:
    preference = requirements.topology_preference
    date = requirements.submitted_at
    return (
        stated("project_name", requirements.project_name),
        stated("description", requirements.description),
        stated("network_type", requirements.network_type),
        either(
            "topology_preference", preference, "topology_preference",
            default("topology_preference", None, "any shape that fits; sizes decide"),
        ),
        _technologies(requirements),
        either(
            "deployment_timeline", requirements.deployment_timeline, "deployment_timeline",
            default("deployment_timeline", None, "no timeline is stated"),
        ),
        either(
            "evaluation_date", None if date is None else date.date().isoformat(), "submitted_at",
            default("evaluation_date", as_of, "no submission date is stated; the catalogue's date stands in"),
        ),
    )  # fmt: skip


def _technologies(requirements: Requirements) -> Known[tuple[str, ...]]:
    """The technologies that are asked for; special requirements may name the circuits of a wide-area network."""
    stack = requirements.technology_stack
    named = mentions((*MPLS_WORDS, *LINE_WORDS), requirements.special_requirements)
    if requirements.network_type is NetworkType.WAN and named and mentions((named,), stack) is None:
        reason = f"what is stated, and {named!r} of the special requirements"
        return inferred("technology_stack", (*stack, named), reason, "technology_stack", "special_requirements")
    if stack:
        return stated("technology_stack", stack)
    return default("technology_stack", (), "no technology is asked for")


def _resilience(requirements: Requirements, parameters: Parameters) -> tuple[Known[Any], ...]:
    minutes = requirements.max_downtime_minutes_per_year
    return (
        stated("redundancy", requirements.redundancy),
        _availability(requirements, parameters),
        either(
            "max_downtime_minutes", minutes, "max_downtime_minutes_per_year",
            default("max_downtime_minutes", None, "no limit is stated beside the availability"),
        ),
    )  # fmt: skip


def _availability(requirements: Requirements, parameters: Parameters) -> Known[float]:
    given, minutes = requirements.availability_requirement, requirements.max_downtime_minutes_per_year
    if given is not None:
        return stated("availability", given, "availability_requirement")
    if minutes is not None:
        reason = f"1 - {minutes:g} min / {MINUTES_A_YEAR:,} min"
        return inferred("availability", round(1 - minutes / MINUTES_A_YEAR, 9), reason, "max_downtime_minutes_per_year")
    level = requirements.redundancy
    value = parameters.redundancy[level].availability
    return default("availability", value, f"the policy's target at redundancy {level}", "redundancy")


def _security(requirements: Requirements, parameters: Parameters) -> tuple[Known[Any], ...]:
    level, classes = requirements.security_level, data_classes(requirements)
    posture = parameters.security[level]
    frameworks = _unique(requirements.compliance)
    return (
        stated("security_level", level),
        stated("frameworks", frameworks, "compliance")
        if frameworks
        else default("frameworks", (), "no compliance framework is stated"),
        classes,
        _segmentation(requirements),
        either(
            "requires_encryption", requirements.requires_encryption, "requires_encryption",
            inferred(
                "requires_encryption",
                posture.encrypt_leased == "all"
                or (posture.encrypt_leased == "sensitive" and any(kind.sensitive for kind in classes.value)),
                f"leased lines at security level {level}: encrypt {posture.encrypt_leased}",
                "security_level", "data_classes",
            ),
        ),
    )  # fmt: skip


def _segmentation(requirements: Requirements) -> Known[bool]:
    """Segmentation is inferred from frameworks that demand it, then from the security level."""
    name = "requires_segmentation"
    if requirements.requires_segmentation is not None:
        return stated(name, requirements.requires_segmentation)
    for ref in requirements.compliance:
        if ref.framework in _SEGMENTED:
            return inferred(name, True, f"{ref} separates systems by sensitivity", "compliance")
    level = requirements.security_level
    wanted = level.at_least(SecurityLevel.CORPORATE)
    words = "asks for zones with a denying default" if wanted else "permits between zones"
    return inferred(name, wanted, f"security level {level} {words}", "security_level")


def _unique(references: tuple[FrameworkRef, ...]) -> tuple[FrameworkRef, ...]:
    return tuple(dict.fromkeys(references))


def _vendors(requirements: Requirements) -> tuple[Known[Any], ...]:
    return tuple(
        stated(field, tuple(dict.fromkeys(slug for name in names if (slug := vendor_slug(name)))))
        if names
        else default(field, (), words)
        for field, names, words in (
            ("preferred_vendors", requirements.preferred_vendors, "no vendor is preferred"),
            ("excluded_vendors", requirements.excluded_vendors, "no vendor is excluded"),
        )
    )


def _features(requirements: Requirements) -> tuple[Known[Any], ...]:
    campus = attaches_people(requirements)
    sdn = requirements.network_type is NetworkType.SDN_CAMPUS
    kind = requirements.network_type
    cloud = requirements.cloud_integration
    cloudy = kind in (NetworkType.HYBRID, NetworkType.CLOUD_NATIVE)
    return (
        either(
            "sdn_required", requirements.sdn_required, "sdn_required",
            inferred("sdn_required", sdn, f"network type {kind}", "network_type"),
        ),
        either(
            "cloud_integration", None if cloud is None else bool(cloud), "cloud_integration",
            inferred("cloud_integration", cloudy, f"network type {kind}", "network_type"),
        ),
        either(
            "wireless", requirements.requires_wireless, "requires_wireless",
            inferred("wireless", campus, f"usual in a campus; the network type is {kind}", "network_type"),
        ),
        _hinted(
            "voice", requirements.requires_voip, "requires_voip",
            ("voip", "telephony", "sip", "phones"), requirements,
        ),
        _hinted(
            "video", requirements.requires_video_conferencing, "requires_video_conferencing",
            ("video conferencing", "video", "teams", "zoom", "webex", "telemedicine"), requirements,
        ),
    )  # fmt: skip


def _hinted(
    field: str, given: bool | None, source: str, words: tuple[str, ...], requirements: Requirements
) -> Known[bool]:
    """A flag that is stated, or whose default a word in the free texts turns on."""
    if given is not None:
        return stated(field, given, source)
    word = mentions(words, free_texts(requirements))
    if word is not None:
        return default(field, True, f"not stated; the texts mention {word!r}", "use_cases", "critical_applications")
    return default(field, False, "not asked for")


def _service_levels(requirements: Requirements) -> tuple[Known[Any], ...]:
    rate = requirements.min_throughput_gbps
    return (
        either(
            "max_latency_ms", requirements.max_latency_ms, "max_latency_ms",
            default("max_latency_ms", None, "no latency limit is stated"),
        ),
        either(
            "min_throughput_bps", None if rate is None else round(rate * 1e9), "min_throughput_gbps",
            default("min_throughput_bps", None, "no least throughput is stated"),
        ),
        either(
            "packet_loss_threshold", requirements.packet_loss_threshold, "packet_loss_threshold",
            default("packet_loss_threshold", None, "no loss limit is stated"),
        ),
    )  # fmt: skip


def budget_limit(requirements: Requirements) -> tuple[Money, str, bool | None] | None:
    """The stated budget, the field that states it, and whether a constraint says it is hard."""
    for index, constraint in enumerate(requirements.constraints):
        if constraint.constraint_type is ConstraintType.BUDGET:
            amount = requirements.budget if constraint.value is None else parse_money(constraint.value)
            if amount is not None:
                source = "budget" if requirements.budget is not None else f"constraints/{index}/value"
                return amount, source, constraint.is_hard_constraint
    return None if requirements.budget is None else (requirements.budget, "budget", None)


def _money(requirements: Requirements) -> tuple[Known[Any], ...]:
    limit = budget_limit(requirements)
    currency = requirements.currency or (limit[0].currency if limit else None)
    code = currency or "USD"
    money = either("currency", currency, "currency", default("currency", "USD", "no currency is stated"))
    if limit is None:
        nothing = default("budget_usd", None, "no budget is stated")
        return money, nothing, default("budget_is_hard", False, "there is no budget to keep")
    amount, source, hard = limit
    rate = Decimal(USD_PER_UNIT[amount.currency or code])
    dollars = int(amount.amount * rate)
    reason = f"{amount.amount:,} {amount.currency or code} x {rate} USD, a planning rate"
    usd = (
        stated("budget_usd", dollars, source)
        if rate == 1
        else inferred("budget_usd", dollars, reason, source, "currency")
    )
    limit_is = default("budget_is_hard", True, "a stated budget is a limit unless a constraint says otherwise", source)
    return money, usd, either("budget_is_hard", hard, "constraints", limit_is)


def _growth(requirements: Requirements, parameters: Parameters) -> tuple[Known[Any], ...]:
    policy = parameters.growth
    rate = either(
        "growth_rate", requirements.expected_growth_rate, "expected_growth_rate",
        default("growth_rate", policy.annual, "the policy's yearly growth"),
    )  # fmt: skip
    years = either(
        "horizon_years", requirements.scalability_horizon_years, "scalability_horizon_years",
        default("horizon_years", policy.horizon_years, "the policy's horizon"),
    )  # fmt: skip
    reason = f"(1 + {rate.value})^{years.value}"
    multiplier = growth_multiplier(requirements, parameters)
    grown = inferred("growth_multiplier", multiplier, reason, "expected_growth_rate", "scalability_horizon_years")
    return rate, years, grown
