"""What a person does with a whole class: `rps-grader run`, on one machine or on a cluster.

`run` looks at the class, sends submissions out, and puts whole results in their places: it alone
writes `autograded` and the gradebook. A submission travels as bytes (`parcels`), and so does what
all submissions of an assignment share (`assignment`). A worker of Dask (`worker`) hands each one to
a program beside it that grades (`server`), by the same code as the stock command (`delivered`).
"""
