"""ISO/IEC 27001 Annex A of 2022: the controls that a network design bears on."""

from __future__ import annotations

from netdesign.model.vocabulary import Framework
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.ISO27001,
    version="2022",
    accepts=("2022",),
    controls=(
        Control(id="A.5.9", title="Assets are in an inventory", evidence=("CMP-20",)),
        Control(id="A.5.14", title="Information is protected when it is passed on", evidence=("SEC-05",)),
        Control(id="A.5.19", title="Suppliers are held to security", evidence=("CMP-25", "CMP-24"), manual=True),
        Control(id="A.5.20", title="Agreements with suppliers name security", evidence=("CMP-25",), manual=True),
        Control(id="A.5.23", title="Cloud services are used under control", evidence=("CAP-30", "TOP-27")),
        Control(id="A.5.28", title="Evidence is collected and kept", evidence=("CMP-10", "CMP-27")),
        Control(id="A.5.30", title="Technology is ready to carry on", evidence=("TOP-17", "CMP-23")),
        Control(id="A.5.31", title="Legal and contractual demands are known", evidence=("CMP-01",)),
        Control(id="A.5.34", title="Personal data is protected as the law asks", evidence=("CMP-09",)),
        Control(id="A.7.5", title="Sites are protected against hazards", evidence=("TOP-13",), manual=True),
        Control(id="A.7.11", title="Utilities may fail without harm", evidence=("CAP-21", "TOP-13")),
        Control(id="A.7.12", title="Cabling is protected", evidence=("TOP-20",), manual=True),
        Control(id="A.8.2", title="Privileged access is limited", evidence=("SEC-06", "SEC-15")),
        Control(
            id="A.8.3",
            title="Access to information is limited",
            evidence=("SEC-04", "SEC-06", "SEC-15"),
        ),
        Control(id="A.8.5", title="Authentication is secure", evidence=("SEC-06", "SEC-15")),
        Control(id="A.8.6", title="Capacity follows demand", evidence=("CAP-03", "CAP-04", "CAP-25")),
        Control(id="A.8.9", title="Configurations are managed", evidence=("CMP-11", "CMP-21", "CMP-24")),
        Control(
            id="A.8.14",
            title="Facilities are redundant",
            evidence=("SEC-02", "TOP-01", "TOP-02", "TOP-16"),
        ),
        Control(id="A.8.15", title="Activity is logged", evidence=("CMP-10",)),
        Control(id="A.8.16", title="Networks are monitored", evidence=("SEC-10",)),
        Control(id="A.8.17", title="Clocks are synchronised", evidence=("CMP-19",)),
        Control(id="A.8.20", title="Networks are secured", evidence=("SEC-01", "SEC-16", "SEC-17", "SEC-18")),
        Control(id="A.8.21", title="Network services are secured", evidence=("SEC-05", "SEC-25")),
        Control(id="A.8.22", title="Networks are segregated", evidence=("SEC-04", "SEC-24", "CMP-26")),
        Control(id="A.8.23", title="Access to outside sites is filtered", evidence=("SEC-26",)),
        Control(id="A.8.24", title="Cryptography is used by rule", evidence=("SEC-28",)),
        Control(id="A.8.31", title="Development and test are apart from production", evidence=("CMP-26",)),
        Control(id="A.8.32", title="Changes are managed", evidence=("CMP-11",)),
    ),
)
