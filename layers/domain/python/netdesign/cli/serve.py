"""`netdesign serve`: the HTTP API on this machine."""

from __future__ import annotations

import importlib

import click

from netdesign.cli.main import EXIT_BAD_INPUT


@click.command(name="serve", help="Serve the HTTP API on this machine, with embedded stores.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
def command(host: str, port: int) -> int:
    """Run until interrupted. The functions are deployed apart from the package, hence the import by name."""
    try:
        local = importlib.import_module("functions.local")
    except ModuleNotFoundError:
        click.echo("netdesign: the functions are not installed here; serve from a clone of the project", err=True)
        return EXIT_BAD_INPUT
    code: int = local.serve(host=host, port=port)
    return code
