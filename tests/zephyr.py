#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Zephyr suites and samples with twister, a real client against them, and simulations.

    tests/zephyr.py [--zephyr DIR] [--only twister,sanitizers,coverage,client,rules,bsim,rust,build]
                    [--pattern REGEX] [--minutes N] [--jobs N] [--out DIR]

It takes the Zephyr that `west zephyr-export` has registered, or the one it is given. Python packages
go to an environment of their own, unless the ones in use suffice. It prints `PASS name`,
`FAIL name: reason` and `SKIP name: reason`, one line for each, and fails if something failed. At the
end it says which Zephyr that was, and which rows of the support table in docs/zephyr.md it proves.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import host_cross
import rust_app_setup as rust_app
from build_rules import BuildRules, foreigners, version_of

ROOT = Path(__file__).resolve().parent.parent
NATIVE = ("native_sim", "native_sim/native/64")
# Scenarios that run under the host's sanitizers: those of each suite that run most of the C code.
SANITIZED = (
    "console",
    "endurance.short",
    "engine",
    "faults",
    "faults.gatt",
    "fuzz_glue",
    "fuzz_glue.gatt",
    "gatt_server",
    "http.alone",
    "lifetime",
    "limits.largest",
    "limits.least",
    "manager",
    "power_cut.nvs",
    "wifi",
)
SANITIZED_BOARD = "native_sim"
# An emulated board with two processors that the host's compiler can build for.
SMP_BOARD = "qemu_x86_64"


@dataclass(frozen=True)
class Cross:
    """A board that the samples are built for. It also runs if QEMU has it."""

    board: str
    # The names of compilers. The first that is found is used.
    compilers: tuple[str, ...]
    # Zephyr's name of such a toolchain.
    variant: str
    # Modules that the manifest of Zephyr has in these folders, and that not every workspace has.
    modules: tuple[str, ...] = ()
    # A program of Zephyr's build for it, with the command that installs it.
    program: tuple[str, str] = ("", "")
    # Whether the suites are built too. They need no radio, so one board of each family will do.
    suites: bool = False


ARM = ("arm-none-eabi-gcc",), "gnuarmemb"
RISCV = ("riscv32-unknown-elf-gcc", "riscv64-unknown-elf-gcc"), "cross-compile"
ESPRESSIF = ("modules/hal/espressif",), ("esptool", "pip install 'esptool>=5.0.2'")
# Between the cores of an nRF5340.
NRF5340 = ("modules/hal/libmetal", "modules/lib/open-amp")
NRF7002 = ("modules/lib/hostap", "modules/lib/nrf_wifi")
CROSS = (
    Cross("mps2/an385", *ARM, suites=True),
    Cross("nrf52840dk/nrf52840", *ARM, suites=True),
    Cross("qemu_riscv32", *RISCV, suites=True),
    Cross("esp32c3_devkitm", *RISCV, *ESPRESSIF),
    Cross("esp32c6_devkitc/esp32c6/hpcore", *RISCV, *ESPRESSIF),
    Cross("esp32h2_devkitm", *RISCV, *ESPRESSIF),
    Cross("nrf5340dk/nrf5340/cpuapp", *ARM, NRF5340),
    Cross("nrf7002dk/nrf5340/cpuapp", *ARM, (*NRF5340, *NRF7002)),
)
# The boards with applications in Rust: an emulated one, and one with Thread.
RUST_BOARDS = CROSS[:2]
TOOLS = ("cmake", "ninja", "dtc", "gcc")
# The parts in the order in which they run, with the minutes that each takes on two processors.
PARTS = {"twister": 28, "sanitizers": 38, "coverage": 25, "client": 12, "rules": 1, "bsim": 16, "rust": 20, "build": 22}
# Least share of the lines of the module's C files, without those for Thread.
COVERED = 95
# Applications in Rust. They need zephyr-lang-rust and take longer to build than all others.
RUST = ("tests/rust_app", "samples/wifi_prov_rust")


