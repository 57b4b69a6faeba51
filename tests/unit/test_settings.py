"""What the environment may set, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from netdesign.errors import InvalidInputError
from netdesign.settings import MEBIBYTE, Settings, read_settings


def test_an_empty_environment_gives_an_embedded_service() -> None:
    assert read_settings({}) == Settings(
        database_url=None,
        data_dir=Path(".local/data"),
        body_limit_bytes=6 * MEBIBYTE,
        organisation="local",
        author="local",
        port=8000,
    )


def test_every_setting_is_taken() -> None:
    given = {
        "NETDESIGN_DATABASE_URL": "postgresql://u@h/d",
        "NETDESIGN_DATA_DIR": "/data",
        "NETDESIGN_BODY_LIMIT_MIB": "64",
        "NETDESIGN_ORGANISATION": "acme",
        "NETDESIGN_AUTHOR": "ada",
        "PORT": "0",
    }

    assert read_settings(given) == Settings("postgresql://u@h/d", Path("/data"), 64 * MEBIBYTE, "acme", "ada", 0)


def test_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("DATABASE_URL", "DATA_DIR", "BODY_LIMIT_MIB", "ORGANISATION", "AUTHOR")
    for name in names:
        monkeypatch.setenv(f"NETDESIGN_{name}", "")
    monkeypatch.setenv("PORT", "")

    assert read_settings() == read_settings({})


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "six", "4097", "9" * 5000, "²", " 6", "6MiB", "0x10"])
def test_a_limit_that_makes_no_sense_is_refused(value: str) -> None:
    with pytest.raises(
        InvalidInputError, match=r"NETDESIGN_BODY_LIMIT_MIB.*from 1 to 4096.*leave it out for 6"
    ) as caught:
        read_settings({"NETDESIGN_BODY_LIMIT_MIB": value})

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", ["-1", "65536", "http"])
def test_a_port_that_there_is_not_is_refused(value: str) -> None:
    with pytest.raises(InvalidInputError, match=r"PORT.*from 0 to 65535"):
        read_settings({"PORT": value})
