"""How the services are told of Kafka, and what it is told of their topics."""

import shutil

import pytest

from .rendered import of, ours

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
