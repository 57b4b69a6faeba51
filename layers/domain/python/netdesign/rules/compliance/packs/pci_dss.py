"""PCI DSS: the controls that a network design can show, or that people have to."""

from __future__ import annotations

from netdesign.model.vocabulary import DataClass, Framework
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.PCI_DSS,
    version="4.0.1",
    accepts=("4.0.1", "4.0"),
    controls=(
        Control(
            id="1.2.1",
            title="Filtering devices have a defined and kept configuration standard",
            evidence=("SEC-01", "SEC-08", "CMP-12"),
        ),
        Control(
            id="1.2.3",
            title="A current diagram shows every connection to card data",
            data=DataClass.CHD,
            evidence=("CMP-21", "CMP-12"),
        ),
        Control(
            id="1.2.4",
            title="A current diagram shows every flow of card data",
            data=DataClass.CHD,
            evidence=("CMP-21",),
        ),
        Control(
            id="1.2.5",
            title="Every allowed service is listed, approved and needed",
            evidence=("SEC-08", "CMP-13"),
        ),
        Control(
            id="1.2.6",
            title="Insecure services in use have defences of their own",
            evidence=("SEC-14", "SEC-16", "CMP-13"),
        ),
        Control(
            id="1.2.7",
            title="Filtering rules are reviewed twice a year",
            evidence=("SEC-13",),
            manual=True,
        ),
        Control(
            id="1.3.1",
            title="Traffic into the card data environment is limited to what is needed",
            data=DataClass.CHD,
            evidence=("SEC-04", "SEC-08", "SEC-12", "CMP-13"),
        ),
        Control(
            id="1.3.2",
            title="Traffic out of the card data environment is limited to what is needed",
            data=DataClass.CHD,
            evidence=("SEC-04", "SEC-08", "SEC-12", "SEC-26", "CMP-13"),
        ),
        Control(
            id="1.3.3",
            title="Wireless networks are filtered before they reach card data",
            data=DataClass.CHD,
            evidence=("SEC-01", "CMP-14"),
        ),
        Control(
            id="1.4.1",
            title="Enforcement stands between trusted and untrusted networks",
            evidence=("SEC-01", "CMP-12", "SEC-30"),
        ),
        Control(
            id="1.4.2",
            title="What comes from untrusted networks reaches published services only",
            evidence=("SEC-07", "CMP-15"),
        ),
        Control(id="1.4.3", title="Forged source addresses are refused", evidence=("SEC-19", "CMP-15")),
        Control(
            id="1.4.4",
            title="Stores of card data cannot be reached from untrusted networks",
            data=DataClass.CHD,
            evidence=("SEC-01", "SEC-07", "CMP-15", "CMP-12"),
        ),
        Control(
            id="1.4.5",
            title="Internal addresses are shown to no one without need",
            evidence=("CMP-15",),
        ),
        Control(
            id="2.2.7",
            title="Administration over the network is encrypted",
            evidence=("SEC-16", "CMP-16"),
        ),
        Control(
            id="2.3.1",
            title="Wireless networks near card data keep no vendor defaults",
            data=DataClass.CHD,
            evidence=("SEC-23", "CMP-14"),
        ),
        Control(
            id="4.2.1",
            title="Card data is strongly encrypted on open networks",
            data=DataClass.CHD,
            evidence=("SEC-05", "SEC-28"),
        ),
        Control(
            id="4.2.1.2",
            title="Wireless networks that carry card data encrypt strongly",
            data=DataClass.CHD,
            evidence=("SEC-23", "CMP-14"),
        ),
        Control(
            id="8.4.2",
            title="Every access to card data needs more than one factor",
            data=DataClass.CHD,
            evidence=("SEC-06", "CMP-16"),
        ),
        Control(
            id="8.4.3",
            title="Remote access needs more than one factor",
            evidence=("SEC-06", "SEC-25", "CMP-16"),
        ),
        Control(id="6.3.3", title="Known weaknesses are patched in time", evidence=("CMP-24",), manual=True),
        Control(
            id="6.5.3",
            title="Test and development are apart from production",
            evidence=("CMP-26",),
        ),
        Control(id="10.2.1", title="Logs are on for every component", evidence=("SEC-10", "CMP-10")),
        Control(
            id="10.3.3",
            title="Logs are copied at once to a protected central place",
            evidence=("SEC-10", "CMP-10"),
        ),
        Control(
            id="10.5.1",
            title="Logs are kept for twelve months, three of them at hand",
            evidence=("CMP-10",),
        ),
        Control(id="10.6.1", title="Clocks are synchronised", evidence=("CMP-19",)),
        Control(id="10.6.2", title="Time comes from few, authoritative sources", evidence=("CMP-19",)),
        Control(id="10.6.3", title="Time settings are protected", evidence=("CMP-19",)),
        Control(id="11.2.1", title="Unknown access points are looked for", evidence=("SEC-23", "CMP-14")),
        Control(
            id="11.4.5",
            title="The separation of card data is tested",
            data=DataClass.CHD,
            evidence=("SEC-01", "SEC-04", "CMP-17", "CMP-12"),
        ),
        Control(
            id="11.5.1",
            title="Intrusions are detected or prevented at the border and inside",
            evidence=("SEC-03",),
        ),
        Control(id="12.5.1", title="Every component in scope is in an inventory", evidence=("CMP-20",)),
        Control(id="12.3.4", title="Technology in use is reviewed for support", evidence=("CMP-24",), manual=True),
        Control(
            id="12.5.2",
            title="The scope is documented and confirmed every year",
            evidence=("CMP-12", "CMP-17"),
        ),
        Control(
            id="12.8",
            title="Partners that share card data are managed",
            data=DataClass.CHD,
            evidence=("CMP-25",),
            manual=True,
        ),
    ),
)
