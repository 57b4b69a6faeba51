"""The shape of the policy parameters: a section per subject, units in the names, defaults in the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RedundancyLevel:
    """What one redundancy level asks for; None means without limit, or that the level sets none."""

    edge_disjoint_paths: int
    node_disjoint_paths: int
    distinct_sites: int
    failure_set: tuple[str, ...]
    max_utilisation: float
    max_utilisation_failed: float | None
    availability: float
    spare_share: float
    max_single_homed_endpoints: int | None


@dataclass(frozen=True, slots=True)
class SecurityPosture:
    """What one security level asks for."""

    inter_zone_default: str
    enforcement_ha: bool
    ips_coverage: str
    encrypt_leased: str
    encrypt_owned: str
    dot1x_wired_share: float
    dot1x_wireless_share: float
    management_plane: str
    log_enforcement_share: float
    log_infrastructure_share: float
    log_flow_share: float
    crypto_bits: int
    fips_module: bool
    min_zones: int
    min_servers: int
    zero_trust_index: float
    max_unfiltered_hosts: int | None
    inspected_east_west_share: float
    admin_mfa: bool
    aaa_servers: int
    rule_metadata: bool


@dataclass(frozen=True, slots=True)
class Oversubscription:
    """Ceilings of traffic offered below against capacity above."""

    leaf_lossless: float
    leaf_general: float
    leaf_light: float
    spine: float
    access: float
    distribution: float
    wan_hub: float
    wan_hub_realtime: float
    failed_factor: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Defaults when the requirements name no growth."""

    annual: float
    horizon_years: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """Headroom and demand constants of sizing."""

    imix_bytes: int
    table_share: float
    session_share: float
    connection_share: float
    tunnel_share: float
    sessions_per_user: int
    sessions_per_server: int
    session_lifetime_s: int
    tls_decrypt_factor: float
    vpn_concurrency: float
    vpn_user_bps: int
    gold_share_of_wan: float
    breaker_share: float
    subnet_warning_share: float
    bisection_share: float
    spine_port_reserve: float
    spare_device_share: float
    spare_device_from: int
    spare_fill_rate: float
    spare_repair_days: int
    ddos_headroom: float
    public_session_headroom: float
    ipsec_overhead: float
    internet_routes_ipv4: int
    internet_routes_ipv6: int


@dataclass(frozen=True, slots=True)
class Wireless:
    """Access points, clients and controllers."""

    area_voice_m2: int
    area_data_m2: int
    area_dense_m2: int
    devices_per_user: float
    active_share: float
    clients_per_access_point: int
    airtime_share: float
    airtime_per_call: float
    uplink_phy_share: float
    controller_headroom: float
    max_ssids: int


@dataclass(frozen=True, slots=True)
class Campus:
    """Closets, blocks and powered devices."""

    ports_per_user: float
    ports_per_user_lab: float
    closet_area_m2: int
    horizontal_cable_m: int
    max_stack: int
    branch_max_ports: int
    collapsed_max_buildings: int
    collapsed_max_access: int
    collapsed_max_users: int
    max_access_per_block: int
    phone_w: float
    camera_w: float
    ptz_camera_w: float
    access_point_w: float
    access_point_6e_w: float
    ups_efficiency: float
    uplink_speeds_gbps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fabric:
    """Data-centre fabrics and racks."""

    collapsed_max_racks: int
    collapsed_max_ports: int
    spine_counts: tuple[int, ...]
    border_leaves: int
    border_leaves_critical: int
    racks_per_management_switch: int
    underlay_mtu_bytes: int
    rack_units: int
    rack_width_m: float
    row_pitch_m: float
    racks_per_row: int
    cable_route_factor: float
    cable_slack_m: float
    max_ecmp_paths: int
    uplink_speeds_gbps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    """Limits on shape."""

    max_diameter: Mapping[str, int]
    max_stretch: float
    stp_max_diameter: int
    max_stp_bridges: int
    max_failure_domain_share: float
    max_broadcast_hosts_wired: int
    max_broadcast_hosts_wireless: int
    gateway_redundancy_from: int


