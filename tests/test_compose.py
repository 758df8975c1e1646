"""docker-compose.yml and the Dockerfile say what the services, their settings and their secrets are, and confine each process.

That they run is shown by ``make compose-test``.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from channel_operate import installed
from channel_service.settings import Settings
from docker.utils.build import PatternMatcher  # type: ignore[import-untyped]
from qudao_checks.alerts import alerts
from qudao_checks.dashboards import boards
from qudao_checks.sources import ROOT
from qudao_local.folder import Folder

sys.path.insert(0, str(ROOT / "deploy/container"))

import compose
from make_secrets import secrets, write

DOCUMENT = compose.document()
SERVICES: dict[str, Any] = DOCUMENT["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
TEXT = compose.FILE.read_text("utf-8")
PROCESSES = [(one, role, name) for one in installed() for role, name in (("api", one.name), ("worker", f"{one.name}-worker"))]


def lock(path: str) -> dict[str, str]:
    """Package and version to its hashes, as written."""
    found = re.findall(r"^([a-z0-9-]+==\S+)[^\n]*((?:\n +--hash=\S+(?: \\)?)+)", (ROOT / path).read_text("utf-8"), re.MULTILINE)
    return {name: " ".join(sorted(re.findall(r"sha256:\w+", hashes))) for name, hashes in found}


@pytest.mark.parametrize(("one", "role", "name"), PROCESSES, ids=[name for *_, name in PROCESSES])
def test_each_service_runs_as_api_and_as_worker(one: Any, role: str, name: str) -> None:
    assert SERVICES[name]["command"] == [one.package, "--role", role]
    assert compose.conditions(SERVICES[name])[f"{one.name}-migrate"] == "service_completed_successfully"
    importlib.import_module(f"{one.package}.__main__")  # `python -m` finds it


@pytest.mark.parametrize("one", installed(), ids=lambda one: one.name)
def test_each_service_is_migrated_by_its_owner_after_the_databases_are_made(one: Any) -> None:
    job = SERVICES[f"{one.name}-migrate"]
    assert job["command"] == [one.package, "migrate"]
    assert compose.conditions(job) == {"databases": "service_completed_successfully"}
    assert targets(job) == {"qudao_database_url", "qudao_owner_database_url"}
    # Nothing that serves or moves events can change tables.
    assert [name for name, service in OURS.items() if "qudao_owner_database_url" in targets(service) and "migrate" not in name] == []


def test_there_is_no_process_of_ours_besides() -> None:
    wanted = {name for *_, name in PROCESSES} | {f"{one.name}-migrate" for one in installed()} | {"databases"}
    assert set(OURS) == wanted


def targets(service: dict[str, Any]) -> set[str]:
    return {one if isinstance(one, str) else one["target"] for one in service.get("secrets", [])}


def given(service: dict[str, Any]) -> dict[str, str]:
    """The fields of the settings that its environment says; what is none is the standard's, and empty unless somebody says more."""
    said = {key: compose.filled(value, {}).strip() for key, value in service.get("environment", {}).items()}
    assert said.pop("OTEL_EXPORTER_OTLP_ENDPOINT", "") == ""
    return {key.removeprefix("QUDAO_").lower(): value for key, value in said.items()}


def test_every_setting_is_one_and_no_secret_is_in_an_environment() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)}
    assert {"topic_key", "secrets_key"} <= secret
    for name, service in OURS.items():
        assert set(given(service)) <= set(Settings.model_fields) - secret - {"database_url", "owner_database_url"}, name
        files = {one.removeprefix("qudao_") for one in targets(service) if one.startswith("qudao_")}
        assert name == "databases" or files <= set(Settings.model_fields), name
    assert "PASSWORD" not in re.sub("POSTGRES_PASSWORD_FILE|GF_SECURITY_ADMIN_PASSWORD__FILE", "", TEXT)


def test_the_settings_as_written_are_accepted() -> None:
    for *_, name in PROCESSES:
        said: dict[str, Any] = given(SERVICES[name])
        assert Settings(database_url="postgresql://a@b/c", **said).kafka_bootstrap == "kafka:9092"


def test_every_secret_is_declared_and_made(tmp_path: Path) -> None:
    used = {one if isinstance(one, str) else one["source"] for service in SERVICES.values() for one in service.get("secrets", [])}
    assert used == set(DOCUMENT["secrets"])
    place = write(tmp_path / "try")
    assert {file.name for file in place.iterdir()} == used
    assert {name: compose.filled(one["file"], {"QUDAO_SECRETS": str(place)}) for name, one in DOCUMENT["secrets"].items()} == {
        name: str(place / name) for name in used
    }
    before = dict(secrets(Folder(tmp_path / "try")))
    assert write(tmp_path / "try") == place
    assert {file.name: file.read_text("utf-8") for file in place.iterdir()} == before
    # Containers' users may read the files; on this machine nobody but us comes to them.
    assert {oct(file.stat().st_mode & 0o777) for file in place.iterdir()} == {"0o444"}
    assert oct(place.stat().st_mode & 0o777) == "0o700"


