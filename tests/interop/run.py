#!/usr/bin/env python3
"""Tests the virtual device with independent clients, and imitates clients that cannot run here.

Creates its own Python environment, builds the device, runs all scenarios and prints a summary line.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from programs import SetupError, find

HERE = Path(__file__).resolve().parent
WORKSPACE = HERE.parents[1]
INSIDE = "NETPROV_INTEROP_INSIDE"
GROUPS = ("self", "cli", "http", "phone", "console", "protocomm", "esp_prov", "thread", "netprov")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Interoperability tests of the virtual device.")
    parser.add_argument(
        "--filter",
        action="append",
        metavar="SUBSTR",
        help="run only scenarios whose name contains this; repeatable",
    )
    parser.add_argument(
        "--device",
        type=Path,
        default=os.environ.get("NETPROV_DEVICE"),
        help="test this program instead of building one (also NETPROV_DEVICE)",
    )
    parser.add_argument(
        "--netprov",
        type=Path,
        default=os.environ.get("NETPROV_CLIENT"),
        help="use this client instead of building one (also NETPROV_CLIENT)",
    )
    parser.add_argument(
        "--venv", type=Path, help="folder of the Python environment (default: target/interop-venv)"
    )
    parser.add_argument("--transcripts", type=Path, metavar="DIR", help="save esp_prov transcripts in this folder")
    parser.add_argument("--jobs", type=int, default=2, help="scenarios to run in parallel (default: 2)")
    parser.add_argument("--keep", action="store_true", help="keep the files of the scenarios")
    parser.add_argument("--list", action="store_true", help="list the scenarios and the traps they cover")
    return parser.parse_args()


def target_dir() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))


def requirement_files() -> list[Path]:
    files = [HERE / "requirements.txt"]
    if os.environ.get("ESP_PROV"):
        files.append(HERE / "requirements-esp-prov.txt")
    return files


def enter_venv(folder: Path) -> None:
    """Creates the environment if it is missing or stale, and restarts the program inside it."""
    python = folder / "bin" / "python"
    if os.environ.get(INSIDE) == str(folder):
        return
    files = requirement_files()
    text = "".join(f.read_text(encoding="utf-8") for f in files) + sys.version
    wanted = hashlib.sha256(text.encode()).hexdigest()
    stamp = folder / "requirements.sha256"
    if folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists():
        raise SetupError(f"{folder} is not a Python environment; use another --venv")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_name(folder.name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # concurrent runs share the environment
        if not (python.exists() and stamp.exists() and stamp.read_text() == wanted):
            try:
                venv.create(folder, clear=True, with_pip=True)
            except (subprocess.CalledProcessError, OSError) as error:
                raise SetupError(
                    f"cannot create a Python environment in {folder} ({error}); install the venv module"
                ) from None
            command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            for file in files:
                command += ["-r", str(file)]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                raise SetupError(f"pip could not install {', '.join(f.name for f in files)}:\n{done.stdout}")
            stamp.write_text(wanted)
    environment = dict(os.environ)
    environment[INSIDE] = str(folder)
    sys.stdout.flush()
    os.execve(str(python), [str(python), str(HERE / "run.py"), *sys.argv[1:]], environment)


def run_all(options: argparse.Namespace) -> int:
    # Imported here because these need the packages of the environment.
    from device import kill_all
    from harness import SCENARIOS, Outcome, Settings, report, run_scenario

    for group in GROUPS:
        importlib.import_module(f"scenarios_{group}")
    chosen = [s for s in SCENARIOS if not options.filter or any(f in s.name for f in options.filter)]
    if options.list:
        for item in chosen:
            print(f"{item.name:48} {item.traps}")
        return 0
    if not chosen:
        raise SetupError(f"no scenario's name contains {' or '.join(options.filter)}")

    device = find("virtual-device", options.device)
    needs_client = any(item.name.startswith("netprov/") for item in chosen)
    netprov = find("netprov", options.netprov) if needs_client else None
    work = Path(tempfile.mkdtemp(prefix="netprov-interop-"))
    esp_prov, idf_path = os.environ.get("ESP_PROV"), os.environ.get("IDF_PATH")
    settings = Settings(
        device=device,
        work=work,
        netprov=netprov,
        transcripts=options.transcripts,
        esp_prov=Path(esp_prov) if esp_prov else None,
        idf_path=Path(idf_path) if idf_path else None,
        keep=options.keep,
    )

    def interrupted(*_: object) -> None:
        from scenarios_esp_prov import kill_tools

        kill_tools()
        kill_all()
        if not options.keep:
            shutil.rmtree(work, ignore_errors=True)
        os._exit(130)

    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)

    results: list[Outcome] = []
    try:
        with ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
            for future in as_completed([pool.submit(run_scenario, item, settings) for item in chosen]):
                results.append(future.result())
                report(results[-1])
    finally:
        kill_all()
        if options.keep:
            print(f"kept: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    return totals(*[sum(r.verdict == verdict for r in results) for verdict in ("PASS", "FAIL", "SKIP")])


def totals(passed: int, failed: int, skipped: int) -> int:
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def main() -> int:
    options = arguments()
    try:
        enter_venv((options.venv or target_dir() / "interop-venv").absolute())
        return run_all(options)
    except SetupError as error:
        first, *rest = str(error).splitlines()
        print(f"FAIL harness/setup: {first}")
        for line in rest:
            print(f"    {line}")
        return totals(0, 1, 0)


if __name__ == "__main__":
    sys.exit(main())
