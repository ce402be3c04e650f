# says: has no answer yet
# says: raised ValueError
# What a TA's browser would run.
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display

m = canary["marker"]
display(HTML(f"<script>/*{m}*/alert(1)</script><img src=x onerror='{m}'>"))
display(Javascript(f"/*{m}*/alert(1)"))
display(SVG(f"<svg xmlns='http://www.w3.org/2000/svg' onload='{m}'><script>/*{m}*/</script></svg>"))
display(Markdown(f"<script>/*{m}*/</script> [x](javascript:{m})"))
display(Latex(f"\\href{{javascript:{m}}}{{x}}"))
display({"image/png": f'"><script>/*{m}*/</script>', "text/plain": ""}, raw=True)
display(
    {"image/png": "iVBORw0KGgo="},
    metadata={"image/png": {"width": f'1" onload="{m}', "height": f'"><script>/*{m}*/</script>'}},
    raw=True,
)
display({"application/vnd.jupyter.widget-view+json": {"model_id": m}, "text/html": f"<iframe src='//{m}'>"}, raw=True)
print(f"<script>/*{m}*/</script>\x1b[31m<script>/*{m}*/</script>")
raise ValueError(f"</pre><script>/*{m}*/</script>")
