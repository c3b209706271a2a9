"""Becomes another program that is told to stop when the supervisor dies.

Started as `python -I -S child.py SUPERVISOR_PID PROGRAM ARGUMENTS…`. Setting the death signal here, in a process of its
own, and not between fork and exec, keeps the threads of the supervisor out of danger. Linux only; elsewhere it just
becomes the program, and what a killed supervisor leaves behind is cleared at the next start.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments):
    """Arrange the signals and become the program; do not start at all when the supervisor is gone already."""
    supervisor, *program = arguments
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a shell's background job is started deaf to Ctrl-C
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == int(supervisor):
        os.execvp(program[0], program)  # noqa: S606 - the command line comes from the process table


if __name__ == "__main__":
    main(sys.argv[1:])
