"""The model is trained once per content, and never on what is held back for the test."""

import shutil
from pathlib import Path

import pytest

from backend.run import model
from backend.run.paths import ROOT


@pytest.fixture
def project(tmp_path):
    """A small project with everything a model is made from."""
    for name in (model.DOMAIN, model.COMPONENTS, *model.TRAINING, "nlu_data/test"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / model.CONFIG).write_text("language: zh\n")
    (tmp_path / "nlu_data/train/ask.yml").write_text("nlu: []\n")
    (tmp_path / "bot/requirements.lock").write_text("rasa==3.6.21\n")
    return tmp_path


def test_the_same_content_has_the_same_model_wherever_it_lies(project, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(project, copy)
    assert model.model_path(Path("models"), project) == model.model_path(Path("models"), copy)


@pytest.mark.parametrize(
    "path", [model.CONFIG, f"{model.DOMAIN}/slots.yml", f"{model.COMPONENTS}/pinyin.py", "nlu_data/train/ask.yml",
             "nlu_data/generated/items.yml", "bot/data/rules.yml", "bot/requirements.lock"]
)  # fmt: skip
def test_a_change_in_what_a_model_is_made_from_asks_for_another(project, path):
    before = model.model_path(Path("models"), project)
    (project / path).write_text("rasa==3.6.22\n")
    assert model.model_path(Path("models"), project) != before


@pytest.mark.parametrize("path", ["nlu_data/test/held_back.yml", "bot/components/__pycache__/x.pyc", "README.md"])
def test_a_change_elsewhere_does_not(project, path):
    before = model.model_path(Path("models"), project)
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text("changed")
    assert model.model_path(Path("models"), project) == before


def test_a_model_that_is_there_is_not_trained_again(tmp_path):
    path = model.model_path(tmp_path)
    path.touch()
    assert model.ensure_model(tmp_path, tmp_path, tell=lambda seconds, line: None) == path


def test_nothing_below_the_test_folder_is_trained_on():
    held_back = ROOT / "nlu_data/test"
    for source in (*model.TRAINING, model.DOMAIN, model.CONFIG):
        path = ROOT / source
        assert held_back != path
        assert held_back not in path.parents
        assert path not in held_back.parents


def test_rasa_sees_no_secret_of_the_platform(monkeypatch):
    monkeypatch.setenv("TALENT_MASTER_KEYS", "k:secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://db")
    seen = model.rasa_environment()
    assert {"TALENT_MASTER_KEYS", "DATABASE_URL"}.isdisjoint(seen)
    assert seen["RASA_TELEMETRY_ENABLED"] == "false"
