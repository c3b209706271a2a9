"""The worker process: `python -m backend.jobs.worker`.

Three things run side by side: the courier that empties the outbox, huey's consumer that runs tasks, and a heartbeat
that also looks at the timetable. Any number of workers may run at once. SIGINT or SIGTERM ends it cleanly; killed, it
leaves nothing that another worker does not take up.
"""

import gc
import logging
import logging.config
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable

from huey.consumer import Consumer
from redis import Redis
from redis.exceptions import RedisError

from backend import assistant, clock
from backend.jobs import farewell
from backend.jobs.delivery import Courier
from backend.jobs.inbound import Ask, Erase, open_inboxes
from backend.jobs.outcome import Policy, QuietHours
from backend.jobs.pace import Pace
from backend.jobs.senders import AccountTemplates, open_senders
from backend.jobs.tasks import Desk, Queue, Timetable
from backend.run.health import HEARTBEAT
from backend.run.logs import logging_config
from backend.settings import Settings
from backend.store import database
from backend.wechat.gateway import open_gateways

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
BEAT_KEPT = 60
TASK_THREADS = 4
CLOSING_SECONDS = 25


class TaskConsumer(Consumer):
    """huey's consumer as one part among others: the process, not the consumer, listens to signals."""

    def _set_signal_handlers(self) -> None:
        """Leave the handlers of the process in place."""


class Worker:
    """Everything the process runs. Made once; `run` returns when `stop` is set."""

    def __init__(self, settings: Settings, ask: Ask, erase: Erase):
        messaging = settings.messaging
        self.stop = threading.Event()
        self._redis = open_redis(settings)
        gateways = open_gateways(settings, self._redis, clock.now, connections=messaging.senders + TASK_THREADS)
        templates = AccountTemplates(gateways.mini_program, messaging.template_ids, clock.now)
        self._queue = Queue(settings)
        inboxes = open_inboxes(settings, gateways, templates, ask, erase, self._queue.later, clock.now)
        self._queue.desk = Desk(settings, clock.now, inboxes, templates, self._queue.later)
        self._timetable = Timetable(self._redis, self._queue, clock.now)
        app_id = settings.mini_program.app_id
        self._courier = Courier(
            worker_name(),
            app_id,
            open_senders(messaging, gateways.mini_program, templates),
            Pace(self._redis, app_id, messaging.per_second),
            Policy(QuietHours(messaging.quiet_from, messaging.quiet_until), messaging.sms_url is not None),
            clock.now,
            threads=messaging.senders,
            name_of=templates.name_of,
        )

    def run(self) -> None:
        """Work until `stop` is set, or until one part fails for good; then end the others.

        What is loaded by now stays: the garbage collector need not look through it again.
        """
        gc.freeze()
        consumer = TaskConsumer(
            self._queue.huey, workers=TASK_THREADS, periodic=False, shutdown_timeout=CLOSING_SECONDS
        )
        consumer.start()
        courier = self._thread("courier", lambda: self._courier.run(self.stop))
        self._thread("heartbeat", self._beat)
        while not self.stop.wait(BEAT_SECONDS):
            consumer.check_worker_health()
            if not courier.is_alive():
                log.error("the courier ended")
                self.stop.set()
        courier.join(CLOSING_SECONDS)
        consumer.stop(graceful=True)

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    def _beat(self) -> None:
        """Give a sign of life every five seconds and queue what has come due."""
        while True:
            try:
                self._redis.set(HEARTBEAT, int(clock.now().timestamp()), ex=BEAT_KEPT)
                self._timetable.look()
            except RedisError as error:
                log.warning("no heartbeat: redis says %s", type(error).__name__)
            if self.stop.wait(BEAT_SECONDS):
                return


def worker_name() -> str:
    """A name that no other worker has or had."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def open_redis(settings: Settings) -> Redis:
    """Return a Redis client whose calls do not hang."""
    return Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=10, health_check_interval=30)


def main() -> None:
    """Start the process with the settings of the environment."""
    logging.config.dictConfig(logging_config("worker"))
    logging.getLogger("huey").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    database.migrate(settings)
    assistant.speak_to(settings)
    worker = Worker(settings, assistant.ask, farewell.forget)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop.set())
    log.info("worker begins")
    worker.run()
    log.info("worker ends")


if __name__ == "__main__":
    main()
