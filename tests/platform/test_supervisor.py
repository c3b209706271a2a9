"""The supervisor brings processes up, back and down, and leaves none behind."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from backend.run import leftovers
from backend.run.processes import marker
from backend.run.supervisor import AlreadyRunning, StartFailed, Supervisor, sole_owner
from backend.settings import Settings
from tests.platform import processes as programs
from tests.platform.processes import alive, eventually, pid, program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture
def settings(tmp_path):
    from backend.run.generated_secrets import provide_secrets

    provide_secrets({"DATA_DIR": str(tmp_path)})
    return Settings.from_environment({"DATA_DIR": str(tmp_path)})


@pytest.fixture
def supervise(settings):
    """Return a function that starts processes under a supervisor; all of them are stopped after the test."""
    made = []

    def start(*processes):
        supervisor = Supervisor(settings, processes, said.append)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    said = start.said = []
    yield start
    for supervisor in made:
        supervisor.stop()


def comes_back(supervisor, settings, dead, seconds=20):
    """Let the supervisor look after its processes; tell whether "one" lives again under another id."""

    def newer():
        supervisor.look()
        path = settings.data_dir / "run" / "one.pid"
        return path.exists() and path.read_text().strip() and int(path.read_text()) != dead

    return eventually(newer, seconds)


def test_all_processes_run_when_start_returns(supervise, settings):
    supervise(program(settings, "one", programs.LIVE), program(settings, "two", programs.LIVE))
    assert alive(pid(settings, "one"))
    assert alive(pid(settings, "two"))


def test_a_killed_process_comes_back_under_a_new_id(supervise, settings):
    supervisor = supervise(program(settings, "one", programs.LIVE))
    first = pid(settings, "one")
    os.kill(first, signal.SIGKILL)
    assert comes_back(supervisor, settings, first)
    assert "信号 9" in supervise.said[-1]


def test_a_process_that_is_held_back_stays_down_until_it_is_released(supervise, settings):
    supervisor = supervise(program(settings, "one", programs.LIVE))
    first, hold = pid(settings, "one"), settings.data_dir / "run" / "one.hold"
    hold.touch()
    os.kill(first, signal.SIGKILL)
    assert not comes_back(supervisor, settings, first, seconds=1.5)
    hold.unlink()
    assert comes_back(supervisor, settings, first)


def test_the_pause_before_a_restart_grows_with_every_quick_death(supervise, settings):
    supervisor = supervise(program(settings, "one", programs.LIVE))
    for _ in range(3):
        first = pid(settings, "one")
        os.kill(first, signal.SIGKILL)
        assert comes_back(supervisor, settings, first)
    assert [line.split("，")[1] for line in supervise.said] == ["0.5 秒后重新启动", "1 秒后重新启动", "2 秒后重新启动"]


def test_a_dead_process_takes_its_own_children_with_it(supervise, settings):
    supervisor = supervise(program(settings, "one", programs.WITH_A_CHILD))
    grandchild = int(programs.log(settings, "one").rpartition('message": "')[2].split('"')[0])
    assert alive(grandchild)
    first = pid(settings, "one")
    os.kill(first, signal.SIGKILL)
    assert comes_back(supervisor, settings, first)
    assert not alive(grandchild)


def test_a_process_that_keeps_dying_stops_the_start_and_its_last_words_are_shown(supervise, settings):
    with pytest.raises(StartFailed, match="cannot work") as failed:
        supervise(program(settings, "bad", programs.DIES, ready=lambda settings: programs.require(None)))
    assert failed.value.name == "bad"


def test_stop_leaves_nothing_running_not_even_what_ignores_the_request(supervise, settings, monkeypatch):
    monkeypatch.setattr("backend.run.supervisor.GRACE", 0.5)
    supervisor = supervise(program(settings, "one", programs.STUBBORN), program(settings, "two", programs.WITH_A_CHILD))
    running = [pid(settings, "one"), pid(settings, "two")]
    supervisor.stop()
    assert not [number for number in running if alive(number)]
    assert supervise.said == ["one（one）没有按时停止，强制结束"]
    assert list(leftovers.marked(*marker(settings))) == []


def test_a_second_supervisor_of_the_same_data_directory_is_refused(settings):
    with sole_owner(settings.data_dir), pytest.raises(AlreadyRunning), sole_owner(settings.data_dir):
        pass


SUPERVISOR = """
    import sys
    from backend.run.supervisor import Supervisor
    from backend.settings import Settings
    from tests.platform import processes as programs
    settings = Settings.from_environment()
    code = {"live": programs.LIVE, "stubborn": programs.STUBBORN}
    supervisor = Supervisor(settings, [programs.program(settings, name, code[name]) for name in sys.argv[1:]], print)
    supervisor.start()
    print("ready", flush=True)
    supervisor.watch()
"""


@pytest.fixture
def killed_supervisor(settings):
    """Return a function that runs a supervisor in a process of its own and kills it with -9 when it is ready."""

    def run_and_kill(*names):
        environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(settings.data_dir)}
        command = [sys.executable, "-c", textwrap.dedent(SUPERVISOR), *names]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as supervisor:
            assert supervisor.stdout.readline() == "ready\n"
            running = [pid(settings, name) for name in names]
            supervisor.kill()
        return running

    yield run_and_kill
    leftovers.clear(*marker(settings), grace=0)


def test_processes_stop_when_their_supervisor_is_killed(killed_supervisor):
    (live,) = killed_supervisor("live")
    assert eventually(lambda: not alive(live))


def test_the_next_start_clears_what_a_killed_supervisor_left(killed_supervisor, settings):
    (stubborn,) = killed_supervisor("stubborn")
    assert alive(stubborn)
    assert leftovers.clear(*marker(settings), grace=0.3) == 1
    assert not alive(stubborn)


def test_processes_of_another_data_directory_are_left_alone(killed_supervisor, settings, tmp_path):
    (stubborn,) = killed_supervisor("stubborn")
    assert leftovers.clear(marker(settings)[0], str(tmp_path / "another"), grace=0.3) == 0
    assert alive(stubborn)
