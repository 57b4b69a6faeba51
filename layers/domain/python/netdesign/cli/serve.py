"""`netdesign serve`: the HTTP API on this machine."""

from __future__ import annotations

import importlib

import click

from netdesign.cli.main import EXIT_BAD_INPUT


@click.command(name="serve", help="Serve the HTTP API on this machine, with embedded stores.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", help="8000, or what PORT says.", type=click.IntRange(0, 65535))
def command(host: str, port: int | None) -> int:
    """Run until interrupted. The functions are deployed apart from the package, hence the import by name."""
    try:
        local = importlib.import_module("functions.local")
    except ModuleNotFoundError as error:
        missing = error.name or "a module"
        click.echo(f"netdesign: {missing} is not installed; install netdesign[service,embedded]", err=True)
        return EXIT_BAD_INPUT
    code: int = local.serve(host=host, port=port)
    return code
