"""A real PostgreSQL server on loopback, for as long as a test needs it."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

SYSTEM_ACCOUNT = "postgres"  # the server refuses to run as root
PACKAGED = Path("/usr/lib/postgresql")  # where Debian puts the binaries, outside PATH


def postgres_binaries() -> Path | None:
    """Return the folder of PostgreSQL's own binaries, or None where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(PACKAGED.glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    return versions[-1].parent if versions else None


@contextmanager
def postgres_server(binaries: Path) -> Iterator[str]:
    """Run a private cluster on loopback and give the URI of an empty database; nothing of it stays."""
    folder = Path(mkdtemp(prefix="postgres_"))
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        person = pwd.getpwnam(SYSTEM_ACCOUNT)
        os.chown(folder, person.pw_uid, person.pw_gid)
        account = {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **account)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "mlflow")
        run("pg_ctl", "-D", str(folder / "data"), "-w", "-o", options, "-l", str(folder / "log"), "start")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "mlflow", "mlflow")
            yield f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/mlflow"
        finally:
            run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
