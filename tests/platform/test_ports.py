"""A port that is taken is said before anything starts, with the way out."""

import socket

import pytest

from backend.run.ports import PortTaken, require_free
from tests.servers import free_ports


def test_a_taken_port_is_named_with_what_needs_it_and_how_to_move():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"{port}（Rasa）.*PORT=8100") as taken:
            require_free("127.0.0.1", port, "Rasa", 8000)
    assert (taken.value.port, taken.value.process) == (port, "Rasa")


def test_a_port_just_given_up_counts_as_free():
    first = free_ports(1)
    with socket.create_server(("127.0.0.1", first)) as server:
        client = socket.create_connection(("127.0.0.1", first))
        accepted, _ = server.accept()
        accepted.close()
        client.close()
    require_free("127.0.0.1", first, "网站", first)
