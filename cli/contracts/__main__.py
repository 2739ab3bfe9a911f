"""`python -m cli.contracts` from a clone, whose services are not installed."""

import sys

from cli.stack.replica import python_path

if __name__ == "__main__":
    sys.path[:0] = python_path().split(":")
    from cli.contracts.documents import main

    sys.exit(main(sys.argv[1:]))