def library_of_32_bits(gcc: str) -> Path:
    """The folder in which this 64-bit compiler has its 32-bit libgcc. The compiler does not find it
    itself, because Zephyr's option -march=..._zicsr_zifencei is not in its list."""
    asked = [gcc, "-march=rv32imac", "-mabi=ilp32", "-print-libgcc-file-name"]
    return Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()).parent


def support_table(text: str) -> dict[str, list[str]]:
    """The rows of the support table in docs/zephyr.md: a part, and what the table says of it for
    each version. The head has the name "part"."""
    rows = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith(("| part", "| `"))]
    cells = [[cell.strip(" `") for cell in row] for row in rows]
    return {row[0]: row[1:] for row in cells if row[0] in PARTS or row[0] == "part"}


# As Zephyr's kconfig.py prints it, with other line breaks.
NO_EFFECT = re.compile(r"warning: (\w+) \(defined at [^)]*\) was assigned the value '([^']*)' but got the value")


def without_effect(out: Path) -> Iterator[tuple[str, str]]:
    """Options in the configurations of suites that other options rule out, each with the suite's name.
    Zephyr only warns of them. (An option that it does not know ends the build.)"""
    for log in sorted(out.rglob("build.log")):
        text = " ".join(log.read_text(encoding="utf-8", errors="replace").split())
        for name, value in NO_EFFECT.findall(text):
            yield log.parent.name, f"CONFIG_{name}={value}"


class Verdicts:
    def __init__(self) -> None:
        self.failed = False
        # Whether there is none yet.
        self.silent = True
        # How many there are since the last part began.
        self.passes = self.failures = 0

    def count(self, line: str) -> None:
        """Takes over a verdict that another program has printed."""
        self.silent = False
        self.passes += line.startswith("PASS ")
        self.failures += line.startswith("FAIL ")
        self.failed |= line.startswith("FAIL ")

    def passed(self, name: str) -> None:
        self.silent = False
        self.passes += 1
        print(f"PASS {name}", flush=True)

    def fail(self, name: str, reason: str, detail: str = "") -> None:
        self.failed, self.silent = True, False
        self.failures += 1
        print(f"FAIL {name}: {reason}", flush=True)
        for line in detail.splitlines()[-40:]:
            print(f"    {line}", flush=True)

    def skip(self, name: str, reason: str) -> None:
        self.silent = False
        print(f"SKIP {name}: {reason}", flush=True)


def exported_zephyr() -> Path | None:
    """Where Zephyr is, according to CMake's user package registry."""
    registry = Path.home() / ".cmake" / "packages" / "Zephyr"
    for entry in sorted(registry.glob("*")):
        package = Path(entry.read_text().strip())
        if (package / "ZephyrConfig.cmake").is_file():
            # .../zephyr/share/zephyr-package/cmake
            return package.parents[2]
    return None


def has_packages(python: str, zephyr: Path) -> bool:
    """Whether this Python has the packages that twister and Zephyr's build import."""
    checks = (
        [python, "-c", "import west, elftools, yaml, pykwalify, jsonschema, packaging"],
        [python, str(zephyr / "scripts" / "twister"), "--help"],
    )
    environment = {**os.environ, "ZEPHYR_BASE": str(zephyr)}
    return all(
        subprocess.run(check, capture_output=True, env=environment).returncode == 0 for check in checks
    )


def python_for(zephyr: Path, folder: Path) -> str:
    """A Python with Zephyr's requirements: this one, or one from an environment made for it."""
    for candidate in (sys.executable, shutil.which("python3") or ""):
        if candidate and has_packages(candidate, zephyr):
            return candidate
    python = folder / "bin" / "python3"
    if not (python.exists() and has_packages(str(python), zephyr)):
        venv.create(folder, clear=True, with_pip=True)
        requirements = [
            argument
            for name in ("requirements-base.txt", "requirements-build-test.txt")
            for argument in ("-r", str(zephyr / "scripts" / name))
        ]
        command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*command, *requirements, "west", "tabulate", "natsort"], check=True)
    return str(python)


