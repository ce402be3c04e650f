"""The site: Sphinx with MyST, whose pages are the Markdown files of this folder.

Jupyter Book 2 (mystmd) asks a server for its theme; Sphinx builds without a network, with the theme
and the parsers that Jupyter Book 1 is made of.
"""

import re
from importlib import metadata

from sphinx.application import Sphinx

project = "rps-course"
author = "The rps-course founders"
copyright = author
release = metadata.version("rps-course")

extensions = ["myst_nb", "sphinx_external_toc", "sphinxarg.ext", "sphinx_copybutton"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]

smartquotes_action = "qe"  # quotes and ellipses, but no dashes: options begin with two hyphens
highlight_language = "none"  # of blocks that name no language: commands and what they print

nb_execution_mode = "off"  # tools/site_notebooks.py executes the notebooks
myst_heading_anchors = 4  # links to headings, as a code host resolves them
myst_enable_extensions = ["colon_fence"]

html_theme = "sphinx_book_theme"
html_title = "rps-course"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 3,
    "navbar_persistent": [],  # the search field is in the sidebar already
    "use_download_button": True,
    "use_fullscreen_button": False,
}


def _to_executed_notebooks(app: Sphinx, page: str, text: list[str]) -> None:
    """Leads links to notebooks, which a code host finds in `assignments/`, to the site's pages."""
    text[0] = re.sub(r"\(\.\./assignments/(ps\d)/\1\.ipynb\)", r"(notebooks/\1.ipynb)", text[0])


def setup(app: Sphinx) -> None:
    """Registers what is above with Sphinx."""
    app.connect("source-read", _to_executed_notebooks)
