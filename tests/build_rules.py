# SPDX-License-Identifier: Apache-2.0
"""What a build with the module does, leaves out and refuses.

A sample is configured and built once. What `zephyr/src/checks.c` and `zephyr/src/transport/console/console.c` refuse is
compiled with one option changed behind Kconfig's back, by the command that the build itself has for
the file; that takes a tenth of a second where a build would take one of its own.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rust_app_setup as rust_app
import rust_launcher

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "wifi_prov"
RUST_SAMPLE = ROOT / "samples" / "wifi_prov_rust"
# Where a Rust compiler is: what the configuration says if it lacks the target, and if it lacks clippy.
RUST_TOOLCHAINS = {
    "rustup": ("/nowhere", "rustup target add x86_64-unknown-none", "rustup component add clippy"),
    "Debian": ("/usr", "export RUSTC=/usr/bin/rustc", "apt install cargo-web rust-web-clippy"),
}


def version_of(zephyr: Path) -> str:
    """The tree's version, as in its file VERSION: 4.5.0, or 4.5.0-rc1."""
    fields = dict(re.findall(r"^(\w+) *= *(\S*)$", (zephyr / "VERSION").read_text(), re.MULTILINE))
    number = ".".join(fields[name] for name in ("VERSION_MAJOR", "VERSION_MINOR", "PATCHLEVEL"))
    return f"{number}-{fields['EXTRAVERSION']}" if fields.get("EXTRAVERSION") else number


def needed_by_others() -> str:
    """Files that are built only with an older Zephyr define no function that others could call.
    Otherwise a build with a newer Zephyr would not link, and none may be at hand to show it."""
    problems, files = [], 0
    for cmake in sorted((ROOT / "zephyr" / "src").glob("**/CMakeLists.txt")):
        guarded = re.findall(r"VERSION_LESS [\d.]+\)(.*?)endif\(\)", cmake.read_text(), re.DOTALL)
        for name in re.findall(r"[\w/]+\.c\b", " ".join(guarded)):
            files += 1
            text = (cmake.parent / name).read_text(encoding="utf-8")
            found = re.findall(r"^(?!static\b)\w[^\n;=]*?(\w+)\([^;{]*\)\n\{", text, re.MULTILINE)
            problems += [f"{name} defines {function}()" for function in found]
    return ", ".join(problems) if files else "it finds no such file any more"


@dataclass(frozen=True)
class Refusal:
    """An option that cannot work, and the compiler's message for it."""

    file: str
    option: str
    value: str | None  # None: not set
    advice: str
    until: tuple[int, int] | None = None  # The Zephyr from which on it can work.


