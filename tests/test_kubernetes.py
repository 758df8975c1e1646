"""What `deploy/k8s` renders to is valid, whole for every service, and lacks none of what a cluster asks of a workload."""

import re
import shutil
import subprocess
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
import yaml
from channel_events.partition import PARTITIONS
from channel_operate import installed
from channel_service.settings import Settings
from qudao_checks.sources import ROOT

KUBERNETES = ROOT / "deploy" / "k8s"
OVERLAYS = sorted(path.parent.name for path in KUBERNETES.glob("overlays/*/kustomization.yaml"))
SERVICES = [one.name for one in installed()]
VERSION = "1.34"
Object = dict[str, Any]
CONFINED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@cache
def rendered(overlay: str) -> tuple[Object, ...]:
    made = subprocess.run(["kubectl", "kustomize", str(KUBERNETES / "overlays" / overlay)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return tuple(yaml.safe_load_all(made.stdout))


def of(overlay: str, *kinds: str) -> list[Object]:
    return [one for one in rendered(overlay) if one["kind"] in kinds]


def ours(overlay: str, *kinds: str) -> list[Object]:
    """What runs our image."""
    return [one for one in of(overlay, *kinds) if one["spec"]["template"]["metadata"]["labels"].get("app.kubernetes.io/part-of") == "qudao"]


def labels(one: Object) -> dict[str, str]:
    found: dict[str, str] = one["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: Object, found: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= found.items()
    return wanted and all(found.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", []))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_as_its_schema_says(overlay: str) -> None:
    wrong, unknown = [], set()
    for one in rendered(overlay):
        try:
            kubernetes_validate.validate(one, VERSION, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            unknown.add(one["apiVersion"].partition("/")[0])
        except kubernetes_validate.ValidationError as error:
            wrong.append(f"{one['kind']} {one['metadata']['name']}: {error.message}")
    assert wrong == []
    # The operators' own kinds: their schemas come with the operators.
    assert unknown <= {
        "barmancloud.cnpg.io", "external-secrets.io", "gateway.networking.k8s.io", "kafka.strimzi.io", "keda.sh",
        "monitoring.coreos.com", "postgresql.cnpg.io",
    }  # fmt: skip


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_is_there_in_both_roles_and_migrates(overlay: str) -> None:
    names = {(one["kind"], one["metadata"]["name"]) for one in rendered(overlay)}
    wanted = {(kind, f"{name}-{part}") for name in SERVICES for kind, part in (
        ("Deployment", "api"), ("Deployment", "worker"), ("Service", "api"), ("Job", "migrate"), ("NetworkPolicy", "service"),
    )}  # fmt: skip
    assert wanted - names == set()
    modules = [one["data"]["module"] for one in of(overlay, "ConfigMap") if "module" in one["data"]]
    assert sorted(modules) == sorted(name.replace("-", "_") for name in SERVICES)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_workload_may_do_nothing_that_it_need_not(overlay: str) -> None:
    policies = [one["spec"] for one in of(overlay, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies, "nothing is forbidden by default"
    outgoing = [one for one in policies if one["podSelector"] and "Egress" in one["policyTypes"]]
    for one in ours(overlay, "Deployment", "Job"):
        pod, name = one["spec"]["template"]["spec"], one["metadata"]["name"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        (container,) = pod["containers"]
        assert container["securityContext"] == CONFINED, name
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        # A limit of CPU makes answers slow long before the node is busy.
        assert container["resources"]["limits"].keys() == {"memory"}, name
        assert not [entry for entry in container.get("env", []) if re.search("PASSWORD|URL", entry["name"])], name
        assert any(selects(policy["podSelector"], labels(one)) for policy in outgoing), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_is_watched_spread_and_rolled_without_a_gap(overlay: str) -> None:
    for one in ours(overlay, "Deployment"):
        pod, name = one["spec"]["template"]["spec"], one["metadata"]["name"]
        (container,) = pod["containers"]
        assert {container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("liveness", "startup")} == {"/health/live"}, name
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready", name
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, name
        assert pod["terminationGracePeriodSeconds"] >= 45, "requests under way have 20 s, after a pause of 10"
        spreads = pod["topologySpreadConstraints"]
        assert {spread["topologyKey"] for spread in spreads} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, name
        assert all(selects(spread["labelSelector"], labels(one)) for spread in spreads), name
        budgets = [budget for budget in of(overlay, "PodDisruptionBudget") if selects(budget["spec"]["selector"], labels(one))]
        assert [budget["spec"]["maxUnavailable"] for budget in budgets] == [1], name
        if overlay != "dev":
            assert any(selects(monitor["spec"]["selector"], labels(one)) for monitor in of(overlay, "PodMonitor")), name
            assert re.search(r"@sha256:[0-9a-f]{64}$", container["image"]), "by digest: a tag may come to name something else"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_settings_are_settings_and_secrets_are_not_among_them(overlay: str) -> None:
    (settings,) = (one["data"] for one in of(overlay, "ConfigMap") if one["metadata"]["name"].startswith("qudao-settings"))
    known = {f"QUDAO_{name.upper()}" for name in Settings.model_fields}
    assert settings.keys() - known == {"QUDAO_SECRETS_FOLDER"}
    assert not [name for name in settings if re.search("DATABASE_URL|SECRETS_KEY|TOPIC_KEY|PASSWORD", name)]
    Settings(
        **{name.removeprefix("QUDAO_").lower(): value for name, value in settings.items() if name in known},
        database_url="postgresql://a@b/c",
    )


def test_workers_are_no_more_than_there_are_partitions() -> None:
    assert {one["spec"]["partitions"] for one in of("prod", "KafkaTopic")} == {PARTITIONS}
    assert {one["metadata"]["name"] for one in of("prod", "KafkaTopic")} == {f"qudao.{name}" for name in SERVICES}
    assert {one["metadata"]["name"] for one in of("prod", "KafkaUser")} == set(SERVICES)
    for one in of("prod", "ScaledObject"):
        assert one["spec"]["minReplicaCount"] >= 1, "nobody would wake a worker that is not there"
        assert one["spec"]["maxReplicaCount"] <= PARTITIONS
        assert ("Deployment", one["spec"]["scaleTargetRef"]["name"]) in {(o["kind"], o["metadata"]["name"]) for o in rendered("prod")}


def test_what_is_confirmed_is_on_two_servers() -> None:
    (postgres,) = of("prod", "Cluster")
    assert postgres["spec"]["postgresql"]["synchronous"]["dataDurability"] == "required"
    assert postgres["spec"]["postgresql"]["parameters"]["synchronous_commit"] == "on"
    (kafka,) = of("prod", "Kafka")
    assert (kafka["spec"]["kafka"]["config"]["default.replication.factor"], kafka["spec"]["kafka"]["config"]["min.insync.replicas"]) == (
        3,
        2,
    )
    assert all(listener["tls"] for listener in kafka["spec"]["kafka"]["listeners"])


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_a_service_speaks_to_kafka_over_tls_as_its_own_user(overlay: str) -> None:
    (settings,) = (one["data"] for one in of(overlay, "ConfigMap") if one["metadata"]["name"].startswith("qudao-settings"))
    (kafka,) = of(overlay, "Kafka")
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    assert (settings["QUDAO_KAFKA_SECURITY"], listener["tls"]) == ("SASL_SSL", True)
    assert settings["QUDAO_KAFKA_SECURITY_MECHANISM"].lower() == listener["authentication"]["type"]
    for one in ours(overlay, "Deployment"):
        pod, service = one["spec"]["template"]["spec"], one["metadata"]["labels"]["app.kubernetes.io/name"]
        (container,) = pod["containers"]
        assert {"name": "QUDAO_KAFKA_SECURITY_USER", "value": service} in container["env"]
        [mounted] = [mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "secrets"]
        [volume] = [volume["projected"] for volume in pod["volumes"] if volume["name"] == "secrets"]
        sources = {source["secret"]["name"]: source["secret"].get("items") for source in volume["sources"]}
        files = {f"{mounted}/{item['path']}" for items in sources.values() for item in items or ()}
        assert sources.keys() == {f"{service}-secrets", service, f"{kafka['metadata']['name']}-cluster-ca-cert"}
        assert files == {settings["QUDAO_KAFKA_SECURITY_CA"], f"{settings['QUDAO_SECRETS_FOLDER']}/qudao_kafka_security_password"}


def test_topics_are_kept_for_ever() -> None:
    # One that is cut at its beginning is filled again by its relay at each audit, and read by nobody who begins anew until then.
    assert {one["spec"]["config"]["retention.ms"] for one in of("prod", "KafkaTopic")} == {-1}


def test_no_secret_is_in_what_is_installed() -> None:
    assert [one["metadata"]["name"] for overlay in ("staging", "prod") for one in of(overlay, "Secret")] == []
