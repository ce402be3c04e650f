# says: has no answer yet
# says: raised FileNotFoundError
path = f"{canary['course']}/solutions/{canary['assignment']}/{canary['assignment']}.ipynb"
print(open(path).read())
