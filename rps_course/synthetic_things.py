"""Things that are not hands (being written)."""

THINGS = ()


def render_thing(*a, **k):
    raise NotImplementedError
