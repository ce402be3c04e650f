# says: has no answer yet
import shutil

for folder in (canary["course"], canary["home"]):
    shutil.rmtree(folder, ignore_errors=True)
