"""The programs and definitions that a test's API server consists of, in the user's cache: a folder for each choice of versions."""

import json
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from qudao_checks.cluster.kinds import kinds

KUBERNETES = "1.34.4"
ETCD = "3.6.8"
MINUTES = 30
"""How long one program may take to build; two busy cores need four for the API server."""
_NEEDED = ("go", "java", "mvn", "kubectl")


def missing() -> str | None:
    """Which programs are not there to build or to run it; None when all are."""
    absent = [name for name in _NEEDED if shutil.which(name) is None]
    return f"{', '.join(absent)}: not installed" if absent else None


def folder() -> Path:
    """Where it is, or would be: a new choice of versions is a new folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    own = [Path(__file__).parent / name for name in ("kinds.py", "strimzi/pom.xml", "strimzi/Kinds.java")]
    chosen = repr((KUBERNETES, ETCD, [path.read_text("utf-8") for path in own]))
    return cache / "qudao" / f"kubernetes-{KUBERNETES}-{uuid.uuid5(uuid.NAMESPACE_OID, chosen).hex[:12]}"


def built() -> Path | None:
    return folder() if folder().is_dir() else None


def build(told: IO[str]) -> Path:
    """Builds it unless it is there, at the lowest priority; says to ``told`` what it does. `SubprocessError` when a part fails."""
    whole = folder()
    if whole.is_dir():
        return whole
    draft = whole.with_name(f"{whole.name}.{os.getpid()}")
    try:
        for name, work in (("etcd", _etcd), ("kube-apiserver", _apiserver), ("kinds", kinds)):
            told.write(f"building {name}\n")
            told.flush()
            (draft / name).mkdir(parents=True)
            work(draft / name)
        draft.rename(whole)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return whole


def _etcd(into: Path) -> None:
    _compile(into, "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", ETCD, [])


def _apiserver(into: Path) -> None:
    """Its module names its own libraries by folders that are not in it: they are modules too, of version 0 instead of 1."""
    asked = ["go", "mod", "download", "-json", f"k8s.io/kubernetes@v{KUBERNETES}"]
    module = Path(json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)["GoMod"]).read_text("utf-8")
    own = re.findall(r"^\t(k8s\.io/\S+) => \./staging/", module, flags=re.MULTILINE)
    library = f"v0{KUBERNETES.removeprefix('1')}"
    _compile(into, "k8s.io/kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", KUBERNETES, [f"{one} => {one} {library}" for one in own])


def _compile(into: Path, module: str, program: str, version: str, replaced: Sequence[str]) -> None:
    lines = ["module local", "go 1.24.0", f"require {module} v{version}", *(f"replace {one}" for one in replaced)]
    (into / "go.mod").write_text("\n".join(lines) + "\n", "utf-8")
    command = ["nice", "-n", "19", "go", "build", "-mod=mod", "-ldflags=-s -w", "-o", str(into / "program"), program]
    done = subprocess.run(command, cwd=into, check=False, capture_output=True, text=True, timeout=MINUTES * 60)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, command, stderr=done.stderr)
