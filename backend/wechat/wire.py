"""HTTP to the platform: the face of `requests.Session` that wechatpy uses, on urllib3 alone.

Preparing and reading a call costs requests more than everything else in sending a message; here it is half of that.
Nothing is repeated, no redirect followed, no cookie kept.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests
from requests.certs import where
from requests.structures import CaseInsensitiveDict
from requests.utils import select_proxy
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout
from urllib3.filepost import encode_multipart_formdata

JSON = {"Content-Type": "application/json", "Accept": "*/*"}


class Wire:
    """Pooled connections, as many as there are threads, through the proxy of the environment where it names one.

    The environment is looked at once, as requests does it for `base_url`.
    """

    def __init__(self, base_url: str, connections: int):
        around = requests.Session().merge_environment_settings(base_url, {}, None, None, None)
        verify = around["verify"]
        options = {"num_pools": 4, "maxsize": connections, "retries": False}
        options["ca_certs"] = verify if isinstance(verify, str) else where()
        proxy = select_proxy(base_url, around["proxies"])
        self._pools = ProxyManager(proxy, **options) if proxy else PoolManager(**options)

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any],
        timeout: tuple[float, float],
        data: bytes | None = None,
        files: Mapping[str, tuple] | None = None,
    ) -> requests.Response:
        """Do one call; parameters that are None are left out. Raises what urllib3 raises."""
        query = urlencode({name: value for name, value in params.items() if value is not None})
        body, headers = _multipart(files) if files else (data, JSON)
        address = f"{url}{'&' if '?' in url else '?'}{query}" if query else url
        options = {"timeout": Timeout(connect=timeout[0], read=timeout[1]), "redirect": False}
        answer = self._pools.urlopen(method.upper(), address, body=body, headers=headers, **options)
        return _read(answer, url)


def _multipart(files: Mapping[str, tuple]) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of an upload; a part is name, bytes or stream, media type."""
    parts = {name: (file, _bytes(content), kind) for name, (file, content, kind) in files.items()}
    body, content_type = encode_multipart_formdata(parts)
    return body, {**JSON, "Content-Type": content_type}


def _bytes(content: Any) -> bytes:
    return content.read() if hasattr(content, "read") else content


def _read(answer: BaseHTTPResponse, url: str) -> requests.Response:
    """Return the answer in the shape of requests. `url` is kept without its query, which holds secrets."""
    response = requests.Response()
    response.status_code, response.reason, response.url = answer.status, answer.reason, url
    response._content, response.headers = answer.data, CaseInsensitiveDict(answer.headers)
    return response
