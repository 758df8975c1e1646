import sys

from statement_checker.cli import main

sys.exit(main())
