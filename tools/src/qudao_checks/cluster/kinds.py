"""The kinds that the operators bring: their own definitions from their modules, and for Strimzi what its classes say.

Strimzi publishes no definitions as an artifact. Those made here of its classes know the fields and their types, not which of them must
be there; nor what else belongs to one `type` of storage, authentication, authorization or metrics; nor what v1 has no more of v1beta2.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

OPERATORS = {
    "github.com/cloudnative-pg/cloudnative-pg@v1.29.0": "config/crd/bases/postgresql.cnpg.io_*.yaml",
    "github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0": "config/crd/bases/*.yaml",
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases/keda.sh_*.yaml",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases/external-secrets.io_*.yaml",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd/*_p*.yaml",
    "sigs.k8s.io/gateway-api@v1.4.1": "config/crd/standard/*.yaml",
}
"""Go modules, and where in each the definitions are."""
_STRIMZI = ("kafka.Kafka", "topic.KafkaTopic", "user.KafkaUser", "nodepool.KafkaNodePool")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def kinds(into: Path) -> None:
    """Writes a file for each kind."""
    for module, names in OPERATORS.items():
        asked = ["go", "mod", "download", "-json", module]
        source = Path(json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)["Dir"])
        found = sorted(source.glob(names))
        if not found:
            raise OSError(f"{module} has no {names}")
        for path in found:
            (into / path.name).write_bytes(path.read_bytes())
    _strimzi(into)


def _strimzi(into: Path) -> None:
    here, jars, made = Path(__file__).parent / "strimzi", into / "jars", into / "made"
    made.mkdir()
    copy = ["mvn", "-q", "-B", "-f", str(here / "pom.xml"), _COPY, "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    subprocess.run(copy, check=True, capture_output=True, text=True)
    classes = [f"io.strimzi.api.kafka.model.{name}" for name in _STRIMZI]
    subprocess.run(["java", "-cp", f"{jars}/*", here / "Kinds.java", made, *classes], check=True, capture_output=True, text=True)
    for path in made.iterdir():
        definition = yaml.safe_load(path.read_text("utf-8"))
        (version,) = definition["spec"]["versions"]
        version["name"] = "v1"
        _open(version["schema"]["openAPIV3Schema"])
        (into / f"{definition['metadata']['name']}.yaml").write_text(yaml.safe_dump(definition), "utf-8")


def _open(schema: dict[str, Any]) -> None:
    """What its classes leave open, so that the server lets it pass: values of any type, and what a `type` adds to its common fields."""
    if schema.get("additionalProperties") == {"type": "object"}:
        schema["additionalProperties"] = {"x-kubernetes-preserve-unknown-fields": True}
    fields = schema.get("properties", {})
    if "type" in fields:
        schema["x-kubernetes-preserve-unknown-fields"] = True
    for inner in (*fields.values(), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            _open(inner)
