"""What `deploy/k8s` renders to is taken by a real API server with the operators' kinds: installed, and released again over itself."""

import re
from collections.abc import Iterator

import pytest
import yaml
from qudao_checks.cluster import Cluster, built, missing

from .rendered import OVERLAYS, of, ours, rendered, text

NEXT = "@sha256:" + "1" * 64
FOUND = built() if missing() is None else None
pytestmark = pytest.mark.skipif(FOUND is None, reason="no kube-apiserver is built: make test-k8s")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    assert FOUND is not None
    started = Cluster(FOUND, tmp_path_factory.mktemp("cluster"))
    try:
        started.start()
        first = rendered("prod")
        before = [one for one in first if one["kind"] in ("Namespace", "PriorityClass")]
        made = started.kubectl("apply", "--server-side", "-f", "-", given=yaml.safe_dump_all(before))
        assert made.returncode == 0, made.stderr
        yield started
    finally:
        started.stop()


def taken(cluster: Cluster, given: str, *words: str) -> set[str]:
    """The objects that the server took, each as kind and name; it may say nothing against any."""
    said = cluster.kubectl("apply", "--server-side", "--validate=strict", *words, "-f", "-", given=given)
    assert (said.returncode, said.stderr) == (0, "")
    return {re.sub(r"\.[\w.-]*/", "/", line.split()[0]) for line in said.stdout.splitlines()}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_server_takes_every_object_and_warns_of_none(cluster: Cluster, overlay: str) -> None:
    wanted = {f"{one['kind'].lower()}/{one['metadata']['name']}" for one in rendered(overlay)}
    assert taken(cluster, text(overlay), "--dry-run=server") == wanted


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_let_in(cluster: Cluster, overlay: str) -> None:
    """Pods are judged when they are made, their workloads are not: by the namespace's security standard, its quota, its limits."""
    pods = []
    for one in of(overlay, "Deployment", "Job"):
        template = one["spec"]["template"]
        metadata = {"name": one["metadata"]["name"], "namespace": "qudao", "labels": template["metadata"]["labels"]}
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
    assert len(pods) >= 17
    assert taken(cluster, yaml.safe_dump_all(pods), "--dry-run=server") == {f"pod/{pod['metadata']['name']}" for pod in pods}


def test_a_pod_that_could_be_root_is_not_let_in(cluster: Cluster) -> None:
    """The check above can fail."""
    container = {"name": "it", "image": "it", "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"memory": "1Mi"}}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "it", "namespace": "qudao"}, "spec": {"containers": [container]}}
    said = cluster.kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", given=yaml.safe_dump(pod))
    assert said.returncode == 1
    assert 'violates PodSecurity "restricted' in said.stderr


def test_a_field_that_an_operator_does_not_know_is_refused(cluster: Cluster) -> None:
    """Neither by Strimzi, whose kinds are made of its classes, nor by one whose kinds are its own."""
    for kind in ("Kafka", "Cluster", "ScaledObject", "ExternalSecret", "HTTPRoute", "PodMonitor", "ObjectStore", "KafkaUser"):
        wrong = of("prod", kind)[0]
        wrong = {**wrong, "spec": {**wrong["spec"], "nothingLikeIt": 1}}
        said = cluster.kubectl("apply", "--server-side", "--validate=strict", "--dry-run=server", "-f", "-", given=yaml.safe_dump(wrong))
        assert said.returncode == 1, kind
        assert "nothingLikeIt" in said.stderr, kind


def test_the_next_release_is_applied_over_the_last(cluster: Cluster) -> None:
    """By hand, as deploy/k8s/README.md says: what is done once goes first, the rest is changed where it stands."""
    first = text("prod")
    second = re.sub(r"@sha256:0{64}", NEXT, first)
    assert NEXT in second
    taken(cluster, first)
    jobs = {f"job/{one['metadata']['name']}" for one in ours("prod", "Job")}
    over = cluster.kubectl("apply", "--server-side", "-f", "-", given=second)
    assert set(re.findall(r'Job\.batch "([\w-]+)" is invalid', over.stderr)) == {name.removeprefix("job/") for name in jobs}
    gone = cluster.kubectl("-n", "qudao", "delete", "jobs", "-l", "app.kubernetes.io/part-of=qudao")
    assert gone.returncode == 0, gone.stderr
    assert jobs <= taken(cluster, second)
    images = cluster.kubectl("-n", "qudao", "get", "deployments,jobs", "-o", "jsonpath={..image}").stdout.split()
    assert {image.partition("@")[2] for image in images} == {NEXT.removeprefix("@")}
