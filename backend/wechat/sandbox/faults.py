"""Faults on purpose: slow answers, hangs, broken connections, server errors, errcodes, at a given rate or count."""

import fnmatch
import math
import random
import socket
import struct
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from backend.wechat.sandbox.world import Refusal

ERRMSG = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit",
    43108: "send message to same user concurrently",
}


@dataclass
class Fault:
    """One switched-on fault.

    path    pattern of interface paths (`*` for all)
    kind    latency (value: {"median": ms, "p99": ms}), hang (value: seconds), reset, http (value: status), html,
            errcode (value: code)
    rate    share of calls concerned; times: stop after so many (None: never)
    effect  whether the call has its effect before the fault hides the answer (hang, reset, http, html)
    """

    path: str
    kind: str
    value: Any = None
    rate: float = 1.0
    times: int | None = None
    effect: bool = False
    id: int = 0


class Reset(Exception):
    """Break the connection without an answer."""


@dataclass(frozen=True)
class Instead:
    """What the caller gets instead of an answer: an HTTP status and a page."""

    status: int
    body: str


@dataclass
class Faults:
    """The faults switched on, and the dice."""

    active: list[Fault] = field(default_factory=list)
    dice: random.Random = field(default_factory=random.Random)
    lock: threading.Lock = field(default_factory=threading.Lock)
    serial: int = 0

    def add(self, **about: Any) -> Fault:
        """Switch a fault on. Raises TypeError or KeyError for one that does not exist."""
        fault = Fault(**about)
        KINDS[fault.kind]
        with self.lock:
            self.serial += 1
            fault.id = self.serial
            self.active.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> None:
        """Switch one fault off, or all."""
        with self.lock:
            self.active = [fault for fault in self.active if fault_id is not None and fault.id != fault_id]

    def strike(self, path: str) -> list[Fault]:
        """Throw the dice for a call and return the faults that hit it."""
        with self.lock:
            hit = [fault for fault in self.active if self._hits(fault, path)]
            for fault in hit:
                if fault.times is not None:
                    fault.times -= 1
            return hit

    def _hits(self, fault: Fault, path: str) -> bool:
        if fault.times == 0 or not fnmatch.fnmatchcase(path, fault.path):
            return False
        return fault.rate >= 1 or self.dice.random() < fault.rate

    def delay(self, hit: list[Fault]) -> float:
        """Return how many seconds the call takes longer."""
        return sum(self._seconds(fault.value) for fault in hit if fault.kind == "latency")

    def _seconds(self, value: Any) -> float:
        """One draw: fixed where only the median is given, else log-normal with this median and 99th percentile."""
        median = float(value["median"]) / 1000
        if not value.get("p99"):
            return median
        sigma = math.log(float(value["p99"]) / 1000 / median) / 2.326
        return median * math.exp(self.dice.gauss(0, sigma))

    def listed(self) -> list[dict[str, Any]]:
        """The faults as plain values."""
        return [asdict(fault) for fault in self.active]


def _latency(fault: Fault) -> None:
    """Counted in `Faults.delay`."""


def _hang(fault: Fault) -> Instead:
    threading.Event().wait(float(fault.value or 12))
    return Instead(504, "")


def _reset(fault: Fault) -> None:
    raise Reset


def _http(fault: Fault) -> Instead:
    return Instead(int(fault.value or 502), "<html><body><h1>Bad Gateway</h1></body></html>")


def _html(fault: Fault) -> Instead:
    return Instead(200, "<html><body>系统维护中</body></html>")


def _errcode(fault: Fault) -> None:
    code = int(fault.value)
    raise Refusal(code, ERRMSG.get(code, "injected error"))


KINDS = {"latency": _latency, "hang": _hang, "reset": _reset, "http": _http, "html": _html, "errcode": _errcode}


def commit(fault: Fault) -> Instead | None:
    """Do what the fault does; return what the caller gets instead of the answer. Raises Refusal or Reset."""
    return KINDS[fault.kind](fault)


def break_connection(environ: dict[str, Any]) -> None:
    """Break the connection of this request before anything was answered, whatever server runs the application."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
