"""A real browser on a file, spoken to by its own protocol (Chrome DevTools Protocol).

Offline: pages come from `file://`, and the browser may go nowhere else.
"""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)


class Page:
    """One open page."""

    def __init__(self, socket: Connection) -> None:
        self._socket = socket
        self._number = 0

    def ask(self, method: str, **params: Any) -> Any:
        """One command of the protocol and its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        self._socket.send(json.dumps(message))
        while True:
            told = json.loads(self._socket.recv(timeout=60))
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def open(self, path: Path) -> None:
        """Show a file, loaded whole."""
        self.ask("Page.enable")
        self.ask("Page.navigate", url=path.resolve().as_uri())
        self.until("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression, awaited."""
        told = self.ask(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, script: str) -> None:
        """Return when the expression is true."""
        end = time.monotonic() + 60
        while not self.run(script):
            assert time.monotonic() < end, script
            time.sleep(0.02)

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Give files to an input, as a person who picks them does."""
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(f) for f in files])

    def screenshot(self, out: Path, width: int, height: int) -> None:
        """The whole page at a width, as PNG."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        out.write_bytes(base64.b64decode(shot["data"]))

    def seen(self, out: Path, selector: str) -> None:
        """What a window shows of the page at an element, as PNG."""
        place = json.dumps(selector)
        self.run(f"document.querySelector({place}).scrollIntoView({{block: 'center'}})")
        shot = self.ask("Page.captureScreenshot")
        out.write_bytes(base64.b64decode(shot["data"]))

    def printed(self) -> bytes:
        """What printing gives: PDF."""
        told = self.ask("Page.printToPDF", preferCSSPageSize=True)
        return base64.b64decode(told["data"])


@contextmanager
def a_page(folder: Path) -> Iterator[Page]:
    """A page of a browser that was started for it; its profile lies in `folder`."""
    program = shutil.which("chromium")
    assert program is not None, "Debian's chromium: `make test` installs it"
    profile = folder / "profile"
    browser = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _port(profile / "DevToolsActivePort")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as told:
            pages = [each for each in json.load(told) if each["type"] == "page"]
        url = pages[0]["webSocketDebuggerUrl"]
        with connect(url, max_size=None, open_timeout=30) as socket:
            yield Page(socket)
    finally:
        browser.terminate()
        browser.wait(30)


def _port(path: Path) -> str:
    end = time.monotonic() + 60
    while True:
        assert time.monotonic() < end, "the browser did not start"
        if path.exists() and "\n" in (text := path.read_text()):
            return text.split("\n")[0]
        time.sleep(0.05)
