"""Reading what the user names, writing what the user gets."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from netdesign.errors import Fault, InputTooLargeError, InvalidInputError
from netdesign.exchange.documents import Media, read_document
from netdesign.model.canonical import design_from
from netdesign.model.design import Design

LIMIT_BYTES = 1 << 30
"""A design of 10,000 devices is some 200 MB; what is larger than this is no design."""

REQUIREMENTS_LIMIT_BYTES = 8 << 20


def read_design(name: str) -> Design:
    """Return the design in the file `name` (`-` for standard input)."""
    return design_from(read_named(name, limit_bytes=LIMIT_BYTES))


def read_named(name: str, *, limit_bytes: int) -> object:
    """Return the document in the file `name` (`-` for standard input), JSON or YAML."""
    subject = "standard input" if name == "-" else name
    data = _bytes_of(name, limit_bytes, subject)
    return read_document(data, media=_media_of(name), limit_bytes=limit_bytes, subject=subject)


def _bytes_of(name: str, limit_bytes: int, subject: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(limit_bytes + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(limit_bytes + 1)
    except OSError as error:
        raise InvalidInputError(
            subject, (Fault("", error.strerror or str(error), "name a file that can be read"),)
        ) from None
    if len(data) > limit_bytes:
        problem = f"more than {limit_bytes >> 20} MiB"
        raise InputTooLargeError(subject, (Fault("", problem, "give a smaller document"),))
    return data


_MEDIA: dict[str, Media] = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}


def _media_of(name: str) -> Media | None:
    return _MEDIA.get(Path(name).suffix.lower())


def write_into(directory: Path, contents: dict[str, bytes]) -> None:
    """Write each file of `contents` whole or not at all; raise `InvalidInputError` where the folder refuses."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            _write(directory / name, data)
    except OSError as error:
        raise InvalidInputError(
            str(directory), (Fault("", error.strerror or str(error), "name a folder that can be written"),)
        ) from None


def _write(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
