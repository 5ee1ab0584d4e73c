"""`python -m eventwindow`: the same study without a browser."""

import sys

from eventwindow.cli import main

sys.exit(main())
