"""What `deploy/k8s` renders to is valid, whole for every service, and lacks none of what a cluster asks of a workload."""

import re
import shutil

import kubernetes_validate
import pytest
import yaml
from channel_events.partition import PARTITIONS
from channel_service.settings import Settings
from qudao_checks.metrics import declared
from qudao_checks.sources import ROOT

from .rendered import OVERLAYS, SERVICES, Object, labels, of, ours, rendered, selects

VERSION = "1.34"
CONFINED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


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
        assert pod["priorityClassName"] in {known["metadata"]["name"] for known in of(overlay, "PriorityClass")}, name
        assert all("sizeLimit" in volume["emptyDir"] for volume in pod.get("volumes", []) if "emptyDir" in volume), name
        if one["kind"] == "Job":
            assert {"backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= one["spec"].keys(), name


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


def test_no_secret_is_in_what_is_installed() -> None:
    assert [one["metadata"]["name"] for overlay in ("staging", "prod") for one in of(overlay, "Secret")] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_how_many_there_are_is_said_once(overlay: str) -> None:
    """A number beside a scaler's takes the scaler's pods away at each release."""
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in of(overlay, "HorizontalPodAutoscaler", "ScaledObject")}
    for one in ours(overlay, "Deployment"):
        name = one["metadata"]["name"]
        assert ("replicas" in one["spec"]) == (name not in scaled), name
        assert one["spec"].get("replicas", 2) >= (1 if overlay == "dev" else 2), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_release_comes_in_order(overlay: str) -> None:
    """What they need, the databases, their tables, the services, the question whether all is well. A hook before the rest would wait
    for secrets that come with the rest."""
    waves = {one["metadata"]["name"]: one["metadata"]["annotations"] for one in ours(overlay, "Deployment", "Job")}
    wave = {name: int(said.get("argocd.argoproj.io/sync-wave", 0)) for name, said in waves.items()}
    assert {said.get("argocd.argoproj.io/hook") for name, said in waves.items() if name.endswith(("-migrate", "databases"))} == {"Sync"}
    assert {name: said["argocd.argoproj.io/hook"] for name, said in waves.items() if name == "smoke"} == {"smoke": "PostSync"}
    for name in SERVICES:
        assert 0 < wave["databases"] < wave[f"{name}-migrate"] < wave[f"{name}-api"] == wave[f"{name}-worker"]
    others = [one for one in rendered(overlay) if one["kind"] not in ("Deployment", "Job")]
    assert [one for one in others if "argocd.argoproj.io/sync-wave" in one["metadata"].get("annotations", {})] == []


def pods(overlay: str) -> dict[str, int]:
    """The most pods there may be of each service and role, one more than that while it is rolled out."""
    most = {one["spec"]["scaleTargetRef"]["name"]: one["spec"]["maxReplicas"] for one in of(overlay, "HorizontalPodAutoscaler")}
    most |= {one["spec"]["scaleTargetRef"]["name"]: one["spec"]["maxReplicaCount"] for one in of(overlay, "ScaledObject")}
    services = ours(overlay, "Deployment")
    return {(name := one["metadata"]["name"]): most.get(name, one["spec"].get("replicas", 1)) + 1 for one in services}


CONNECTIONS = 24
"""What a process may hold of the database: its pool for reads, eight of the log, and those of its relay, views, timers and senders (17 at
most in any service at rest)."""


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_the_database_lets_all_in_that_there_may_be(overlay: str) -> None:
    (postgres,) = of(overlay, "Cluster")
    parameters = postgres["spec"]["postgresql"]["parameters"]
    assert sum(pods(overlay).values()) * CONNECTIONS <= int(parameters["max_connections"]) - 20, pods(overlay)
    assert Settings.model_fields["database_connections"].default <= 10
    memory = int(postgres["spec"]["resources"]["limits"]["memory"].removesuffix("Gi"))
    assert int(parameters["shared_buffers"].removesuffix("GB")) * 4 <= memory


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_the_namespace_has_room_for_all_that_there_may_be(overlay: str) -> None:
    (quota,) = (one["spec"]["hard"] for one in of(overlay, "ResourceQuota"))
    asked: dict[str, float] = {"cpu": 0, "memory": 0, "limit": 0, "pods": 0}

    def count(resources: Object, times: int) -> None:
        asked["cpu"] += amount(resources["requests"]["cpu"]) * times
        asked["memory"] += amount(resources["requests"]["memory"]) * times
        asked["limit"] += amount(resources["limits"]["memory"]) * times
        asked["pods"] += times

    for one in ours(overlay, "Deployment", "Job"):
        count(one["spec"]["template"]["spec"]["containers"][0]["resources"], pods(overlay).get(one["metadata"]["name"], 1))
    for pool in of(overlay, "KafkaNodePool"):
        count(pool["spec"]["resources"], pool["spec"]["replicas"])
    for cluster in of(overlay, "Cluster"):
        count(cluster["spec"]["resources"], cluster["spec"]["instances"])
        for beside in of(overlay, "ObjectStore"):
            count(beside["spec"]["instanceSidecarConfiguration"]["resources"], cluster["spec"]["instances"])
    half = {"cpu": "requests.cpu", "memory": "requests.memory", "limit": "limits.memory", "pods": "pods"}
    # A fifth is left for what operators start beside them.
    assert {name: value for name, value in asked.items() if value > 0.8 * amount(quota[half[name]])} == {}


