"""A Prometheus beside a running stack: it scrapes the services, and holds the alerts of ``deploy/observability`` against them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from qudao_local.folder import PartState

RULES = Path(__file__).resolve().parents[4] / "deploy" / "observability" / "rules"
KEPT = "2d"


class PrometheusMissing(RuntimeError):
    """There is none on this machine; the text says how to get one."""


def configuration(parts: Sequence[PartState]) -> str:
    """What Prometheus is told: the parts that are services, as jobs of their names."""
    jobs = [{"job_name": f"qudao/{part.name}", "static_configs": [{"targets": [f"127.0.0.1:{part.port}"]}]} for part in parts if part.url]
    told = {
        "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
        "rule_files": [str(RULES / "*.yaml")],
        "scrape_configs": jobs,
    }
    return yaml.safe_dump(told, sort_keys=False)


def run(folder: Path, parts: Sequence[PartState], port: int) -> int:
    """Runs it in the foreground until Ctrl-C; its exit status."""
    binary = os.environ.get("PROMETHEUS_BIN") or shutil.which("prometheus")
    if binary is None:
        raise PrometheusMissing(
            "no prometheus on this machine; install it (Debian: apt install prometheus), or set PROMETHEUS_BIN to its executable"
        )
    own = folder / "prometheus"
    own.mkdir(exist_ok=True)
    (own / "prometheus.yml").write_text(configuration(parts))
    address = f"127.0.0.1:{port}"
    print(f"Prometheus on http://{address} (Ctrl-C ends it)", flush=True)
    command = [
        binary, f"--config.file={own / 'prometheus.yml'}", f"--storage.tsdb.path={own / 'data'}", f"--storage.tsdb.retention.time={KEPT}",
        f"--web.listen-address={address}", "--log.level=warn",
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0
