#!/usr/bin/env python3
"""Drives the page in a real browser against the virtual device.

Makes its own Python environment, enters namespaces of its own, for an address that is no secure context
and for a serial port, runs every scenario and closes with one line of totals. What the machine lacks is skipped by name.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INSIDE = "NETPROV_BROWSER_INSIDE"
NAMESPACE = "NETPROV_BROWSER_ADDRESS"
# An address of the namespace, because 127.0.0.1 would count as a secure context.
ADDRESS = "10.77.0.1"
GROUPS = ("flow", "faults", "input", "access", "static", "serial", "bluetooth", "device", "air")
# What tests/esp_prov needs for virtual controllers.
AIR = HERE.parent / "esp_prov" / "requirements.txt"
# The images of scenarios_device.py.
MODES = {"ignored": "IGNORED", "stay": "STAY", "portal": "PORTAL"}
AXE = "axe-core@4.14.1"


class SetupError(Exception):
    """Nothing could be tested; the text says why and what to do."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Tests of the page in a real browser.")
    parser.add_argument("--filter", action="append", metavar="SUBSTR", help="run only these; repeatable")
    parser.add_argument("--device", type=Path, default=os.environ.get("NETPROV_DEVICE"),
                        help="the program to test instead of building it (also NETPROV_DEVICE)")
    parser.add_argument("--shots", type=Path, metavar="DIR", help="make the screenshots of the documents, and stop")
    parser.add_argument("--times", type=Path, metavar="NETPROV",
                        help="compare times of runs by page and by this netprov, and stop")
    parser.add_argument("--zephyr", type=Path, help="build images of the module with this Zephyr, and test their page too")
    parser.add_argument("--images", type=Path, metavar="DIR", help="take these images (also NETPROV_BROWSER_IMAGES)")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    return parser.parse_args()


def target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def environment(with_air: bool) -> Path:
    """A Python with the packages, created if it is missing or stale; with Bluetooth's virtual
    controllers if asked."""
    folder = target() / ("browser-air-venv" if with_air else "browser-venv")
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    files = [HERE / "requirements.txt", *([AIR] if with_air else [])]
    text = "".join(file.read_text() for file in files) + sys.version
    wanted = hashlib.sha256(text.encode()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
        try:
            venv.create(folder, clear=True, with_pip=True)
        except (subprocess.CalledProcessError, OSError) as error:
            raise SetupError(f"no Python environment ({error}): install Python's venv module") from None
        command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *(part for file in files for part in ("-r", file))]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise SetupError(f"pip could not install {' and '.join(map(str, files))}:\n{done.stdout}")
        stamp.write_text(wanted)
    return python


def axe() -> Path | None:
    """axe-core's script, fetched once by npm's own client; none if there is no npm or no registry."""
    folder = target() / "browser-axe"
    script = folder / "package" / "axe.min.js"
    if not script.exists() and shutil.which("npm"):
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True)
        archive = folder / done.stdout.strip().split("\n")[-1]
        if done.returncode == 0 and archive.is_file():
            shutil.unpack_archive(archive, folder)
    return script if script.exists() else None


def device(given: Path | None) -> Path:
    if given:
        return Path(given).resolve()
    command = ["cargo", "build", "--locked", "-p", "virtual-device", "--message-format=json-render-diagnostics"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"the virtual device does not compile:\n{done.stderr}")
    for line in done.stdout.splitlines():
        artifact = json.loads(line)
        if artifact.get("executable") and artifact["target"]["name"] == "virtual-device":
            return Path(artifact["executable"])
    raise SetupError("cargo built no program called virtual-device")


