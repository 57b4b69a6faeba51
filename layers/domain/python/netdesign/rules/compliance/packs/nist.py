"""NIST: the Cybersecurity Framework's outcomes and SP 800-53's controls that a network design bears on."""

from __future__ import annotations

from netdesign.model.vocabulary import Framework
from netdesign.rules.controls import Control, Pack

CSF = (
    Control(id="ID.AM-01", title="Hardware is in an inventory", evidence=("CMP-20",)),
    Control(id="ID.AM-02", title="Software is in an inventory", evidence=("CMP-20", "CMP-24")),
    Control(id="ID.AM-03", title="Flows of data are drawn and kept current", evidence=("CMP-21",)),
    Control(id="ID.AM-04", title="Services of suppliers are in an inventory", evidence=("CMP-22",)),
    Control(id="PR.AA-05", title="Access follows need and is enforced", evidence=("SEC-04", "SEC-12")),
    Control(id="PR.DS-02", title="Data is protected while it moves", evidence=("SEC-05",)),
    Control(
        id="PR.IR-01",
        title="Networks are protected from unauthorised access",
        evidence=("SEC-01", "SEC-04"),
    ),
    Control(id="PR.IR-03", title="Resilience is built in", evidence=("TOP-01", "TOP-02", "TOP-16")),
    Control(id="PR.IR-04", title="Capacity suffices", evidence=("CAP-03", "CAP-04", "CAP-25")),
    Control(id="DE.CM-01", title="Networks are watched", evidence=("SEC-03", "SEC-10")),
    Control(id="RC.RP", title="Recovery is planned and carried out", evidence=("TOP-17",), manual=True),
)
"""Outcomes of the Cybersecurity Framework."""

SP_800_53 = (
    Control(
        id="AC-4",
        title="Flows between zones are enforced",
        evidence=("SEC-01", "SEC-04", "SEC-08", "SEC-12"),
    ),
    Control(id="AC-17", title="Remote access is controlled", evidence=("SEC-06", "SEC-15", "SEC-25")),
    Control(id="AU-2", title="Events to be logged are chosen", evidence=("SEC-10",)),
    Control(id="AU-4", title="Logs have room", evidence=("CMP-10",)),
    Control(id="AU-6", title="Logs are gathered for review", evidence=("SEC-10", "CMP-10")),
    Control(id="AU-8", title="Log times are reliable", evidence=("CMP-19",)),
    Control(id="AU-9", title="Logs are protected from those they record", evidence=("CMP-10",)),
    Control(id="AU-11", title="Logs are kept long enough", evidence=("CMP-10",)),
    Control(id="AU-12", title="Components produce logs", evidence=("SEC-10",)),
    Control(id="CA-3", title="Connections to others are agreed", evidence=("CMP-22", "CMP-25")),
    Control(id="CA-7", title="Controls are watched, and evidence of them is complete", evidence=("CMP-27",)),
    Control(id="CM-2", title="A baseline of configuration is kept", evidence=("CMP-11", "CMP-21")),
    Control(id="CM-3", title="Changes are controlled", evidence=("CMP-11",)),
    Control(id="CM-6", title="Settings are hardened", evidence=("SEC-16", "SEC-22")),
    Control(id="CM-7", title="Only needed functions are on", evidence=("SEC-08", "SEC-14", "SEC-16")),
    Control(id="CM-8", title="Components are in an inventory", evidence=("CMP-20",)),
    Control(id="CM-4(1)", title="Changes are tested apart from operation", evidence=("CMP-26",), level="high"),
    Control(id="CP-2", title="A plan for contingencies exists", evidence=("TOP-17",), manual=True),
    Control(
        id="CP-6",
        title="An alternate storage site exists",
        evidence=("TOP-17", "CMP-23"),
        level="moderate",
    ),
    Control(
        id="CP-7",
        title="An alternate processing site exists",
        evidence=("TOP-17", "CMP-23"),
        level="moderate",
    ),
    Control(
        id="CP-8",
        title="An alternate carrier exists",
        evidence=("TOP-15", "CMP-23"),
        level="moderate",
    ),
    Control(id="CP-9", title="Backups are made and kept apart", manual=True),
    Control(id="CP-10", title="Systems recover to a known state", evidence=("SEC-02", "TOP-17")),
    Control(id="IA-2", title="Users are identified and authenticated", evidence=("SEC-06",)),
    Control(
        id="IA-3",
        title="Devices are identified and authenticated",
        evidence=("SEC-06",),
        level="moderate",
    ),
    Control(id="PE-9", title="Power and its cabling are protected", evidence=("TOP-13",), manual=True),
    Control(id="PE-11", title="Emergency power exists", evidence=("CAP-21", "TOP-13"), level="moderate"),
    Control(id="RA-7", title="Accepted risks are recorded and end", evidence=("CMP-28",)),
    Control(id="SA-22", title="Components are supported", evidence=("CMP-24",)),
    Control(id="SC-5", title="Denial of service is withstood", evidence=("SEC-09", "SEC-18")),
    Control(
        id="SC-7",
        title="The boundary is protected",
        evidence=("SEC-01", "SEC-07", "SEC-12", "SEC-30"),
    ),
    Control(
        id="SC-8",
        title="Data is confidential and whole while it moves",
        evidence=("SEC-05", "SEC-28"),
        level="moderate",
    ),
    Control(id="SC-12", title="Keys are managed", evidence=("SEC-28",), manual=True),
    Control(id="SC-13", title="Cryptography is approved", evidence=("SEC-28",)),
    Control(id="SC-20", title="Names are resolved securely", evidence=("PRO-25",)),
    Control(id="SC-21", title="Answers to name queries are validated", evidence=("PRO-25",)),
    Control(id="SC-22", title="Name services survive a failure", evidence=("PRO-25",)),
    Control(id="SC-23", title="Sessions are authentic", evidence=("SEC-17",), level="moderate"),
    Control(
        id="SC-24",
        title="Failures leave a known state",
        evidence=("SEC-02", "SEC-30"),
        level="high",
    ),
    Control(id="SC-28", title="Stored data is protected", manual=True, level="moderate"),
    Control(id="SC-37", title="Management and keys travel out of band", evidence=("SEC-15",), level="high"),
    Control(id="SC-45", title="Clocks are synchronised", evidence=("CMP-19",), level="moderate"),
    Control(id="SI-4", title="Attacks are detected", evidence=("SEC-03", "SEC-10")),
)
"""Controls of SP 800-53, by the lowest impact level that selects them; FedRAMP builds on them."""

PACK = Pack(
    framework=Framework.NIST,
    version="CSF 2.0 and 800-53 r5",
    accepts=("csf", "csf 2", "csf 2.0", "800-53", "800-53 r5", "800-171", "800-171 r2", "800-171 r3", "800-207"),
    controls=(*CSF, *SP_800_53),
)
