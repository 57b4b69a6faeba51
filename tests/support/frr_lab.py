"""Small designs run by FRR, a router in a network namespace each, to compare routing tables with."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

DAEMONS = Path("/usr/lib/frr")
PATIENCE_S = 40
DAEMON_NAMES = ("zebra", "staticd", "ospfd", "bgpd")


def available() -> bool:
    """Whether FRR is installed and network namespaces can be made."""
    if not (DAEMONS / "zebra").exists() or shutil.which("ip") is None:
        return False
    made = subprocess.run(["ip", "netns", "add", "frr-probe"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", "frr-probe"], capture_output=True, check=False)
    return made.returncode == 0


def run(*words: str) -> str:
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout


class Lab:
    """The routers of a design, running. Use it as a context; `routes` gives what each one forwards by."""

    def __init__(self, design, folder: Path, mark: str) -> None:
        self.design = design
        self.folder = folder
        self.mark = mark
        self.daemons: list[subprocess.Popen[bytes]] = []

    def space(self, name: str) -> str:
        return f"{self.mark}{name}"

    def __enter__(self) -> Lab:
        for device in self.design.inventory.devices:
            run("ip", "netns", "add", self.space(device.id))
            run("ip", "-n", self.space(device.id), "link", "set", "lo", "up")
            self.inside(device.id, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for at, link in enumerate(self.design.cabling.links):
            ends = [(self.space(end.device), end.port) for end in (link.a, link.b)]
            names = [f"{self.mark}{at}{side}" for side in "ab"]
            run("ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1])
            for name, (space, port) in zip(names, ends, strict=True):
                run("ip", "link", "set", name, "netns", space, "name", port)
                run("ip", "-n", space, "link", "set", port, "up")
        for device in self.design.inventory.devices:
            self.start(device.id)
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in self.daemons:
            daemon.terminate()
        for daemon in self.daemons:
            daemon.wait(timeout=10)
        for device in self.design.inventory.devices:
            run("ip", "netns", "del", self.space(device.id))
            shutil.rmtree(f"/var/run/frr/{self.space(device.id)}", ignore_errors=True)

    def inside(self, name: str, *words: str) -> str:
        return run("ip", "netns", "exec", self.space(name), *words)

    def start(self, name: str) -> None:
        """Start the daemons of a router bare, then configure them all."""
        place = self.folder / name
        place.mkdir()
        sockets = Path(f"/var/run/frr/{self.space(name)}")
        sockets.mkdir(parents=True, exist_ok=True)
        shutil.chown(sockets, "frr", "frr")
        for daemon in DAEMON_NAMES:
            words = [str(DAEMONS / daemon), "-N", self.space(name), "-f", "/dev/null", "--log", "file:/dev/null"]
            full = ["ip", "netns", "exec", self.space(name), *words, "-i", str(sockets / f"{daemon}.pid")]
            self.daemons.append(subprocess.Popen(full, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            self.await_socket(sockets / f"{daemon}.vty")
            if daemon == "zebra":
                self.await_socket(sockets / "zserv.api")
        config = place / "frr.conf"
        config.write_text("\n".join(configuration(self.design, name)) + "\n")
        self.inside(name, "vtysh", "-N", self.space(name), "-f", str(config))

    def await_socket(self, path: Path) -> None:
        until = time.monotonic() + PATIENCE_S
        while not path.exists():
            assert time.monotonic() < until, f"{path} does not come up"
            time.sleep(0.05)

    def routes(self, name: str) -> dict[str, set[tuple[str, str]]]:
        """(next hop, interface) of every way in force, by prefix."""
        text = self.inside(name, "vtysh", "-N", self.space(name), "-c", "show ip route json")
        found: dict[str, set[tuple[str, str]]] = {}
        for prefix, entries in json.loads(text or "{}").items():
            for entry in entries:
                if entry.get("selected"):
                    ways = [hop for hop in entry["nexthops"] if hop.get("fib") and "interfaceName" in hop]
                    found[prefix] = {(hop.get("ip", ""), hop["interfaceName"]) for hop in ways}
        return found

    def settled(self, wanted: dict[str, dict[str, set[tuple[str, str]]]]) -> dict[str, dict[str, set[tuple[str, str]]]]:
        """The routes to the wanted prefixes of each router, as soon as they are the wanted ones, or at last."""
        until = time.monotonic() + PATIENCE_S
        while True:
            found = {name: self.picked(name, set(some)) for name, some in wanted.items()}
            if found == wanted or time.monotonic() > until:
                return found
            time.sleep(0.5)

    def picked(self, name: str, prefixes: set[str]) -> dict[str, set[tuple[str, str]]]:
        try:
            routes = self.routes(name)
        except (subprocess.CalledProcessError, json.JSONDecodeError):
            return {}
        return {prefix: routes.get(prefix, set()) for prefix in prefixes}


def configuration(design, name: str):
    """The lines of a device's configuration."""
    ports = [port for port in design.addressing.interfaces if port.device == name]
    processes = {p.protocol.value: p for p in design.routing.processes if p.device == name}
    member = {m.interface: m for m in design.routing.igp_interfaces}
    yield f"hostname {name}"
    for port in ports:
        yield f"interface {real(port)}"
        yield from (f" ip address {text}" for text in port.addresses)
        if port.id in member:
            yield from _member(member[port.id], port)
        yield "exit"
    for route in design.routing.static_routes:
        if route.device == name:
            to = "blackhole" if route.discard else route.next_hop
            yield f"ip route {route.prefix} {to} {route.distance}"
    for policy in design.routing.route_policies:
        yield from _policy(policy, processes["bgp"].asn if "bgp" in processes else 0)
    if "ospf" in processes:
        yield from _ospf(processes["ospf"])
    if "bgp" in processes:
        yield from _bgp(design, processes["bgp"])


