"""The page on a host of static files, which is no device."""

import functools
import http.server
import threading
from pathlib import Path

from harness import Stage, scenario

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def serve(stage: Stage, address: str) -> str:
    server = http.server.ThreadingHTTPServer((address, 0), functools.partial(Quiet, directory=str(DIST)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.closing.append(lambda: (server.shutdown(), server.server_close()))
    return f"{address}:{server.server_port}"


@scenario
def the_choice_of_transports(stage: Stage) -> None:
    """A secure page offers what the browser supports; an insecure one says what is needed."""
    stage.open(serve(stage, "127.0.0.1"))
    stage.view("find")
    serial = "return document.getElementById('serial').disabled"
    assert stage.js(serial) is (not stage.js("return !!navigator.serial"))
    assert "own Wi-Fi" in stage.text()
    if stage.is_insecure:
        stage.open(serve(stage, stage.address))
        stage.view("find")
        assert stage.js(serial) is True and "https" in stage.text()
    stage.driver.get_log("browser")
