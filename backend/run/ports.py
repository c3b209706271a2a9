"""Whether the ports the platform needs are free, before anything is started."""

import errno
import socket


class PortTaken(Exception):
    """A port belongs to another program. `port` and `process` say which and what for; the message is Chinese."""

    def __init__(self, port: int, process: str, first: int):
        other = f"PORT={first + 100} ./talent run"
        super().__init__(f"端口 {port}（{process}）已被别的程序占用；请换一组端口，例如 {other}（用从它开始的五个）。")
        self.port, self.process = port, process


def require_free(host: str, port: int, process: str, first: int) -> None:
    """Raise PortTaken when nobody could listen on `host`:`port`; `first` is the PORT the others derive from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port, process, first) from None
            raise
