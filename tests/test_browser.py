"""JupyterLab in a real browser, started by the README's command in a tree of its own.

Screenshots go where the variable SCREENSHOTS says, for people to look at.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
ADDRESS = re.compile(r"http://\S+token=\w+")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium"),
]


class Lab:
    """JupyterLab on a tree, and the page that a student looks at."""

    def __init__(self, tree: Path, address: str, page: Any) -> None:
        self.tree, self.address, self.page = tree, address, page

    def open(self, notebook: str) -> None:
        address = self.address.replace("00_start_here.ipynb", notebook)
        self.page.goto(f"{address}&reset")  # without the tabs of the test before
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_selector("text=/Python 3.*Idle/", timeout=60_000)

    def cell(self, text: str) -> Any:
        """The code cell that holds a text, scrolled to: cells far away are not in the page."""
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        panel.evaluate("panel => panel.scrollTop = 0")
        panel.hover()
        for _ in range(150):
            found = self.page.locator(".jp-CodeCell", has_text=text).first
            if found.count() and found.is_visible():
                found.scroll_into_view_if_needed()
                return found
            self.page.mouse.wheel(0, 300)
            self.page.wait_for_timeout(50)
        raise AssertionError(f"no cell with {text!r}")

    def run(self, text: str) -> Any:
        """Run the cell that holds a text, as a person does."""
        self.cell(text).locator(".cm-content").first.click()
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector("text=/Python 3.*Idle/")
        return self.cell(text)

    def run_all(self) -> None:
        """Run ▸ Run All Cells."""
        self.page.locator(".lm-MenuBar-item", has_text="Run").click()
        self.page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
        self.page.wait_for_timeout(2000)
        self.page.wait_for_selector("text=/Python 3.*Idle/", timeout=60_000)

    def answer(self, text: str, *lines: str) -> Any:
        """Type lines in the place of the stub's raise, and run the cell."""
        found = self.cell(text)
        found.locator(".cm-line", has_text="raise NotImplementedError").click()
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Shift+End")
        for number, line in enumerate(lines):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.type(line)
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector("text=/Python 3.*Idle/")
        return self.cell(text)

    def shot(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder, f"{name}.png"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The README's command in a fresh copy of the tree, whose path has spaces and umlauts."""
    tree = tmp_path_factory.mktemp("browser") / "Übung 5 (neu)"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    with socket.create_server(("127.0.0.1", 0)) as free:  # two workers can't take the same one
        port = free.getsockname()[1]
    command = ["python3", "notebooks", "--no-browser", f"--port={port}"]
    with subprocess.Popen(
        command, cwd=tree, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if address := ADDRESS.search(line):
                break
        else:
            raise AssertionError("".join(said))
        assert re.search(r"Total +0 / \d+", "".join(said)), "the scores come before the address"
        wait_for(address[0])  # the address is printed first, a second before the page is there
        yield tree, address[0]
        os.killpg(process.pid, signal.SIGTERM)


def wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def lab(server: tuple[Path, str], browser: Any) -> Iterator[Lab]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(20_000)
    yield Lab(*server, page)
    page.close()


def test_a_new_student_gets_the_first_tick(lab: Lab) -> None:
    """00 opens; a typed answer is ticked under its cell, and stands in the file."""
    lab.open("00_start_here.ipynb")
    lab.run("from workbook import")
    assert "not started" in lab.run("@exercise(squared_error)").inner_text()
    found = lab.answer("@exercise(squared_error)", "return 0.5 * np.sum((y - d) ** 2)")
    assert "✔ squared_error (0.1): 2 of 2 points" in found.inner_text()
    lab.shot("00-tick")
    written = (lab.tree / "mytorch" / "squared_error.py").read_text("utf-8")
    assert "    return 0.5 * np.sum((y - d) ** 2)\n" in written
    lab.run("course_map()")
    lab.page.wait_for_selector("text=/2 of \\d+ points/")
    lab.shot("00-map")


def test_a_classic_mistake_is_called_by_its_name(lab: Lab) -> None:
    """06: averaging over the batch is named under the cell at once, with a hint."""
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    lab.answer("def forward(self, A)", "self.A = A", "return A @ self.W.T + self.b.T")
    found = lab.answer(
        "def backward(self, dLdZ)",
        "self.dLdW = dLdZ.T @ self.A / len(dLdZ)",
        "self.dLdb = dLdZ.sum(axis=0).reshape(-1, 1)",
        "return dLdZ @ self.W",
    )
    text = found.inner_text()
    assert "averaged over the batch" in text
    assert "hint" in text.lower()
    lab.shot("06-mistake")


def test_a_syntax_error_shows_the_students_line(lab: Lab) -> None:
    """An unfinished line is Python's own message about that line, and changes no file."""
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    before = (lab.tree / "mytorch" / "linear.py").read_bytes()
    lab.cell("def forward(self, A)").locator(".cm-line").last.click()
    lab.page.keyboard.press("End")
    lab.page.keyboard.type(" +")
    lab.page.keyboard.press("Shift+Enter")
    lab.page.wait_for_timeout(1000)
    assert "SyntaxError" in lab.cell("def forward(self, A)").inner_text()
    assert (lab.tree / "mytorch" / "linear.py").read_bytes() == before


@pytest.mark.parametrize("notebook", sorted(p.name for p in ROOT.glob("notebooks/*.ipynb")))
def test_every_picture_moves(lab: Lab, notebook: str) -> None:
    """After *Run All*, each picture is drawn, and an arrow key on each slider draws it anew."""
    lab.open(notebook)
    lab.run_all()
    calls = re.findall(r"pictures\.\w+\(", (lab.tree / "notebooks" / notebook).read_text("utf-8"))
    for call in dict.fromkeys(calls):
        found = lab.run(call)
        found.locator(".jp-OutputArea-output svg[role=img]").first.wait_for()
        output = found.locator(".jp-OutputArea-output").first
        lab.shot(f"{notebook[:2]}-{call[9:-1]}")
        for handle in found.locator(".noUi-handle").all():
            handle.focus()
            at_its_end = value(handle, "now") >= value(handle, "max")
            key = "ArrowLeft" if at_its_end else "ArrowRight"
            assert redrawn(lab.page, output, key), f"{call}) stands still"
    if calls:
        lab.page.emulate_media(color_scheme="dark")
        dark(lab.page)
        lab.run(calls[0])
        lab.shot(f"{notebook[:2]}-dark")


def test_a_double_click_leaves_a_text_as_it_is(lab: Lab) -> None:
    """Prose stays what it is; Shift+Enter goes on from it."""
    lab.open("06_vector_form.ipynb")
    text = lab.page.locator(".jp-MarkdownCell").nth(1)
    text.locator(".jp-RenderedMarkdown").dblclick()
    lab.page.wait_for_timeout(500)
    assert text.locator(".jp-RenderedMarkdown").is_visible()
    assert not text.locator(".cm-content").is_visible()
    lab.page.keyboard.press("Shift+Enter")
    lab.page.wait_for_timeout(500)
    assert not text.locator(".cm-content").is_visible()


def test_a_picture_without_its_kernel_says_what_to_do(lab: Lab) -> None:
    """After a restart the sliders are dead, and a sentence beside them says how to go on."""
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    said = lab.run("pictures.entry()").locator(".workbook-restarted")
    said.wait_for(state="attached")
    assert not said.is_visible()
    lab.page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    lab.page.locator(".lm-Menu-item", has_text="Restart Kernel…").first.click()
    lab.page.locator(".jp-Dialog button.jp-mod-accept").click()
    said.wait_for(state="visible")
    lab.shot("06-restarted")
    lab.page.wait_for_selector("text=/Python 3.*Idle/", timeout=60_000)


def value(handle: Any, end: str) -> float:
    return float(handle.get_attribute(f"aria-value{end}"))


def redrawn(page: Any, output: Any, key: str) -> bool:
    """Whether a key makes the picture another one."""
    drawing = "output => output.querySelector('svg[role=img]')?.outerHTML ?? ''"
    before = output.evaluate(drawing)
    page.keyboard.press(key)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if output.evaluate(drawing) not in ("", before):
            return True
        page.wait_for_timeout(10)
    return False


def dark(page: Any) -> None:
    """Settings ▸ Theme ▸ JupyterLab Dark."""
    page.locator(".lm-MenuBar-item", has_text="Settings").click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text="JupyterLab Dark").first.click()
    page.wait_for_timeout(1500)
