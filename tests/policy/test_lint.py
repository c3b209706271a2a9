"""What a pack says is proved against the articles it cites; the slightest slip is named with its place."""

import random

import pytest

from backend.policy import strict_yaml
from backend.policy.check import read_examples
from backend.policy.lint import import_folder, lint, lint_city, unexercised
from backend.policy.loader import PACKS, read_vocabulary
from backend.policy.sources import name, parse
from benchmarks import mutate_figures
from tests.policy import official

OFFICIAL = """甲市人才补贴办法
第一条 补贴由市人才局负责，电话0371-11111111。
第二条 在本市缴满3个月养老保险的，每月补贴1200元，最长3年；填《人才补贴申请表》。
第三条 资金由市、区按4:6分担。本办法自2020年5月1日起施行。
窗口地址一览表
单位\t地址
东窗口\t甲路1号一楼
西窗口\t乙路2号二楼
"""

FILES = {
    "documents.yml": """
- {id: rule, title: 甲市人才补贴办法, effective: 2020-05-01, source: rules}
- {id: places, title: 窗口地址一览表, source: rules}
""",
    "city.yml": """
agencies:
  - {id: bureau, name: 市人才局, duties: [{text: 负责补贴。, cite: rule/1}]}
windows:
  - {id: east, name: 东窗口, address: 甲路1号一楼, phones: [0371-11111111], cite: [places/1.1, rule/1]}
""",
    "clauses/rule.yml": """
- {article: "1", title: 负责单位, text: 补贴归市人才局管，电话 0371-11111111。}
- {article: "2", title: 条件和标准, text: 缴满 3 个月养老保险，每月 1200 元，最长 36 个月。}
- {article: "3", title: 资金, text: 市、区按 4:6 出，从 2020 年 5 月 1 日起。}
""",
    "clauses/places.yml": """
- {article: "1", title: 窗口, text: 两处窗口在甲路1号一楼和乙路2号二楼。}
""",
    "items/allowance.yml": """
from: 2020-05-01
summary: 每月1200元，最长三年。
conditions:
  - {id: pension, says: 缴满 3 个月, fact: pension_months_consecutive, at_least: 3, cite: rule/2}
benefit:
  unit: 元/月
  months: 36
  cite: rule/2
  tiers: [{id: all, value: 1200}]
funding: {treasury: {district: {city: 4/10, district: 6/10}}, cite: rule/3}
materials: [{id: form, name: 《人才补贴申请表》, cite: rule/2}]
statements: [{aspect: where, text: 有 2 处窗口。, cite: places/1}]
cite: rule/2
""",
    "directories/places.yml": """
cite: places/1
entries: [{name: 东窗口, number: 1}, {name: 西窗口, number: 2}]
""",
}


@pytest.fixture(scope="module")
def vocabulary():
    return read_vocabulary(PACKS / "facts.yml")


@pytest.fixture
def problems(tmp_path, vocabulary):
    """Lint the small pack with some words in one file replaced; return (code, place) of what is found."""

    def run(file=None, was=None, becomes=None, more=None, official_text=OFFICIAL):
        files = FILES | (more or {})
        if file:
            assert was in files[file]
            files = files | {file: files[file].replace(was, becomes)}
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf8")
        known = [_Entry(**entry) for entry in strict_yaml.read(tmp_path / "documents.yml")]
        documents = name(parse(official_text, "rules").documents, known)
        return [(problem.code, problem.where) for problem in lint(tmp_path, documents, vocabulary)]

    return run


class _Entry:
    def __init__(self, id, title, source=None, **_):
        self.id, self.title, self.source = id, title, source


def test_a_pack_that_says_what_its_articles_say_is_clean(problems):
    assert problems() == []


@pytest.mark.parametrize(
    ("file", "was", "becomes", "code"),
    [
        ("clauses/rule.yml", "1200 元", "1300 元", "figure"),
        ("clauses/rule.yml", "36 个月", "35 个月", "figure"),
        ("clauses/rule.yml", "4:6", "6:4", "figure"),
        ("items/allowance.yml", "at_least: 3", "at_least: 4", "figure"),
        ("items/allowance.yml", "value: 1200", "value: 12", "figure"),
        ("items/allowance.yml", "months: 36", "months: 48", "figure"),
        ("items/allowance.yml", "city: 4/10", "city: 5/10", "figure"),
        ("items/allowance.yml", "最长三年", "最长四年", "figure"),
        ("items/allowance.yml", "有 2 处", "有 3 处", "figure"),
        ("items/allowance.yml", "from: 2020-05-01", "from: 2020-05-02", "date"),
        ("items/allowance.yml", "《人才补贴申请表》", "《人才津贴申请表》", "form"),
        ("city.yml", "甲路1号", "甲路3号", "place"),
        ("city.yml", "0371-11111111", "0371-11111112", "phone"),
        ("city.yml", "name: 市人才局", "name: 市人社局", "agency"),
        ("documents.yml", "effective: 2020-05-01", "effective: 2020-05-02", "date"),
        ("documents.yml", "title: 窗口地址一览表", "title: 窗口地址一览图", "document"),
        ("directories/places.yml", "number: 1}", "number: 2}", "entry"),
        ("directories/places.yml", "name: 东窗口", "name: 南窗口", "entry"),
    ],
)
def test_a_slip_is_found(problems, file, was, becomes, code):
    assert code in {found for found, where in problems(file, was, becomes) if where.startswith(file)}


