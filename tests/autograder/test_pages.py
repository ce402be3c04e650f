"""Pages that people read hold what students wrote, and a browser that opens one loads nothing."""

import browser
import pytest
import sandbox
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from nbgrader_course import nbgrader
from toy_class import autograded, hand_in, make, solved

from autograder.grading import pages
from autograder.grading.feedback import POLICY

AWAY = f"http://{browser.HOST}/"
SVG = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='" + AWAY
# What a browser would load or run, each in a cell of its own.
LOADS = [
    f"![]({AWAY}markdown)",
    f"![a][b]\n\n[b]: {AWAY}reference",
    f"![](//{browser.HOST}/same-scheme)",
    rf"![](/\{browser.HOST}/backslash)",
    rf'<img src="\\{browser.HOST}\backslashes">',
    f'<img src="ht&#9;tp://{browser.HOST}/tab">',
    f'<img src="&#10;//{browser.HOST}/new-line">',
    f'<img src=" &#1; {AWAY}control-characters">',
    '<img src="http:no-slashes">',
    '<img src="/logout"> <img src="relative.png"> <img src="../up.png"> <img src="?query">',
    f'<img srcset="{AWAY}srcset 1x"> <picture><source srcset="{AWAY}source"><img></picture>',
    f'<video src="{AWAY}video" poster="{AWAY}poster"></video><audio src="{AWAY}audio"></audio>',
    f'<iframe src="{AWAY}frame"></iframe><iframe srcdoc="<img src={AWAY}srcdoc>"></iframe>',
    f'<object data="{AWAY}object"></object><embed src="{AWAY}embed">',
    f'<link rel="stylesheet" href="{AWAY}css"><link rel="preload" as="image" href="{AWAY}pre">',
    f"<style>@import url({AWAY}import); b {{ background: url({AWAY}style) }}</style><b>x</b>",
    f'<p style="background: url({AWAY}inline)">x</p><table background="{AWAY}table"></table>',
    f'<input type="image" src="{AWAY}input"><svg><image href="{AWAY}svg"/></svg>',
    f'<script src="{AWAY}script"></script><script>new Image().src = "{AWAY}inline-script"</script>',
    f"<img src=data: onerror=\"new Image().src = '{AWAY}onerror'\">",
    f"<svg onload=\"fetch('{AWAY}onload')\"></svg>",
    f'<iframe src="{SVG}frame-in-svg\'/%3E%3C/svg%3E"></iframe>',
    f"<math><mi><img src={AWAY}math></mi></math><noscript><p title='</noscript><img src={AWAY}n>'>",
    f'<meta http-equiv="refresh" content="0; url={AWAY}refresh">',
]
OVERLAYS = [
    '<div class="alert btn full-credit" id="toc" align="right" name="top" role="button">x</div>',
    '<div style="position: fixed; inset: 0; z-index: 99">x</div></div></div></td></main></body>',
    '<button class="btn full-credit">Full credit</button><form><input type="number" id="double">',
    "<a name='top' class='btn'>x</a>\n\n# Full credit\n\n```python\nx = 1\n```\n\n<dialog open>x",
]
LINKS = {
    "https://a.org/b?c=d&e#f": True, "HTTP://a.org": True, "mailto:a@b.org": True,
    "/logout": False, "//a.org": False, r"/\a.org": False, "https:a.org": False,
    "https:/a.org": False, "https:///a.org": False, r"https:\\a.org": False, "http:/logout": False,
    "#top": False, "javascript:x()": False, "java&#9;script:x()": False, "data:text/html,x": False,
    "h&#10;ttps://a.org": False, " https://a.org": False, "file:///etc/passwd": False, "": False,
    "vbscript:x": False, "blob:https://a.org/x": False, "ftp://a.org": False,
}  # fmt: skip
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5E"
    "rkJggg=="
)
HONEST = (
    "Since $a < b$ and $$x_1 * y_2 * z$$ **hold**, ![drawn](attachment:my%20plot.png) "
    f"![pasted](data:image/png;base64,{DOT}) ![lost](attachment:lost.gif) it follows.\n\n"
    "|a|b|\n|-|-|\n|1|2|\n\n1. one\n   - two"
)


