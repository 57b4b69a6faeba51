"""CMP-13: only what a declared flow needs passes into or out of the card data environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netdesign.analysis.policy.card_data import border_pairs, border_rules, border_surplus, card_zones
from netdesign.analysis.policy.needs import bits, packet_text
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested

INSECURE = ((20, 21), (23, 23), (69, 69), (110, 110), (137, 139), (143, 143), (445, 445), (512, 514))
"""Ports of FTP, Telnet, TFTP, POP3, NetBIOS, IMAP, SMB and the r-commands."""
TELNET = Service(name="telnet", protocol=IpProtocol.TCP, first_port=23, last_port=23)


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-13",
    name="card-data-flows",
    title="PCI least-privilege flows",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="Headers that are permitted into or out of zones with card data though no declared flow needs them; a rule"
    " there without owner or justification; a permit there that is not logged (an error); a rule there that opens an"
    " insecure service (FTP, Telnet, TFTP, POP3, IMAP, NetBIOS, SMB, r-commands) with no flow on it that is encrypted"
    " end to end.",
    passes="What may pass equals what declared flows need, every rule has an owner and a reason, and no service there"
    " is insecure.",
    remedy="Take away the rules that no flow needs, or narrow them to the addresses and services of their flows.",
    references=("PCI DSS 1.2.5, 1.2.6, 1.3.1, 1.3.2, 10.2.1",),
    reading="A flow declared in the design is the justification; encryption end to end by the application is the"
    " defence that an insecure service may have. SNMP is judged by the management profile (CMP-16), for all its"
    " versions share a port.",
)
def card_flows(case: Case) -> Iterator[Said]:
    """Exact header spaces, then the rules one by one."""
    zones = card_zones(case.network)
    extra = border_surplus(case.network, zones)
    for one in extra:
        packet = one.headers.witness()
        shown = packet_text(packet) if packet is not None else ""
        yield Finding(
            message=f"from {one.source} to {one.target} 2^{bits(one.headers):.0f} headers may pass that no flow needs,"
            f" such as {shown}",
            elements=(one.source, one.target),
            witness={"from_zone": one.source, "to_zone": one.target, "packet": shown},
        )
    for line in border_rules(case.network, zones):
        yield from _judged(case, line)
    yield Measure(name="zone_pairs_at_the_border", value=len(border_pairs(case.network, zones)))
    yield Measure(name="pairs_that_permit_more_than_needed", value=len(extra), threshold=0)
    yield Measure(name="rules_at_the_border", value=len(border_rules(case.network, zones)))


def _judged(case: Case, line: PolicyRule) -> Iterator[Finding]:
    bare = [what for what in ("owner", "justification") if not (getattr(line, what) or "").strip()]
    if bare:
        yield Finding(
            message=f"rule {line.id} at card data has no {' and no '.join(bare)}",
            elements=(line.id,),
            witness={"rule": line.id, "missing": [*bare]},
        )
    if line.action is Action.PERMIT and not line.log:
        yield Finding(
            message=f"rule {line.id} at card data lets connections pass without a log",
            elements=(line.id,),
            witness={"unlogged": line.id},
            severity=Severity.ERROR,
        )
    opened = next((one for one in line.services if _insecure(one)), None)
    if opened is not None and not _encrypted(case, line):
        yield Finding(
            message=f"rule {line.id} at card data opens the insecure service {opened.name} with nothing to protect it",
            elements=(line.id,),
            witness={"rule": line.id, "first_port": opened.first_port, "last_port": opened.last_port},
        )


def _insecure(service: Service) -> bool:
    ports = service.protocol in (IpProtocol.TCP, IpProtocol.UDP, IpProtocol.ANY)
    return ports and any(low <= service.last_port and high >= service.first_port for low, high in INSECURE)


def _encrypted(case: Case, line: PolicyRule) -> bool:
    flows = [case.network.by_id("flows")[name] for name in line.flows if name in case.network.by_id("flows")]
    return bool(flows) and all(flow.encrypted for flow in flows)


def _opened(case: Case, *, outward: bool, service: Service | None = None) -> Patch | None:
    zones = card_zones(case.network)
    for near, far in border_pairs(case.network, zones):
        services = (service,) if service is not None else ()
        patch = first_rule(case, Action.PERMIT, near, far, services=services) if (near in zones) is outward else None
        if patch is not None:
            return patch
    return None


@card_flows.mutant("permit anything out of card data")
def open_outward(case: Case) -> Patch | None:
    """To the first other zone."""
    return _opened(case, outward=True)


@card_flows.mutant("permit anything into card data")
def open_inward(case: Case) -> Patch | None:
    """From the first other zone."""
    return _opened(case, outward=False)


@card_flows.mutant("permit an insecure service into card data")
def open_telnet(case: Case) -> Patch | None:
    """Telnet, that no flow needs."""
    return _opened(case, outward=False, service=TELNET)


@card_flows.mutant("forget why a rule at card data is there")
def forget_reason(case: Case) -> Patch | None:
    """The first rule."""
    lines = border_rules(case.network, card_zones(case.network))
    return (Set("policy_rules", lines[0].id, {"justification": None}),) if lines else None


@card_flows.fix("take away a rule that no flow needs")
def without_rule(case: Case, finding: Finding) -> Patch | None:
    """Of those at the border the first that names no flow."""
    near, far = finding.witness.get("from_zone"), finding.witness.get("to_zone")
    for line in border_rules(case.network, card_zones(case.network)):
        concerned = near in (*line.source_zones, None) and far in (*line.destination_zones, None)
        if not line.flows and (concerned or finding.witness.get("rule") == line.id):
            return (Remove("policy_rules", line.id),)
    return None


@card_flows.fix("write down the flows that need a rule, and its usual owner")
def name_flows(case: Case, finding: Finding) -> Patch | None:
    """The owner of most rules of its policy."""
    line = case.network.by_id("policy_rules").get(str(finding.witness.get("rule")))
    if line is None or "missing" not in finding.witness or not line.flows:
        return None
    owners = Counter(one.owner for one in case.network.grouped("policy_rules", "policy")[line.policy] if one.owner)
    owner = line.owner or next((name for name, _ in owners.most_common(1)), None)
    reason = (line.justification or "").strip() or f"Needed by {', '.join(line.flows)}."
    return (Set("policy_rules", line.id, {"owner": owner, "justification": reason}),)


@card_flows.mutant("let connections with card data pass without a log")
def forget_log(case: Case) -> Patch | None:
    """By the first permit at the border."""
    lines = [line for line in border_rules(case.network, card_zones(case.network)) if line.action is Action.PERMIT]
    return (Set("policy_rules", lines[0].id, {"log": False}),) if lines else None


@card_flows.fix("log what the rule lets pass")
def log_again(case: Case, finding: Finding) -> Patch | None:
    """Collectors have room for it, or CMP-10 says that they have not."""
    name = str(finding.witness.get("unlogged"))
    return (Set("policy_rules", name, {"log": True}),) if name in case.network.by_id("policy_rules") else None
