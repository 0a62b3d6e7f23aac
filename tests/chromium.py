"""A headless Chromium driven over its own protocol: open a page, evaluate, click, press keys, take pictures."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
    "--disable-dev-shm-usage", "--remote-debugging-port=0", "--window-size=1280,800", "about:blank",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE_S = 30.0


def executable() -> str:
    """Return Chromium's path; without one skip the test, but fail it in continuous integration."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed, and CI must not skip the tests of the web player")
        pytest.skip("Chromium is not installed")
    return found


class Wire:
    """One connection of the protocol; what the other side tells meanwhile goes to ``note``."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=PATIENCE_S, suppress_origin=True)
        self.numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.note(message.get("method", ""), message.get("params", {}))

    def note(self, method: str, facts: dict[str, Any]) -> None:
        pass


class Page(Wire):
    """One tab."""

    def __init__(self, address: str, context: str) -> None:
        super().__init__(address)
        self.context = context
        self.complaints: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def note(self, method: str, facts: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(facts["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(json.dumps(facts["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(f"{facts['entry']['level']}: {facts['entry']['text']}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(facts["request"]["url"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {facts['message']}")

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.as_uri())
        self.until("document.readyState === 'complete' && location.protocol === 'file:'")

    def see(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, expression: str, accept: Callable[[Any], bool] = bool) -> Any:
        end = time.monotonic() + PATIENCE_S
        while not accept(value := self.see(expression)):
            assert time.monotonic() < end, f"{expression} stayed {value!r}"
            time.sleep(0.05)
        return value

    def click(self, selector: str) -> None:
        """Click where the first letters of an element are, as a finger would."""
        place = self.see(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'center', behavior: 'instant'}); const b = e.getClientRects()[0]; "
            "return [b.left + Math.min(12, b.width / 2), b.top + b.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def press(self, key: str) -> None:
        text = key if len(key) == 1 else ""
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def prefer(self, **features: str) -> None:
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", features=wanted)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextlib.contextmanager
def browser() -> Iterator[Callable[..., Page]]:
    """Run Chromium with a new, empty profile; yield what opens a tab.

    A tab shares its storage only with tabs that are opened with its ``context``.
    """
    program = executable()
    # The browser's last processes may still write while the folder is removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, contextlib.ExitStack() as stack:
        process = subprocess.Popen(
            [program, f"--user-data-dir={profile}", *FLAGS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            port, path = _address(process, Path(profile) / "DevToolsActivePort")
            root = f"ws://127.0.0.1:{port}"
            whole = Wire(root + path)
            stack.callback(whole.socket.close)

            def tab(context: str = "") -> Page:
                context = context or whole.call("Target.createBrowserContext")["browserContextId"]
                target = whole.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
                page = Page(f"{root}/devtools/page/{target}", context)
                stack.callback(page.socket.close)
                return page

            yield tab
        finally:
            stack.close()
            process.terminate()
            process.wait(PATIENCE_S)


def _address(process: subprocess.Popen[bytes], note: Path) -> tuple[str, str]:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        assert process.poll() is None, f"Chromium ended with {process.returncode}"
        if note.is_file() and len(lines := note.read_text().splitlines()) == 2:
            return lines[0], lines[1]
        time.sleep(0.05)
    raise AssertionError("Chromium did not say where it listens")
