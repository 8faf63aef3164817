"""A real PostgreSQL and a local Spark for the tests that need one; skipped with a message where they cannot be had."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DATABASE = "erp"
PASSWORD = "hunter2"


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Start a server of its own in ``folder`` on a free port; yields its address without the password."""
    pytest.importorskip("psycopg", reason="needs the extra: pip install '.[postgres]'")
    home = _programs()
    user = "nobody" if os.geteuid() == 0 else ""  # the server refuses to run as root
    data, secret = folder / "pg", folder / "secret"
    secret.write_text(PASSWORD, encoding="utf-8")
    folder.chmod(0o777)
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and above != Path("/") and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)

    def run(*command: str) -> None:
        more = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, **more)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run(str(home / "initdb"), "-D", str(data), "-U", "planner", "-A", "scram-sha-256", "--pwfile", str(secret))
    given = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(str(home / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "pg.log"), "-o", given, "start")
    try:
        yield f"postgres://planner:${{PW}}@127.0.0.1:{port}/postgres"
    finally:
        run(str(home / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")


def _programs() -> Path:
    """Where initdb and pg_ctl stand: on PATH, or where Debian keeps them."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent, Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if all((place / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return place
    pytest.skip("needs a PostgreSQL server (initdb, pg_ctl, postgres)")


def spark() -> str:
    """The address of a local Spark that the import starts itself."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("needs the extra: pip install '.[spark]'")
    if shutil.which("java") is None:
        pytest.skip("needs Java for a local Spark")
    return "spark://local?spark.ui.enabled=false&spark.sql.shuffle.partitions=2&spark.driver.bindAddress=127.0.0.1"
