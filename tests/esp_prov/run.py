#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives a native_sim image with real clients: over HTTP at a TAP interface, over Bluetooth LE through a
virtual controller, and over its console; and one for a Cortex-M3 in QEMU over Bluetooth LE.

    tests/esp_prov/run.py [--zephyr DIR] [--filter SUBSTR] [--transcripts DIR] [--image PROGRAM] [--emulated ELF]

Builds the images, makes the Python environment of tests/interop, and goes on in a network namespace of
its own, where nobody has to be root. It prints `PASS name`, `FAIL name: reason` and `SKIP name: reason`,
one line for each scenario, and fails if something failed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import cortex_m3_image as cortex_m3

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INTEROP = HERE.parent / "interop"
REQUIREMENTS = HERE / "requirements.txt"
SETUP_FAILED = "FAIL native_sim/setup: "


class SetupError(Exception):
    """Nothing could be tested; the text says why."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Real clients against a native_sim image.")
    parser.add_argument(
        "--zephyr", type=Path, help="the Zephyr tree; default: ZEPHYR_BASE, or the exported one"
    )
    parser.add_argument("--board", default="native_sim", help="default: native_sim")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "zephyr" / "esp_prov")
    parser.add_argument("--image", type=Path, help="the program to test instead of building it")
    parser.add_argument("--emulated", type=Path, metavar="ELF", help="the same for the Cortex-M3")
    parser.add_argument(
        "--netprov",
        type=Path,
        default=os.environ.get("NETPROV_CLIENT"),
        help="use this client instead of building one (also NETPROV_CLIENT)",
    )
    parser.add_argument(
        "--venv", type=Path, help="the Python environment of tests/interop (default: target/interop-venv)"
    )
    parser.add_argument(
        "--filter",
        action="append",
        metavar="SUBSTR",
        help="run only scenarios whose name contains this; repeatable",
    )
    parser.add_argument("--transcripts", type=Path, metavar="DIR", help="save what both sides said here")
    parser.add_argument("--jobs", type=int, default=6, help="scenarios at a time (default: 6)")
    parser.add_argument("--list", action="store_true", help="name the scenarios and the traps they cover")
    # How this program calls itself, inside the environment and the namespace.
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--no-tap", default="", help=argparse.SUPPRESS)
    parser.add_argument("--no-emulated", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


# --- outside: the image, the environment, the namespace -----------------------------------------------------


def find_zephyr(given: Path | None) -> Path | None:
    if given is None and os.environ.get("ZEPHYR_BASE"):
        given = Path(os.environ["ZEPHYR_BASE"])
    if given is None:
        sys.path.insert(0, str(HERE.parent))
        from zephyr import exported_zephyr

        given = exported_zephyr()
    return given.resolve() if given is not None else None


def build(
    zephyr: Path, board: str, out: Path, source: Path, toolchain: dict[str, str], settings: Sequence[str] = ()
) -> Path:
    """Builds an image, reusing what is there. Returns its build folder."""
    out.mkdir(parents=True, exist_ok=True)
    folder, log = out / board.replace("/", "_"), out / "build.log"
    environment = {**os.environ, "ZEPHYR_BASE": str(zephyr), **toolchain}
    configure = ["cmake", "-GNinja", "-B", str(folder), "-S", str(source), f"-DBOARD={board}"]
    configure += [f"-DEXTRA_ZEPHYR_MODULES={ROOT}", *settings]
    for command in (configure, ["ninja", "-C", str(folder)]):
        with open(log, "wb") as file:
            try:
                done = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
            except FileNotFoundError:
                raise SetupError(f"there is no {command[0]}") from None
        if done.returncode != 0:
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
            raise SetupError("\n".join([f"`{' '.join(command)}` failed", *last]))
    return folder / "zephyr"


def environment_python(folder: Path) -> Path:
    """The Python of tests/interop's environment, made by that suite's run.py, with the packages for
    Bluetooth added."""
    python = folder / "bin" / "python"
    for command in (
        [sys.executable, str(INTEROP / "run.py"), "--venv", str(folder), "--list"],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SetupError(done.stdout)
    return python


def why_no_tap() -> str:
    """Why there can be no TAP interface in a namespace; empty if there can be one."""
    script = "ip tuntap add dev probe mode tap; ip address add 192.0.2.254/30 dev probe"
    command = ["unshare", "-rn", "sh", "-ec", script]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        return "there is no unshare"
    if done.returncode == 0:
        return ""
    return " ".join(done.stdout.split()) or f"unshare ended with {done.returncode}"


def images(options: argparse.Namespace) -> None:
    """Builds what the selected scenarios need, unless an image was given."""
    filters = options.filter or []
    is_given = options.image is not None or options.emulated is not None
    is_native = not filters or not all(cortex_m3.GROUP in text for text in filters)
    if options.list or not is_native:
        options.image = Path(sys.executable)  # nobody runs it
    if options.emulated is None:
        options.no_emulated = "no image was given" if is_given else cortex_m3.missing()
    builds_emulated = not options.no_emulated and options.emulated is None and cortex_m3.wanted(filters)
    if options.list or not (options.image is None or builds_emulated):
        return
    zephyr = find_zephyr(options.zephyr)
    if zephyr is None:
        print("SKIP native_sim: no exported Zephyr was found; run `west zephyr-export` in a workspace")
        sys.exit(0)
    out = options.out.resolve()
    if options.image is None:
        host = {"ZEPHYR_TOOLCHAIN_VARIANT": "host"}
        options.image = build(zephyr, options.board, out, HERE, host) / "zephyr.exe"
    if builds_emulated:
        toolchain = cortex_m3.toolchain()
        options.emulated = build(zephyr, cortex_m3.BOARD, out, cortex_m3.SOURCE, toolchain) / "zephyr.elf"


def wants_client(options: argparse.Namespace) -> bool:
    """Whether scenarios of netprov may be among the selected ones."""
    others = ("ble", "console/", "esp-", "http/", "page/", "phone/")
    filters = options.filter or [""]
    return not options.list and not all(text.startswith(others) for text in filters)


def features() -> tuple[str, ...]:
    """Bluetooth LE needs a system library."""
    try:
        has_dbus = subprocess.run(["pkg-config", "--exists", "dbus-1"]).returncode == 0
    except FileNotFoundError:
        has_dbus = False
    return ("ble",) if has_dbus else ()


def client(options: argparse.Namespace) -> Path:
    """Builds netprov now: in the namespace, cargo has no network."""
    sys.path.insert(0, str(INTEROP))
    import programs

    try:
        return programs.find("netprov", options.netprov, features())
    except programs.SetupError as error:
        raise SetupError(str(error)) from None


def go_inside(options: argparse.Namespace) -> None:
    """Continues in the environment, and in the namespace if there can be one."""
    images(options)
    image = options.image.resolve()
    if not os.access(image, os.X_OK):
        raise SetupError(f"{image} is not a program")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    python = environment_python((options.venv or target / "interop-venv").absolute())
    command = [str(python), "-u", str(HERE / "run.py"), "--inside"]
    command += [f"--image={image}", f"--jobs={options.jobs}"]
    command += [f"--filter={text}" for text in options.filter or []]
    command += [f"--transcripts={options.transcripts.absolute()}"] if options.transcripts else []
    command += ["--list"] if options.list else []
    command += [f"--netprov={client(options)}"] if wants_client(options) else []
    command += [f"--emulated={options.emulated.resolve()}"] if options.emulated else []
    command += [f"--no-emulated={options.no_emulated}"]
    reason = why_no_tap()
    command = [*command, f"--no-tap={reason}"] if reason else ["unshare", "-rn", *command]
    sys.stdout.flush()
    os.execvp(command[0], command)


# --- inside: the scenarios ----------------------------------------------------------------------------------


def run_all(options: argparse.Namespace) -> int:
    sys.path.insert(0, str(INTEROP))
    import harness
    import image

    # The scenarios of tests/interop start the image in place of their device.
    harness.Device = image.ImageDevice
    image.ImageDevice.taps = image.Taps(options.no_tap)
    if not options.no_tap:
        image.ip("link", "set", "lo", "up")  # where the virtual Bluetooth controllers are
    import bluez
    import scenarios_ble
    import scenarios_bluez
    import scenarios_console
    import scenarios_cortex_m3
    import scenarios_esp_prov
    import scenarios_http
    import scenarios_image
    import scenarios_netprov
    import scenarios_page
    from device import kill_all

    scenarios_cortex_m3.image, scenarios_cortex_m3.missing = options.emulated, options.no_emulated
    # These modules register their scenarios like the others.
    assert scenarios_ble and scenarios_bluez and scenarios_console and scenarios_http and scenarios_netprov
    assert scenarios_page
    chosen = [s for s in harness.SCENARIOS if scenarios_image.belongs(s.name)]
    missing = set(scenarios_image.ALSO) - {s.name for s in chosen}
    if missing:
        raise SetupError(f"tests/interop has no scenario {', '.join(sorted(missing))} any more")
    chosen = [s for s in chosen if not options.filter or any(f in s.name for f in options.filter)]
    chosen.sort(key=lambda s: not any(word in s.name for word in scenarios_image.SLOW))
    if options.list:
        for item in chosen:
            print(f"{item.name:48} {item.traps}")
        return 0
    if not chosen:
        raise SetupError(f"no scenario's name contains {' or '.join(options.filter)}")

    esp_prov, idf_path = os.environ.get("ESP_PROV"), os.environ.get("IDF_PATH")
    work = Path(tempfile.mkdtemp(prefix="netprov-esp-prov-"))
    settings = harness.Settings(
        device=options.image,
        work=work,
        netprov=options.netprov,
        transcripts=options.transcripts,
        esp_prov=Path(esp_prov) if esp_prov else None,
        idf_path=Path(idf_path) if idf_path else None,
    )

    def interrupted(*_: object) -> None:
        scenarios_esp_prov.kill_tools()
        kill_all()
        bluez.kill_all()
        shutil.rmtree(work, ignore_errors=True)
        os._exit(130)

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    verdicts = []
    try:
        with ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
            for future in as_completed([pool.submit(harness.run_scenario, s, settings) for s in chosen]):
                harness.report(future.result())
                verdicts.append(future.result().verdict)
    finally:
        kill_all()
        shutil.rmtree(work, ignore_errors=True)
    return totals(*[verdicts.count(verdict) for verdict in ("PASS", "FAIL", "SKIP")])


def totals(passed: int, failed: int, skipped: int) -> int:
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def main() -> int:
    options = arguments()
    try:
        if not options.inside:
            go_inside(options)
        return run_all(options)
    except SetupError as error:
        first, *rest = str(error).splitlines()
        print(SETUP_FAILED + first.removeprefix("FAIL harness/setup: "))
        for line in rest:
            print(f"    {line}")
        return totals(0, 1, 0)


if __name__ == "__main__":
    sys.exit(main())