def follow(command: list[str], environment: dict[str, str]) -> str:
    """Runs a command, shows its lines as they come, and returns them."""
    lines = []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    for line in process.stdout:
        # Marked, so nobody takes it for a verdict.
        print(f"| {line}", end="", flush=True)
        lines.append(line)
    process.wait()
    return "".join(lines)


class Suites:
    def __init__(
        self, zephyr: Path, python: str, out: Path, jobs: int, pattern: str, verdicts: Verdicts
    ) -> None:
        self.zephyr, self.out, self.jobs, self.verdicts = zephyr, out, jobs, verdicts
        self.python, self.pattern = python, pattern
        # Those of a build by hand, for a workspace whose manifest does not have them.
        given = re.split("[; ]", os.environ.get("EXTRA_ZEPHYR_MODULES", ""))
        self.more_modules = [Path(path) for path in given if path and Path(path) != ROOT]

    def environment(self, extra: dict[str, str]) -> dict[str, str]:
        path = f"{Path(self.python).parent}{os.pathsep}{os.environ['PATH']}"
        # Zephyr's build uses ccache if it is installed. The name of the build folder must not
        # count, because each test has its own.
        shared = {"CCACHE_NOHASHDIR": "1", "CCACHE_BASEDIR": str(self.out)}
        return {**os.environ, "ZEPHYR_BASE": str(self.zephyr), "PATH": path, **shared, **extra}

    def twister(
        self, name: str, arguments: list[str], extra: dict[str, str], modules: Sequence[Path] = ()
    ) -> None:
        """Runs twister and reports the result of every test that it ran or built."""
        out = self.out / name
        extra_modules = ";".join(str(path) for path in (ROOT, *self.more_modules, *modules))
        command = [
            self.python,
            str(self.zephyr / "scripts" / "twister"),
            *arguments,
            *(("--test-pattern", self.pattern) if self.pattern else ()),
            *("-O", str(out), "-j", str(self.jobs), "--no-detailed-test-id", "-v"),
            f"-x=EXTRA_ZEPHYR_MODULES={extra_modules}",
            # Building the core and the crates once serves every suite.
            f"-x=NETWORK_PROV_BUILD_CACHE={self.out / 'cargo'}",
        ]
        shutil.rmtree(out, ignore_errors=True)
        # Twister itself reads them from the environment, for tests that need a module.
        output = follow(command, self.environment({"EXTRA_ZEPHYR_MODULES": extra_modules, **extra}))
        report = out / "twister.json"
        if self.pattern and "No testsuites found" in output:
            return
        if not report.is_file():
            self.verdicts.fail(f"twister {name}", "it made no report", output)
            return
        suites = json.loads(report.read_text())["testsuites"]
        for suite in suites:
            self.tell(suite)
        if not suites and not self.pattern:
            self.verdicts.fail(f"twister {name}", "it found nothing to run", output)

    def tell(self, suite: dict) -> None:
        label = f"{suite['name']} on {suite['platform']}"
        status = suite.get("status")
        if status in ("filtered", "skipped"):
            self.verdicts.skip(label, suite.get("reason") or "twister left it out")
        elif status == "not run":
            self.verdicts.passed(f"{label} (built)")
        elif status == "passed":
            cases = [c for c in suite["testcases"] if c["status"] == "passed"]
            for case in cases:
                self.verdicts.passed(f"{case['identifier']} on {suite['platform']}")
            if not cases:
                self.verdicts.passed(label)
        else:
            self.verdicts.fail(label, suite.get("reason") or str(status), suite.get("log", ""))

    def native(self) -> None:
        arguments = ["-T", "tests", "-T", "samples", "--exclude-tag", "rust", "--inline-logs"]
        arguments += [argument for board in NATIVE for argument in ("-p", board)]
        self.twister("native", arguments, {"ZEPHYR_TOOLCHAIN_VARIANT": "host"})
        if self.pattern:
            return
        found = list(without_effect(self.out / "native"))
        for suite, option in found:
            self.verdicts.fail(f"options of {suite}", f"{option} has no effect")
        if not found:
            self.verdicts.passed("options of the suites have an effect")

    def sanitizers(self) -> None:
        """The suites with the host's AddressSanitizer and UndefinedBehaviorSanitizer, and
        the engine on two processors."""
        arguments = ["-T", "tests"]
        for scenario in SANITIZED:
            arguments += ["-s", f"network_provisioning.{scenario}"]
        arguments += ["-p", SANITIZED_BOARD, "--inline-logs", "--enable-asan", "--enable-ubsan"]
        self.twister("sanitizers", arguments, {"ZEPHYR_TOOLCHAIN_VARIANT": "host"})
        self.smp()

    def smp(self) -> None:
        """The engine on two processors, without Rust, because there is no `core` for this target
        here."""
        qemu = "qemu-system-x86_64"
        if shutil.which(qemu) is None:
            self.verdicts.skip(f"engine on {SMP_BOARD}", f"there is no {qemu}")
            return
        tools = self.out / "host_x86_64"
        try:
            prefix = host_cross.make(tools)
        except host_cross.Missing as missing:
            self.verdicts.skip(f"engine on {SMP_BOARD}", str(missing))
            return
        # The board does not list this compiler.
        arguments = ["-T", "tests/engine", "-p", SMP_BOARD, "--inline-logs", "--force-toolchain"]
        # Without a root, Zephyr searches every folder of the compiler.
        arguments.append(f"-x=SYSROOT_DIR={tools}")
        # A host's linker warns about these properties of the board's image.
        arguments.append("-x=EXTRA_LDFLAGS=-Wl,--no-warn-rwx-segments -Wl,--no-warn-execstack")
        settings = {"ZEPHYR_TOOLCHAIN_VARIANT": "cross-compile", "CROSS_COMPILE": prefix}
        self.twister("smp", arguments, settings)

    def missing(self, cross: Cross) -> str:
        """What a build for this board needs and does not find."""
        known = {path.name for path in self.more_modules}
        for module in cross.modules:
            name = module.rpartition("/")[2]
            if not (self.zephyr.parent / module).is_dir() and name not in known:
                return f"the workspace has no {name}"
        program, command = cross.program
        if program and shutil.which(program, path=self.environment({})["PATH"]) is None:
            return f"there is no {program} ({command})"
        if not any(shutil.which(compiler) for compiler in cross.compilers):
            return f"there is no {' or '.join(cross.compilers)}"
        return ""

    def toolchain(self, cross: Cross) -> tuple[dict[str, str], list[str]]:
        """The environment for builds for this board, and arguments for twister."""
        (gcc, *_) = [path for compiler in cross.compilers if (path := shutil.which(compiler))]
        settings = {
            "ZEPHYR_TOOLCHAIN_VARIANT": cross.variant,
            "GNUARMEMB_TOOLCHAIN_PATH": str(Path(gcc).parent.parent),
            "CROSS_COMPILE": gcc.removesuffix("gcc"),
        }
        if "riscv" not in gcc:
            return settings, []
        # All memory of these boards is both writable and executable, which the linker warns about.
        flags = ["-Wl,--no-warn-rwx-segments"]
        flags += [f"-L{library_of_32_bits(gcc)}"] if "riscv64" in gcc else []
        return settings, [f"-x=EXTRA_LDFLAGS={' '.join(flags)}"]

    def cross(self) -> None:
        for cross in CROSS:
            missing = self.missing(cross)
            if missing:
                self.verdicts.skip(f"samples on {cross.board}", missing)
                continue
            settings, more = self.toolchain(cross)
            arguments = ["-T", "samples", "--exclude-tag", "rust", "--inline-logs", "-p", cross.board, *more]
            arguments += ["-T", "tests"] if cross.suites else []
            name = cross.board.replace("/", "_")
            self.twister(name, arguments, settings)
            self.only_one_network(self.out / name, cross.board)

    def only_one_network(self, out: Path, board: str) -> None:
        """Checks the samples that were built: one for Wi-Fi contains nothing of Thread, and the
        reverse."""
        for image in sorted(out.glob("**/samples/**/zephyr/zephyr.elf")):
            folder = image.parent.parent
            problem = foreigners(folder)
            label = f"{folder.name} has one kind of network on {board}"
            if problem:
                self.verdicts.fail(label, problem)
            else:
                self.verdicts.passed(label)

    def rust(self) -> None:
        """Applications in Rust, with each revision of zephyr-lang-rust: on the host with a client, on
        two boards, and in a simulation of Thread."""
        for number, lang in enumerate(rust_app.revisions(self.zephyr)):
            extra, reason = rust_app.settings(lang)
            if reason:
                self.verdicts.skip(f"applications in Rust with {lang}", reason)
                continue
            print(f"zephyr-lang-rust in {lang}", flush=True)
            suffix = f"_{number}" if number else ""
            self.rust_on_the_host(lang, extra, f"rust_native{suffix}")
            for cross in RUST_BOARDS:
                self.rust_on_a_board(lang, extra, cross, suffix)
            if not self.pattern:
                self.rust_in_a_simulation(lang, f"rust_bsim{suffix}")

    def rust_on_the_host(self, lang: Path, extra: dict[str, str], name: str) -> None:
        folders = [argument for folder in RUST for argument in ("-T", folder)]
        arguments = [*folders, "--inline-logs", "-p", "native_sim/native/64"]
        self.twister(name, arguments, {**extra, "ZEPHYR_TOOLCHAIN_VARIANT": "host"}, [lang])
        client = ROOT / "tests" / "esp_prov" / "sample_rust.py"
        for transport, ending in (("console", ""), ("ble", ".ble")):
            sample = f"**/sample.network_provisioning.wifi_rust{ending}/zephyr/zephyr.exe"
            for image in (self.out / name).glob(sample):
                self.runner("rust client", client, transport, str(image))

    def rust_on_a_board(self, lang: Path, extra: dict[str, str], cross: Cross, suffix: str) -> None:
        missing = self.missing(cross)
        if missing:
            self.verdicts.skip(f"{RUST[1]} on {cross.board}", missing)
            return
        settings, more = self.toolchain(cross)
        arguments = ["-T", RUST[1], "--inline-logs", "-p", cross.board, *more]
        name = f"rust_{cross.board.replace('/', '_')}{suffix}"
        self.twister(name, arguments, {**settings, **extra}, [lang])

    def rust_in_a_simulation(self, lang: Path, name: str) -> None:
        self.simulate("--filter=rust", f"--out={self.out / name}", extra={"ZEPHYR_LANG_RUST": str(lang)})

    def rules(self) -> None:
        out = self.out / "rules"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        for name, problem in BuildRules(self.zephyr, self.environment({}), out).verdicts():
            if problem:
                reason, _, detail = problem.partition("\n")
                self.verdicts.fail(name, reason, detail)
            else:
                self.verdicts.passed(name)

    def runner(self, name: str, script: Path, *arguments: str, extra: dict[str, str] | None = None) -> None:
        """Runs a program that prints verdicts like this one."""
        done = subprocess.Popen(
            [sys.executable, "-u", str(script), *arguments],
            cwd=ROOT,
            env=self.environment({"ZEPHYR_TOOLCHAIN_VARIANT": "host", **(extra or {})}),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert done.stdout is not None
        told = 0
        for line in done.stdout:
            print(line, end="", flush=True)
            told += line.startswith(("PASS ", "FAIL ", "SKIP "))
            self.verdicts.count(line)
        if done.wait() != 0 and not self.verdicts.failed:
            self.verdicts.fail(name, f"{script.name} ended with {done.returncode}")
        elif told == 0:
            self.verdicts.fail(name, f"{script.name} ran nothing")

    def coverage(self) -> None:
        arguments = [f"--zephyr={self.zephyr}", f"--out={self.out / 'coverage'}", f"--least={COVERED}"]
        self.runner("coverage", ROOT / "tests" / "coverage" / "run.py", *arguments)

    def client(self) -> None:
        zephyr = f"--zephyr={self.zephyr}"
        self.runner("client", ROOT / "tests" / "esp_prov" / "run.py", zephyr)
        # The page that the module serves, and its GATT server, in a browser.
        scenarios = [f"--filter={name}_security" for name in ("ignored", "stay", "portal", "air")]
        self.runner("browser", ROOT / "tests" / "browser" / "run.py", zephyr, *scenarios)

    def bsim(self) -> None:
        # The part `rust` runs the simulation with an application in Rust.
        self.simulate("--without=rust", f"--out={self.out / 'bsim'}")

    def simulate(self, *arguments: str, extra: dict[str, str] | None = None) -> None:
        settings = {"NETWORK_PROV_BUILD_CACHE": str(self.out / "cargo"), **(extra or {})}
        arguments += (f"--zephyr={self.zephyr}", f"--jobs={self.jobs}")
        self.runner("bsim", ROOT / "tests" / "bsim" / "run.py", *arguments, extra=settings)


def missing_tools() -> Iterator[str]:
    for tool in TOOLS:
        if shutil.which(tool) is None:
            yield tool


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the Zephyr suites.")
    parser.add_argument("--zephyr", type=Path, help="the Zephyr tree; default: the exported one")
    parser.add_argument("--only", default=",".join(PARTS), help="which of these, with commas")
    parser.add_argument(
        "--minutes",
        type=int,
        default=os.environ.get("NETPROV_ZEPHYR_MINUTES"),
        help="begin no part that takes longer than what is left (NETPROV_ZEPHYR_MINUTES); default: no limit",
    )
    parser.add_argument(
        "--pattern", default="", help="run only those of twister's tests whose name matches this regular expression"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "zephyr")
    options = parser.parse_args()
    only = options.only.split(",")
    if unknown := [part for part in only if part not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}: there are {', '.join(PARTS)}")
    verdicts = Verdicts()

    zephyr = options.zephyr or exported_zephyr()
    if zephyr is None:
        verdicts.skip("zephyr", "no exported Zephyr was found; run `west zephyr-export` in a workspace")
        return 0
    missing = list(missing_tools())
    if missing:
        verdicts.skip("zephyr", f"there is no {', '.join(missing)}; install Zephyr's host tools")
        return 0
    try:
        python = python_for(zephyr, options.out / "venv")
    except (subprocess.CalledProcessError, OSError) as error:
        verdicts.skip("zephyr", f"Zephyr's Python packages cannot be installed ({error})")
        return 0

    suites = Suites(zephyr.resolve(), python, options.out.resolve(), options.jobs, options.pattern, verdicts)
    run = {
        "twister": suites.native,
        "sanitizers": suites.sanitizers,
        "coverage": suites.coverage,
        "client": suites.client,
        "rules": suites.rules,
        "bsim": suites.bsim,
        "rust": suites.rust,
        "build": suites.cross,
    }
    version = version_of(zephyr)
    print(f"Zephyr {version} in {zephyr}", flush=True)
    proved = []
    begun = time.monotonic()
    for part in (part for part in PARTS if part in only):
        minutes = (time.monotonic() - begun) / 60
        if options.minutes is None or minutes + PARTS[part] <= options.minutes:
            verdicts.passes = verdicts.failures = 0
            run[part]()
            # With a pattern, it is only a piece of the part.
            if verdicts.passes and not verdicts.failures and not options.pattern:
                proved.append(f"{part} ({verdicts.passes} passed)")
        else:
            reason = f"it takes {PARTS[part]} minutes, and {minutes:.0f} of {options.minutes} are over"
            verdicts.skip(part, f"{reason}; `python3 tests/zephyr.py --only {part}` runs it")
    table = support_table((ROOT / "docs" / "zephyr.md").read_text(encoding="utf-8"))
    if unlisted := [part for part in ("part", *PARTS) if part not in table]:
        verdicts.fail("docs/zephyr.md", f"its support table has no row for {', '.join(unlisted)}")
    if options.pattern and verdicts.silent:
        verdicts.fail("pattern", f"no test of {options.only} matches {options.pattern}")
    print(f"Zephyr {version} proves of the support table: {', '.join(proved) or 'nothing'}", flush=True)
    return int(verdicts.failed)


if __name__ == "__main__":
    sys.exit(main())