@dataclass(frozen=True, slots=True)
class Availability:
    """Failure and repair of elements; keys name kinds of element or circuit."""

    common_cause: float
    failover_coverage: float
    mtbf_h: Mapping[str, int]
    mttr_h: Mapping[str, float]
    mttr_next_business_day_h: float
    planned_outage_h_per_year: float
    circuit: Mapping[str, float]
    fibre_cuts_per_km_year: float
    fibre_repair_h: float
    failure_pairs: int
    failure_pairs_sampled: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Turning parts into money."""

    discount: float
    install_share: float
    support_share: float
    power_usage_effectiveness: float
    tariff_usd_per_kwh: float
    typical_power_share: float
    rack_usd: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Delay of fibre and hops, and budgets, one way unless the name says otherwise."""

    fibre_us_per_km: float
    route_factor: float
    hop_datacenter_us: float
    hop_campus_us: float
    firewall_us: float
    vpn_us: float
    voice_ms: float
    sync_replication_rtt_ms: float


@dataclass(frozen=True, slots=True)
class Protocols:
    """Control-plane, quality-of-service and MTU constants."""

    overhead_bytes: Mapping[str, int]
    storage_mtu_bytes: int
    max_lag_members: int
    ospf_area_warning: int
    ospf_area_max: int
    max_two_byte_leaf_asns: int
    nat_sessions_per_address: int
    qos_max_priority_share: float
    qos_min_best_effort_share: float
    qos_users: int
    routing_exact_devices: int
    routing_kinds_devices: int
    routing_devices: int
    routing_failures: int
    ipv6_warning_share: float
    convergence_voice_s: float
    convergence_gold_s: float
    convergence_default_s: float
    bfd_interval_ms: int
    bfd_fast_interval_ms: int
    bfd_multiplier: int
    bfd_least_interval_ms: int
    bfd_least_multiplier: int
    prefix_ceiling_least: int
    prefix_ceiling_factor: float
    max_prepend: int
    gateway_interval_ms: int
    spf_ms: int
    bgp_ms: int
    ntp_sources: int
    dns_resolvers: int
    fib_us_per_prefix: float


@dataclass(frozen=True, slots=True)
class Wan:
    """Demand of users on circuits."""

    concurrency: Mapping[str, float]
    application_bps: Mapping[str, int]
    simultaneity: float
    regional_hub_spokes: int
    hub_rtt_ms: int
    mesh_sites: int
    line_sites: int
    line_mesh_sites: int
    assumed_line_km: int


@dataclass(frozen=True, slots=True)
class Interconnect:
    """Lines between data centres: what fibre loses, how long it may be, and what is copied over it."""

    fibre_loss_db_per_km: float
    connectors: int
    connector_loss_db: float
    splice_spacing_km: float
    splice_loss_db: float
    margin_db: float
    dark_fibre_max_km: int
    diverse_route_factor: float
    assumed_distance_km: int
    least_bps: int
    stretched_cluster_rtt_ms: float
    changed_bytes_per_server_day: int
    compression: float
    window_h: float


@dataclass(frozen=True, slots=True)
class Cloud:
    """How networks at a cloud provider are spread over zones, and reached from the premises."""

    availability_zones: int
    vpn_tunnels: int
    direct_connect_high: float
    direct_connect_maximum: float
    direct_connect_locations: int
    direct_connect_devices: int
    vpn_most_connections: int
    vpn_backup_share: float
    nonproduction_share: float
    hybrid_share: float
    network_length: int
    private_length: int
    public_length: int
    router_tunnels: int
    router_bps: int
    mean_share: float
    replication_share: float
    log_bytes_per_gb: int


@dataclass(frozen=True, slots=True)
class Zones:
    """Trust of zones, and the difference that calls for enforcement."""

    trust: Mapping[str, int]
    enforcement_trust_delta: int
    over_permissive_bits: int
    inspected_trust_delta: int


@dataclass(frozen=True, slots=True)
class Logging:
    """Events, their size, collectors and how long they are kept."""

    events_per_user_s: float
    events_per_connection: float
    events_per_device_s: float
    event_bytes: int
    collector_share: float
    retention_months: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Compliance:
    """Thresholds that frameworks leave to the assessor."""

    pci_scope_share: float
    separation_metro_km: int
    separation_regional_km: int
    internet_access_points_per_region: int
    waiver_max_months: int
    unknown_share_standard: float
    mab_port_share: float
    gdpr_law_jurisdictions: tuple[str, ...]
    gdpr_adequate_jurisdictions: tuple[str, ...]
    federal_jurisdictions: tuple[str, ...]
    banned_vendors: tuple[str, ...]
    health_availability: float
    time_sources: int
    max_stratum: int
    review_months: int
    log_collectors: int
    certificate_max_days: int
    rekey_max_s: int
    psk_min_characters: int


@dataclass(frozen=True, slots=True)
class Scoring:
    """How verdicts make a score."""

    severity_weight: Mapping[str, int]
    unknown_value: Mapping[str, float]
    threshold: Mapping[str, float]
