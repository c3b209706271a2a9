"""What all our gunicorn servers share; name, bind, workers and threads stand on their command lines."""

import logging.config

from gunicorn.glogging import Logger

from backend.run.logs import logging_config


class JsonLogger(Logger):
    """Writes gunicorn's and the application's log as JSON lines under the name of the process (`--name`)."""

    def setup(self, cfg):
        """Configure logging of the whole process; called by gunicorn before anything else is logged."""
        self._access_log_enabled = True
        logging.config.dictConfig(logging_config(cfg.proc_name))

    def access(self, resp, req, environ, request_time):
        """Log one request, except those of a load balancer that asks every second how we are."""
        if environ.get("PATH_INFO") != "/healthz":
            super().access(resp, req, environ, request_time)


logger_class = JsonLogger
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
