# says: has no answer yet
print(open(f"{canary['course']}/.rps-challenge-key").read())
