"""Devices that are slow, gone, fake or hostile."""

import threading
from collections import Counter

from harness import PASSWORD, PATIENCE, POP, USER, Stage, scenario


def changed(body: bytes, at: int = -1) -> bytes:
    body = bytearray(body)
    body[at] ^= 1
    return bytes(body)


@scenario
def a_slow_device(stage: Stage) -> None:
    """The page says that it is still waiting, and goes on when the response comes."""
    device = stage.device("--pop", POP)
    proxy = stage.proxy(device)
    release = threading.Event()
    proxy.on_response = lambda path, body: (path == "/prov-session" and release.wait(PATIENCE), body)[1]
    stage.open(proxy.address)
    stage.prove()
    stage.until("document.getElementById('live').textContent.includes('waiting')")
    release.set()
    stage.join()
    stage.online()


@scenario
def a_device_that_goes_before_the_networks(stage: Stage) -> None:
    """The page says that the device cannot be reached, and Try again works once it is back."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    device.kill()
    stage.click("Look again")
    stage.view("problem")
    assert "cannot be reached" in stage.text(), stage.text()
    stage.device("--pop", POP, port=device.port)
    stage.click("Try again")
    stage.join()
    stage.online()


@scenario
def a_device_that_restarts_while_it_connects(stage: Stage) -> None:
    """The page says that the device is away, asks it again when it is back, and offers the networks."""
    device = stage.device("--pop", POP, "--wifi-conn-attempts", "100")
    stage.open(device.address)
    stage.prove()
    stage.join("Endless", "until-the-end-of-time")
    stage.view("progress")
    device.event("attempt")
    device.kill()
    stage.until("document.getElementById('remark')?.textContent.includes('out of reach')")
    stage.device("--pop", POP, port=device.port)
    stage.join()
    stage.online()


@scenario
def an_access_point_that_goes_after_the_credentials(stage: Stage) -> None:
    """The page waits for a minute and then says what the silence may mean."""
    device = stage.device("--pop", POP, "--wifi-conn-attempts", "100")
    stage.open(device.address)
    stage.prove()
    stage.join("Endless", "until-the-end-of-time")
    stage.view("progress")
    device.event("attempt")
    device.kill()
    stage.until("document.getElementById('remark')?.textContent.includes('out of reach')")
    stage.view("gone")
    assert "look at the device" in stage.text(), stage.text()
    assert "Encrypted" not in stage.footer(), stage.footer()


@scenario
def another_device_at_the_same_address(stage: Stage) -> None:
    """The page stays open while the user joins the access point of another device with another proof."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.prove()
    stage.view("networks")
    device.kill()
    other = stage.device("--pop", "of-the-other", port=device.port)
    stage.click("Look again")
    stage.view("problem")
    assert "session has ended" in stage.text(), stage.text()
    stage.click("Try again")
    stage.until("document.getElementById('main').innerText.includes('refused the proof')")
    stage.click("Start over")
    stage.prove("of-the-other")
    stage.join()
    stage.online()
    assert other.counted("session_established", 1) == 1, other.seen


