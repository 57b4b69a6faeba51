"""Requirements as clients send them: what is read, and a hundred kinds of what is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.errors import InvalidInputError
from netdesign.model.decoding import decode
from netdesign.model.requirements import Priority, Requirements
from netdesign.model.vocabulary import DataClass, NetworkType, Redundancy
from tests.unit.model.requests import SMALL, changed, request

FULL: dict[str, Any] = request(
    topology_preference="spine leaf",
    availability_requirement="99.99%",
    compliance=["PCI DSS 4.0.1", "SOC 2 Type II"],
    requires_segmentation=True,
    preferred_vendors=["Arista"],
    excluded_vendors=["Cisco"],
    technology_stack="EVPN",
    cloud_integration=["aws"],
    max_latency_ms="5 ms",
    min_throughput_gbps="10Gbps",
    packet_loss_threshold="0.1%",
    number_of_sites=1,
    site_locations=["Bonn"],
    constraints=[
        {
            "constraint_type": "Budget",
            "description": "no more",
            "value": "EUR 200k",
            "is_hard_constraint": True,
            "priority": 1,
        },
        {"constraint_type": "physical", "description": "two feeds", "value": {"feeds": 2}, "priority": "high"},
    ],
    budget="EUR 200k",
    deployment_timeline="6 months",
    expected_growth_rate="15%",
    scalability_horizon_years=3,
    submitted_at="2026-01-31T12:00:00Z",
    priority="HIGH",
    sites=[
        {
            "name": "Bonn",
            "lat": 50.7,
            "lon": 7.1,
            "tier": 1,
            "users": 100,
            "kw": "12 kW",
            "area_m2": "300 m2",
            "racks": 2,
        }
    ],
    servers={"count": 40, "nics": 2, "nic_speed": "25G"},
    flows=[
        {
            "from": "users",
            "to": "servers",
            "service": "https",
            "up": "1G",
            "down": 0,
            "class": "gold",
            "data_class": "PHI",
        },
        {
            "from": "Bonn",
            "to": "internet",
            "service": {"name": "x", "protocol": "udp", "port": 9},
            "up": 0,
            "down": "1M",
            "latency_ms": 9,
        },
    ],
    data_classes=["cardholder data"],
    internet_facing="https",
    addressing={"supernets": ["10.0.0.0/8", "fd00::/48"], "ipv6": True, "reserved": ["10.1.0.0/16"]},
    currency="eur",
)

ONE_SITE = {"sites": [{"name": "A"}]}
FLOW = {"from": "users", "to": "internet", "service": "https", "up": "1G"}
BAD: list[tuple[str, str, Any, str, str]] = [
    # what is wrong, where it is put, the value, the pointer of the fault, words of the fault
    ("name missing", "project_name", ..., "/project_name", "is required"),
    ("description missing", "description", ..., "/description", "is required"),
    ("network type missing", "network_type", ..., "/network_type", "is required"),
    ("scale missing", "scale", ..., "/scale", "is required"),
    ("bandwidth missing", "bandwidth", ..., "/bandwidth", "is required"),
    ("redundancy missing", "redundancy", ..., "/redundancy", "is required"),
    ("security level missing", "security_level", ..., "/security_level", "is required"),
    ("name empty", "project_name", "  ", "/project_name", "too short"),
    ("name too long", "project_name", "x" * 121, "/project_name", "too long"),
    ("name a number", "project_name", 7, "/project_name", "7 is not a text"),
    ("name with a line break", "project_name", "a\nb", "/project_name", "wrong form"),
    ("description too long", "description", "x" * 20_001, "/description", "too long"),
    ("description null", "description", None, "/description", "null is not a text"),
    ("unknown field", "colour", "blue", "/colour", "no such field"),
    ("misspelt field", "redundency", "high", "/redundency", "no such field"),
    ("unknown inner field", "scale/rooms", 3, "/scale/rooms", "no such field"),
    ("field with a slash", "a~1b", 1, "/a~01b", "no such field"),
    ("network type unknown", "network_type", "mesh", "/network_type", "not one of the values"),
    ("network type a number", "network_type", 1, "/network_type", "not one of the values"),
    ("topology unknown", "topology_preference", "tree", "/topology_preference", "not one of the values"),
    ("redundancy unknown", "redundancy", "double", "/redundancy", "not one of the values"),
    ("redundancy a list", "redundancy", ["high"], "/redundancy", "not one of the values"),
    ("security unknown", "security_level", "paranoid", "/security_level", "not one of the values"),
    ("scale a list", "scale", [1], "/scale", "a list is not a mapping"),
    ("scale a text", "scale", "large", "/scale", "'large' is not a mapping"),
    ("devices negative", "scale/devices", -1, "/scale/devices", "below the minimum 0"),
    ("devices a text", "scale/devices", "forty", "/scale/devices", "not a whole number"),
    ("devices a digit text", "scale/devices", "40", "/scale/devices", "not a whole number"),
    ("devices a fraction", "scale/devices", 1.5, "/scale/devices", "1.5 is not a whole number"),
    ("devices a flag", "scale/devices", True, "/scale/devices", "true is not a whole number"),
    ("devices null", "scale/devices", None, "/scale/devices", "null is not a whole number"),
    ("users beyond mankind", "scale/users", 10**10, "/scale/users", "above the maximum"),
    ("users astronomic", "scale/users", 10**30, "/scale/users", "impossibly large"),
    ("no sites", "scale/sites", 0, "/scale/sites", "below the minimum 1"),
    ("too many VLANs", "scale/vlans", 5000, "/scale/vlans", "above the maximum 4094"),
    ("no subnets", "scale/subnets", 0, "/scale/subnets", "below the minimum 1"),
    ("bandwidth nonsense", "bandwidth/min", "banana Gbps", "/bandwidth/min", "'banana Gbps' is not a bandwidth"),
    ("bandwidth negative", "bandwidth/max", "-1Gbps", "/bandwidth/max", "is negative"),
    ("bandwidth zero", "bandwidth/min", 0, "/bandwidth/min", "zero is not a bandwidth"),
    ("bandwidth without unit", "bandwidth/min", "10", "/bandwidth/min", "has no unit"),
    ("bandwidth too small", "bandwidth/min", 10, "/bandwidth/min", "below the smallest"),
    ("bandwidth in bytes", "bandwidth/min", "10GB/s", "/bandwidth/min", "not a line rate"),
    ("bandwidth overflowing", "bandwidth/max", "1e400 Gbps", "/bandwidth/max", "above the largest"),
    ("bandwidth a flag", "bandwidth/min", True, "/bandwidth/min", "True is not a bandwidth"),
    ("bandwidth a mapping", "bandwidth/average", {"gbps": 1}, "/bandwidth/average", "is not a bandwidth"),
    ("minimum above maximum", "bandwidth/min", "40G", "/bandwidth/min", "40 Gbit/s is above the maximum 25 Gbit/s"),
    ("average above maximum", "bandwidth/average", "40G", "/bandwidth/average", "not between minimum and maximum"),
    ("always up", "availability_requirement", 1, "/availability_requirement", "no network is always up"),
    ("never up", "availability_requirement", 0, "/availability_requirement", "no network is always up"),
    ("availability a percentage", "availability_requirement", 99.99, "/availability_requirement", "above the largest"),
    (
        "availability in words",
        "availability_requirement",
        "five nines",
        "/availability_requirement",
        "is not an availability",
    ),
    ("downtime zero", "max_downtime_minutes_per_year", 0, "/max_downtime_minutes_per_year", "not above 0"),
    (
        "downtime over a year",
        "max_downtime_minutes_per_year",
        10**6,
        "/max_downtime_minutes_per_year",
        "above the maximum",
    ),
    ("framework unknown", "compliance", ["PCI DSS", "ISO 9001"], "/compliance/1", "not a framework that is known"),
    ("framework a number", "compliance", [27001], "/compliance/0", "27001 is not the name of a framework"),
    ("compliance a mapping", "compliance", {"pci": True}, "/compliance", "a mapping is not a list"),
    ("segmentation in words", "requires_segmentation", "no", "/requires_segmentation", "'no' is not true or false"),
    ("encryption a number", "requires_encryption", 1, "/requires_encryption", "1 is not true or false"),
    ("wireless in words", "requires_wireless", "maybe", "/requires_wireless", "is not true or false"),
    ("vendor a number", "preferred_vendors", [3], "/preferred_vendors/0", "3 is not a text"),
    ("vendor empty", "preferred_vendors", [""], "/preferred_vendors/0", "too short"),
    ("too many words", "technology_stack", ["x"] * 201, "/technology_stack", "too many entries"),
    ("cloud a number", "cloud_integration", 3, "/cloud_integration", "3 is not true or false or 3 is not a list"),
    ("latency zero", "max_latency_ms", 0, "/max_latency_ms", "is no latency"),
    ("latency negative", "max_latency_ms", -5, "/max_latency_ms", "is negative"),
    ("latency in words", "max_latency_ms", "fast", "/max_latency_ms", "is not a duration"),
    ("throughput zero", "min_throughput_gbps", 0, "/min_throughput_gbps", "is not a number of Gbit/s"),
    ("throughput a flag", "min_throughput_gbps", False, "/min_throughput_gbps", "is not a number of Gbit/s"),
    ("loss above all", "packet_loss_threshold", 2, "/packet_loss_threshold", "above the largest"),
    ("sites contradicting", "number_of_sites", 4, "/number_of_sites", "contradicts scale.sites, which is 1"),
    ("too many locations", "site_locations", ["A", "B"], "/site_locations", "2 locations are listed"),
    (
        "constraint type unknown",
        "constraints",
        [{"constraint_type": "mood", "description": "x"}],
        "/constraints/0/constraint_type",
        "not one",
    ),
    (
        "constraint without words",
        "constraints",
        [{"constraint_type": "vendor"}],
        "/constraints/0/description",
        "is required",
    ),
    (
        "budget constraint without amount",
        "constraints",
        [{"constraint_type": "budget", "description": "x", "value": "little"}],
        "/constraints/0/value",
        "not an amount",
    ),
    ("budget negative", "budget", -1, "/budget", "is negative"),
    ("budget in words", "budget", "plenty", "/budget", "not an amount of money"),
    ("budget ambiguous", "budget", "EUR 200.000", "/budget", "may be read in two ways"),
    ("budget in beads", "budget", "XAU 12", "/budget", "not a currency known here"),
    ("growth explosive", "expected_growth_rate", 15, "/expected_growth_rate", "above the largest"),
    ("growth negative", "expected_growth_rate", "-5%", "/expected_growth_rate", "is negative"),
    ("horizon too far", "scalability_horizon_years", 50, "/scalability_horizon_years", "above the maximum 20"),
    ("date impossible", "submitted_at", "2026-02-30", "/submitted_at", "is not a date and time"),
    ("date a number", "submitted_at", 1767225600, "/submitted_at", "is not a date and time"),
    ("date ancient", "submitted_at", "1066-10-14", "/submitted_at", "is not a date and time"),
    ("priority unknown", "priority", "asap", "/priority", "not one of the values"),
    ("priority out of range", "priority", 11, "/priority", "above the maximum 10"),
    ("site without name", "sites", [{"users": 3}], "/sites/0/name", "is required"),
    ("site without letters", "sites", [{"name": "!!!"}], "/sites/0/name", "no letter or digit"),
    ("site named as a population", "sites", [{"name": "Servers"}], "/sites/0/name", "name of a population"),
    ("latitude beyond the pole", "sites", [{"name": "A", "lat": 91, "lon": 0}], "/sites/0/lat", "above the maximum 90"),
    (
        "longitude beyond the date line",
        "sites",
        [{"name": "A", "lat": 0, "lon": -181}],
        "/sites/0/lon",
        "below the minimum -180",
    ),
    ("latitude alone", "sites", [{"name": "A", "lat": 1.0}], "/sites/0/lat", "lat is given without lon"),
    ("longitude alone", "sites", [{"name": "A", "lon": 1.0}], "/sites/0/lon", "lon is given without lat"),
    ("latitude a text", "sites", [{"name": "A", "lat": "50N", "lon": 1}], "/sites/0/lat", "'50N' is not a number"),
    ("tier four", "sites", [{"name": "A", "tier": 4}], "/sites/0/tier", "above the maximum 3"),
    ("no buildings", "sites", [{"name": "A", "buildings": 0}], "/sites/0/buildings", "below the minimum 1"),
    (
        "fewer closets than buildings",
        "sites",
        [{"name": "A", "buildings": 3, "closets": 2}],
        "/sites/0/closets",
        "do not serve 3 buildings",
    ),
    ("racks negative", "sites", [{"name": "A", "racks": -1}], "/sites/0/racks", "below the minimum 0"),
    ("power in horses", "sites", [{"name": "A", "kw": "5 hp"}], "/sites/0/kw", "unknown unit"),
    ("area in acres", "sites", [{"name": "A", "area_m2": "5 acres"}], "/sites/0/area_m2", "unknown unit"),
    (
        "more sites than the scale",
        "sites",
        [{"name": "A"}, {"name": "B"}],
        "/sites",
        "2 sites are listed, but scale.sites is 1",
    ),
    ("users exceeding the scale", "sites", [{"name": "A", "users": 101}], "/sites", "users of the sites sum to 101"),
    ("users short of the scale", "sites", [{"name": "A", "users": 99}], "/sites", "users of the sites sum to 99"),
    ("servers a number", "servers", 40, "/servers", "40 is not a mapping"),
    ("servers without count", "servers", {"nics": 2}, "/servers/count", "is required"),
    ("no network port", "servers", {"count": 1, "nics": 0}, "/servers/nics", "below the minimum 1"),
    ("port speed nonsense", "servers", {"count": 1, "nic_speed": "fast"}, "/servers/nic_speed", "is not a bandwidth"),
    ("flow without source", "flows", [{"to": "users", "service": "https", "up": "1G"}], "/flows/0/from", "is required"),
    ("flow by field name", "flows", [FLOW | {"source": "users"}], "/flows/0/source", "no such field"),
    (
        "flow from nowhere",
        "flows",
        [FLOW | {"from": "mars"}],
        "/flows/0/from",
        "neither a population nor the name of a site",
    ),
    (
        "flow to nowhere",
        "flows",
        [FLOW | {"to": "venus"}],
        "/flows/0/to",
        "neither a population nor the name of a site",
    ),
    (
        "flow of an unknown service",
        "flows",
        [FLOW | {"service": "orders"}],
        "/flows/0/service",
        "not a service that is known",
    ),
    (
        "flow on impossible ports",
        "flows",
        [FLOW | {"service": "tcp/70000"}],
        "/flows/0/service",
        "not a range of ports",
    ),
    ("flow of nothing", "flows", [FLOW | {"up": 0}], "/flows/0/up", "the flow carries nothing"),
    ("flow negative", "flows", [FLOW | {"down": "-1G"}], "/flows/0/down", "is negative"),
    ("flow class unknown", "flows", [FLOW | {"class": "platinum"}], "/flows/0/class", "not one of the values"),
    ("flow data unknown", "flows", [FLOW | {"data_class": "secret"}], "/flows/0/data_class", "not one of the values"),
    ("second flow bad", "flows", [FLOW, FLOW | {"latency_ms": -1}], "/flows/1/latency_ms", "is negative"),
    ("data class unknown", "data_classes", ["gossip"], "/data_classes/0", "not one of the values"),
    (
        "published service unknown",
        "internet_facing",
        ["https", "wibble"],
        "/internet_facing/1",
        "not a service that is known",
    ),
    (
        "prefix with host bits",
        "addressing",
        {"supernets": ["10.0.0.1/8"]},
        "/addressing/supernets/0",
        "has host bits set",
    ),
    ("prefix without length", "addressing", {"supernets": ["10.0.0.0"]}, "/addressing/supernets/0", "is not a prefix"),
    (
        "prefix of no address",
        "addressing",
        {"supernets": ["10.0.0.300/24"]},
        "/addressing/supernets/0",
        "is not a prefix",
    ),
    ("prefix too long", "addressing", {"reserved": ["10.0.0.0/33"]}, "/addressing/reserved/0", "is not a prefix"),
    (
        "supernets overlapping",
        "addressing",
        {"supernets": ["10.0.0.0/8", "10.1.0.0/16"]},
        "/addressing/supernets/1",
        "10.1.0.0/16 overlaps 10.0.0.0/8",
    ),
    (
        "IPv6 refused and given",
        "addressing",
        {"supernets": ["fd00::/48"], "ipv6": False},
        "/addressing/ipv6",
        "contradicts the IPv6 supernet",
    ),
    ("IPv6 in words", "addressing", {"ipv6": "dual"}, "/addressing/ipv6", "'dual' is not true or false"),
    ("currency unknown", "currency", "doubloons", "/currency", "not a currency known here"),
    ("a design to extend", "existing", 7, "/existing", "is no design"),
]


def put(pointer: str, value: Any) -> dict[str, Any]:
    if value is ...:
        return {name: known for name, known in SMALL.items() if name != pointer}
    return changed(SMALL, pointer, value)


def faults_of(document: object) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as caught:
        decode(Requirements, document, subject="requirements")
    assert all(fault.remedy for fault in caught.value.faults)
    return {fault.pointer: fault.problem for fault in caught.value.faults}


def test_the_table_has_a_hundred_kinds():
    assert len({row[0] for row in BAD}) == len(BAD) >= 100


@pytest.mark.parametrize(("place", "value", "pointer", "words"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_refuses_a_bad_field_at_its_place(place, value, pointer, words):
    found = faults_of(put(place, value))

    assert list(found) == [pointer]
    assert words in found[pointer]


@pytest.mark.parametrize("document", [None, 3, "text", [], [SMALL], True])
def test_refuses_what_is_no_mapping(document):
    assert "is not a mapping" in faults_of(document)[""]


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        (
            {"preferred_vendors": ["HPE"], "excluded_vendors": ["Dell", "hpe"]},
            "/excluded_vendors/1",
            "is preferred as well",
        ),
        ({"budget": "EUR 5k", "currency": "USD"}, "/currency", "the budget is in EUR, but currency is USD"),
        (
            {"budget": 5000, "constraints": [{"constraint_type": "budget", "description": "x", "value": "6k"}]},
            "/constraints/0/value",
            "a budget of 6000 contradicts the field budget, 5000",
        ),
        (
            {"scale": {"devices": 1, "users": 9, "sites": 2}, "sites": [{"name": "New York"}, {"name": "new-york"}]},
            "/sites/1/name",
            "names the same site as /sites/0",
        ),
        (
            {"servers": {"count": 5}, "sites": [{"name": "A", "servers": 4}]},
            "/sites",
            "the servers of the sites sum to 4, but servers.count is 5",
        ),
        ({**ONE_SITE, "flows": [FLOW | {"from": "A", "to": "a"}]}, "/flows/0/to", "ends where it starts"),
    ],
)
def test_refuses_fields_that_contradict_each_other(fields, pointer, words):
    found = faults_of(request(**fields))

    assert list(found) == [pointer]
    assert words in found[pointer]


def test_reports_every_fault_at_once():
    document = request(network_type="x", redundancy="y", colour=1, existing=7, bandwidth={"min": "z", "max": -1})

    assert set(faults_of(document)) == {
        "/network_type",
        "/redundancy",
        "/colour",
        "/existing",
        "/bandwidth/min",
        "/bandwidth/max",
    }


def test_reads_a_full_request_into_internal_units():
    read = decode(Requirements, FULL, subject="requirements")

    assert read.network_type is NetworkType.ENTERPRISE_DATACENTER
    assert (read.bandwidth.min, read.bandwidth.max) == (10**9, 25 * 10**9)
    assert [str(reference) for reference in read.compliance] == ["pci-dss 4.0.1", "soc2 type ii"]
    assert (read.max_latency_ms, read.min_throughput_gbps, read.packet_loss_threshold) == (5, 10, 0.001)
    assert read.availability_requirement == 0.9999
    assert read.budget is not None
    assert (read.budget.amount, read.budget.currency, read.currency) == (200_000, "EUR", "EUR")
    assert read.flows[0].data_class is DataClass.EPHI
    assert (read.flows[0].source, read.flows[1].target, read.flows[1].service.first_port) == ("users", "internet", 9)
    assert read.data_classes == (DataClass.CHD,)
    assert read.technology_stack == ("EVPN",)
    assert read.priority is Priority.HIGH
    assert read.addressing is not None
    assert read.addressing.supernets == ("10.0.0.0/8", "fd00::/48")


def test_a_request_reads_back_as_it_is_stored():
    read = decode(Requirements, FULL, subject="requirements")
    stored = read.model_dump(mode="json", by_alias=True, exclude_none=True)

    assert decode(Requirements, stored, subject="requirements") == read
    assert "existing" not in stored


def test_the_minimum_is_enough_and_leaves_the_rest_open():
    read = decode(Requirements, SMALL, subject="requirements")

    assert read.redundancy is Redundancy.HIGH
    assert (read.compliance, read.sites, read.servers, read.budget, read.requires_wireless) == (
        (),
        (),
        None,
        None,
        None,
    )


def test_the_published_schema_names_every_field_and_takes_what_is_taken():
    import jsonschema

    schema = Requirements.model_json_schema(by_alias=True)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(SMALL, schema)
    assert set(schema["required"]) == set(SMALL)
    assert set(schema["properties"]) == set(Requirements.model_fields)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(request(colour=1), schema)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(Requirements.model_fields)), JSON, min_size=1, max_size=4))
def test_any_json_in_any_field_is_read_or_refused(fields):
    with suppress(InvalidInputError):
        assert isinstance(decode(Requirements, request(**fields), subject="requirements"), Requirements)
