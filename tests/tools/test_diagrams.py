"""The diagrams of the notebooks."""

import re

import pytest
from notebooks import ROOT
from PIL import Image

from rps_course import profile
from tools import diagrams


def said(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_diagram_of_the_phases_has_the_numbers_of_the_recipe():
    words, recipe = said(diagrams.phases()), profile.get("standard")
    assert f"layers from {recipe.fine_tune_at}" in words
    rates = [float(word.rpartition(" ")[2]) for word in words if word.startswith("learning rate")]
    assert rates == [recipe.learning_rate_head, recipe.learning_rate_fine]
    assert [words.count(word) for word in ("frozen", "trains")] == [3, 3]


def test_the_diagram_of_the_layers_has_their_real_sizes():
    words = said(diagrams.flow())
    sizes = [[int(n) for n in re.findall(r"\d+", w)] for w in words if re.match(r"\d+ x", w)]
    assert sizes == [[96, 96, 3], [48, 48, 16], [24, 24, 8], [12, 12, 16], [3, 3, 1280]]


def test_the_files_are_drawn_anew_at_a_size_that_fits_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(diagrams, "FOLDER", tmp_path / "lessons/pictures")
    diagrams.main()
    kept = {path.name for path in (ROOT / "lessons/pictures").iterdir()}
    assert {path.name for path in diagrams.FOLDER.iterdir()} == kept
    for path in diagrams.FOLDER.iterdir():
        with Image.open(path) as drawn, Image.open(ROOT / "lessons/pictures" / path.name) as there:
            assert drawn.size == there.size
            assert drawn.width < 848  # of a page of feedback, in a window of 1,000 pixels
        assert path.stat().st_size < 60_000


@pytest.mark.parametrize("name", ["phases", "flow"])
def test_a_diagram_is_dark_on_a_light_card_of_its_own(name):
    with Image.open(ROOT / f"lessons/pictures/{name}.png") as picture:
        corner = picture.convert("RGBA").getpixel((2, 2))
    assert corner[3] == 255
    assert min(corner[:3]) > 240
