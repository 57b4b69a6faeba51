"""FedRAMP: the NIST controls by impact level, with the program's own demands."""

from __future__ import annotations

from netdesign.model.vocabulary import Framework
from netdesign.rules.compliance.packs.nist import SP_800_53
from netdesign.rules.controls import Control, Pack

PACK = Pack(
    framework=Framework.FEDRAMP,
    version="Rev. 5",
    accepts=("5",),
    controls=(
        *SP_800_53,
        Control(id="M-21-07", title="IPv6 is in use", evidence=("PRO-08",)),
        Control(
            id="M-21-31",
            title="Logs reach the depth and age that agencies ask for",
            evidence=("CMP-10",),
        ),
        Control(
            id="SA-9(5)",
            title="Data stays in the agreed jurisdiction",
            evidence=("CMP-09",),
            level="moderate",
        ),
        Control(
            id="SC-7(3)",
            title="Few points of access lead outside",
            evidence=("CMP-22",),
            level="moderate",
        ),
        Control(
            id="SC-7(4)",
            title="Outside carriers' services have a policy each",
            evidence=("CMP-22",),
            level="moderate",
        ),
        Control(
            id="SC-7(5)",
            title="What is not permitted is denied",
            evidence=("SEC-08", "SEC-12"),
            level="moderate",
        ),
        Control(
            id="SC-7(7)",
            title="Remote devices do not split their tunnels",
            evidence=("SEC-25",),
            level="moderate",
        ),
        Control(id="SC-7(8)", title="Traffic outward passes proxies", evidence=("SEC-26",), level="moderate"),
        Control(
            id="SC-7(18)",
            title="Boundary protection fails securely",
            evidence=("SEC-30",),
            level="moderate",
        ),
        Control(id="SC-7(21)", title="Components are isolated by zone", evidence=("SEC-04",), level="high"),
    ),
)
