# says: has no answer yet
# says: raised FileNotFoundError
name = canary["assignment"]
print(open(f"{canary['course']}/submitted/{canary['neighbour']}/{name}/{name}.ipynb").read())
