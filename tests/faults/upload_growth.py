"""How much memory a refused upload takes: a file on standard input, in a process that has read nothing before.

`python -m tests.faults.upload_growth` prints by how many kB its memory grew at most, and why the file is refused.
"""

import sys
from pathlib import Path

from eventwindow.facts.errors import DataError
from eventwindow.sources.upload import read_upload


def refusal(content: bytes) -> str:
    try:
        read_upload("big", content)
    except DataError as refused:
        return str(refused)
    raise RuntimeError("a file that is to be refused was read.")


def memory(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def main() -> None:
    content = sys.stdin.buffer.read()
    for warm_up in (b"", b"PK\x03\x04"):
        refusal(warm_up)
    # From here on the system counts the peak anew.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    why = refusal(content)
    sys.stdout.write(f"{memory('VmHWM') - before} {why}")


if __name__ == "__main__":
    main()