@scenario
def the_footer_after_a_session(stage: Stage) -> None:
    """The page claims an encrypted session only while there is one: not after its end, nor after a refused proof."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    assert "netprov" in stage.footer() and "Encrypted" not in stage.footer(), stage.footer()
    stage.prove()
    stage.view("networks")
    assert "Encrypted" in stage.footer(), stage.footer()
    device.kill()
    other = stage.device("--pop", "of-the-other", port=device.port)
    stage.click("Look again")
    stage.view("problem")
    assert "Encrypted" not in stage.footer(), stage.footer()
    stage.click("Try again")
    stage.until("document.getElementById('main').innerText.includes('refused the proof')")
    assert "netprov" in stage.footer() and "Encrypted" not in stage.footer(), stage.footer()
    other.kill()
    stage.device("--pop", POP, port=device.port)
    stage.click("Try again")
    stage.view("networks")
    assert "Encrypted" in stage.footer(), stage.footer()


@scenario
def a_false_device_of_security_1(stage: Stage) -> None:
    """A device that cannot prove that it knows the proof gets nothing, and the page says so."""
    device = stage.device("--pop", POP)
    proxy = stage.proxy(device)
    seen = []

    def lie(path: str, body: bytes) -> bytes:
        if path == "/prov-session":
            seen.append(path)
            return changed(body) if len(seen) == 2 else body
        return body

    proxy.on_response = lie
    stage.open(proxy.address)
    stage.prove()
    stage.view("problem")
    assert "not your device" in stage.text() and "no credentials" in stage.text()
    assert device.heard("credentials_received") == 0


@scenario
def a_false_device_of_security_2(stage: Stage) -> None:
    """The same for security 2."""
    device = stage.device("--security", "2", "--username", USER, "--password", PASSWORD)
    proxy = stage.proxy(device)
    seen = []

    def lie(path: str, body: bytes) -> bytes:
        if path == "/prov-session":
            seen.append(path)
            # The proof has 64 bytes and precedes the nonce.
            return changed(body, -30) if len(seen) == 2 else body
        return body

    proxy.on_response = lie
    stage.open(proxy.address)
    stage.prove(PASSWORD)
    stage.view("problem")
    assert "not your device" in stage.text()


@scenario
def a_response_that_is_changed_on_the_way(stage: Stage) -> None:
    """Security 2 detects the change. The session ends, and a new one can begin."""
    device = stage.device("--security", "2", "--username", USER, "--password", PASSWORD)
    proxy = stage.proxy(device)
    honest = proxy.on_response
    proxy.on_response = lambda path, body: changed(body) if path == "/prov-config" else body
    stage.open(proxy.address)
    stage.prove(PASSWORD)
    stage.view("problem")
    assert "not encrypted by this session" in stage.text(), stage.text()
    proxy.on_response = honest
    stage.click("Try again")
    stage.join()
    stage.online()


@scenario
def a_weaker_scheme_than_was_shown(stage: Stage) -> None:
    """A proof of possession is not given to a device that then claims security 0."""
    device = stage.device("--security", "0")
    proxy = stage.proxy(device)
    version = b'{"prov":{"ver":"v1.1","sec_ver":1,"cap":["wifi_scan"]}}'
    proxy.on_response = lambda path, body: version if path == "/proto-ver" else body
    stage.open(proxy.address)
    stage.prove()
    stage.view("problem")
    assert device.heard("credentials_received") == 0


@scenario
def a_version_that_makes_no_sense(stage: Stage) -> None:
    """Whatever the version text is, the page has a message for it and stays usable."""
    device = stage.device("--pop", POP)
    proxy = stage.proxy(device)
    stage.open(proxy.address)
    stage.view("prove")
    for text in (b'{"prov":{"sec_ver":"x"}}', b'{"prov":{"sec_ver":9}}', b'{"prov":{"sec_ver":-1}}',
                 b'{"prov":null}', b'{"prov":{"ver":{},"cap":[1,null,"<b>"]}}'):
        proxy.on_response = lambda path, body, text=text: text if path == "/proto-ver" else body
        stage.driver.refresh()
        assert stage.view("problem", "prove", "find", "networks")
        assert not stage.js("return document.querySelector('b')")


@scenario
def responses_without_sense_or_end(stage: Stage) -> None:
    """Empty, random and huge responses end in a message; the page never hangs."""
    device = stage.device("--pop", POP)
    proxy = stage.proxy(device)
    stage.open(proxy.address)
    stage.prove()
    stage.view("networks")
    for content in (b"", b"\xff" * 40, b"\0" * 300000):
        proxy.on_response = lambda path, body, content=content: content if path == "/prov-session" else body
        stage.js("sessionStorage.clear()")
        stage.driver.refresh()
        stage.prove()
        stage.view("problem")


def one_attempt_for_each(stage: Stage, *options: str) -> None:
    device = stage.device(*options)
    proxy = stage.proxy(device)
    sent = []
    proxy.on_request = lambda path, body: (path == "/prov-session" and sent.append(body), body)[1]
    stage.open(proxy.address)
    for attempt in range(1, 4):
        stage.prove(f"wrong {attempt}")
        stage.until("document.querySelector('[role=alert]')?.innerText.includes('refused')")
        device.event("proof_mismatch")
    wrong = list(sent)
    stage.prove(options[-1])
    stage.view("networks")
    assert device.counted("proof_mismatch", 3) == 3, device.seen
    # Two commands for each proof. The second gets no response, and the browser repeats it.
    assert len(set(wrong)) == 6, Counter(wrong).values()


@scenario
def a_wrong_proof_is_one_attempt(stage: Stage) -> None:
    """The browser repeats a request whose connection was closed; the device counts one wrong proof."""
    one_attempt_for_each(stage, "--pop", POP)


@scenario
def a_wrong_password_is_one_attempt(stage: Stage) -> None:
    """The same for security 2."""
    one_attempt_for_each(stage, "--security", "2", "--username", USER, "--password", PASSWORD)


@scenario
def too_many_wrong_proofs(stage: Stage) -> None:
    """The page distinguishes a device that refuses to begin from one that refuses the proof."""
    device = stage.device("--pop", POP)
    stage.open(device.address)
    stage.view("prove")
    for attempt in range(5):
        stage.prove(f"wrong {attempt}")
        stage.until("document.getElementById('main').dataset.view !== 'busy'")
        stage.view("prove")
    device.event("locked_out")
    stage.prove()
    stage.view("problem")
    assert "refuses to begin" in stage.text()
