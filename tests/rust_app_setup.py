# SPDX-License-Identifier: Apache-2.0
"""What a Rust application needs besides Zephyr: zephyr-lang-rust, a compiler, clang."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

# zephyr-lang-rust's targets for native_sim/native/64, for a Cortex-M3 and for an nRF52840.
TARGETS = ("x86_64-unknown-none", "thumbv7m-none-eabi", "thumbv7em-none-eabi")


def sysroot(rustc: str) -> Path | None:
    """The folder of a compiler's libraries."""
    try:
        done = subprocess.run([rustc, "--print", "sysroot"], capture_output=True, text=True)
    except OSError:
        return None
    return Path(done.stdout.strip(), "lib", "rustlib") if done.returncode == 0 else None


def compiler(from_source: bool = False) -> tuple[dict[str, str], str]:
    """What cargo is told so that it can build for the targets; or why it cannot.

    zephyr-lang-rust takes the first compiler in PATH. Without the targets' libraries, one with their
    sources will do, such as a distribution's. `from_source`: for a target that is none of `TARGETS`.
    """
    libraries = sysroot("rustc")
    if libraries and not from_source and all((libraries / target / "lib").is_dir() for target in TARGETS):
        return {}, ""
    for rustc in ("rustc", "/usr/bin/rustc"):
        libraries = sysroot(rustc)
        if libraries and (libraries / "src" / "rust" / "library" / "core").is_dir():
            toolchain = libraries.parents[1]
            path = str(toolchain / "bin" / "rustc")
            settings = {"RUSTC_BOOTSTRAP": "1", "CARGO_UNSTABLE_BUILD_STD": "core,alloc", "RUSTC": path}
            # The newest zephyr-lang-rust also runs clippy, which has to be this compiler's. Where cargo
            # is rustup's, it takes them all from this place; where it is not, it does not know the name.
            if (toolchain / "bin" / "clippy-driver").exists():
                settings["RUSTUP_TOOLCHAIN"] = str(toolchain)
            return settings, ""
    if from_source:
        return {}, "no Rust compiler here has the sources of its library: rustup component add rust-src"
    return {}, f"no Rust compiler here can build for it: rustup target add {' '.join(TARGETS)}"


def revisions(zephyr: Path) -> list[Path]:
    """The folders of zephyr-lang-rust to test with. ZEPHYR_LANG_RUST lists them, as PATH lists
    folders."""
    # Where Zephyr's manifest puts it, in a group that is off by default.
    default = zephyr.parent / "modules" / "lang" / "rust"
    return [Path(folder) for folder in os.environ.get("ZEPHYR_LANG_RUST", str(default)).split(os.pathsep)]


def clang() -> str | None:
    """The path of clang: CLANG_PATH, or `clang` in PATH, or the newest `clang-VERSION` there. Linux
    distributions install only the latter if only that version's package is installed."""
    found = shutil.which(os.environ.get("CLANG_PATH", "clang"))
    if found:
        return found
    folders = (Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder)
    names = (path for folder in folders for path in folder.glob("clang-[0-9]*"))
    versions = [
        (int(version.group(1)), str(path))
        for path in names
        if (version := re.fullmatch(r"clang-(\d+)", path.name)) and os.access(path, os.X_OK)
    ]
    return max(versions, default=(0, None))[1]


def settings(lang: Path, from_source: bool = False) -> tuple[dict[str, str], str]:
    """The environment for builds with this zephyr-lang-rust, or why there is none. `from_source` as for
    `compiler()`."""
    if not (lang / "zephyr" / "module.yml").is_file():
        return {}, f"there is no zephyr-lang-rust in {lang}; ZEPHYR_LANG_RUST names other places"
    if clang() is None:
        return {}, "there is no clang, with which zephyr-lang-rust reads Zephyr's headers: apt install clang"
    settings, reason = compiler(from_source)
    if not reason and runs_clippy(lang) and not has_clippy(settings):
        command = "rustup component add clippy"
        if sysroot(settings.get("RUSTC", "rustc")) == Path("/usr/lib/rustlib"):
            command = "apt install cargo-web rust-web-clippy"
        return {}, f"this zephyr-lang-rust runs clippy, and cargo has none: {command}"
    # Nothing is said of clang: that the module finds it and its headers is part of what is tested.
    return settings, reason


def runs_clippy(lang: Path) -> bool:
    """Whether builds with this zephyr-lang-rust run clippy, as newer versions do."""
    text = (lang / "CMakeLists.txt").read_text(encoding="utf-8")
    return "clippy" in text


def has_clippy(settings: dict[str, str]) -> bool:
    """Whether cargo can run clippy with these settings. Another compiler's clippy cannot read the
    libraries of the compiler that they name."""
    if "RUSTC" in settings and not (Path(settings["RUSTC"]).parent / "clippy-driver").exists():
        return False
    try:
        done = subprocess.run(["cargo", "clippy", "--version"], env=os.environ | settings, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0
