"""A row a commit: with asyncpg's prepared statement, and with pgbench, which is what PostgreSQL itself can do."""

import subprocess
from pathlib import Path

from qudao_local.binaries import postgres_bin
from qudao_local.postgres import Postgres

TABLE = """
create table plain (
  position bigserial primary key, id uuid not null unique, stream text not null, version integer not null, type text not null,
  data json not null, recorded_at timestamptz not null default now(), unique (stream, version))
"""
ROW = "insert into plain (id, stream, version, type, data) values (gen_random_uuid(), $1, $2, $3, $4) returning position"
_SCRIPT = """\\set version :version + 1
insert into plain (id, stream, version, type, data) values
  (gen_random_uuid(), 'account/' || (:client_id)::text, (:version)::integer, 'money_moved',
   '{"amount":"12.50","currency":"CNY","note":"a note of some forty characters in all!"}');
"""


def by_pgbench(server: Postgres, database: str, writers: int, seconds: float, folder: str) -> float:
    """Transactions per second of one-row inserts, each its own commit."""
    script = Path(folder) / "insert.sql"
    script.write_text(_SCRIPT)
    command = [str(postgres_bin() / "pgbench"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-n", "-M", "prepared",
               "-D", "version=0", "-c", str(writers), "-j", "1", "-T", f"{max(1, seconds):.0f}", "-f", str(script), database]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(next(line.split("=")[1].split()[0] for line in said.splitlines() if line.startswith("tps")))
