"""Is the server of this container alive: exit code 0 or 1. Only asks whether it answers, not which data it has."""

import os
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException

PORT = int(os.environ.get("STREAMLIT_SERVER_PORT", "8501"))
PATH = "/_stcore/health"
TIMEOUT_SECONDS = 9


def main() -> int:
    """Ask once."""
    try:
        with closing(HTTPConnection("127.0.0.1", PORT, timeout=TIMEOUT_SECONDS)) as line:
            line.request("GET", PATH)
            return 0 if line.getresponse().status == 200 else 1
    except (OSError, HTTPException) as problem:
        print(f"The server on port {PORT} does not answer: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
