# SPDX-License-Identifier: Apache-2.0
"""What zephyr/launch_cargo.cmake adds to the commands that build an application in Rust."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "zephyr" / "launch_cargo.cmake"
# Prints its arguments and the environment that the script changes.
CARGO = """#!/bin/sh
echo "arguments=$*"
echo "DOTCONFIG=$DOTCONFIG"
echo "CARGO_BUILD_BUILD_DIR=$CARGO_BUILD_BUILD_DIR"
env | grep ^BINDGEN_ || true
"""
TARGET = ("--target", "thumbv7m-none-eabi")
BINDGEN = "BINDGEN_EXTRA_CLANG_ARGS"


class Launcher:
    """A build folder in which `cargo` is a program that prints what it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cargo = folder, folder / "cargo"
        self.config, self.devicetree = folder / "zephyr" / ".config", folder / "zephyr" / "zephyr.dts"
        own = folder / "network_provisioning"
        for made in (own, self.config.parent):
            made.mkdir()
        self.config.write_text("CONFIG_A=y\n")
        self.devicetree.write_text("/ { };\n")
        self.bindgen = own / "bindgen.cmake"
        self.bindgen.write_text('set(header h.h)\nset(clang "")\nset(folders "/one;/two")\n')
        self.cargo.write_text(CARGO)
        self.cargo.chmod(0o755)

    def run(self, *arguments: str, cache: str = "", **extra: str) -> dict[str, str]:
        """Runs cargo with arguments as zephyr-lang-rust does, and returns what it prints."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("BINDGEN_", "CARGO_"))}
        command = ["cmake", "-DCONFIG=ours.toml", f"-DBINDGEN={self.bindgen}", f"-DCACHE={cache}", "-P", str(SCRIPT)]
        command += ["--", "cmake", "-E", "env", f"DOTCONFIG={self.config}", str(self.cargo), *arguments, *TARGET]
        done = subprocess.run(command, env=mine | extra, capture_output=True, text=True, check=True)
        return dict(line.split("=", 1) for line in done.stdout.splitlines())

    def kconfig(self) -> str:
        name = self.run("build")["DOTCONFIG"]
        if Path(name).read_text() != self.config.read_text():
            raise ValueError(f"{name} is not the Kconfig file")
        return name


def options(launcher: Launcher) -> str:
    arguments = launcher.run("build", "--release")["arguments"]
    if arguments != f"build --config ours.toml --release {' '.join(TARGET)}":
        return f"cargo gets {arguments}"
    other = launcher.run("metadata")["arguments"]
    return "" if other == f"metadata {' '.join(TARGET)}" else f"another command gets {other}"


def bindgen(launcher: Launcher) -> str:
    """The options are for the target only: a change of the variable for all compiles bindgen again. What the
    user has set follows."""
    own = f"{BINDGEN}_thumbv7m_none_eabi"
    for name in (BINDGEN, own, f"{BINDGEN}_thumbv7m-none-eabi"):
        told = launcher.run("build", **{name: "-DMINE"})
        given = told.get(own, "")
        if not ("-include 'h.h'" in given and "'-I/one' '-I/two'" in given and given.endswith(" -DMINE")):
            return f"with {name}, bindgen gets {given}"
        if told.get(BINDGEN, "-DMINE") != "-DMINE":
            return f"{BINDGEN} is {told[BINDGEN]}"
    return ""


def cache(launcher: Launcher) -> str:
    folders = [
        launcher.run("build")["CARGO_BUILD_BUILD_DIR"],
        launcher.run("build", cache="/shared")["CARGO_BUILD_BUILD_DIR"],
        launcher.run("build", cache="/shared", CARGO_BUILD_BUILD_DIR="/mine")["CARGO_BUILD_BUILD_DIR"],
    ]
    return "" if folders == ["", "/shared", "/mine"] else f"cargo gets the folders {folders}"


def kconfig(launcher: Launcher) -> str:
    """Build scripts notice a change of Kconfig or of the devicetree by the file's name only."""
    first, same = launcher.kconfig(), launcher.kconfig()
    with launcher.config.open("a") as config:
        config.write("CONFIG_B=y\n")
    changed = launcher.kconfig()
    launcher.devicetree.write_text("/ { a; };\n")
    other_tree = launcher.kconfig()
    if first != same:
        return "the name changes without a change"
    return "" if len({first, changed, other_tree}) == 3 else "the name does not change with the contents"


def verdicts() -> Iterator[tuple[str, str]]:
    for test in (options, bindgen, cache, kconfig):
        with tempfile.TemporaryDirectory() as folder:
            try:
                problem = test(Launcher(Path(folder)))
            except (subprocess.CalledProcessError, OSError, ValueError) as error:
                problem = str(error)
        yield f"build/rust/launcher/{test.__name__}", problem
