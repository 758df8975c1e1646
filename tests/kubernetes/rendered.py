"""What `deploy/k8s` renders to, and what of it is ours."""

import subprocess
from functools import cache
from typing import Any

import yaml
from channel_operate import installed
from qudao_checks.sources import ROOT

KUBERNETES = ROOT / "deploy" / "k8s"
OVERLAYS = sorted(path.parent.name for path in KUBERNETES.glob("overlays/*/kustomization.yaml"))
SERVICES = [one.name for one in installed()]
Object = dict[str, Any]


def text(overlay: str) -> str:
    made = subprocess.run(["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout


@cache
def rendered(overlay: str) -> tuple[Object, ...]:
    return tuple(yaml.safe_load_all(text(overlay)))


def of(overlay: str, *kinds: str) -> list[Object]:
    return [one for one in rendered(overlay) if one["kind"] in kinds]


def ours(overlay: str, *kinds: str) -> list[Object]:
    """What runs our image."""
    return [one for one in of(overlay, *kinds) if labels(one).get("app.kubernetes.io/part-of") == "qudao"]


def labels(one: Object) -> dict[str, str]:
    """Those of its pods."""
    found: dict[str, str] = one["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: Object, found: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= found.items()
    return wanted and all(found.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))