def test_a_citation_of_an_article_that_is_not_there_is_found(problems):
    assert ("no_article", "items/allowance.yml statements.0.text") in problems(
        "items/allowance.yml", "cite: places/1}", "cite: rule/9}"
    )


def test_a_figure_without_a_citation_is_found(problems):
    assert problems(more={"city.yml": "windows: [{id: east, name: 东窗口, note: 办满 3 年}]"}) == [
        ("no_cite", "city.yml windows.0.note")
    ]


def test_an_article_nobody_restated_is_found(problems):
    assert ("not_restated", "rule/4") in problems(
        official_text=OFFICIAL.replace("窗口地址", "第四条 按月发。\n窗口地址")
    )


def test_a_restatement_without_an_article_is_found(problems):
    more = {"clauses/rule.yml": FILES["clauses/rule.yml"] + '- {article: "9", title: 多的, text: 没有出处。}\n'}
    assert ("no_article", "rule/9") in problems(more=more)


def test_a_figure_of_an_article_that_the_restatement_leaves_out_is_found(problems):
    assert problems("clauses/rule.yml", "缴满 3 个月养老保险，", "缴满养老保险，") == [
        ("left_out", "clauses/rule.yml 2")
    ]


def test_a_figure_that_took_the_place_of_another_is_found(problems):
    text = OFFICIAL.replace("每月补贴1200元", "博士每月补贴2000元，硕士发给1200元")
    clause = {"clauses/rule.yml": FILES["clauses/rule.yml"].replace("每月 1200 元", "博士 2000 元，硕士 1200 元")}
    assert problems(official_text=text, more=clause) == []
    slipped = {"clauses/rule.yml": clause["clauses/rule.yml"].replace("硕士 1200", "硕士 2000")}
    assert {"repeated", "left_out"} <= {code for code, _ in problems(official_text=text, more=slipped)}


def test_a_figure_among_the_words_of_another_is_found(problems):
    text = OFFICIAL.replace("每月补贴1200元", "博士每月补贴2000元，硕士发给1200元")
    clause = {"clauses/rule.yml": FILES["clauses/rule.yml"].replace("每月 1200 元", "博士 2000 元，硕士 1200 元")}
    item = FILES["items/allowance.yml"].replace("有 2 处窗口。, cite: places/1", "硕士发给2000元。, cite: rule/2")
    found = problems(official_text=text, more=clause | {"items/allowance.yml": item})
    assert ("misplaced", "items/allowance.yml statements.0.text") in found


def test_a_reckoned_figure_is_borne_out_by_its_reckoning(problems):
    changed = ("items/allowance.yml", "at_least: 3,", "at_least: 5,")
    reckoned = {"reckoned.yml": "- {file: items/allowance.yml, figure: 5, because: 3 加 2}\n"}
    assert ("figure", "items/allowance.yml conditions.0.at_least") in problems(*changed)
    assert problems(*changed, more=reckoned) == []


def test_documents_that_are_not_imported_prove_nothing_and_are_named(problems):
    assert problems(official_text="第一条 别的事。") == [("not_imported", "rule"), ("not_imported", "places")]


def test_a_condition_that_is_no_examples_reason_is_named(packs):
    pack = packs["liaocheng"]
    examples = read_examples("liaocheng")
    assert unexercised(pack, examples) == []
    fewer = [example for example in examples if example.item != "rent_subsidy"]
    assert {problem.where for problem in unexercised(pack, fewer)} == {"items/rent_subsidy"}


# --- the real packs against the official texts ------------------------------------------------------------------------


@pytest.mark.parametrize("city", ["anyang", "liaocheng", "pingdingshan", "zhengzhou"])
def test_every_pack_is_borne_out_by_the_official_texts(packs, city):
    documents = import_folder(official.folder(), packs[city])
    assert [str(problem) for problem in lint_city(packs[city], documents)] == []


@pytest.mark.parametrize("city", ["anyang", "liaocheng", "pingdingshan", "zhengzhou"])
def test_no_changed_figure_survives(city):
    """A sample; `python -m benchmarks.mutate_figures FOLDER` tries them all."""
    counts, survivors = mutate_figures.run(city, official.folder(), sample=60, seed=random.randrange(10**6))
    assert counts.total() > 30
    assert [str(mutation) for mutation in survivors] == []
