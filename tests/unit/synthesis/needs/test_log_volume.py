"""Log volume by hand."""

from __future__ import annotations

from netdesign.synthesis.needs.log_volume import log_bytes, log_rate


def test_logs_of_a_thousand_users_by_hand() -> None:
    """1,000 x 0.5 + 100 x 1.2 + 50 x 0.2 = 630 events/s; x 500 bytes x 86,400 s = 27.2 GB a day."""
    rate = log_rate(1_000, 100, 50, per_user=0.5, per_connection=1.2, per_device=0.2)

    assert rate == 630
    assert log_bytes(rate, 500, 1) == 27_216_000_000
