"""SOC 2: trust services criteria for security and availability that a network design bears on."""

from __future__ import annotations

from netdesign.model.vocabulary import Framework
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.SOC2,
    version="TSC 2017 (2022)",
    accepts=("2017", "2022"),
    controls=(
        Control(id="CC2.1", title="Information needed for control is produced and used", manual=True),
        Control(
            id="CC6.1",
            title="Logical access is limited by architecture",
            evidence=("SEC-01", "SEC-04", "SEC-06", "SEC-15"),
        ),
        Control(
            id="CC6.6",
            title="The border is defended against outside threats",
            evidence=("SEC-01", "SEC-07", "SEC-19", "SEC-20"),
        ),
        Control(id="CC6.7", title="Data is protected while it moves", evidence=("SEC-05", "SEC-28")),
        Control(id="CC6.8", title="Malicious software is found and stopped", evidence=("SEC-03",)),
        Control(id="CC7.1", title="Weaknesses of configuration are found", evidence=("CMP-20", "CMP-24")),
        Control(id="CC7.2", title="The system is watched for anomalies", evidence=("SEC-10", "CMP-10")),
        Control(id="CC7.4", title="Incidents are answered", manual=True),
        Control(id="CC8.1", title="Changes are approved, tested and recorded", evidence=("CMP-11",)),
        Control(id="A1.1", title="Capacity is measured and planned", evidence=("CAP-03", "CAP-04", "CAP-25")),
        Control(
            id="A1.2",
            title="Recovery and redundancy meet the goals",
            evidence=("SEC-02", "TOP-01", "TOP-02", "TOP-16", "TOP-17", "CAP-11", "CAP-12", "CMP-23"),
        ),
        Control(id="A1.3", title="Recovery is tested", manual=True),
    ),
)
