"""`python -m flowforth`: the console command."""

import sys

from flowforth.cli import main

if __name__ == "__main__":
    sys.exit(main())
