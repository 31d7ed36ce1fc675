"""Finds what can build the firmware and builds it, or says what to install."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TARGET = "thumbv7em-none-eabi"

# Where Linux distributions install their own compiler, next to one from rustup.
SYSTEM_RUSTC = "/usr/bin/rustc"

# Names of programs, and the packages of Debian and its descendants that have them.
PROGRAMS = {
    "cargo": "rustup (https://rustup.rs)",
    "qemu-system-arm": "apt install qemu-system-arm",
    "arm-none-eabi-ld": "apt install binutils-arm-none-eabi",
    "arm-none-eabi-objdump": "apt install binutils-arm-none-eabi",
    "arm-none-eabi-addr2line": "apt install binutils-arm-none-eabi",
}


class Missing(Exception):
    """Something has to be installed first."""


def check(programs: Iterable[str] = tuple(PROGRAMS)) -> None:
    """Raises Missing unless these programs are installed."""
    missing = [f"{name}: {PROGRAMS[name]}" for name in programs if shutil.which(name) is None]
    if missing:
        raise Missing("please install\n  " + "\n  ".join(missing))


class Toolchain:
    """A compiler, and how it gets the target's library."""

    def __init__(self, target_dir: Path) -> None:
        self.target_dir = target_dir
        self.rustc, self.from_source = _choose()
        self.version = _ask(self.rustc, "--version") or "rustc"

    def build(self, *, features: str = "") -> Path:
        """Builds all programs. Returns the folder that has them."""
        command = ["cargo", "build", "--release", "--package", "firmware", "--target", TARGET]
        environment = dict(os.environ, RUSTC=self.rustc, CARGO_TARGET_DIR=str(self.target_dir))
        environment.pop("RUSTFLAGS", None)
        if features:
            command += ["--features", features]
        if self.from_source:
            command.append("-Zbuild-std=core,alloc,compiler_builtins")
            environment["RUSTC_BOOTSTRAP"] = "1"
        subprocess.run(command, cwd=HERE, env=environment, check=True)
        return self.target_dir / TARGET / "release"


def _choose() -> tuple[str, bool]:
    """The first compiler that has the target's library, or else the first that has its sources."""
    found = []
    for rustc in (os.environ.get("RUSTC", "rustc"), SYSTEM_RUSTC):
        sysroot = _ask(rustc, "--print", "sysroot")
        if sysroot:
            found.append((rustc, Path(sysroot) / "lib/rustlib"))
    for rustc, libraries in found:
        if (libraries / TARGET / "lib").is_dir():
            return rustc, False
    for rustc, libraries in found:
        if (libraries / "src/rust/library/core").is_dir():
            return rustc, True
    raise Missing(f"no compiler here can build for {TARGET}; please run\n  rustup target add {TARGET}")


def _ask(rustc: str, *question: str) -> str | None:
    try:
        return subprocess.run([rustc, *question], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
