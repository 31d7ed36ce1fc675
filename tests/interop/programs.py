"""The programs under test, built by cargo unless they are given."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """The tests cannot run. The text gives the reason and a solution."""


def build(package: str, features: tuple[str, ...] = ()) -> Path:
    """Builds a program of the workspace and returns the path reported by cargo."""
    command = [
        "cargo",
        "build",
        "--locked",
        "-p",
        package,
        f"--features={','.join(features)}",
        "--message-format=json-render-diagnostics",
    ]
    try:
        done = subprocess.run(command, cwd=WORKSPACE, capture_output=True, text=True)
    except FileNotFoundError:
        raise SetupError(
            "cargo is not installed; install Rust (https://rustup.rs), or give the program's path"
        ) from None
    if done.returncode != 0:
        raise SetupError(f"`{' '.join(command)}` failed:\n{done.stderr}")
    for line in done.stdout.splitlines():
        artifact = json.loads(line)
        if artifact.get("executable") and artifact["target"]["name"] == package:
            return Path(artifact["executable"])
    raise SetupError(f"cargo did not build the program {package}")


def find(package: str, given: Path | None, features: tuple[str, ...] = ()) -> Path:
    """The program that was given, or else the one that cargo builds."""
    if given is None:
        return build(package, features)
    given = Path(given).resolve()
    if not os.access(given, os.X_OK):
        raise SetupError(f"{given} is not a program")
    return given
