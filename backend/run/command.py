"""`./talent run` and its steps that also stand alone: train, migrate, seed."""

import argparse
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from backend import clock
from backend.run import client, leftovers, rasa_api
from backend.run.console import Console
from backend.run.logs import ProcessLog
from backend.run.long_work import WorkFailed
from backend.run.model import NoRasa, ensure_model
from backend.run.ports import PortTaken
from backend.run.processes import Process, marker, processes
from backend.run.redis_server import NoRedisServer
from backend.run.supervisor import AlreadyRunning, StartFailed, Supervisor, sole_owner
from backend.settings import Settings

TROUBLES = (AlreadyRunning, NoRasa, NoRedisServer, PortTaken, StartFailed, WorkFailed, client.NoNode)
"""What may keep the platform from starting; each says in Chinese what to do."""


class Stopped(Exception):
    """Somebody asked us to stop (Ctrl-C, SIGTERM)."""


def run(arguments: Sequence[str]) -> int:
    """`./talent run [--only PROCESS …]`: bring everything up, keep it up, take it down on Ctrl-C."""
    parser = argparse.ArgumentParser(prog="./talent run", description="启动整个平台，Ctrl-C 停止")
    parser.add_argument(
        "--only", nargs="+", metavar="PROCESS", help="只启动这几个进程（redis sandbox actions rasa worker web）"
    )
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    console = _console(settings)
    try:
        with sole_owner(settings.data_dir), _stoppable():
            _run(settings, console, options.only)
    except Stopped:
        console.say("已全部停止。")
    except TROUBLES as trouble:
        console.say(str(trouble))
        return 1
    return 0


def train(arguments: Sequence[str]) -> int:
    """`./talent train`: make sure that there is a model for the present content."""
    argparse.ArgumentParser(prog="./talent train", description="训练助手的模型").parse_args(arguments)
    settings, console = Settings.from_environment(), Console()
    try:
        console.say(str(ensure_model(settings.models_dir, settings.data_dir / "logs", console.progress("训练"))))
    except (NoRasa, WorkFailed) as trouble:
        console.say(str(trouble))
        return 1
    return 0


def migrate(arguments: Sequence[str]) -> int:
    """`./talent migrate`: bring the database up to date."""
    argparse.ArgumentParser(prog="./talent migrate", description="把数据库升级到当前版本").parse_args(arguments)
    _migrate(Settings.from_environment(), Console())
    return 0


def seed(arguments: Sequence[str]) -> int:
    """`./talent seed`: fill the sandbox with its register, once."""
    argparse.ArgumentParser(prog="./talent seed", description="在沙箱里写入示例人员、单位和办件").parse_args(arguments)
    settings, console = Settings.from_environment(), Console()
    _migrate(settings, console)
    _seed(settings, console)
    console.show("\n".join(_accounts(settings)) or "正式模式下没有示例数据。")
    return 0


def _run(settings: Settings, console: Console, only: Sequence[str] | None) -> None:
    began = time.monotonic()
    console.say(f"人才服务平台 · {'沙箱模式（没有设置 WECHAT_APP_ID）' if settings.sandbox else '正式模式'}")
    if cleared := leftovers.clear(*marker(settings)):
        console.say(f"清理了上次没有正常停止的 {cleared} 个进程")
    supervisor = Supervisor(settings, _chosen(settings, only), console.say)
    supervisor.require_ports()
    for names, prepare in PREPARATIONS:
        if any(map(supervisor.keeps, names)):
            prepare(settings, console)
    try:
        supervisor.start()
        if supervisor.keeps("rasa"):
            rasa_api.warm_up(settings)
        console.say(f"准备好了（{time.monotonic() - began:.0f} 秒）")
        console.show(_addresses(settings, supervisor))
        supervisor.watch()
    finally:
        console.say("正在停止…")
        supervisor.stop()


