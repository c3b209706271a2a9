import pytest

from backend.policy.strict_yaml import YamlError, read


def load(tmp_path, text):
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf8")
    return read(path)


@pytest.mark.parametrize(
    "text",
    [
        "a: 3:7",
        "a: yes",
        "a: on",
        "on: 1",
        "a: 010",
        "1: x",
        "a: 1\na: 2",
        "a: &b 1",
        "a: !!python/name:os.system x",
        "true: 1",
    ],
)
def test_what_yaml_would_silently_turn_into_something_else_is_refused(tmp_path, text):
    with pytest.raises(YamlError):
        load(tmp_path, text)


def test_plain_values_are_what_they_look_like(tmp_path):
    assert load(tmp_path, 'a: 1/3\nb: 10\nc: true\nd: "3:7"\ne: null\nf: 1.5') == {
        "a": "1/3",
        "b": 10,
        "c": True,
        "d": "3:7",
        "e": None,
        "f": 1.5,
    }


def test_the_error_names_file_and_line(tmp_path):
    with pytest.raises(YamlError, match=r"x\.yml:2"):
        load(tmp_path, "a: 1\na: 2")
