"""Print a text once JupyterLab answers on a port: `python announce.py PORT PROCESS < TEXT`.

`launch.py` becomes JupyterLab and can print nothing any more, so this process waits for it, and
ends if PROCESS, which becomes JupyterLab, has ended. The text holds the token, which no command
line may show.

The standard library alone, and no grammar newer than Python 3.6, as in `bootstrap.py`.
"""

import http.client
import os
import signal
import sys
import time

LONGEST = 120.0  # seconds after which the text is printed all the same
PAUSE = 0.1  # seconds between two questions


def answers(port: int) -> bool:
    """Whether a Jupyter server answers on a port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    port, server, text = int(sys.argv[1]), int(sys.argv[2]), sys.stdin.read()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends this too, without a traceback
    end = time.monotonic() + LONGEST
    while not answers(port) and time.monotonic() < end:
        if os.name != "nt" and os.getppid() != server:  # it has ended
            return
        time.sleep(PAUSE)
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
