"""A program for the sandbox, to be started cold or forked: it executes its first argument."""

import sys


def main(arguments):
    exec(arguments[0], {"__name__": "__main__"})


if __name__ == "__main__":
    main(sys.argv[1:])