def amount(said: str) -> float:
    """A quantity as Kubernetes writes it, in cores, bytes or pieces."""
    for suffix, factor in {"m": 0.001, "Mi": 2.0**20, "Gi": 2.0**30}.items():
        if said.endswith(suffix):
            return float(said.removesuffix(suffix)) * factor
    return float(said)


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_scalers_ask_for_what_prometheus_has(overlay: str) -> None:
    """A label that no series has makes a query without an answer, and a scaler that never scales."""
    (services,) = (one["spec"] for one in of(overlay, "PodMonitor") if one["metadata"]["name"] == "services")
    (job,) = services["podMetricsEndpoints"][0]["relabelings"]
    assert job["sourceLabels"] == ["__meta_kubernetes_pod_label_app_kubernetes_io_name"]
    assert (job["targetLabel"], job["replacement"]) == ("job", "qudao/$1")
    elsewhere = {one["job_name"] for one in yaml.safe_load((ROOT / "deploy/container/prometheus.yml").read_text())["scrape_configs"]}
    assert elsewhere == {f"qudao/{name}" for name in SERVICES}
    known = {one.name: {*one.labels, "job", "namespace", "le"} for one in declared()}
    for one in of(overlay, "ScaledObject"):
        asked = [trigger["metadata"]["query"] for trigger in one["spec"]["triggers"]]
        for name, said in re.findall(r"(qudao_\w+?)(?:_bucket)?(?:\{([^}]*)\}|\b(?!_))", " ".join(asked)):
            assert set(re.findall(r"(\w+)=", said)) <= known[name], (one["metadata"]["name"], name, said)
            assert set(re.findall(r'job="([^"]*)"', said)) <= elsewhere


def test_only_who_must_comes_to_kafka_and_nobody_to_the_stores_in_the_clear() -> None:
    """The operator opens a listener's port to the whole cluster unless the listener says to whom."""
    (kafka,) = of("prod", "Kafka")
    assert all(listener["networkPolicyPeers"] for listener in kafka["spec"]["kafka"]["listeners"])
    (postgres,) = of("prod", "Cluster")
    assert postgres["spec"]["postgresql"]["pg_hba"][0] == "hostnossl all all all reject"


def test_what_the_kafka_operator_starts_is_let_into_the_namespace() -> None:
    """Its pods are as confined as the namespace asks of all: by what the objects say, not by how the operator is set up."""
    (kafka,) = (one["spec"] for one in of("prod", "Kafka"))
    pod = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    templates = [kafka["entityOperator"]["template"], kafka["cruiseControl"]["template"]]
    pools = [one["spec"]["template"] for one in of("prod", "KafkaNodePool")]
    assert [one["pod"]["securityContext"] for one in (*templates, *pools)] == [pod] * 4
    containers = [part for one in (*templates, kafka["kafka"]["template"]) for name, part in one.items() if name.endswith("Container")]
    assert [one["securityContext"] for one in containers] == [container] * 5
    for one in of("prod", "KafkaNodePool"):
        spreads = one["spec"]["template"]["pod"]["topologySpreadConstraints"]
        assert {spread["topologyKey"] for spread in spreads} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
        assert {spread["whenUnsatisfiable"] for spread in spreads} == {"DoNotSchedule"}
        assert all(spread["labelSelector"]["matchLabels"] == {"strimzi.io/pool-name": one["metadata"]["name"]} for spread in spreads)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_store_gives_its_place_to_nobody_who_stands_on_it(overlay: str) -> None:
    """A node that is full puts out whoever has the least priority: a store without one would go for a door's second pod."""
    value = {one["metadata"]["name"]: one["value"] for one in of(overlay, "PriorityClass")}
    highest = max(value[one["spec"]["template"]["spec"]["priorityClassName"]] for one in ours(overlay, "Deployment", "Job"))
    stores = [one["spec"]["priorityClassName"] for one in of(overlay, "Cluster")]
    stores += [one["spec"]["template"]["pod"]["priorityClassName"] for one in of(overlay, "KafkaNodePool")]
    stores += [one["spec"]["template"]["spec"]["priorityClassName"] for one in of(overlay, "Deployment") if "qudao/store" in labels(one)]
    assert len(stores) >= 2
    assert all(value[name] > highest for name in stores)


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_the_board_finds_every_service(overlay: str) -> None:
    """A fact is explained by the service that it is of, where a browser reaches it: by the host of its route."""
    (settings,) = (one["data"] for one in of(overlay, "ConfigMap") if one["metadata"]["name"].startswith("qudao-settings"))
    hosts = {one["metadata"]["name"]: one["spec"]["hostnames"] for one in of(overlay, "HTTPRoute")}
    assert hosts.keys() == set(SERVICES)
    told = dict(one.split("=", 1) for one in settings["QUDAO_SERVICE_URLS"].split(","))
    assert told == {name: f"https://{host}" for name, [host] in hosts.items()}
    assert settings["QUDAO_ALLOWED_ORIGINS"] == told["metrics"]


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_there_is_a_backup_from_the_first_hour(overlay: str) -> None:
    """The log that is archived restores nothing without one to begin with."""
    (backup,) = of(overlay, "ScheduledBackup")
    assert backup["spec"]["immediate"] is True
