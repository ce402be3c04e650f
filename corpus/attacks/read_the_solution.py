# says: has no answer yet
path = f"{canary['course']}/solutions/{canary['assignment']}/{canary['assignment']}.ipynb"
print(open(path).read())
