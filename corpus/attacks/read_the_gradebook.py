# says: has no answer yet
# says: raised FileNotFoundError
import glob

for path in glob.glob(f"{canary['course']}/*.db"):
    print(path, open(path, "rb").read())
print(open(f"{canary['course']}/grades-backup.db", "rb").read())
