# says: has no answer yet
# says: raised FileNotFoundError
print(open(f"{canary['home']}/.netrc").read())
