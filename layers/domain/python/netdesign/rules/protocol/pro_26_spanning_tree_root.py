"""PRO-26: the spanning tree takes root where the gateway is, and nobody at the edge can take it over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from netdesign.analysis.switching.tree_roots import (
    Tree,
    active_gateways,
    downlinks,
    gateways_by_device,
    hosting_bridges,
    tree_of,
    trees,
)
from netdesign.model.inventory import Homing, PortProfile
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.switching import SpanningTree, SpanningTreeMode
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 5
STEP = 4096
HIGHEST = 61_440
TOPS = (Role.CORE, Role.SPINE, Role.BORDER_LEAF, Role.DISTRIBUTION, Role.LEAF, Role.MANAGEMENT_SWITCH, Role.ACCESS)
"""Which role the root should have where the VLAN has no gateway among its bridges, the best first."""


def _applies(case: Case) -> bool:
    return bool(tree_of(case.network) or hosting_bridges(case.network) or _edge_profiles(case))


@rule(
    code="PRO-26",
    name="spanning-tree-root",
    title="STP root & FHRP alignment",
    category=Category.PROTOCOL,
    severity=Severity.WARNING,
    applies="bridges that run spanning tree, or that endpoints are plugged into",
    applicable=_applies,
    flags="A VLAN in which two bridges outside one pair share the best priority, so that a MAC address decides; one"
    " whose root is neither a gateway of the VLAN nor of the highest tier; one whose active gateway is not the root;"
    " a priority that is no multiple of 4096; a port that faces endpoints without edge mode or BPDU guard; a port"
    " towards a bridge that must not become the root without root guard; a switch that endpoints are plugged into and"
    " that runs no spanning tree (error).",
    passes="In every VLAN the root is the active gateway, and the edge cannot take it over.",
    remedy="Set priorities 4096 and 8192 on the pair, root guard on its ports towards access switches, and edge mode"
    " with BPDU guard on ports of hosts.",
    references=("IEEE 802.1Q-2022 clause 13", "Cisco high-availability campus design"),
    reading="The members of an MLAG pair act as one bridge: either may be the root or the active gateway. Switches"
    " with a tunnel endpoint need no spanning tree.",
)
def spanning_tree_root(case: Case) -> Iterator[Said]:
    """VLANs with the same bridges and the same fault are one finding."""
    said: dict[tuple[str, tuple[int, ...], tuple[int, ...]], list[Tree]] = defaultdict(list)
    for tree in trees(case.network):
        fault, right = _fault(case, tree)
        if fault:
            said[fault, tree.roots, right].append(tree)
    for (fault, roots, right), some in said.items():
        yield _finding(case, fault, roots, right, some)
    yield from _odd_priorities(case)
    yield from _edge_findings(case)
    bare = [one for one in downlinks(case.network) if not case.network.interfaces[one.interface].root_guard]
    for interface, lower in bare:
        port, name = case.network.interfaces[interface], case.network.devices[lower].id
        yield Finding(
            message=f"{port.id} would take {name} for the root: it has no root guard",
            elements=(port.id, name),
            witness={"port": port.id, "fault": "root guard"},
        )
    yield from _bare(case)
    yield Measure(name="spanning_trees", value=len(trees(case.network)))
    yield Measure(name="spanning_trees_with_the_wrong_root", value=sum(map(len, said.values())), threshold=0)
    yield Measure(name="ports_without_root_guard", value=len(bare), threshold=0)


def _bare(case: Case) -> Iterator[Finding]:
    for at in (at for at in hosting_bridges(case.network) if at not in tree_of(case.network)):
        name = case.network.devices[at].id
        yield Finding(
            message=f"{name} bridges endpoints and runs no spanning tree: a cable between two outlets stops its VLANs",
            elements=(name,),
            witness={"fault": "bare", "device": name},
            severity=Severity.ERROR,
        )


def _fault(case: Case, tree: Tree) -> tuple[str, tuple[int, ...]]:
    """What is wrong with the root of a tree, and which bridges would be right; empty for nothing."""
    network = case.network
    right = active_gateways(network, tree) or _best_tier(case, tree)
    if len(tree.roots) > 1 and not any(set(tree.roots) <= pair for pair in _pairs(case)):
        return "share the best priority", right
    if not _with_pairs(case, right) & set(tree.roots):
        active = bool(active_gateways(network, tree))
        return ("is the root, but not the active gateway" if active else "is the root, but of a lower tier"), right
    return "", ()


def _pairs(case: Case) -> list[set[int]]:
    index = case.network.device_index
    return [{index.get(name, -1) for name in mlag.peers} for mlag in case.design.cabling.mlags]


def _with_pairs(case: Case, devices: tuple[int, ...]) -> set[int]:
    """The devices, and those that bundle as one with them."""
    return set(devices).union(*(pair for pair in _pairs(case) if pair & set(devices)))


def _best_tier(case: Case, tree: Tree) -> tuple[int, ...]:
    """The gateways of a tree, or its bridges of the highest tier where there are none."""
    gateways = tuple(at for at in tree.devices if (tree.number, at) in gateways_by_device(case.network))
    if gateways:
        return gateways
    rank = {
        at: TOPS.index(role) if (role := case.network.devices[at].role) in TOPS else len(TOPS) for at in tree.devices
    }
    best = min(rank.values())
    return tuple(at for at in tree.devices if rank[at] == best)


def _finding(case: Case, fault: str, roots: tuple[int, ...], right: tuple[int, ...], some: list[Tree]) -> Finding:
    names = sorted(case.network.devices[at].id for at in roots)
    wanted = sorted(case.network.devices[at].id for at in right)
    numbers = sorted({tree.number for tree in some})
    return Finding(
        message=f"in {len(numbers)} VLANs, {numbers[0]} among them, {' and '.join(names[:SHOWN])} {fault}; it should be"
        f" {' or '.join(wanted[:SHOWN])}",
        elements=(*names[:SHOWN], *wanted[:SHOWN]),
        witness={
            "fault": "root",
            "vlans": list(numbers[:SHOWN]),
            "priority": tree_of(case.network)[roots[0]].priority,
            "wanted": list(wanted[:SHOWN]),
        },
    )


def _odd_priorities(case: Case) -> Iterator[Finding]:
    for at, tree in sorted(tree_of(case.network).items()):
        if tree.priority % STEP or tree.priority > HIGHEST:
            yield Finding(
                message=f"{case.network.devices[at].id} has the priority {tree.priority}, no multiple of {STEP} that"
                f" fits",
                elements=(tree.id, tree.device),
                witness={"fault": "priority", "tree": tree.id, "priority": tree.priority},
            )


def _edge_profiles(case: Case) -> list[tuple[PortProfile, int]]:
    """The profiles of wired ports of endpoints on bridges with a spanning tree, and how many ports each has."""
    profiles, groups = case.network.by_id("port_profiles"), case.network.by_id("endpoint_groups")
    running = {case.network.devices[at].id for at in tree_of(case.network)}
    ports: dict[str, int] = defaultdict(int)
    for attachment in case.design.inventory.attachments:
        group = groups.get(attachment.group)
        wired = group is None or group.homing is not Homing.WIRELESS
        if attachment.profile in profiles and attachment.device in running and wired:
            ports[attachment.profile] += len(attachment.ports)
    return [(profiles[name], count) for name, count in sorted(ports.items()) if count]


def _edge_findings(case: Case) -> Iterator[Finding]:
    for profile, count in _edge_profiles(case):
        missing = [words for words, on in (("edge mode", profile.edge), ("BPDU guard", profile.bpdu_guard)) if not on]
        if missing:
            yield Finding(
                message=f"{count} ports of {profile.id} face endpoints without {' and '.join(missing)}",
                elements=(profile.id,),
                witness={"fault": "edge", "profile": profile.id, "ports": count},
            )


# --- mutants and repairs


def _lowest(case: Case) -> tuple[Tree, int] | None:
    """A tree, and the bridge of the worst priority in it that is no gateway of it."""
    for tree in trees(case.network):
        priority = tree_of(case.network)
        right = _with_pairs(case, active_gateways(case.network, tree) or _best_tier(case, tree))
        rest = [at for at in tree.devices if at not in right and at not in tree.roots]
        if rest and not _fault(case, tree)[0]:
            return tree, max(rest, key=lambda at: (priority[at].priority, case.network.devices[at].id))
    return None


@spanning_tree_root.mutant("an access switch has priority 0")
def usurp(case: Case) -> Patch | None:
    """The bridge that should be the last to be the root."""
    chosen = _lowest(case)
    return (Set("spanning_trees", tree_of(case.network)[chosen[1]].id, {"priority": 0}),) if chosen else None


@spanning_tree_root.mutant("all priorities are the same")
def level(case: Case) -> Patch | None:
    """A MAC address decides."""
    if _lowest(case) is None:
        return None
    return tuple(Set("spanning_trees", tree.id, {"priority": 32_768}) for tree in tree_of(case.network).values())


@spanning_tree_root.mutant("ports of hosts have no BPDU guard")
def take_guard(case: Case) -> Patch | None:
    """On the first profile."""
    used = _edge_profiles(case)
    return (Set("port_profiles", used[0][0].id, {"bpdu_guard": False}),) if used else None


@spanning_tree_root.mutant("ports of hosts are not in edge mode")
def take_edge(case: Case) -> Patch | None:
    """On the last profile."""
    used = _edge_profiles(case)
    return (Set("port_profiles", used[-1][0].id, {"edge": False}),) if used else None


@spanning_tree_root.mutant("root guard is missing towards the access")
def take_root_guard(case: Case) -> Patch | None:
    """On the first port that has it."""
    guarded = [one for one in downlinks(case.network) if case.network.interfaces[one.interface].root_guard]
    if not guarded:
        return None
    return (Set("interfaces", case.network.interfaces[guarded[0].interface].id, {"root_guard": False}),)


@spanning_tree_root.mutant("a switch of endpoints runs no spanning tree")
def no_tree(case: Case) -> Patch | None:
    """The last one that does."""
    running = tree_of(case.network)
    some = [running[at].id for at in hosting_bridges(case.network) if at in running]
    return (Set("spanning_trees", some[-1], {"mode": SpanningTreeMode.NONE}),) if some else None


@spanning_tree_root.fix("run the spanning tree that the other switches run")
def run_tree(case: Case, finding: Finding) -> Patch | None:
    """On the tree that the switch has, or a new one of the lowest priority."""
    if finding.witness.get("fault") != "bare":
        return None
    facts, name = case.design.switching.spanning_trees, finding.elements[0]
    votes = Counter(tree.mode for tree in facts if tree.mode is not SpanningTreeMode.NONE)
    usual = min(votes, key=lambda mode: (-votes[mode], mode.value), default=SpanningTreeMode.RSTP)
    own = next((tree for tree in facts if tree.device == name), None)
    if own is not None:
        return (Set("spanning_trees", own.id, {"mode": usual}),)
    made = SpanningTree(id=f"{name}:stp", device=name, mode=usual)
    return None if any(tree.id == made.id for tree in facts) else (Add("spanning_trees", made),)


@spanning_tree_root.mutant("a priority that bridges cannot have")
def break_priority(case: Case) -> Patch | None:
    """One above a multiple of 4096."""
    some = sorted(tree_of(case.network).values(), key=lambda tree: (-tree.priority, tree.id))
    return (Set("spanning_trees", some[0].id, {"priority": some[0].priority + 1}),) if some else None


@spanning_tree_root.fix("set the priorities")
def set_priorities(case: Case, finding: Finding) -> Patch | None:
    """4096 on the bridge that should be the root, 8192 on its pair's other half, 32768 on usurpers."""
    running, index = tree_of(case.network), case.network.device_index
    if finding.witness.get("fault") == "priority":
        priority = min(HIGHEST, int(str(finding.witness["priority"])) // STEP * STEP)
        return (Set("spanning_trees", str(finding.witness["tree"]), {"priority": priority}),)
    wanted = finding.witness.get("wanted")
    if not isinstance(wanted, list):
        return None
    right = [index[str(name)] for name in wanted if str(name) in index and index[str(name)] in running]
    second = sorted(_with_pairs(case, tuple(right[:1])) & running.keys() - set(right[:1]))
    ranks = {at: STEP * (step + 1) for step, at in enumerate((*right[:1], *second))}
    usurpers = [index[name] for name in finding.elements if name in index and index[name] in running]
    ranks |= {at: 32_768 for at in usurpers if at not in ranks and at not in right}
    return (
        tuple(Set("spanning_trees", running[at].id, {"priority": priority}) for at, priority in ranks.items()) or None
    )


@spanning_tree_root.fix("guard the port")
def guard(case: Case, finding: Finding) -> Patch | None:
    """Root guard towards the access, edge mode and BPDU guard towards hosts."""
    if finding.witness.get("fault") == "root guard":
        return (Set("interfaces", finding.elements[0], {"root_guard": True}),)
    if finding.witness.get("fault") == "edge" and finding.elements[0] in case.network.by_id("port_profiles"):
        return (Set("port_profiles", finding.elements[0], {"edge": True, "bpdu_guard": True}),)
    return None