def hostile():
    links = " ".join(f"<a href='{url}'>{number}</a>" for number, url in enumerate(LINKS))
    written = [*LOADS, *OVERLAYS, links, r"$\href{http:/logout}{x} \mmlToken{mi}[href='/x']{x}$"]
    everything = "\n\n".join([*LOADS, *OVERLAYS])
    return [
        *map(new_markdown_cell, written),
        new_raw_cell(everything),
        new_code_cell(f"print({everything!r})\nraise ValueError({everything!r})"),
    ]


def honest():
    cell = new_markdown_cell(HONEST)
    cell["attachments"] = {"my plot.png": {"image/png": DOT}, "x": {"image/svg+xml": "<svg/>"}}
    return [cell]


COMMENT = f"A **good** start. <img src='{AWAY}comment'>"
CLASS = {
    "hostile": hostile(),
    "honest": honest(),
    "plain": [new_markdown_cell("nothing")],
    "long": [new_markdown_cell(r"\\[" * 66_000)],
    "many": [new_markdown_cell(r"\\[" * 3300) for _ in range(100)],
    "raw": [new_raw_cell("<b>" * 66_000)],
    "code": [new_code_cell("# " + "(1)+" * 400_000)],
    "nested": [new_markdown_cell(f"{sign * 500}x") for sign in ("<div>", "<b>", "> ", "[", "*_")],
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class, graded, with its pages of feedback."""
    sandbox.require()
    root = make(tmp_path_factory.mktemp("pages"))
    for student, cells in CLASS.items():
        notebook = solved()
        notebook.cells[:0] = cells
        hand_in(root, student, notebook)
    nbgrader(root, "autograde", "toy1")
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        gradebook.find_comment("double_solution", "toy1", "toy1", "plain").manual_comment = COMMENT
        gradebook.db.commit()
    nbgrader(root, "generate_feedback", "toy1")
    return root


def feedback(root, student):
    return (root / "feedback" / student / "toy1/toy1.html").read_text()


@pytest.fixture
def formgrader(course, monkeypatch):
    """Shows a student's notebook as formgrader does."""
    from nbgrader.apps import NbGrader
    from nbgrader.server_extensions.formgrader import handlers

    monkeypatch.chdir(course)
    application = NbGrader()
    application.initialize([])
    config = application.config
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name")
    about = dict.fromkeys((*names, "base_url", "notebook_path"), "") | {"index": 0, "total": 1}

    def show(student):
        path = autograded(course, student)
        return HTMLExporter(config=config).from_filename(path, resources=dict(about))[0]

    return show


@pytest.fixture
def show(course, request):
    """Shows a student's page of feedback, or the one in formgrader."""
    if request.param == "formgrader":
        return request.getfixturevalue("formgrader")
    return lambda student: feedback(course, student)


on_both_pages = pytest.mark.parametrize("show", ["feedback", "formgrader"], indirect=True)


def texts(page):
    """What a page holds of text cells."""
    return BeautifulSoup(page, "html.parser").select("div[style^=contain]")


@on_both_pages
def test_text_cells_hold_allowed_elements_and_attributes_only(show):
    page = BeautifulSoup(show("hostile"), "html.parser")
    boxes = page.select("div[style^=contain]")
    assert len(boxes) > len(LOADS)
    allowed = {"href", "rel", "title", "src", "alt"}
    for element in (element for box in boxes for element in box.find_all(True)):
        assert element.name in pages._TAGS
        assert set(element.attrs) <= allowed, element
        assert element.get("src", "data:image/png;").startswith("data:image/png;")
    # No text ended its cell early, and none of a code cell's output is an element.
    assert not page.select("iframe, object, embed, form, dialog, svg, base, meta[content*=refresh]")
    for output in page.select(".output_stream, .output_error"):
        assert {element.name for element in output.find_all(True)} <= {"pre", "span"}


@on_both_pages
def test_links_lead_to_absolute_addresses_only(show):
    box = next(box for box in texts(show("hostile")) if len(box.find_all("a")) == len(LINKS))
    for link, (url, stays) in zip(box.find_all("a"), LINKS.items(), strict=True):
        assert ("href" in link.attrs) == stays, url
        assert link["rel"] == ["noopener", "noreferrer", "nofollow"]


@on_both_pages
def test_formulas_lead_nowhere(show):
    text = " ".join(box.text for box in texts(show("hostile")))
    assert "href{http:/logout}" in text
    assert r"\href" not in text
    assert r"\mmlToken" not in text


@on_both_pages
def test_an_honest_text_keeps_formulas_pictures_tables_and_lists(show):
    box = texts(show("honest"))[0]
    assert "$a < b$" in box.text
    assert "$$x_1 * y_2 * z$$" in box.text
    pictures = {picture["alt"]: picture.get("src") for picture in box.find_all("img")}
    shown = f"data:image/png;base64,{DOT}"
    assert pictures == {"drawn": shown, "pasted": shown, "lost": None}
    assert [cell.text for cell in box.find_all("td")] == ["1", "2"]
    assert box.select("ol > li > ul > li")


@on_both_pages
@pytest.mark.timeout(300)  # it took seven minutes where no length was limited
@pytest.mark.parametrize("student", ["long", "many", "raw", "code", "nested"])
def test_too_much_is_shown_as_it_was_written(student, show):
    boxes = texts(show(student))
    told = [box for box in boxes if pages._TOO_MUCH in box.text]
    assert told
    assert all(box.find("pre") for box in told)


def test_a_comment_follows_the_same_rule(course):
    page = BeautifulSoup(feedback(course, "plain"), "html.parser")
    comment = page.select_one(".comment div[style^=contain]")
    assert comment.find("strong").text == "good"
    assert comment.find("img").attrs.keys() == {"alt"}


def requests(folder, page):
    (folder / "page.html").write_text(page)
    return browser.requests(folder, "page.html", folder / "browser")


def unclean(page):
    """Returns a page with the hostile texts as Markdown leaves them."""
    parser = MarkdownWithMath(renderer=IPythonRenderer(escape=False))
    return page.replace("</body>", "".join(map(parser.render, LOADS)) + "</body>")


def without_policy(page):
    soup = BeautifulSoup(page, "html.parser")
    (policy,) = soup.select("meta[http-equiv=Content-Security-Policy]")
    assert policy["content"] == POLICY
    policy.decompose()
    return str(soup)


def test_a_browser_loads_nothing_but_the_page(course, tmp_path):
    browser.require()
    alone = ["GET /page.html HTTP/1.1"]
    assert requests(tmp_path, feedback(course, "hostile")) == alone


def test_without_the_policy_it_would_load_nothing_either(course, tmp_path):
    browser.require()
    page = without_policy(feedback(course, "hostile"))
    assert requests(tmp_path, page) == ["GET /page.html HTTP/1.1"]


def test_the_policy_alone_lets_nothing_load(course, tmp_path):
    browser.require()
    page = unclean(feedback(course, "plain"))
    loaded = requests(tmp_path, page.replace('http-equiv="refresh"', ""))
    assert loaded == ["GET /page.html HTTP/1.1"]


def test_with_neither_the_server_would_notice(course, tmp_path):
    browser.require()
    page = unclean(without_policy(feedback(course, "plain")))
    assert len(requests(tmp_path, page)) > len(LOADS)


def test_in_formgrader_a_browser_loads_what_it_loads_for_any_notebook(formgrader, tmp_path):
    browser.require()
    hostile, plain = (
        set(requests(tmp_path, formgrader(student))) for student in ("hostile", "plain")
    )
    assert hostile == plain
