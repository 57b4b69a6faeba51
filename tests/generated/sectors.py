"""Who writes requirements: what organisations of each kind protect, run and fear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Place = tuple[str, float, float, str]
"""Name, latitude, longitude, jurisdiction."""

EUROPE: Final[tuple[Place, ...]] = (
    ("Leipzig", 51.34, 12.37, "DE"), ("Bremen", 53.08, 8.80, "DE"), ("Graz", 47.07, 15.44, "AT"),
    ("Lyon", 45.76, 4.84, "FR"), ("Nantes", 47.22, -1.55, "FR"), ("Ghent", 51.05, 3.72, "BE"),
    ("Utrecht", 52.09, 5.12, "NL"), ("Cork", 51.90, -8.47, "IE"), ("Turin", 45.07, 7.69, "IT"),
    ("Gdansk", 54.35, 18.65, "PL"), ("Porto", 41.15, -8.61, "PT"), ("Malmo", 55.60, 13.00, "SE"),
)  # fmt: skip
AMERICA: Final[tuple[Place, ...]] = (
    ("Portland", 45.52, -122.68, "US"), ("Denver", 39.74, -104.99, "US"), ("Boise", 43.62, -116.20, "US"),
    ("Tulsa", 36.15, -95.99, "US"), ("Omaha", 41.26, -95.93, "US"), ("Memphis", 35.15, -90.05, "US"),
    ("Albany", 42.65, -73.76, "US"), ("Dayton", 39.76, -84.19, "US"), ("Fresno", 36.74, -119.79, "US"),
    ("Mobile", 30.69, -88.04, "US"), ("Tampa", 27.95, -82.46, "US"), ("Duluth", 46.79, -92.10, "US"),
)  # fmt: skip
BRITAIN: Final[tuple[Place, ...]] = (
    ("Leeds", 53.80, -1.55, "GB"),
    ("Bristol", 51.45, -2.59, "GB"),
    ("Dundee", 56.46, -2.97, "GB"),
    ("Swansea", 51.62, -3.94, "GB"),
    ("Norwich", 52.63, 1.30, "GB"),
    ("Exeter", 50.72, -3.53, "GB"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """A kind of organisation; where a field has several values, each is as likely as the others."""

    name: str
    words: str
    types: tuple[str, ...]
    security: tuple[str, ...]
    redundancy: tuple[str, ...]
    compliance: tuple[tuple[str, ...], ...] = ((),)
    data_classes: tuple[str, ...] = ()
    places: tuple[tuple[Place, ...], ...] = (EUROPE, AMERICA, BRITAIN)
    applications: tuple[str, ...] = ()
    technology: tuple[tuple[str, ...], ...] = ((),)
    published: float = 0.1
    """How often a service of theirs faces the Internet."""
    wireless: float = 0.7
    voice: float = 0.4
    machines_per_user: float = 0.2
    extras: tuple[tuple[str, Any], ...] = ()


SECTORS: Final[tuple[Sector, ...]] = (
    Sector(
        name="hospital", words="Acute hospital whose patients' records and pumps depend on the network.",
        types=("sdn_campus", "sdn_campus", "legacy_campus", "enterprise_datacenter", "data_center_interconnect",
               "wan", "cloud_native", "hybrid"),
        security=("enterprise",), redundancy=("medium", "high", "high"),
        compliance=(("HIPAA",), ("HIPAA", "NIST CSF 2.0"), ("HIPAA", "SOC2")), data_classes=("internal", "ePHI"),
        places=(AMERICA,), applications=("electronic health record", "nurse call", "PACS"),
        voice=0.8, machines_per_user=0.8, extras=(("requires_segmentation", True),),
    ),
    Sector(
        name="shop", words="Shops that take cards at tills, with a stock room each and wireless access for customers.",
        types=("legacy_campus", "legacy_campus", "wan", "wan", "hybrid", "cloud_native", "enterprise_datacenter"),
        security=("corporate", "enterprise", "enterprise"), redundancy=("low", "low", "medium", "high"),
        compliance=(("PCI DSS 4.0.1",), ("PCI-DSS",), ("PCI-DSS", "ISO27001")),
        data_classes=("internal", "cardholder data"),
        applications=("point of sale", "stock control"), published=0.4, machines_per_user=0.6,
    ),
    Sector(
        name="plant", words="Plant with more machines than people; the lines stop when the network does.",
        types=("legacy_campus", "legacy_campus", "sdn_campus", "hybrid", "wan", "enterprise_datacenter"),
        security=("corporate", "enterprise"), redundancy=("low", "medium", "high"),
        compliance=((), (), ("ISO 27001",), ("NIST CSF",)), applications=("SCADA", "manufacturing execution"),
        technology=((), ("OSPF", "VRRP"), ("IEEE 802.1X",)), published=0.0, voice=0.2, machines_per_user=2.5,
    ),
    Sector(
        name="bank", words="Bank with branches that may not lose a booking.",
        types=("enterprise_datacenter", "data_center_interconnect", "data_center_interconnect", "wan", "hybrid",
               "cloud_native", "sdn_campus"),
        security=("enterprise", "enterprise", "government"), redundancy=("medium", "high", "high", "critical"),
        compliance=(("PCI DSS", "SOC 2 Type II"), ("PCI DSS 4.0.1", "ISO 27001"), ("PCI-DSS",)),
        data_classes=("confidential", "cardholder data"), applications=("core banking", "payments"),
        voice=0.5, published=0.4, machines_per_user=0.1, extras=(("requires_encryption", True),),
    ),
    Sector(
        name="agency", words="Public agency with controlled records.",
        types=("legacy_campus", "sdn_campus", "enterprise_datacenter", "data_center_interconnect", "wan",
               "cloud_native", "hybrid"),
        security=("government",), redundancy=("medium", "high", "high"),
        compliance=(("NIST 800-53 Rev 5",), ("NIST 800-171",), ("FedRAMP moderate", "NIST 800-53")),
        data_classes=("internal", "CUI"), places=(AMERICA,), applications=("records management",),
        voice=0.6, published=0.1, extras=(("requires_encryption", True),),
    ),
    Sector(
        name="utility", words="Water and power utility; what it runs is critical infrastructure.",
        types=("wan", "enterprise_datacenter", "data_center_interconnect", "legacy_campus", "hybrid"),
        security=("critical_infrastructure", "government"), redundancy=("high", "high", "critical"),
        compliance=(("NIST 800-53",), ("NIST CSF 2.0",), ("ISO27001", "NIST CSF")),
        applications=("SCADA", "grid control"), places=(AMERICA, BRITAIN), published=0.0, wireless=0.3,
        machines_per_user=1.5, extras=(("requires_segmentation", True),),
    ),
    Sector(
        name="software house", words="Company that makes software and serves its customers from its own servers.",
        types=("enterprise_datacenter", "enterprise_datacenter", "cloud_native", "cloud_native", "sdn_campus", "hybrid",
               "data_center_interconnect"),
        security=("corporate", "corporate", "enterprise"), redundancy=("low", "medium", "high", "high"),
        compliance=((), ("SOC2",), ("SOC 2 Type II", "ISO 27001"), ("SOC2", "GDPR")),
        places=(EUROPE,), applications=("continuous integration",),
        technology=((), ("Kubernetes",), ("EVPN-VXLAN", "Kubernetes")), published=0.7, machines_per_user=0.05,
    ),
    Sector(
        name="university", words="University with lecture halls, laboratories and a library.",
        types=("sdn_campus", "sdn_campus", "legacy_campus", "enterprise_datacenter", "data_center_interconnect",
               "hybrid"),
        security=("basic", "corporate", "enterprise"), redundancy=("none", "low", "medium", "high"),
        compliance=((), (), ("GDPR",)), places=(EUROPE,), applications=("lecture recordings", "library"),
        technology=((), ("OSPF", "IEEE 802.1X"), ("Ceph",)), wireless=0.95, published=0.3,
        extras=(("requires_video_conferencing", True),),
    ),
    Sector(
        name="host", words="Hosting provider that rents out servers by the rack.",
        types=("enterprise_datacenter", "enterprise_datacenter", "data_center_interconnect"),
        security=("corporate", "enterprise"), redundancy=("medium", "high", "high"),
        compliance=((), ("ISO/IEC 27001:2022",), ("SOC2", "ISO 27001")),
        technology=((), ("EVPN-VXLAN",), ("Ceph", "NVMe")), published=0.8, wireless=0.0, voice=0.0,
    ),
    Sector(
        name="office", words="Firm of people at desks who share files and talk to customers.",
        types=("legacy_campus", "legacy_campus", "wan", "wan", "cloud_native", "hybrid", "sdn_campus",
               "enterprise_datacenter"),
        security=("basic", "corporate", "corporate"), redundancy=("none", "low", "medium"),
        compliance=((), (), ("ISO27001",), ("GDPR",)), places=(EUROPE,), applications=("mail", "files"),
        technology=((), ("remote access",), ("zoom",)), voice=0.5,
    ),
    Sector(
        name="hotel", words="Hotels: guests expect wireless everywhere, and pay by card.",
        types=("legacy_campus", "wan", "hybrid"),
        security=("corporate", "enterprise"), redundancy=("low", "medium"), compliance=(("PCI-DSS",),),
        data_classes=("internal", "cardholder data"), applications=("reservations",), wireless=1.0, voice=0.9,
        machines_per_user=1.5,
    ),
    Sector(
        name="freight", words="Freight forwarder with depots and handheld scanners.",
        types=("wan", "wan", "legacy_campus", "cloud_native", "hybrid", "data_center_interconnect"),
        security=("basic", "corporate"), redundancy=("none", "low", "medium", "high"),
        compliance=((), ("ISO27001",)), applications=("dispatch", "scanning"), wireless=0.9, machines_per_user=0.5,
    ),
)  # fmt: skip
