"""The page that the module itself serves: a native_sim image, whose access point this machine has joined.

The image's access point is a TAP interface of the run's namespace, so name resolution, probes and the page go the
way that a phone's would, but for the radio. `--zephyr` or `--images` says where the images come from.
"""

from __future__ import annotations

import re
import socket
import subprocess
from http.client import HTTPConnection
from pathlib import Path

from harness import PASSPHRASE, PASSWORD, PATIENCE, POP, Skipped, Stage, scenario
from native import Image, program

TAP = "netprov-ap"
ADDRESS = "192.168.4.1"
MODES = ("ignored", "stay", "portal")
NAMES = Path("/etc/resolv.conf")
# What each platform requests, and the response that makes it believe in an internet connection: see
# docs/softap-page.md.
PROBES = {
    ("connectivitycheck.gstatic.com", "/generate_204"): (204, ""),
    ("www.google.com", "/gen_204"): (204, ""),
    ("captive.apple.com", "/hotspot-detect.html"): (200, "Success"),
    ("www.apple.com", "/library/test/success.html"): (200, "Success"),
    ("www.msftconnecttest.com", "/connecttest.txt"): (200, "Microsoft Connect Test"),
    ("www.msftncsi.com", "/ncsi.txt"): (200, "Microsoft NCSI"),
    ("detectportal.firefox.com", "/success.txt"): (200, "success"),
}


def joined(stage: Stage, mode: str, security: int) -> Image:
    """A device, and this machine as a station of its access point."""
    program(mode)
    if not stage.is_insecure:
        raise Skipped("no namespace can be made: unshare -rmn fails")
    ip("tuntap", "add", "dev", TAP, "mode", "tap")
    stage.closing.append(lambda: ip("link", "delete", TAP))
    ip("address", "add", "192.168.4.2/24", "dev", TAP)
    ip("link", "set", TAP, "up")
    ip("route", "add", "default", "via", ADDRESS)
    servers = stage.work / "resolv.conf"
    servers.write_text(f"nameserver {ADDRESS}\noptions timeout:5 attempts:6\n")
    subprocess.run(["mount", "--bind", servers, NAMES], check=True)
    stage.closing.append(lambda: subprocess.run(["umount", "--lazy", NAMES], check=True))
    image = Image(stage, mode, security, "-scheme=softap", "-air", f"-eth-if={TAP}")
    # A browser of its own: another one would not query names again that it has resolved.
    stage.quit_browser()
    stage.closing.append(stage.quit_browser)
    return image


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def get(host: str, path: str) -> tuple[int, str, str]:
    """The status, the target of a redirection, and the body."""
    connection = HTTPConnection(host, timeout=PATIENCE)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.getheader("Location") or "", response.read().decode()


def check_names(mode: str) -> None:
    """Either every name resolves to the device's address, or none resolves."""
    if mode == "ignored":
        try:
            socket.getaddrinfo("captive.apple.com", 80, socket.AF_INET)
        except socket.gaierror:
            return
        raise AssertionError("a name has an address")
    for host in {host for host, _ in PROBES}:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)}
        assert found == {ADDRESS}, (host, found)


def check_probes(mode: str) -> None:
    for (host, path), (status, words) in PROBES.items():
        if mode == "ignored":
            # Without names, a phone can use the address only.
            assert get(ADDRESS, path)[0] == 404, path
        elif mode == "portal":
            assert get(host, path)[:2] == (302, f"http://{ADDRESS}/"), (host, path, get(host, path))
        else:
            found, _, body = get(host, path)
            assert found == status and words in re.sub(r"<[^>]*>", " ", body), (host, path, found, body)


def whole_run(stage: Stage, mode: str, security: int) -> None:
    image = joined(stage, mode, security)
    check_names(mode)
    check_probes(mode)
    # Where names resolve, all of them lead to the page, as in a phone's captive portal.
    stage.open({"ignored": ADDRESS, "stay": "www.example.com", "portal": "captive.apple.com/hotspot-detect.html"}[mode])
    stage.view("prove")
    assert stage.js("return location.href") == f"http://{ADDRESS}/"
    assert stage.js("return isSecureContext") is False
    stage.prove(PASSWORD if security == 2 else POP)
    stage.join(passphrase="not-the-passphrase")
    stage.view("failed")
    stage.click("Enter the passphrase again")
    stage.type("passphrase", PASSPHRASE)
    stage.submit()
    stage.online()
    image.event("Credentials worked")


def register(mode: str, security: int) -> None:
    def run(stage: Stage) -> None:
        whole_run(stage, mode, security)

    run.__name__ = f"device_{mode}_security_{security}"
    run.__doc__ = f"A whole run with the module's page, probes: {mode}."
    scenario(run)


for each_mode in MODES:
    for each_security in (1, 2):
        register(each_mode, each_security)
