"""JupyterLab in a real browser, started by the README's command in a tree of its own.

Screenshots go where the variable SCREENSHOTS says, for people to look at.
"""

import json
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

    def press(self, cell: Any, button: str) -> None:
        """Press a button in a cell's output."""
        cell.get_by_role("button", name=button).click()

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
        with urllib.request.urlopen(address[0], timeout=60):  # the page is there by then
            yield tree, address[0]
        os.killpg(process.pid, signal.SIGTERM)


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
    text = (lab.tree / "notebooks" / notebook).read_text("utf-8")
    calls = re.findall(r"pictures\.\w+[()]", text)  # `…)`: a question opens it
    for call in dict.fromkeys(calls):
        found = lab.run(call)
        if found.locator(".workbook-question").count():
            lab.press(found, "Show me")
        found.locator(".jp-OutputArea-output svg[role=img]").first.wait_for()
        output = found.locator(".jp-OutputArea-output", has=lab.page.locator("svg[role=img]")).first
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
    found = lab.run("pictures.entry)")
    lab.press(found, "Show me")
    said = found.locator(".workbook-restarted")
    said.wait_for(state="attached")
    assert not said.is_visible()
    lab.page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    lab.page.locator(".lm-Menu-item", has_text="Restart Kernel…").first.click()
    lab.page.locator(".jp-Dialog button.jp-mod-accept").click()
    said.wait_for(state="visible")
    lab.shot("06-restarted")
    found.get_by_role("radio").first.check()
    lab.page.keyboard.press("Enter")
    assert "✘ Your answer: " in found.locator(".reaction").inner_text()
    lab.page.wait_for_selector("text=/Python 3.*Idle/", timeout=60_000)


def test_a_question_is_answered_with_the_keyboard(lab: Lab) -> None:
    """Arrows choose and Enter answers: the reaction names the thought, and the picture opens.

    No key is a command of JupyterLab meanwhile; the answer is kept, and a new run asks anew.
    """
    (lab.tree / ".workbook" / "answers.json").unlink(missing_ok=True)
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    found = lab.run('question("06.where_is_it_wrong"')
    picture = found.locator("svg[role=img]")
    picture.wait_for(state="attached")
    assert not picture.is_visible()
    assert found.locator(".workbook-locked").is_visible()
    cells = lab.page.locator(".jp-Cell").count()
    found.get_by_role("radio").first.focus()
    for key in ("b", "a", "ArrowDown", "ArrowUp"):
        lab.page.keyboard.press(key)
    assert lab.page.locator(".jp-Cell").count() == cells
    reaction = found.locator(".reaction")
    assert reaction.inner_text() == ""
    assert found.get_by_role("radio", name="only at z").is_checked()
    lab.page.keyboard.press("Enter")
    assert "✘ Your answer: only at z. You thought of the weights." in reaction.inner_text()
    assert "Answer: only at y." in reaction.inner_text()
    picture.wait_for(state="visible")
    lab.shot("06-question-wrong")
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    assert reaction.inner_text().startswith("✔ Right.")
    for button in ("Answer", "Show me"):
        found.get_by_role("button", name=button).focus()
        lab.page.keyboard.press("b")
    assert lab.page.locator(".jp-Cell").count() == cells
    kept = kept_answers(lab, 2)["06.where_is_it_wrong"]
    assert kept == {"last": "only at y", "tries": 2, "shown": False}
    again = lab.run('question("06.where_is_it_wrong"')
    again.locator("svg[role=img]").wait_for(state="attached")
    assert again.locator(".reaction").inner_text() == ""
    assert not again.locator("svg[role=img]").is_visible()


def test_a_typed_answer_is_read_as_one_writes_it(lab: Lab) -> None:
    """Shapes and numbers in every spelling; what is neither is not counted as a try."""
    (lab.tree / ".workbook" / "answers.json").unlink(missing_ok=True)
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    typed = {
        '"06.jacobian_shape"': {
            "(C_out, C_in)": "✔",
            "cout x cin": "✔",
            "C_in × C_out": "You wrote the input first",
            "7 × 7": "A product of an m × n matrix",
        },
        '"06.recall_relu"': {
            "0,0": "✔",
            "0/3": "✔",
            "-6": "You multiplied by z itself",
            "−3.0": "by the sign of z",
            "12": "multiplied by the slope",
            "zero": "Type a number",
        },
    }
    for name, answers in typed.items():
        found = lab.run(f"question({name}")
        field = found.get_by_role("textbox", name="Your answer")
        for text, said in answers.items():
            field.fill(text)
            field.press("Enter")
            assert said in found.locator(".reaction").inner_text(), text
            assert lab.page.locator(".jp-Cell:focus").count() == 0
    assert kept_answers(lab, 5, "06.recall_relu")["06.recall_relu"]["last"] == "12"


def test_questions_can_be_read_in_dark_and_on_a_narrow_page(lab: Lab) -> None:
    """At 700 pixels with the sidebar open, in both themes, nothing of a question is cut off."""
    lab.page.set_viewport_size({"width": 700, "height": 900})
    lab.open("06_vector_form.ipynb")
    lab.run("from workbook import")
    for theme in ("light", "dark"):
        if theme == "dark":
            dark(lab.page)
        found = lab.run('question("06.jacobian_shape"')
        lab.press(found, "Show me")
        form = found.locator(".workbook-question")
        assert form.evaluate("form => form.scrollWidth <= form.clientWidth")
        form.scroll_into_view_if_needed()
        lab.shot(f"06-question-{theme}-700")


def kept_answers(lab: Lab, tries: int, id: str = "06.where_is_it_wrong") -> dict[str, Any]:
    """The answers in the tree, once a question has so many tries."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        path = lab.tree / ".workbook" / "answers.json"
        found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        if found.get(id, {}).get("tries") == tries:
            return found
        lab.page.wait_for_timeout(50)
    raise AssertionError(found)


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
