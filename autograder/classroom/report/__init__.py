"""The class report: what a class earned in its assignments, as a page, a table and JSON.

`numbers` computes it from results into a `model`, `plots` draws, `page` and `files` write.
"""
