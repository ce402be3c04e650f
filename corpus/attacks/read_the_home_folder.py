# says: has no answer yet
print(open(f"{canary['home']}/.netrc").read())
