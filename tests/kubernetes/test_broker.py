"""How the services are told of Kafka, and what it is told of them and of their topics."""

import shutil
from importlib import import_module

import pytest
from channel_events import Topic

from .rendered import labels, of, ours

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


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
        if labels(one)["app.kubernetes.io/component"] == "api":
            # Doors speak to no broker: who gets into one finds no password for it.
            assert "kafka" not in str(pod).lower(), one["metadata"]["name"]
            continue
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


@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_a_user_may_do_what_its_service_does_and_no_more(overlay: str) -> None:
    """Its own topic: filled, looked through, and made anew when it is deleted by hand. Those that it follows, and its groups.

    Whoever follows another topic gives the user that right in deploy/k8s/components/kafka/users.yaml.
    """
    for user in of(overlay, "KafkaUser"):
        name = user["metadata"]["name"]
        service = import_module(f"{name.replace('-', '_')}.app").SERVICE
        followed = {source.name for one in (*service.views, *service.reactions) for source in one.sources if isinstance(source, Topic)}
        resources = [(one["resource"], set(one["operations"])) for one in user["spec"]["authorization"]["acls"]]
        assert {(what["type"], what["patternType"], what["name"]): operations for what, operations in resources} == {
            ("topic", "literal", f"qudao.{name}"): {"Read", "Write", "Create", "Delete"},
            ("group", "prefix", f"qudao.{name}."): {"Read"},
            **{("topic", "literal", f"qudao.{other}"): {"Read"} for other in followed - {name}},
        }, name
