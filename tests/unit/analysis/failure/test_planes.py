"""Planes of a fabric of five stages: swapping two of them makes failures images of one another, and nothing else."""

import numpy as np
import pytest

from netdesign.analysis.failure.failure_images import like_failures, link_classes, planes, symmetry
from netdesign.analysis.failure.worst_failures import worst_single
from netdesign.analysis.traffic.failures import FailureKind, single_failures
from netdesign.analysis.traffic.traffic import loads
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import compile_network
from netdesign.model.patch import Set, apply
from netdesign.model.vocabulary import Role
from tests.bench.fabrics import Size, fabric

KINDS = (FailureKind.LINK, FailureKind.NODE)


@pytest.fixture(scope="module")
def design():
    return fabric(Size("tiny", pods=3, leaves_per_pod=6, spines=3, plane_width=2, parallel=1))


@pytest.fixture(scope="module")
def network(design):
    return compile_network(design, default_catalog())


def role_of(network, place):
    return network.devices[place].role


def test_planes_are_alike_where_parts_alone_are_not(network):
    tops = [d for d in range(len(network.devices)) if role_of(network, d) is Role.SUPER_SPINE]

    assert len(set(symmetry(network).kind[tops].tolist())) == 3
    assert len(set(planes(network).kind[tops].tolist())) == 1


def test_failures_said_to_be_alike_do_alike(network):
    failures, kinds, capacity = single_failures(network, KINDS), link_classes(network), network.link_speed_bps
    groups = [group for group in like_failures(network, failures) if len(group) > 1]
    assert len(groups) < len(failures) / 5
    for group in groups:
        seen = set()
        for place in (group[0], group[len(group) // 2], group[-1]):
            failure = failures[place]
            load = loads(network, frozenset(failure.devices), frozenset(failure.links)).load_bps
            rows = zip(kinds.tolist(), capacity.tolist(), np.sort(load, axis=0).round(-1).T.tolist(), strict=True)
            seen.add(str(sorted(rows)))
        assert len(seen) == 1


def test_the_worst_is_that_of_every_failure_tried(network):
    worst = worst_single(network, KINDS)
    highest = 0.0
    for failure in single_failures(network, KINDS):
        load = loads(network, frozenset(failure.devices), frozenset(failure.links)).load_bps.max(axis=0)
        highest = max(
            highest,
            float((load[worst.share.max(axis=0) > 0] / network.link_speed_bps[worst.share.max(axis=0) > 0]).max()),
        )
    assert worst.highest == pytest.approx(highest)


def test_a_plane_that_differs_is_no_image(design):
    spine = next(device for device in design.inventory.devices if device.role is Role.SPINE)
    link = next(link for link in design.cabling.links if spine.id in {link.a.device, link.b.device})
    changed = apply(design, (Set("links", link.id, {"speed_bps": link.speed_bps // 2}),))
    network = compile_network(changed, default_catalog())
    place, kind = network.device_index[spine.id], planes(network).kind

    same = np.flatnonzero(kind[: len(network.devices)] == kind[place])
    assert same.tolist() == [place]
