print(open(f"{canary['home']}/.netrc").read())