CHECKS = "zephyr/src/checks.c"
CONSOLE = "zephyr/src/transport/console/console.c"
REFUSALS = (
    Refusal(CHECKS, "NETWORK_PROV_THREAD_STACK_SIZE", "6144", "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=7680"),
    Refusal(CHECKS, "NETWORK_PROV_THREAD_STACK_SIZE", "4096", "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=6144"),
    Refusal(CHECKS, "NETWORK_PROV_CONSOLE_REPLY_MAX", "256", "CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX=1024"),
    Refusal(CHECKS, "NETWORK_PROV_SOFTAP_BUFFER_SIZE", "256", "CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE=1024"),
    Refusal(CHECKS, "CSPRNG_ENABLED", None, "zephyr,entropy in the devicetree"),
    Refusal(CHECKS, "NETWORK_PROV_THREAD_PRIORITY", "99", "below CONFIG_NUM_PREEMPT_PRIORITIES"),
    Refusal(CHECKS, "WIFI_MGMT_RAW_SCAN_RESULTS_ONLY", "1", "CONFIG_WIFI_MGMT_RAW_SCAN_RESULTS_ONLY=n"),
    Refusal(CHECKS, "NET_MGMT_EVENT_QUEUE_SIZE", "5", "CONFIG_NET_MGMT_EVENT_QUEUE_SIZE=24"),
    Refusal(CHECKS, "ZVFS_POLL_MAX", "3", "CONFIG_HTTP_SERVER_MAX_CLIENTS + 1 or more"),
    Refusal(CHECKS, "ZVFS_EVENTFD_MAX", "1", "CONFIG_ZVFS_EVENTFD_MAX=2", until=(4, 5)),
    Refusal(CHECKS, "ZVFS_OPEN_MAX", "4", "CONFIG_ZVFS_OPEN_MAX=16"),
    Refusal(CHECKS, "NET_MAX_CONTEXTS", "4", "CONFIG_NET_MAX_CONTEXTS=12"),
    Refusal(CHECKS, "NET_MAX_CONN", "4", "CONFIG_NET_MAX_CONN=12"),
    Refusal(CHECKS, "NET_IF_MAX_IPV4_COUNT", "1", "CONFIG_NET_IF_MAX_IPV4_COUNT=2"),
    Refusal(CHECKS, "HTTP_SERVER_MAX_CLIENTS", "3", "CONFIG_HTTP_SERVER_MAX_CLIENTS=4"),
    # For a Thread image, without the options that Kconfig sets with it.
    Refusal(CHECKS, "NETWORK_PROV_NETWORK_TYPE_THREAD", "1", "CONFIG_OPENTHREAD_MANUAL_START=y"),
    Refusal(CHECKS, "SHELL_CMD_BUFF_SIZE", "900", "CONFIG_SHELL_CMD_BUFF_SIZE=1120"),
    Refusal(CONSOLE, "SHELL_CMD_BUFF_SIZE", "256", "CONFIG_SHELL_CMD_BUFF_SIZE"),
    Refusal(CONSOLE, "SHELL_ARGC_MAX", "3", "CONFIG_SHELL_ARGC_MAX=4"),
)

# Options of which Kconfig allows more than can work with the defaults of the others: what the compiler says
# then. All other least and largest values have to be taken.
TOO_MUCH = {
    ("NETWORK_PROV_THREAD_STACK_SIZE", "3584"): "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=6144",
    ("NETWORK_PROV_THREAD_PRIORITY", "126"): "below CONFIG_NUM_PREEMPT_PRIORITIES",
    ("NETWORK_PROV_SOFTAP_MAX_CLIENTS", "99"): "CONFIG_HTTP_SERVER_MAX_CLIENTS",
}
# Not in the image that this is tried with.
OTHER_IMAGES = ("NETWORK_PROV_BLE", "NETWORK_PROV_FAKE_WIFI")

# What an image for the one kind of network must not have of the other: symbols of the image, names of
# Rust in the core before its local ones go, and texts in it.
FOREIGN = {
    "wifi": (
        re.compile(
            r"ot[A-Z]\w+|openthread\w*|netprov_(core|port)_thread\w+|netprov_dataset\w+"
            r"|network_prov_mgr\w+thread\w*"
        ),
        "12provisioning6thread",
        b"thread_scan",
    ),
    "thread": (
        re.compile(
            r"wifi_\w+|net_dhcpv4\w+|netprov_wifi\w+|network_prov_mgr\w+wifi\w*"
            r"|netprov_(core|port)_(scan|scan_result|link_\w+|got_address|connect\w*|disconnect|store|load)"
        ),
        "12provisioning4wifi",
        b"wifi_scan",
    ),
}

# What the module must not bring with it.
STRANGERS = ("CONFIG_NANOPB=", "CONFIG_MBEDTLS=", "CONFIG_PSA_CRYPTO=", "CONFIG_WIFI_NM_WPA_SUPPLICANT=")


def ranges() -> Iterator[tuple[str, str, str]]:
    """The numbers of the module's Kconfig: a name, the least, the largest."""
    for file in (ROOT / "Kconfig", *sorted((ROOT / "zephyr").glob("**/Kconfig"))):
        option = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"config (\w+)", line):
                option = match[1]
            elif option and (match := re.match(r"\trange (-?\d+) (-?\d+)( if .*)?$", line)):
                if not match[3] and not option.endswith("_LOG_LEVEL"):
                    yield option, match[1], match[2]
                    option = ""


