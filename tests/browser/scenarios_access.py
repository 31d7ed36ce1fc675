"""Keyboard, small screens, axe-core in light and dark."""

import threading

from harness import ENTER, PASSPHRASE, PATIENCE, POP, SSID, TAB, Stage, scenario


@scenario
def by_keyboard_alone(stage: Stage) -> None:
    """The whole way without a pointer."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    stage.key(*POP, ENTER)
    stage.view("networks")
    stage.key(TAB)
    assert SSID in stage.js("return document.activeElement.textContent")
    stage.key(ENTER)
    stage.view("join")
    stage.key(*PASSPHRASE, ENTER)
    stage.online()
    assert stage.js("return document.activeElement.tagName") == "H1", "the result is read aloud"


def each_view(stage: Stage, look) -> None:
    """Calls `look` with the name of every view on the way."""
    device = stage.device("--pop", POP)
    proxy = stage.proxy(device)
    stage.open(proxy.address)
    look(stage.view("prove"))
    stage.prove("wrong")
    stage.until("document.querySelector('[role=alert]')")
    look("prove, refused")
    stage.prove()
    look(stage.view("networks"))
    stage.click("Another network")
    look(stage.view("join"))
    stage.click("Back")
    stage.join(passphrase="not-the-passphrase")
    look(stage.view("failed"))
    stage.click("Choose another network")
    release = threading.Event()
    # The view stays while the device's response is on its way.
    proxy.on_response = lambda path, body: (path == "/prov-config" and release.wait(PATIENCE), body)[1]
    stage.join()
    look(stage.view("progress"))
    release.set()
    look(stage.view("online"))
    unprotected = stage.device("--security", "0")
    stage.open(unprotected.address)
    look(stage.view("plain"))


@scenario
def a_screen_of_320_pixels(stage: Stage) -> None:
    """No view scrolls sideways."""
    stage.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                 {"width": 320, "height": 568, "deviceScaleFactor": 1, "mobile": True})

    def look(view: str) -> None:
        width = stage.js("return document.documentElement.scrollWidth")
        assert width <= 320, (view, width)

    each_view(stage, look)


def axe_in(stage: Stage, scheme: str) -> None:
    stage.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
    found = {}
    passes = []

    def look(view: str) -> None:
        found[view] = stage.axe()
        passes.append(stage.axe_passes)

    each_view(stage, look)
    assert not any(found.values()), found
    assert min(passes) > 10, passes


@scenario
def axe_core_in_light(stage: Stage) -> None:
    """No violation in any view."""
    axe_in(stage, "light")


@scenario
def axe_core_in_dark(stage: Stage) -> None:
    """No violation in any view."""
    axe_in(stage, "dark")
