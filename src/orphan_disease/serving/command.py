"""Starting the service: `orphan-disease serve`, or `python -m orphan_disease.serving` where Kedro is not installed."""

import os
import sys
from typing import Final

import click
import structlog
import uvicorn

from orphan_disease.adapters.audit_trail import AuditError
from orphan_disease.adapters.ledger_database import LedgerError
from orphan_disease.adapters.package_files import PackageError
from orphan_disease.adapters.package_store import LATEST, PackageStore
from orphan_disease.serving.api_keys import ApiKeyFileError
from orphan_disease.serving.application import build_application
from orphan_disease.serving.composition import build_services, create_development_key
from orphan_disease.serving.connections import connection_class
from orphan_disease.serving.logs import configure_logs
from orphan_disease.serving.settings import Settings, SettingsError

__all__ = ["serve", "serve_command"]

# A request hands over between threads some six times; at Python's 5 ms each would wait that long for the scoring.
SWITCH_SECONDS: Final = 0.0005


def serve(settings: Settings) -> None:
    """Serve until a signal ends it.

    Args:
        settings: how the service runs.

    Raises:
        PackageError: if there is no model to serve.
        OSError: if the address cannot be listened on.
    """
    PackageStore(settings.model_root).resolve(settings.model_pointer, LATEST)  # before anything else is created
    key_file = create_development_key(settings)
    configure_logs(settings.log_level)
    log = structlog.get_logger()
    if key_file is not None:
        log.info("development_key", path=str(key_file), reason="no credentials are configured; for trying out only")
    sys.setswitchinterval(SWITCH_SECONDS)
    services = build_services(settings)
    log.info("starting", host=settings.host, port=settings.port)
    config = uvicorn.Config(
        build_application(services),
        host=settings.host,
        port=settings.port,
        http=connection_class(settings.request_timeout_seconds, settings.header_bytes),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    server = uvicorn.Server(config)
    server.run()
    if not server.started:
        sys.exit(1)  # the reason is in the log


@click.command("serve")
@click.option("--host", help="Address to listen on; by default ORPHAN_DISEASE_HOST, else 127.0.0.1.")
@click.option("--port", type=int, help="Port to listen on; by default ORPHAN_DISEASE_PORT, else 8000.")
def serve_command(host: str | None, port: int | None) -> None:
    """Serve predictions over HTTP from the packaged model (docs/how_to/serve.md)."""
    given = {"ORPHAN_DISEASE_HOST": host, "ORPHAN_DISEASE_PORT": None if port is None else str(port)}
    environment = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    try:
        serve(Settings.from_environment(environment))
    except (SettingsError, PackageError, ApiKeyFileError, AuditError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