def images(options: argparse.Namespace) -> Path | None:
    """The folder with one image of the module for each way to answer probes; none if there is no
    Zephyr."""
    if options.images or not options.zephyr:
        return options.images
    sys.path.insert(0, str(HERE.parent / "esp_prov"))
    import run as esp_prov

    folder = target() / "zephyr" / "browser"
    # Building the core and the crates once serves every image.
    shared = [f"-DNETWORK_PROV_BUILD_CACHE={folder / 'cargo'}", "-DCONFIG_NETWORK_PROV_SOFTAP_PAGE=y"]
    for name, answer in MODES.items():
        settings = [*shared, f"-DCONFIG_NETWORK_PROV_SOFTAP_PROBES_{answer}=y"]
        try:
            esp_prov.build(options.zephyr.resolve(), "native_sim", folder / name, HERE.parent / "esp_prov",
                           {"ZEPHYR_TOOLCHAIN_VARIANT": "host"}, settings)
        except esp_prov.SetupError as error:
            raise SetupError(str(error)) from None
    return folder


def enter() -> None:
    """Builds what is needed, then continues in the environment and in a namespace of its own."""
    if os.environ.get(INSIDE):
        return
    variables = dict(os.environ)
    variables[INSIDE] = "1"
    options = arguments()
    variables["NETPROV_DEVICE"] = str(device(options.device))
    if folder := images(options):
        variables["NETPROV_BROWSER_IMAGES"] = str(folder.resolve())
    variables["NETPROV_AXE"] = str(axe() or "")
    command = [str(environment("NETPROV_BROWSER_IMAGES" in variables)), "-u", str(HERE / "run.py"), *sys.argv[1:]]
    setup = f'ip link set lo up && ip addr add {ADDRESS}/24 dev lo && exec "$@"'
    inside = ["unshare", "-rmn", "sh", "-c", setup, "sh"]
    if shutil.which("unshare") and subprocess.run([*inside, "true"], capture_output=True).returncode == 0:
        variables[NAMESPACE] = ADDRESS
        command = inside + command
    os.execvpe(command[0], command, variables)


def missing() -> str | None:
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "there is no Chromium with its driver; on Debian: apt install chromium chromium-driver"
    return None


def run_all(options: argparse.Namespace) -> int:
    from harness import SCENARIOS, Skipped, Stage

    for group in GROUPS:
        importlib.import_module(f"scenarios_{group}")
    chosen = [s for s in SCENARIOS if not options.filter or any(f in s.__name__ for f in options.filter)]
    if options.list:
        for scenario in chosen:
            print(f"{scenario.__name__:44} {(scenario.__doc__ or '').splitlines()[0]}")
        return 0
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="netprov-browser-") as work:
        stage = Stage(Path(os.environ["NETPROV_DEVICE"]), Path(work), os.environ.get(NAMESPACE, ""),
                      os.environ.get("NETPROV_AXE", ""))
        try:
            if options.shots:
                import shots

                shots.take(stage, options.shots)
                return 0
            if options.times:
                import times

                times.take(stage, options.times)
                return 0
            for scenario in chosen:
                name = f"browser/{scenario.__name__}"
                try:
                    scenario(stage)
                    stage.check_console()
                    print(f"PASS {name}")
                    passed += 1
                except Skipped as reason:
                    print(f"SKIP {name}: {reason}")
                    skipped += 1
                except Exception as error:  # whatever it is, the scenario has failed
                    print(f"FAIL {name}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
                    for line in (traceback.format_exc() + stage.picture()).splitlines():
                        print(f"    {line}")
                    failed += 1
                finally:
                    stage.reset()
        finally:
            stage.close()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def main() -> int:
    try:
        reason = missing()
        if reason:
            print(f"SKIP browser: {reason}")
            print("0 passed, 0 failed, 1 skipped")
            return 0
        enter()
        return run_all(arguments())
    except SetupError as error:
        first, *rest = str(error).splitlines()
        print(f"FAIL browser/setup: {first}")
        for line in rest:
            print(f"    {line}")
        print("0 passed, 1 failed, 0 skipped")
        return 1


if __name__ == "__main__":
    sys.exit(main())
