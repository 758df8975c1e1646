"""The jars of which an Apache Kafka consists, brought by Maven once (some 44 MB) to ``var/kafka``; they need Java 17 or newer."""

import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

from qudao_checks.sources import ROOT

HERE = Path(__file__).parent
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_JAVA = 17
_MEMORY = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def unavailable() -> str | None:
    """Why no Apache Kafka can be had of them on this machine; None when nothing is in the way."""
    if shutil.which("java") is None or shutil.which("mvn") is None:
        return "java and mvn are needed"
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < _JAVA:
        return f"java of version {_JAVA} or newer is needed"
    try:
        folder()
    except (subprocess.CalledProcessError, OSError) as error:
        return f"Maven did not bring its artifacts: {error}"
    return None


def version() -> str:
    [found] = re.findall(r"<kafka>(.*)</kafka>", (HERE / "pom.xml").read_text("utf-8"))
    return str(found)


def java(main: str) -> list[str | Path]:
    """The command that runs a class of theirs."""
    return ["java", *_MEMORY, f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}", "-cp", f"{folder()}/*", main]


def folder() -> Path:
    """The folder of the jars, filled by Maven when it is not there yet; `CalledProcessError` when Maven cannot."""
    pom = (HERE / "pom.xml").read_bytes()
    place = ROOT / "var/kafka" / uuid.uuid5(uuid.NAMESPACE_OID, pom.hex()).hex[:12]
    if not place.exists():
        draft = place.with_suffix(f".{os.getpid()}")
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), _COPY, "-DincludeScope=runtime", f"-DoutputDirectory={draft}"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        draft.rename(place)
    return place
