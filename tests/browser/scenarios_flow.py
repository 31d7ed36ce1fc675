"""Whole runs: each security, wrong secrets, reloads, tabs."""

from harness import PASSPHRASE, PASSWORD, POP, SSID, USER, Stage, scenario


@scenario
def security_1(stage: Stage) -> None:
    """A device with a proof of possession gets online."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    assert stage.js("return isSecureContext") is not stage.is_insecure
    stage.view("prove")
    assert ("access point with the same name" in stage.text()) is stage.is_insecure
    stage.prove()
    stage.view("networks")
    assert "knows the proof" in stage.footer(), stage.footer()
    stage.join()
    stage.online()
    assert "192.168." in stage.text()
    assert device.event("connected")["ssid"] == SSID


@scenario
def security_1_without_a_proof(stage: Stage) -> None:
    """The page does not ask for a proof if the device needs none."""
    device = stage.device("--no-pop")
    stage.open(device.address)
    stage.view("networks")
    assert ("access point with the same name" in stage.text()) is stage.is_insecure
    assert "gave none" in stage.footer() and "proved" not in stage.footer(), stage.footer()
    stage.join()
    stage.online()


@scenario
def security_2(stage: Stage) -> None:
    """User name and password; the field contains the usual user name."""
    device = stage.device("--security", "2", "--username", USER, "--password", PASSWORD)
    stage.open(device.address)
    stage.view("prove")
    assert stage.js("return document.getElementById('username').value") == USER
    stage.prove(PASSWORD)
    stage.view("networks")
    assert "is yours" in stage.footer(), stage.footer()
    stage.join()
    stage.online()


@scenario
def security_0(stage: Stage) -> None:
    """Nothing goes to an unprotected device before the person agrees."""
    device = stage.device("--security", "0")
    stage.open(device.address)
    stage.view("plain")
    assert device.heard("session_established") == 0
    stage.click("Continue without protection")
    stage.view("networks")
    assert "Not encrypted" in stage.footer(), stage.footer()
    stage.join()
    stage.online()


@scenario
def an_open_network(stage: Stage) -> None:
    """An open network asks for no passphrase."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.join("CoffeeShop", None)
    stage.online("CoffeeShop")


@scenario
def a_hidden_network(stage: Stage) -> None:
    """A network that is not in the list is joined by its name."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    assert "Cellar" not in stage.text()
    stage.click("Another network")
    stage.view("join")
    stage.type("ssid", "Cellar")
    stage.type("passphrase", "a-hidden-passphrase")
    stage.submit()
    stage.online("Cellar")


@scenario
def a_thread_device(stage: Stage) -> None:
    """The page distinguishes a Thread device from a Wi-Fi device before it asks for any secret."""
    device = stage.device("--pop", POP, "--network", "thread", "--thread", "MyHome:0x1234:15")
    stage.open(device.address)
    stage.view("thread")


@scenario
def a_wrong_proof_and_then_the_right_one(stage: Stage) -> None:
    """The page says that the proof is wrong, keeps the field, and continues with the right one."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove("wrong")
    stage.until("document.querySelector('[role=alert]')?.innerText.includes('refused')")
    assert stage.js("return document.activeElement.id") == "secret"
    assert stage.js("return document.activeElement.getAttribute('aria-invalid')") == "true"
    stage.prove()
    stage.view("networks")
    assert device.counted("proof_mismatch", 1) == 1, device.seen


@scenario
def a_wrong_password_of_security_2(stage: Stage) -> None:
    """The same for user name and password."""
    device = stage.device("--security", "2", "--username", USER, "--password", PASSWORD)
    stage.open(device.address)
    stage.prove("wrong")
    stage.until("document.querySelector('[role=alert]')?.innerText.includes('user name')")
    stage.prove(PASSWORD)
    stage.view("networks")


@scenario
def a_wrong_passphrase_and_then_the_right_one(stage: Stage) -> None:
    """The page shows the reason, and the passphrase can be typed again without starting over."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.join(passphrase="not-the-passphrase")
    stage.view("failed")
    assert "refused the passphrase" in stage.text() and SSID in stage.text()
    stage.click("Enter the passphrase again")
    stage.view("join")
    stage.type("passphrase", PASSPHRASE)
    stage.submit()
    stage.online()
    assert device.counted("session_established", 1) == 1, device.seen


@scenario
def a_network_out_of_range(stage: Stage) -> None:
    """The page shows the reason, and another network can be chosen."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    stage.click("Another network")
    stage.type("ssid", "Nowhere")
    stage.type("passphrase", PASSPHRASE)
    stage.submit()
    stage.view("failed")
    assert "does not find" in stage.text()
    stage.click("Choose another network")
    stage.join()
    stage.online()


@scenario
def a_reload_at_each_step(stage: Stage) -> None:
    """A reload asks the device for its state; a proof that was right is not asked for again."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    stage.driver.refresh()
    stage.prove()
    stage.view("networks")
    stage.driver.refresh()
    stage.view("networks")
    stage.click("Slow")
    stage.view("join")
    stage.driver.refresh()
    stage.join("Slow", "all-in-good-time")
    device.event("credentials_received")
    stage.until("sessionStorage.getItem('netprov')?.includes('applied')")
    stage.driver.refresh()
    # On a slow machine, the device is online before that.
    assert stage.view("progress", "online", "prove", "networks") in ("progress", "online")
    stage.online("Slow")
    assert stage.js("return sessionStorage.length") == 0, "the proof is not kept"


@scenario
def a_reload_of_a_browser_that_keeps_nothing(stage: Stage) -> None:
    """The page asks for the proof again and then shows the result."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.join()
    device.event("credentials_received")
    stage.js("sessionStorage.clear(); Storage.prototype.setItem = () => { throw new Error('full') }")
    stage.js("sessionStorage.clear()")
    stage.driver.refresh()
    stage.js("sessionStorage.clear()")
    if stage.view("prove", "online") == "prove":
        stage.prove()
    stage.online()


@scenario
def no_passphrase_is_kept(stage: Stage) -> None:
    """Neither storage ever holds the passphrase of a network."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.join(passphrase="not-the-passphrase")
    stage.view("failed")
    kept = stage.js("return JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "not-the-passphrase" not in kept, kept


@scenario
def two_tabs(stage: Stage) -> None:
    """The later tab takes over. The earlier one says so, stops polling, and can take the session back."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    first = stage.driver.current_window_handle
    stage.prove()
    stage.view("networks")
    stage.driver.switch_to.new_window("tab")
    second = stage.driver.current_window_handle
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    stage.driver.switch_to.window(first)
    stage.view("elsewhere")
    stage.click("Continue here")
    stage.view("networks")
    stage.driver.switch_to.window(second)
    stage.view("elsewhere")
    stage.driver.switch_to.window(first)
    stage.join()
    stage.online()
