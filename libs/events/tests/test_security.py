"""What is said of the broker's security is enough, and does not contradict itself; else the text says what to write."""

from pathlib import Path

import pytest
from channel_events.broker import Broker
from channel_events.security import BadSecurity, Security
from qudao_local.certificates import Authority

USER = {"KAFKA_SECURITY_USER": "metrics", "KAFKA_SECURITY_PASSWORD": "of-tests-only"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"), "authority")


def refusal(**settings: str) -> str:
    with pytest.raises(BadSecurity) as refused:
        Security.of(settings.get)
    return str(refused.value)


def test_nothing_said_is_neither_tls_nor_a_user() -> None:
    assert Security.of(lambda _: None).options() == {"security_protocol": "PLAINTEXT"}


def test_what_is_said_is_what_clients_are_told(authority: Authority) -> None:
    said = {"KAFKA_SECURITY": "SASL_SSL", "KAFKA_SECURITY_CA": str(authority.file), "KAFKA_SECURITY_MECHANISM": "SCRAM-SHA-256", **USER}
    told = Security.of(said.get).options()
    context = told.pop("ssl_context")
    assert [one["subject"] for one in context.get_ca_certs()] == [((("commonName", "authority"),),)]
    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")
    assert told == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "metrics",
        "sasl_plain_password": USER["KAFKA_SECURITY_PASSWORD"],
    }


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"KAFKA_SECURITY": "ssl"}, "QUDAO_KAFKA_SECURITY is wrong; write PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"),
        ({"KAFKA_SECURITY": "SASL_SSL"}, "QUDAO_KAFKA_SECURITY_USER is not set; write the user"),
        ({"KAFKA_SECURITY": "SASL_SSL", "KAFKA_SECURITY_USER": "metrics"}, "QUDAO_KAFKA_SECURITY_PASSWORD is not set; write"),
        ({"KAFKA_SECURITY": "SASL_SSL", "KAFKA_SECURITY_MECHANISM": "GSSAPI", **USER}, "_MECHANISM is wrong; write SCRAM-SHA-512, SCR"),
        (USER, "QUDAO_KAFKA_SECURITY_USER is set, but QUDAO_KAFKA_SECURITY is PLAINTEXT; write SASL_SSL or SASL_PLAINTEXT there"),
        ({"KAFKA_SECURITY": "SSL", **USER}, "QUDAO_KAFKA_SECURITY_USER is set, but QUDAO_KAFKA_SECURITY is SSL"),
        ({"KAFKA_SECURITY": "SASL_PLAINTEXT", "KAFKA_SECURITY_CA": "ca", **USER}, "_CA is set, but QUDAO_KAFKA_SECURITY is SASL_PLAINTEXT"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_CA": "/nowhere/ca.crt"}, "_CA: /nowhere/ca.crt cannot be read (No such file"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_CA": __file__}, "cannot be used as PEM"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_CERTIFICATE": "client.crt"}, "QUDAO_KAFKA_SECURITY_KEY is not set; write the PEM file"),
        ({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_KEY": "client.key"}, "QUDAO_KAFKA_SECURITY_CERTIFICATE is not set; write the PEM file"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_write(settings: dict[str, str], text: str) -> None:
    assert text in refusal(**settings)


def test_a_certificate_and_the_key_of_another_are_refused(authority: Authority) -> None:
    (certificate, _), (_, key) = authority.certificate("one"), authority.certificate("other")
    said = {"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_CERTIFICATE": str(certificate), "KAFKA_SECURITY_KEY": str(key)}
    assert "do not belong together; write the PEM file" in refusal(**said)


def test_a_certificate_that_is_changed_is_used_by_the_next_client(authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "ca.crt"
    file.write_bytes(authority.file.read_bytes())
    security = Security.of({"KAFKA_SECURITY": "SSL", "KAFKA_SECURITY_CA": str(file)}.get)
    file.write_bytes(Authority(tmp_path / "next", "next").file.read_bytes())
    assert [one["subject"] for one in security.options()["ssl_context"].get_ca_certs()] == [((("commonName", "next"),),)]


def test_nobody_who_prints_a_broker_prints_a_secret() -> None:
    broker = Broker("b:1", key=b"k" * 32, security=Security.of({"KAFKA_SECURITY": "SASL_PLAINTEXT", **USER}.get))
    assert USER["KAFKA_SECURITY_PASSWORD"] not in f"{broker!r} {broker} {broker.security!r} {broker.security}"
    assert "kkkk" not in repr(broker)
