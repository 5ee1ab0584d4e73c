"""The steps of the Dockerfile in an empty folder, where there is no container engine: `make rehearse`.

What the image would hold is copied by its list of files, the pinned packages are installed, and the server is started
by the image's own command, without rights and unable to write beside a temporary folder, until its health check says
that it is alive.
"""

import argparse
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.replicas import HOST, READY, ROOT, StartError, free_port, wait_until

DOCKERFILE, IGNORED = ROOT / "deploy/Dockerfile", ROOT / "deploy/Dockerfile.dockerignore"
NOBODY = 10001
# What lies at the root of the image.
PLACES = ("/app", "/venv", "/store")


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile and what follows it."""

    instruction: str
    rest: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse once; exit code 1 with a sentence if a step fails."""
    parser = argparse.ArgumentParser(prog="python -m deploy.rehearse", description=__doc__)
    parser.add_argument(
        "--python", default="/usr/bin/python3", help="an interpreter that a user without rights may run"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="event-window-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        try:
            started = time.monotonic()
            build(root, options.python)
            print(f"built in {time.monotonic() - started:.0f} s: {size_mb(root):.0f} MB")
            started = time.monotonic()
            run(root)
            print(f"alive, healthy and ready without rights after {time.monotonic() - started:.1f} s")
        except (StartError, subprocess.CalledProcessError) as problem:
            print(f"The rehearsal failed: {problem}", file=sys.stderr)
            return 1
    return 0


def build(root: Path, python: str) -> None:
    """Everything up to the image's command: files copied, packages installed, commands run. CalledProcessError."""
    (root / "app").mkdir()
    for step in steps():
        if step.instruction == "RUN":
            command = at(root, step.rest)
            if not (root / "venv").exists():
                command = command.replace("python -m venv", f"{python} -m venv", 1)
            subprocess.run(["/bin/sh", "-ec", command], cwd=root / "app", env=environment(root), check=True)
        elif step.instruction == "COPY" and not step.rest.startswith("--from"):
            copy(root / "app")


def run(root: Path) -> None:
    """The image's command, without rights, until it is ready and its health check agrees. StartError."""
    port = free_port()
    command = json.loads(next(step.rest for step in reversed(steps()) if step.instruction == "CMD"))
    command = [f"--server.address={HOST}" if "address" in part else part for part in command]
    command = [f"--server.port={port}" if "port" in part else part for part in command]
    settings = environment(root) | {"HOME": "/nowhere", "STREAMLIT_SERVER_PORT": str(port)}
    user = NOBODY if os.geteuid() == 0 else None
    program = str(root / "venv/bin" / command[0])
    process = subprocess.Popen(
        [program, *command[1:]], cwd=root / "app", env=settings, stdout=subprocess.DEVNULL, user=user, group=user
    )
    try:
        wait_until(READY, port, process)
        check = next(step.rest for step in steps() if step.instruction == "HEALTHCHECK").partition("CMD ")[2]
        subprocess.run(
            [str(root / "venv/bin/python"), *json.loads(check)[1:]], cwd=root / "app", env=settings, check=True
        )
        if written := [path for path in (root / "app").rglob("*") if path.stat().st_uid == NOBODY]:
            raise StartError(f"the server wrote {written[0].name}")
    finally:
        process.terminate()
        process.wait()


def steps() -> list[Step]:
    """The instructions of the Dockerfile, one a line."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Step(*line.split(maxsplit=1)) for line in lines]


def environment(root: Path) -> dict[str, str]:
    """What ENV sets, for processes below a folder."""
    named = " ".join(step.rest for step in steps() if step.instruction == "ENV")
    pairs = dict(pair.split("=", 1) for pair in named.split())
    path = os.environ["PATH"]
    return {"HOME": str(root), **{name: at(root, value.replace("$PATH", path)) for name, value in pairs.items()}}


def at(root: Path, text: str) -> str:
    """A text in which the image's places are those below a folder."""
    return re.sub(rf"(?<![\w/])({'|'.join(PLACES)})\b", lambda found: f"{root}{found[1]}", text)


def copy(into: Path) -> None:
    """The files that the image holds."""
    for path in wanted():
        place = into / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def wanted() -> Iterator[Path]:
    """Files of the project that `Dockerfile.dockerignore` lets in: all are left out but what it names with `!`."""
    rules = [line for line in IGNORED.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    never = [rule.removeprefix("**/") for rule in rules if rule.startswith("**/")]
    for rule in rules:
        if rule.startswith("!"):
            place = ROOT / rule[1:]
            for path in [place] if place.is_file() else sorted(place.rglob("*")):
                if path.is_file() and not any(fnmatch.fnmatch(part, name) for part in path.parts for name in never):
                    yield path


def size_mb(folder: Path) -> float:
    """Bytes of all files below a folder, in millions."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


if __name__ == "__main__":
    sys.exit(main())
