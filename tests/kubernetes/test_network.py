"""Who must reach whom may, by the rendered policies of both sides; and nobody else."""

import shutil
from typing import NamedTuple

import pytest

from .rendered import OVERLAYS, SERVICES, Object, labels, of, ours, selects

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
QUDAO = {"kubernetes.io/metadata.name": "qudao"}


class Peer(NamedTuple):
    """Pods of one kind: their labels, and those of their namespace."""

    pod: dict[str, str]
    namespace: dict[str, str]


def store(name: str, **more: str) -> Peer:
    return Peer({"qudao/store": name, **more}, QUDAO)


DNS = Peer({"k8s-app": "kube-dns"}, {"kubernetes.io/metadata.name": "kube-system"})
GATEWAY, MONITORING = Peer({}, {"qudao/role": "gateway"}), Peer({}, {"qudao/role": "monitoring"})
STORES = {
    "dev": (store("postgres"), store("kafka"), 9092),
    "staging": (store("postgres", **{"cnpg.io/cluster": "qudao-postgres"}), store("kafka", **{"strimzi.io/cluster": "qudao"}), 9093),
}
STORES["prod"] = STORES["staging"]


def allows(policies: list[Object], way: str, here: Peer, there: Peer, port: int, own_ports: dict[int, str]) -> bool:
    """Whether the policies of ``here`` let through what goes out to ``there``, or comes in from there: as Kubernetes reads them."""
    side, peers = ("Egress", "to") if way == "out" else ("Ingress", "from")
    bound = [one["spec"] for one in policies if side in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], here.pod)]
    rules = [rule for spec in bound for rule in spec.get(side.lower(), [])]
    return not bound or any(
        any(_is(peer, there) for peer in rule[peers])
        and ("ports" not in rule or any(one["port"] in (port, own_ports.get(port)) for one in rule["ports"]))
        for rule in rules
    )


def _is(peer: Object, there: Peer) -> bool:
    if "ipBlock" in peer:
        return False  # addresses outside the cluster
    in_namespace = selects(peer["namespaceSelector"], there.namespace) if "namespaceSelector" in peer else there.namespace == QUDAO
    return in_namespace and selects(peer.get("podSelector", {}), there.pod)


def reaches(overlay: str, one: Peer, other: Peer, port: int) -> bool:
    policies = of(overlay, "NetworkPolicy")
    out = one.namespace != QUDAO or allows(policies, "out", one, other, port, {})
    # The port of a rule may be a name: it is that of the pod that is gone to.
    return out and (other.namespace != QUDAO or allows(policies, "in", other, one, port, {8100: "http"}))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_who_must_reach_whom_may_and_nobody_else(overlay: str) -> None:
    postgres, kafka, kafka_port = STORES[overlay]
    pods = {one["metadata"]["name"]: Peer(labels(one), QUDAO) for one in ours(overlay, "Deployment", "Job")}
    closed = []
    for name, pod in pods.items():
        role = pod.pod["app.kubernetes.io/component"]
        doors = [(pods[f"{service}-api"], 8100) for service in SERVICES]
        wanted = [(DNS, 53), *(doors if role == "smoke" else [(postgres, 5432)]), *([(kafka, kafka_port)] if role == "worker" else [])]
        closed += [f"{name} cannot reach {there}:{port}" for there, port in wanted if not reaches(overlay, pod, there, port)]
        callers = {"api": (GATEWAY, MONITORING, pods["smoke"]), "worker": (MONITORING,)}.get(role, ())
        closed += [f"{name} is closed to {there}" for there in callers if not reaches(overlay, there, pod, 8100)]
    assert closed == []
    stranger = Peer({"app": "else"}, QUDAO)
    targets = [*((pod, 8100) for pod in pods.values()), (postgres, 5432), (kafka, kafka_port)]
    assert [there for there, port in targets if reaches(overlay, stranger, there, port)] == []
    # A service's pods answer the gateway, and take part in no other's business but by the log.
    api, other = pods["metrics-api"], pods["comms-worker"]
    assert not reaches(overlay, other, api, 8100)
    assert not reaches(overlay, pods["smoke"], postgres, 5432)
    assert not any(reaches(overlay, GATEWAY, pods[f"{service}-worker"], 8100) for service in SERVICES)
    # Only workers move events.
    assert {name for name, pod in pods.items() if reaches(overlay, pod, kafka, kafka_port)} == {f"{service}-worker" for service in SERVICES}
