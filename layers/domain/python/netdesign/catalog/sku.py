"""Device types: what a maker's part is, can carry, draws and costs, as facts with a source."""

from __future__ import annotations

from dataclasses import dataclass, field

from netdesign.catalog import assumptions
from netdesign.catalog.ports import FormFactor, Port, PortGroup, PortUse, group_ports, lane_ports
from netdesign.catalog.validation import Validation
from netdesign.model.vocabulary import Role

DATA_USES = frozenset({PortUse.ANY, PortUse.DOWNLINK, PortUse.UPLINK})


@dataclass(frozen=True, slots=True)
class Tables:
    """Hardware table sizes, each the largest that the maker states; None when unknown."""

    mac: int | None = None
    arp: int | None = None
    nd: int | None = None
    ipv4_routes: int | None = None
    ipv6_routes: int | None = None
    acl_entries: int | None = None
    vni: int | None = None
    vrf: int | None = None
    vlan: int | None = None
    stp_ports: int | None = None
    bgp_peers: int | None = None


@dataclass(frozen=True, slots=True)
class FirewallRates:
    """Rated throughput: plain (`l4`), with application control and IPS (`ngfw`), decrypting, and IPsec."""

    l4_bps: int | None = None
    ngfw_bps: int | None = None
    tls_bps: int | None = None
    ipsec_bps: int | None = None
    sessions: int | None = None
    connections_per_second: int | None = None
    tunnels: int | None = None


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio: its band in GHz ("2.4", "5", "6"), spatial streams and highest PHY rate."""

    band: str
    streams: int
    max_phy_bps: int


@dataclass(frozen=True, slots=True)
class AccessPointFacts:
    """Radios of an access point, its Wi-Fi generation, 802.3 power class (0 to 8) and client limit."""

    radios: tuple[Radio, ...]
    generation: str
    poe_class: int
    clients: int | None = None

    @property
    def max_phy_bps(self) -> tuple[int, ...]:
        """Highest PHY rate of each radio."""
        return tuple(radio.max_phy_bps for radio in self.radios)


@dataclass(frozen=True, slots=True)
class ControllerFacts:
    """How many access points and clients one controller serves."""

    access_points: int
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceType:
    """One part that can be bought.

    `switching_bps` counts both directions, as makers do. `power_max_w` leaves out what is fed to others,
    which `poe_budget_w` bounds with all supplies working and `poe_budget_one_supply_w` with one left.
    `price_usd` is for one unit with its supplies and fans, without optics and subscriptions.
    """

    sku: str
    vendor: str
    model: str
    roles: frozenset[Role]
    ports: tuple[PortGroup, ...]
    switching_bps: int | None = None
    forwarding_pps: int | None = None
    tables: Tables = Tables()
    firewall: FirewallRates | None = None
    access_point: AccessPointFacts | None = None
    controller: ControllerFacts | None = None
    poe_budget_w: int | None = None
    poe_budget_one_supply_w: int | None = None
    power_max_w: int
    power_typical_w: int | None = None
    power_supplies: int
    rack_units: int
    mtbf_h: int | None = None
    price_usd: int | None = None
    licence_usd_per_year: int | None = None
    features: frozenset[str] = frozenset()
    validations: tuple[Validation, ...] = ()
    drawback: str = ""
    """Why another type is taken first wherever one suits; empty where nothing speaks against this one."""
    end_of_support: str | None = None
    interface_grammar: str
    source: str
    as_of: str
    _index: dict[str, Port] = field(default_factory=dict, init=False, repr=False, compare=False)
    _lanes: dict[str, Port] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        """Hash of the part number, which is unique."""
        return hash(self.sku)

    def _ports_by_name(self) -> dict[str, Port]:
        """Unbroken ports by name, built on first use."""
        if not self._index:
            self._index.update((port.name, port) for group in self.ports for port in group_ports(group))
        return self._index

    def port(self, name: str) -> Port | None:
        """The port, or the lane of a split port, of that name; None when the device has none."""
        if not self._lanes:
            self._lanes.update(self._ports_by_name())
            for port in self._index.values():
                self._lanes.update(lane_ports(port))
        return self._lanes.get(name)

    @property
    def port_names(self) -> tuple[str, ...]:
        """Names of all unbroken ports, in the order of the groups."""
        return tuple(self._ports_by_name())

    def all_ports(self) -> tuple[Port, ...]:
        """Every unbroken port, in the order of the groups."""
        return tuple(self._ports_by_name().values())

    def data_ports(self, *, speed_bps: int = 0, form_factor: FormFactor | None = None) -> tuple[Port, ...]:
        """Ports that carry user traffic and run unbroken at `speed_bps` (any speed when 0)."""
        return tuple(
            port
            for port in self._ports_by_name().values()
            if port.use in DATA_USES
            and (not speed_bps or speed_bps in port.speeds_bps)
            and form_factor in (None, port.form_factor)
        )

    def usable_ports(self, speed_bps: int) -> int:
        """How many links of `speed_bps` the data ports carry when split as finely as that speed allows."""
        return sum(len(port.split(speed_bps)) for port in self.all_ports() if port.use in DATA_USES)

    def validation_on(self, day: str) -> Validation | None:
        """The certificate by which its module is validated on a day (ISO date); None where none is known."""
        return next((one for one in self.validations if one.counts_on(day)), None)

    @property
    def max_port_speed_bps(self) -> int:
        """Speed of the fastest data port; 0 when there is none."""
        return max((group.speed_bps for group in self.ports if group.use in DATA_USES), default=0)

    @property
    def port_capacity_bps(self) -> int:
        """Sum of the fastest speeds of all data ports, one direction."""
        return sum(group.count * group.speed_bps for group in self.ports if group.use in DATA_USES)

    def priced(self) -> tuple[int, bool]:
        """Price in USD, and whether a default stands in for it."""
        if self.price_usd is not None:
            return self.price_usd, False
        poe_w = self.poe_budget_w or 0
        inspected_bps = (self.firewall.ngfw_bps or 0) if self.firewall else 0
        served = self.controller.access_points if self.controller else 0
        amount = assumptions.price_usd(
            self.roles, self.port_capacity_bps, inspected_bps=inspected_bps, poe_w=poe_w, access_points=served
        )
        return amount, True

    def table(self, name: str) -> tuple[int | None, bool]:
        """Size of a table of `Tables`, and whether a default stands in; (None, True) when there is none."""
        known: int | None = getattr(self.tables, name)
        return (known, False) if known is not None else (assumptions.table(self.roles, name), True)

    def mtbf(self) -> tuple[int, bool]:
        """Mean time between failures in hours, and whether a default stands in."""
        return (self.mtbf_h, False) if self.mtbf_h is not None else (assumptions.mtbf_h(self.roles), True)

    def typical_power(self) -> tuple[int, bool]:
        """Typical draw in watts without what is fed to others, and whether a default stands in."""
        if self.power_typical_w is not None:
            return self.power_typical_w, False
        return round(self.power_max_w * assumptions.typical_power_share()), True

    def licence(self) -> tuple[int, bool]:
        """Yearly subscription in USD, and whether a default stands in."""
        if self.licence_usd_per_year is not None:
            return self.licence_usd_per_year, False
        return round(self.priced()[0] * assumptions.licence_share(self.roles)), True
