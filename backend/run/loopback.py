"""Requests to our own processes, with a short timeout and never through a proxy."""

import urllib.request
from collections.abc import Mapping

TIMEOUT = 2.0
"""Seconds a process may take to answer a question about its health."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(
    url: str, headers: Mapping[str, str] | None = None, data: bytes | None = None, timeout: float = TIMEOUT
) -> bytes:
    """Return the body of a 2xx answer (POST when there is `data`). Raises OSError, as urllib does, for all else."""
    request = urllib.request.Request(url, data, dict(headers or {}))  # noqa: S310 - addresses come from the settings
    with _DIRECT.open(request, timeout=timeout) as response:
        return response.read()
