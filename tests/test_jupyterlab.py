"""A problem set as its student sees it: in JupyterLab, opened and run in Chromium."""

import json
import re
import shutil
import subprocess
import sys

import browser
import nbformat
import notebook_server
import pytest
from notebooks import EXERCISES, ROOT, points_of, read
from PIL import Image

WIDTH, HEIGHT = 1280, 900
GREEN, RED = "rgb(26, 127, 55)", "rgb(180, 35, 24)"  # of a criterion's mark
# A notebook's scrolling area renders what is in view; here all of it is looked at.
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# JupyterLab puts a text cell's picture there and then replaces the address.
ITS_OWN = ("Failed to load resource: net::ERR_UNKNOWN_URL_SCHEME",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's folder: the released problem sets, a solved one, and one that uploads at once."""
    folder = tmp_path_factory.mktemp("student") / "problem-sets"
    subprocess.run([sys.executable, "-m", "rps_course", "start", str(folder)], check=True)
    shutil.copy(ROOT / "solutions/ps1/ps1.ipynb", folder / "solved.ipynb")
    upload = read(ROOT / "assignments", "ps1")
    upload.cells = [cell for cell in upload.cells if "upload_picture" in cell.source]
    upload.cells[0].source = upload.cells[0].source.replace("# ", "")
    nbformat.write(upload, folder / "upload.ipynb")
    return folder


@pytest.fixture(scope="module")
def server(folder):
    """The address of a JupyterLab in that folder, with nobody's settings but the test's."""
    browser.require()
    home = folder.parent
    for name, values in SETTINGS.items():
        file = home / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    environment = {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "MPLBACKEND": "",  # Jupyter chooses its own
        "RPS_PROFILE": "offline",
    }
    with notebook_server.serve(folder, "jupyterlab", **environment) as address:
        yield address


class Notebook:
    """A notebook in JupyterLab.

    Attributes:
        page: the browser's page.
        said: errors in the browser's console.
    """

    def __init__(self, page, address):
        self.page, self.said = page, []
        page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{address}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def run(self):
        """Runs all cells; where one fails Jupyter stops, so those below it are run then."""
        self._choose("Run All Cells")
        following = self._wait(0)
        while following is not None:
            cell = self.page.locator(".jp-Notebook .jp-CodeCell").nth(following)
            cell.locator(".jp-InputPrompt").click()
            self._choose("Run Selected Cell and All Below")
            following = self._wait(following)

    def _choose(self, command):
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(command, exact=True).click()

    def _wait(self, first):
        """Waits until a code cell and those after it have run or were given up.

        Returns:
            The number of the first cell that was given up, if there is one.
        """
        self.page.wait_for_function(
            """first => {
                const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")];
                const texts = prompts.map(prompt => prompt.innerText);
                return /\\d/.test(texts[first]) && !texts.some(text => text.includes("*"));
            }""",
            arg=first,
        )
        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
        return next((i for i, text in enumerate(prompts) if not re.search(r"\d", text)), None)

    def outputs(self, kind):
        return self.page.locator(f'.jp-OutputArea-output[data-mime-type="{kind}"]')

    def red(self):
        """What stands on a red ground: errors, and what was written to standard error."""
        return [
            text.strip()
            for text in self.outputs("application/vnd.jupyter.stderr").all_inner_texts()
        ]

    def checks(self):
        """The HTML of the checks, by exercise."""
        shown = self.outputs("text/html")
        return {
            shown.nth(i).locator("code").first.inner_text(): shown.nth(i)
            for i in range(shown.count())
        }


@pytest.fixture(scope="module")
def window():
    with browser.window(WIDTH, HEIGHT) as page:
        page.context.set_default_timeout(120_000)
        yield page


def opened(window, server, name):
    notebook = Notebook(window.context.new_page(), f"{server}/lab/tree/{name}")
    notebook.run()
    return notebook


@pytest.fixture(scope="module")
def unsolved(window, server):
    return opened(window, server, "ps1.ipynb")


@pytest.fixture(scope="module")
def solved(window, server):
    return opened(window, server, "solved.ipynb")


def inside(part, whole):
    """Whether one box on the page does not stick out of another at its sides."""
    a, b = part.bounding_box(), whole.bounding_box()
    return b["x"] - 1 <= a["x"] and a["x"] + a["width"] <= b["x"] + b["width"] + 1


def marks(check):
    """Sign and background of each criterion's mark."""
    return check.locator("[role=img]").evaluate_all(
        "marks => marks.map(mark => [mark.innerText, getComputedStyle(mark).backgroundColor])"
    )


@pytest.mark.parametrize("name", ["unsolved", "solved"])
def test_the_browser_has_nothing_to_complain_about(name, request):
    notebook = request.getfixturevalue(name)
    assert [said for said in notebook.said if said not in ITS_OWN] == []
    assert notebook.page.get_by_role("heading", name="Problem set 1: the data").is_visible()
    assert notebook.page.get_by_text("Error displaying").count() == 0


@pytest.mark.parametrize("name", ["unsolved", "solved"])
def test_nothing_sticks_out_of_the_notebook(name, request):
    notebook = request.getfixturevalue(name)
    for output in notebook.page.locator(".jp-OutputArea-output").all():
        assert output.evaluate("output => output.scrollWidth - output.clientWidth") <= 1
    checks = notebook.checks()
    assert list(checks) == [exercise for exercise, _ in EXERCISES["ps1"]]
    for check in checks.values():
        assert check.is_visible()
        assert inside(check.locator("div").first, check)


def test_red_in_an_unsolved_notebook_is_one_line_for_each_check(unsolved):
    assert unsolved.red() == [
        f"CheckFailed: {exercise} has 0 of {points_of(exercise)} points. See above what to change."
        for exercise, _ in EXERCISES["ps1"]
    ]


def test_a_check_without_an_answer_says_so_in_color_and_without(unsolved):
    for exercise, check in unsolved.checks().items():
        first, *others = marks(check)
        assert first == ["✗", RED]
        assert {sign for sign, _ in others} == {"–"}
        assert f"{exercise} has no answer yet" in check.inner_text()


def test_a_hint_unfolds(unsolved):
    check = unsolved.checks()["to_numpy"]
    hint = check.locator("details div")
    assert not hint.is_visible()
    check.get_by_text("Hint").click()
    assert hint.is_visible()


def test_a_solved_notebook_shows_full_marks_and_no_red(solved):
    assert solved.red() == []
    for exercise, check in solved.checks().items():
        points = points_of(exercise)
        assert f"{points} of {points} points" in check.inner_text()
        assert {tuple(mark) for mark in marks(check)} == {("✓", GREEN)}


def test_a_solved_notebook_shows_its_pictures_whole(solved):
    pictures = solved.outputs("image/png")
    assert pictures.count() == 3
    for output in pictures.all():
        picture = output.locator("img")
        assert picture.evaluate("picture => picture.naturalWidth") > 300
        assert inside(picture, output)


def test_a_long_output_is_shown_in_a_box_that_scrolls(window, server, folder):
    """The summary of the whole network is longer than five screens."""
    notebook = read(ROOT / "assignments", "ps2")
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and re.search("^profile = |import imagenet|network.summary", cell.source, re.MULTILINE)
    ]
    nbformat.write(notebook, folder / "summary.ipynb")
    page = opened(window, server, "summary.ipynb").page
    page.get_by_text("Non-trainable params").wait_for(state="attached")
    box = page.locator(".jp-CodeCell.jp-mod-outputsScrolled .jp-Cell-outputArea")
    assert box.evaluate("box => box.scrollHeight > 5 * box.clientHeight")
    assert box.bounding_box()["height"] < HEIGHT


def test_a_photo_is_uploaded_with_a_button_and_shown_upright(window, server, folder):
    photo = Image.new("RGB", (400, 200), "peachpuff")
    exif = photo.getexif()
    exif[0x0112] = 6  # orientation: the phone was held upright
    photo.save(folder.parent / "photo.jpg", exif=exif)
    notebook = opened(window, server, "upload.ipynb")
    with notebook.page.expect_file_chooser() as chooser:
        notebook.page.get_by_role("button", name="Your picture").click()
    chooser.value.set_files(folder.parent / "photo.jpg")
    notebook.page.get_by_text("Saved as my_hand.jpg, 200 x 400 pixels").wait_for()
    notebook.outputs("image/png").locator("img").wait_for()
    assert (folder / "my_hand.jpg").is_file()
    assert notebook.red() == []
