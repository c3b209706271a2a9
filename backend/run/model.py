"""The assistant's model: trained once per content of domain, configuration, components, data and Rasa version.

Only the folders named here are trained on. `nlu_data/test` is held back for `./talent eval` and must never be in the
list, so the list is explicit and the training command gets it whole.
"""

import fcntl
import re
from pathlib import Path

from backend.run.digest import digest
from backend.run.long_work import Tell, run_long
from backend.run.paths import RASA_PYTHON, ROOT
from backend.settings import process_environment

DOMAIN = "bot/domain"
CONFIG = "bot/config.yml"
TRAINING = ("bot/data", "nlu_data/train", "nlu_data/generated")
COMPONENTS = "bot/components"
KEPT = 3
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
COMPONENT = re.compile(r"Starting to train component '(\w+)'")
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""All that Rasa sees of the environment: no secret of the platform is among it."""


class NoRasa(Exception):
    """The Rasa environment is not there; the message is Chinese."""

    def __init__(self):
        super().__init__("还没有 Rasa 环境；请用 ./talent 启动，它会自动建立。")


def model_path(models: Path, root: Path = ROOT) -> Path:
    """Return where the model for the present content of `root` is or will be, in the folder `models`."""
    version = re.search(r"^rasa==(\S+)", (root / "bot/requirements.lock").read_text(), re.MULTILINE)
    content = digest(root, (DOMAIN, CONFIG, COMPONENTS, *TRAINING), version[1] if version else "")
    return models / f"{content}.tar.gz"


def ensure_model(models: Path, logs: Path, tell: Tell) -> Path:
    """Return the path of the model for the present content, training it first if it is not there.

    Two that start at once train once: the second waits. `tell` hears now and then the seconds passed and Rasa's last
    line. Raises NoRasa, WorkFailed.
    """
    path = model_path(models)
    if path.exists():
        return path
    models.mkdir(parents=True, exist_ok=True)
    with (models / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _train(path, logs, tell)
            _forget_old(models)
    return path


def rasa_environment(**more: str) -> dict[str, str]:
    """Return the environment of a Rasa process: the plain inherited names, quiet settings, and `more`."""
    inherited = {name: value for name, value in process_environment().items() if name in INHERITED}
    return {**inherited, **QUIET, "PYTHONPATH": str(ROOT), **more}


def _train(path: Path, logs: Path, tell: Tell) -> None:
    """Train into a name of its own and give it the final name at the end, so that a killed training leaves no model."""
    if not RASA_PYTHON.exists():
        raise NoRasa
    unfinished = path.with_name(f"unfinished-{path.name}")
    content = ["--domain", DOMAIN, "--config", CONFIG, "--data", *TRAINING]
    result = ["--out", str(path.parent), "--fixed-model-name", unfinished.name]
    argv = [str(RASA_PYTHON), "-W", "ignore", "-m", "rasa", "train", *content, *result]
    env = rasa_environment(RASA_CACHE_DIRECTORY=str(path.parent / "cache"))
    run_long("模型训练", argv, logs / "train.log", _components(tell), ROOT, env)
    unfinished.replace(path)


def _components(tell: Tell) -> Tell:
    """Tell which component is being trained, and nothing else of what Rasa prints."""
    last = ""

    def tell_component(seconds: float, line: str) -> None:
        nonlocal last
        found = COMPONENT.search(line)
        last = found[1] if found else last
        tell(seconds, last)

    return tell_component


def _forget_old(models: Path) -> None:
    newest_first = sorted(models.glob("[0-9a-f]*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest_first[KEPT:]:
        path.unlink()