def real(port) -> str:
    return "lo" if port.name == "lo0" else port.name


def _member(fact, port):
    yield f" ip ospf area {fact.area}"
    yield f" ip ospf cost {max(1, fact.cost)}"
    if fact.passive:
        yield " ip ospf passive"
    else:
        yield from (" ip ospf network point-to-point", " ip ospf hello-interval 1", " ip ospf dead-interval 4")
    assert port.id == fact.interface


def _policy(policy, asn):
    for number, term in enumerate(policy.terms, 1):
        lists = [f"{policy.id}-{number}"] if term.prefixes else []
        for prefix in term.prefixes:
            yield f"ip prefix-list {lists[0]} permit {prefix} le 32"
        yield f"route-map {policy.id} {term.action.value} {number}"
        yield from (f" match ip address prefix-list {one}" for one in lists)
        if term.tags:
            yield f" match tag {term.tags[0]}"
        if term.set_local_preference is not None:
            yield f" set local-preference {term.set_local_preference}"
        if term.set_tag is not None:
            yield f" set tag {term.set_tag}"
        if term.prepend:
            yield " set as-path prepend" + f" {asn}" * term.prepend
        yield "exit"
    yield f"route-map {policy.id} deny 999"
    yield "exit"


def _ospf(fact):
    yield "router ospf"
    yield f" ospf router-id {fact.router_id}"
    yield f" maximum-paths {min(64, fact.max_paths)}"
    yield " timers throttle spf 10 50 200"
    for rule in fact.redistribute:
        yield f" redistribute {rule.source}" + (f" route-map {rule.policy}" if rule.policy else "")
    if fact.default_originate:
        yield " default-information originate"
    for area in fact.stub_areas:
        yield f" area {area} stub"
    for summary in fact.summaries:
        yield f" area {summary.area} range {summary.prefix}"
    yield "exit"


def _bgp(design, fact):
    said = [n for n in design.routing.bgp_neighbors if n.process == fact.id]
    yield f"router bgp {fact.asn}"
    yield f" bgp router-id {fact.router_id}"
    yield " no bgp ebgp-requires-policy"
    yield " no bgp network import-check"
    yield " bgp bestpath compare-routerid"
    if fact.cluster_id:
        yield f" bgp cluster-id {fact.cluster_id}"
    if fact.multipath_relax:
        yield " bgp bestpath as-path multipath-relax"
    for one in said:
        yield f" neighbor {one.peer_address} remote-as {one.remote_asn}"
        yield f" neighbor {one.peer_address} timers 3 9"
        yield f" neighbor {one.peer_address} timers connect 1"
        yield f" neighbor {one.peer_address} advertisement-interval 0"
        if one.update_source:
            yield f" neighbor {one.peer_address} update-source {one.update_source}"
    yield " address-family ipv4 unicast"
    yield from (f"  maximum-paths {fact.max_paths}", f"  maximum-paths ibgp {fact.max_paths}")
    yield from (f"  network {prefix}" for prefix in fact.networks)
    for rule in fact.redistribute:
        yield f"  redistribute {rule.source}" + (f" route-map {rule.policy}" if rule.policy else "")
    for one in said:
        yield from _family(one)
    yield from (" exit-address-family", "exit")


def _family(one):
    yes = {
        "next-hop-self": one.next_hop_self,
        "route-reflector-client": one.route_reflector_client,
        f"allowas-in {one.allow_own_asn}": one.allow_own_asn,
        f"route-map {one.import_policy} in": one.import_policy,
        f"route-map {one.export_policy} out": one.export_policy,
    }
    yield from (f"  neighbor {one.peer_address} {word}" for word, wanted in yes.items() if wanted)
