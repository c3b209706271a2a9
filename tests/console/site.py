"""The console as a web application of its own, in this process: for the test client, and on loopback for a browser."""

import threading

from flask import Flask
from werkzeug.serving import make_server

from backend.console import create_blueprint
from backend.settings import Settings
from backend.store.database import database


def console_app(settings: Settings) -> Flask:
    """Return a Flask application that serves the console and nothing else, with a connection around every request."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = settings.session_key
    app.config.update(MAX_FORM_PARTS=50, MAX_CONTENT_LENGTH=12 * 1024 * 1024, MAX_FORM_MEMORY_SIZE=1024 * 1024)
    app.before_request(_connect)
    app.register_blueprint(create_blueprint(settings))
    return app


def _connect() -> None:
    database.connect(reuse_if_open=True)


class Server:
    """The application on a free loopback port, in threads."""

    def __init__(self, app: Flask):
        app.teardown_request(lambda _: database.close() if not database.is_closed() else None)
        self._app, self._answering, self._changed = app, 0, threading.Condition()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "Server":
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, and wait for what is being answered: the store is closed afterwards."""
        self._server.shutdown()
        self._thread.join(timeout=10)
        with self._changed:
            assert self._changed.wait_for(lambda: not self._answering, timeout=30)

    def _answer(self, environ, start_response):
        self._count(1)
        try:
            return self._app(environ, start_response)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self._answering += change
            self._changed.notify_all()