def uses(file: Path, option: str) -> bool:
    """Whether a file of the glue, or a header that only such files include, names the option."""
    texts = [file, *file.parent.glob("*.h"), ROOT / "zephyr" / "src" / "times.h"]
    return any(f"CONFIG_{option}" in path.read_text(encoding="utf-8") for path in texts)


def symbols(file: Path) -> set[str]:
    done = subprocess.run(["readelf", "-sW", str(file)], stdout=subprocess.PIPE, text=True, check=True)
    return {line.split()[7] for line in done.stdout.splitlines() if len(line.split()) >= 8}


def foreigners(folder: Path) -> str:
    """What the image in this build folder contains of the kind of network that it is not for; empty
    if nothing."""
    config = (folder / "zephyr" / ".config").read_text()
    network = "thread" if "CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD=y" in config else "wifi"
    pattern, module, text = FOREIGN[network]
    rust = folder / "modules" / "network-provisioning" / "rust"
    (archive,) = rust.glob("target/*/release/libnetprov.a")
    found = [name for name in symbols(folder / "zephyr" / "zephyr.elf") if pattern.fullmatch(name)]
    found += [name for name in symbols(archive) if module in name]
    if text in (rust / "netprov.o").read_bytes():
        found.append(f"the text {text.decode()}")
    return f"an image for {network} has {', '.join(sorted(found)[:5])}" if found else ""


