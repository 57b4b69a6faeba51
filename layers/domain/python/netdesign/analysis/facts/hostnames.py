"""Names of devices as DNS, logs and certificates take them: letters, digits and hyphens, each once."""

from __future__ import annotations

import re
from typing import NamedTuple

from netdesign.graph.network import Network, analysis

LONGEST, LONGEST_LABEL = 253, 63
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?").fullmatch


class WrongHostname(NamedTuple):
    """A device (id) of ours and what is wrong with its hostname."""

    device: str
    hostname: str
    problem: str
    other: str | None = None


@analysis
def wrong_hostnames(network: Network) -> tuple[WrongHostname, ...]:
    """Hostnames of our devices that RFC 1123 does not allow, or that two of them have, whatever their case."""
    first: dict[str, str] = {}
    found = []
    for at, device in enumerate(network.devices):
        if network.ours[at]:
            problem = unfit(device.hostname)
            other = first.setdefault(device.hostname.lower(), device.id)
            if problem:
                found.append(WrongHostname(device.id, device.hostname, problem))
            elif other != device.id:
                found.append(WrongHostname(device.id, device.hostname, f"is the hostname of {other} as well", other))
    return tuple(found)


def unfit(hostname: str) -> str:
    """What keeps a text from being a hostname (RFC 1123 section 2.1); empty for nothing."""
    labels = hostname.split(".")
    if not hostname.isascii():
        return "has characters outside ASCII"
    if len(hostname) > LONGEST or any(len(label) > LONGEST_LABEL for label in labels):
        return f"is longer than {LONGEST_LABEL} characters a label"
    if not all(_LABEL(label) for label in labels):
        return "is not made of letters, digits and hyphens between them"
    return ""


def fit_hostname(text: str) -> str:
    """A text without what no hostname of one label may have; empty where nothing is left."""
    kept = "".join(one if one.isascii() and one.isalnum() else "-" if one in "-_ ." else "" for one in text)
    return kept.strip("-")[:LONGEST_LABEL].strip("-")