def _chosen(settings: Settings, only: Sequence[str] | None) -> list[Process]:
    """Return the processes to start here: all that the settings ask for, or the named ones of them."""
    return [process for process in processes(settings) if not only or process.name in only]


def _train(settings: Settings, console: Console) -> None:
    tell = console.progress("训练助手的模型（只在内容变化后需要）")
    began = time.monotonic()
    ensure_model(settings.models_dir, settings.data_dir / "logs", tell)
    if time.monotonic() - began > 1:
        console.say(f"训练助手的模型 … 好了（{time.monotonic() - began:.0f} 秒）")


def _build_client(settings: Settings, console: Console) -> None:
    if not (client.CLIENT / "package.json").exists():
        console.say("没有客户端源码，跳过网页的构建")
        return
    began = time.monotonic()
    client.build("h5", console.progress("构建网页"))
    if time.monotonic() - began > 1:
        console.say(f"构建网页 … 好了（{time.monotonic() - began:.0f} 秒）")


def _migrate(settings: Settings, console: Console) -> None:
    from backend.store.database import migrate as migrate_store

    if applied := migrate_store(settings):
        console.say(f"数据库升级：{'、'.join(applied)}")


def _import_sources(settings: Settings, console: Console) -> None:
    """Import the folder of official documents when one is named; words that did not change are left alone."""
    if settings.policy_sources is None:
        return
    from backend.policy import load_packs
    from backend.policy_import import import_folder
    from backend.store.database import connection

    console.passing("导入官方文件…")
    with connection():
        new = [one for one in import_folder(settings.policy_sources, load_packs(), clock.now()) if one.is_new]
    if new:
        console.say(f"导入官方文件 … 好了（{len(new)} 份有变化）")


def _seed(settings: Settings, console: Console) -> None:
    if not settings.sandbox:
        return
    from backend.sandbox.seed import printed
    from backend.sandbox.seed import seed as fill

    if not printed(settings):
        console.passing("写入沙箱的示例人员、单位和办件…")
        console.say(f"写入沙箱的示例人员、单位和办件 … 好了（{len(fill(settings))} 个工作人员账号）")


def _addresses(settings: Settings, supervisor: Supervisor) -> str:
    """Return what to open now, and in sandbox mode who can sign in with which password."""
    rows = [("办事大厅", f"{settings.public_url}/", "web"), ("工作台", f"{settings.public_url}/console", "web")]
    if settings.sandbox:
        rows.append(("微信沙箱", f"{settings.wechat_base_url}/", "sandbox"))
    lines = [f"  {title}  {address}" for title, address, process in rows if supervisor.keeps(process)]
    return "\n".join([*lines, *_accounts(settings), f"日志在 {settings.data_dir / 'logs'}；按 Ctrl-C 停止。"])


def _accounts(settings: Settings) -> list[str]:
    """Return the sandbox's staff accounts, a line each."""
    if not settings.sandbox:
        return []
    from backend.sandbox.seed import printed
    from backend.workflow.rights import ROLE_NAMES

    accounts = printed(settings)
    width = max((len(account.login) for account in accounts), default=0)
    lines = [f"  {each.login:<{width}}  {each.password}  {ROLE_NAMES[each.role]} {each.name}" for each in accounts]
    return ["工作台的账号（只在沙箱里有）：", *lines] if lines else []


PREPARATIONS = (
    (("rasa",), _train),
    (("web",), _build_client),
    (("web", "worker", "actions"), _migrate),
    (("web",), _import_sources),
    (("web",), _seed),
)
"""What must be done before processes can start, in this order: the processes it is for, and the step."""


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn SIGTERM and Ctrl-C into Stopped, so that everything is taken down in order."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _console(settings: Settings) -> Console:
    """Return the console whose lines are kept in the supervisor's own log too."""
    log = ProcessLog(settings.data_dir / "logs", "supervisor")
    return Console(keep=lambda line: log.write(line, clock.now()))