def program(path: Path, script: str) -> Path:
    """A program that does this."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


class BuildRules:
    """Each `test_` method yields (name, problem); the problem is empty if all is well."""

    def __init__(self, zephyr: Path, environment: dict[str, str], out: Path) -> None:
        self.zephyr, self.out = zephyr, out
        self.environment = {**environment, "ZEPHYR_TOOLCHAIN_VARIANT": "host"}
        self.folder = out / "sample"

    def configure(self, folder: Path, *settings: str) -> subprocess.CompletedProcess[str]:
        command = ["cmake", "-GNinja", "-B", str(folder), "-S", str(SAMPLE), "-DSNIPPET=netprov-softap", "-DBOARD=native_sim"]
        # With the console too: its file is compiled, but nothing starts it.
        command += [f"-DEXTRA_ZEPHYR_MODULES={ROOT}", "-DCONFIG_NETWORK_PROV_CONSOLE=y", *settings]
        return self.run(command)

    def run(
        self, command: list[str], environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=environment or self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def verdicts(self) -> Iterator[tuple[str, str]]:
        yield "build/older-versions", needed_by_others()
        made = self.configure(self.folder, f"-DNETWORK_PROV_BUILD_CACHE={self.out.parent / 'cargo'}")
        if made.returncode == 0:
            made = self.run(["ninja", "-C", str(self.folder)])
        if made.returncode != 0:
            yield "build/sample", f"it cannot be built\n{made.stdout}"
            return
        yield "build/sample", ""
        yield "build/nothing-to-do", self.nothing_to_do()
        yield "build/no-strangers", self.no_strangers()
        yield "build/only-wifi", foreigners(self.folder)
        yield "build/no-rust-target", self.no_rust_target()
        yield "build/warns/no-transport-no-wifi", self.warns()
        yield "build/retry-beside", self.retry_beside()
        yield from self.refusals()
        yield from self.limits()
        yield from self.rust_applications()

    def nothing_to_do(self) -> str:
        """A second build does not start cargo. (The runner of native_sim is linked each time.)"""
        again = self.run(["ninja", "-C", str(self.folder)])
        lazy = again.returncode == 0 and "provisioning core" not in again.stdout
        return "" if lazy else f"it builds the core again\n{again.stdout}"

    def no_strangers(self) -> str:
        lines = (self.folder / "zephyr" / ".config").read_text().splitlines()
        found = [line for line in lines if line.startswith(STRANGERS)]
        return f"it brings {', '.join(found)}" if found else ""

    def no_rust_target(self) -> str:
        """If a compiler cannot build for the device, the configuration stops and says what to do."""
        with tempfile.TemporaryDirectory() as folder:
            script = "[ \"$1\" = --version ] && echo 'rustc 1.99.0' || echo /nowhere"
            rustc = program(Path(folder) / "rustc", script)
            made = self.configure(Path(folder) / "build", f"-DNETWORK_PROV_RUSTC={rustc}")
        if made.returncode == 0:
            return "it is configured without a compiler"
        advice = "rustup target add i686-unknown-linux-gnu"
        return "" if advice in made.stdout else f"it does not say `{advice}`\n{made.stdout}"

    def warns(self) -> str:
        """The configuration warns about an image that no client can reach, and about one without a
        radio."""
        off = [f"-DCONFIG_NETWORK_PROV_{name}=n" for name in ("SOFTAP", "CONSOLE", "FAKE_WIFI")]
        with tempfile.TemporaryDirectory() as folder:
            made = self.configure(Path(folder) / "build", *off)
        wanted = ("is on without a transport", "This image has no Wi-Fi driver")
        missing = [text for text in wanted if text not in made.stdout]
        return f"it does not say {missing}\n{made.stdout}" if made.returncode or missing else ""

    def retry_beside(self) -> str:
        """Stored networks are tried beside the service if no transport needs the radio. SoftAP always
        does, so Kconfig refuses the option without another transport, and says why."""
        option = "CONFIG_NETWORK_PROV_RETRY_BESIDE=y"
        if option in (self.folder / "zephyr" / ".config").read_text().splitlines():
            return "it is on although SoftAP is"
        with tempfile.TemporaryDirectory() as folder:
            build = Path(folder) / "build"
            made = self.configure(build, "-DCONFIG_NETWORK_PROV_SOFTAP=n")
            if made.returncode or option not in (build / "zephyr" / ".config").read_text().splitlines():
                return f"it is off with the console alone\n{made.stdout}"
        with tempfile.TemporaryDirectory() as folder:
            made = self.configure(Path(folder) / "build", "-DCONFIG_NETWORK_PROV_CONSOLE=n", f"-D{option}")
        advice = "(NETWORK_PROV_BLE || NETWORK_PROV_CONSOLE)"
        told = " ".join(made.stdout.split())
        return "" if advice in told else f"it does not say {advice}\n{made.stdout}"

    def rust_applications(self) -> Iterator[tuple[str, str]]:
        """The configuration says what an application in Rust lacks, with the command to install it."""
        advice = "west config manifest.project-filter -- +zephyr-lang-rust"
        yield from rust_launcher.verdicts()
        # This module only, whatever the workspace has.
        only = f"-DZEPHYR_MODULES={ROOT}"
        yield "build/rust/no-zephyr-lang-rust", self.rust_application(advice, {}, only)
        for lang in rust_app.revisions(self.zephyr):
            if not (lang / "zephyr" / "module.yml").is_file():
                continue
            modules = f"-DEXTRA_ZEPHYR_MODULES={ROOT};{lang}"
            for toolchain, (place, no_target, no_clippy) in RUST_TOOLCHAINS.items():
                with tempfile.TemporaryDirectory() as folder:
                    # Not named rustc: the core takes that from PATH.
                    rustc = program(Path(folder) / "compiler", f"echo {place}")
                    problem = self.rust_application(no_target, {"RUSTC": str(rustc)}, modules)
                    yield f"build/rust/no-target/{toolchain} with {lang}", problem
                    if not rust_app.runs_clippy(lang):
                        continue
                    real = shutil.which("cargo", path=self.environment["PATH"])
                    program(Path(folder) / "cargo", f'[ "$1" = clippy ] && exit 1\nexec {real} "$@"')
                    extra = {
                        "PATH": f"{folder}{os.pathsep}{self.environment['PATH']}",
                        "RUSTC": str(rustc),
                        "CARGO_UNSTABLE_BUILD_STD": "core,alloc",
                    }
                    problem = self.rust_application(no_clippy, extra, modules)
                    yield f"build/rust/no-clippy/{toolchain} with {lang}", problem

    def rust_application(self, advice: str, extra: dict[str, str], *settings: str) -> str:
        environment = {**self.environment, **extra}
        if "CARGO_UNSTABLE_BUILD_STD" not in extra:
            environment.pop("CARGO_UNSTABLE_BUILD_STD", None)
        with tempfile.TemporaryDirectory() as folder:
            command = ["cmake", "-GNinja", "-B", folder, "-S", str(RUST_SAMPLE), "-DBOARD=native_sim/native/64"]
            made = self.run([*command, *settings], environment)
        if made.returncode == 0:
            return "it is configured"
        return "" if advice in made.stdout else f"it does not say `{advice}`\n{made.stdout}"

    def refusals(self) -> Iterator[tuple[str, str]]:
        commands = {
            entry["file"]: (entry["directory"], shlex.split(entry["command"]))
            for entry in json.loads((self.folder / "compile_commands.json").read_text())
        }
        version = tuple(int(number) for number in version_of(self.zephyr).split(".")[:2])
        for refusal in REFUSALS:
            if refusal.until and version >= refusal.until:
                continue
            directory, command = commands[str(ROOT / refusal.file)]
            yield f"build/refuses/{refusal.option}={refusal.value}", self.refuse(refusal, directory, command)

    def limits(self) -> Iterator[tuple[str, str]]:
        """Each number of Kconfig at its least and at its largest: the files that use it take it, or say
        what to change."""
        entries = json.loads((self.folder / "compile_commands.json").read_text())
        sources = ROOT / "zephyr" / "src"
        glue = [entry for entry in entries if Path(entry["file"]).is_relative_to(sources)]
        tried = 0
        for option, least, largest in ranges():
            if option.startswith(OTHER_IMAGES):
                continue
            files = [entry for entry in glue if uses(Path(entry["file"]), option)]
            for value in (least, largest):
                tried += 1
                yield f"build/limits/{option}={value}", self.limit(option, value, files)
        if tried < 20:
            yield "build/limits", f"it finds only {tried} limits"

    def limit(self, option: str, value: str, files: list[dict[str, str]]) -> str:
        advice = TOO_MUCH.get((option, value))
        checks = [entry for entry in files if advice is None or entry["file"].endswith("checks.c")]
        for entry in checks:
            refusal = Refusal(entry["file"], option, value, advice or "")
            problem = self.refuse(refusal, entry["directory"], shlex.split(entry["command"]))
            is_taken = problem == f"{value} is taken"
            if advice is None and not is_taken:
                refused = self.refused_by_compiler
                return f"{Path(entry['file']).name} does not take it\n{refused}"
            if advice is not None and problem:
                return problem
        return "" if checks or advice is None else "no file checks it"

    def refuse(self, refusal: Refusal, directory: str, command: list[str]) -> str:
        name = f"CONFIG_{refusal.option}"
        override = self.out / "override.h"
        override.write_text(
            f"#undef {name}\n" + (f"#define {name} {refusal.value}\n" if refusal.value is not None else "")
        )
        output = command.index("-o")
        quiet = command[:output] + command[output + 2 :]
        done = subprocess.run(
            [*quiet, "-fsyntax-only", "-include", str(override)],
            cwd=directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.refused_by_compiler = done.stdout
        if done.returncode == 0:
            return f"{refusal.value} is taken"
        # The compiler may break the text where the source does.
        return "" if refusal.advice in done.stdout else f"it does not say {refusal.advice!r}\n{done.stdout}"
