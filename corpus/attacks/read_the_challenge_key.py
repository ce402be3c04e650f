print(open(f"{canary['course']}/.rps-challenge-key").read())