def test_what_seals_is_only_with_who_seals() -> None:
    sealing = {name for one, _, name in PROCESSES if re.search(r"\b(KeptSecrets|Sealer|Seal)\b", sources(one.package))}
    assert {name for name, service in SERVICES.items() if "qudao_secrets_key" in targets(service)} == sealing


def sources(package: str) -> str:
    folder = Path(str(importlib.import_module(package).__file__)).parent
    return "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))


def test_who_moves_events_speaks_to_kafka_over_tls_as_a_user() -> None:
    kafka = SERVICES["kafka"]["environment"]
    listeners = dict(one.split(":") for one in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    reached = [one.split("://") for one in kafka["KAFKA_LISTENERS"].split(",")]
    # Elsewhere than from within nobody comes without.
    assert {listeners[name] for name, address in reached if not address.startswith("localhost:")} == {"SASL_SSL"}
    assert targets(SERVICES["kafka"]) == {"kafka.pem", "kafka_jaas.conf"}
    for name in (name for *_, name in PROCESSES if name.endswith("-worker")):
        said = given(SERVICES[name])
        assert said["kafka_security"] == "SASL_SSL"
        assert said["kafka_security_ca"].rpartition("/")[2] in targets(SERVICES[name])
        assert "qudao_kafka_security_password" in targets(SERVICES[name])


def test_the_databases_job_has_the_urls_of_all_services() -> None:
    wanted = {f"qudao_{one.package}_{owner}database_url" for one in installed() for owner in ("", "owner_")}
    assert targets(SERVICES["databases"]) == wanted | {"qudao_admin_database_url"}
    assert SERVICES["databases"]["command"] == ["channel_operate", "databases"]
    assert compose.conditions(SERVICES["databases"]) == {"postgres": "service_healthy"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_process_is_confined_and_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == ("on-failure" if name == "databases" or name.endswith("-migrate") else "unless-stopped")
    assert "healthcheck" in service or name in {name for *_, name in PROCESSES}  # theirs is the image's
    if name in OURS:
        assert service["read_only"] is True
    assert not service.get("privileged")


def test_only_doors_are_published_and_on_loopback() -> None:
    doors = {one.name: f"127.0.0.1:{one.port}:8100" for one in installed()}
    doors |= {"prometheus": "127.0.0.1:9090:9090", "alertmanager": "127.0.0.1:9093:9093"}
    doors |= {"grafana": "127.0.0.1:3000:3000", "traces": "127.0.0.1:16686:16686"}
    assert {name: compose.filled(port, {}) for name, service in SERVICES.items() for port in service.get("ports", [])} == doors
    assert {name for name, service in SERVICES.items() if "doors" in service["networks"]} == set(doors)
    assert DOCUMENT["networks"]["inner"] == {"internal": True}
    assert [name for name, service in OURS.items() if "outward" in service["networks"]] == ["comms-worker"]
    assert all("inner" in service["networks"] for service in SERVICES.values())


def test_images_are_named_to_the_version() -> None:
    for image in {*compose.images({}), *(compose.filled(one["image"], {}) for one in SERVICES.values() if "profiles" in one)}:
        if "kafka" in image:  # what the tests run on
            (version,) = re.findall(r"<kafka>(.*)</kafka>", (ROOT / "tools/src/qudao_checks/kafka/pom.xml").read_text("utf-8"))
            assert image.endswith(f":{version}")
        assert re.fullmatch(r"docker\.io/[a-z]+/[a-z]+:v?\d+(\.\d+)*(-slim)?", image), image


def test_what_waits_for_what_has_an_order() -> None:
    order = compose.in_order(SERVICES)
    assert sorted(order) == sorted(SERVICES)
    assert order.index("postgres") < order.index("databases") < order.index("metrics-migrate") < order.index("metrics")
    with pytest.raises(compose.Broken, match="a, b wait for each other"):
        compose.in_order({"a": {"depends_on": {"b": {"condition": "x"}}}, "b": {"depends_on": {"a": {"condition": "x"}}}})


def test_the_example_of_variables_names_all_with_their_defaults() -> None:
    example = dict(line.removeprefix("#").split("=", 1) for line in (ROOT / ".env.example").read_text("utf-8").splitlines() if "=" in line)
    assert example == dict(compose.VARIABLE.findall(TEXT))


def test_prometheus_scrapes_every_process_as_a_job_of_its_services_name() -> None:
    read = yaml.safe_load((ROOT / "deploy/container/prometheus.yml").read_text("utf-8"))
    found = {job["job_name"]: [target for group in job["static_configs"] for target in group["targets"]] for job in read["scrape_configs"]}
    assert found == {f"qudao/{one.name}": [f"{one.name}:8100", f"{one.name}-worker:8100"] for one in installed()}
    (rules,) = read["rule_files"]
    assert f"./deploy/observability/rules:{rules.removesuffix('/*.yaml')}:ro" in SERVICES["prometheus"]["volumes"]


def test_what_is_in_a_profile_is_asked_for_by_nobody_else() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {"grafana": ["observe"], "traces": ["traces"]}
    assert set(compose.services()) == set(SERVICES) - set(profiles)
    assert not {needed for service in SERVICES.values() for needed in compose.conditions(service)} & set(profiles)


def test_grafana_finds_its_dashboards_and_the_prometheus_that_they_ask() -> None:
    mounted = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"] if volume.startswith("./"))
    provisioned = {place: ROOT / source for source, place in mounted.items()}
    own = provisioned["/etc/grafana/provisioning"]
    (provider,) = yaml.safe_load((own / "dashboards/qudao.yaml").read_text("utf-8"))["providers"]
    assert len(list(provisioned[provider["options"]["path"]].glob("*.json"))) == len(boards())
    (source,) = yaml.safe_load((own / "datasources/prometheus.yaml").read_text("utf-8"))["datasources"]
    assert (source["type"], source["url"], source["isDefault"]) == ("prometheus", "http://prometheus:9090", True)


def test_every_severity_of_an_alert_goes_to_a_receiver_that_there_is() -> None:
    read = yaml.safe_load((ROOT / "deploy/container/alertmanager.yml").read_text("utf-8"))
    routed = {matcher.split('"')[1]: route["receiver"] for route in read["route"]["routes"] for matcher in route["matchers"]}
    assert routed == {"page": "pages", "heartbeat": "heartbeat"}
    severities = {rule["labels"]["severity"] for rule in alerts()}
    assert severities - set(routed) <= {"ticket"}  # what nothing else matches
    assert {*routed.values(), read["route"]["receiver"]} == {one["name"] for one in read["receivers"]}


def instructions() -> Iterator[str]:
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    yield from (line for line in text.splitlines() if line and not line.startswith("#"))


def test_the_image_runs_as_nobody_in_particular_and_says_its_health() -> None:
    last = list(instructions())
    last = last[max(number for number, line in enumerate(last) if line.startswith("FROM ")) :]
    assert "USER 10001:10001" in last
    assert 'ENTRYPOINT ["python", "-m"]' in last
    (health,) = [line for line in last if line.startswith("HEALTHCHECK")]
    assert "/opt/qudao/health.py" in health
    (environment,) = [line for line in last if line.startswith("ENV PATH")]
    given = dict(word.split("=", 1) for word in environment.split()[1:] if word.startswith("QUDAO_"))
    assert set(given) == {"QUDAO_HOST", "QUDAO_PORT"}
    assert given["QUDAO_PORT"] == "8100"
    assert not any(line.startswith("RUN") and "install" in line for line in last)


def test_kubernetes_runs_the_image_as_it_is_made() -> None:
    manifests = [*(ROOT / "deploy/k8s/service").glob("*.yaml"), ROOT / "deploy/k8s/base/databases.yaml"]
    text = "".join(path.read_text("utf-8") for path in manifests)
    assert set(re.findall(r"runAs(?:User|Group): (\S+)", text)) == {"10001"}
    assert set(re.findall(r"containerPort: (\S+)", text)) == {"8100"}


def test_the_image_has_the_packages_that_the_tests_have() -> None:
    tested, built = lock("requirements.lock"), lock("deploy/container/requirements.lock")
    assert len(built) > 40
    assert {name: hashes for name, hashes in built.items() if tested.get(name) != hashes} == {}
    needed = {re.split(r"[\[>=<]", line)[0] for one in [*ROOT.glob("libs/*"), *ROOT.glob("services/*")] for line in dependencies(one)}
    there = {name.partition("==")[0] for name in built}
    assert needed - there - {"channel-events", "channel-service", "channel-terms", "channel-operate", "channel-testing"} == set()


def dependencies(package: Path) -> list[str]:
    import tomllib

    read: list[str] = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"].get("dependencies", [])
    return read


def test_what_builds_the_image_is_locked() -> None:
    wanted = [line for line in (ROOT / "deploy/container/build.in").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    built = {name.partition("==")[0]: hashes for name, hashes in lock("deploy/container/build.lock").items()}
    assert all(built[re.split(r"[>=]", line)[0]] for line in wanted)


def test_what_the_image_is_made_of_reaches_its_build() -> None:
    """A file that .dockerignore leaves out ends the build where nobody sees it until then."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copied = [path for line in re.findall(r"^COPY (?!--from)(.*) \S+$", dockerfile, re.MULTILINE) for path in line.split()]
    assert len(copied) > 5
    assert [path for path in copied if not (ROOT / path).exists()] == []
    ignored = [line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert [path for path in copied if PatternMatcher(ignored).matches(path)] == []
