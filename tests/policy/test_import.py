"""Files an operator brings in: official documents with what changed in them, and lists with their dated history."""

import csv
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from backend.policy_directory import UnknownDirectory, UnreadableList, directory_named, import_list, read_list
from backend.policy_import import import_folder, keep, read_files
from backend.store import documents
from backend.workflow import rulebook
from tests.store.fixtures import empty_sqlite, sqlite_store, store_settings

__all__ = ["empty_sqlite", "sqlite_store", "store_settings"]

pytestmark = pytest.mark.usefixtures("sqlite_store")

NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULES = "丙市人才办法\n第一条 补贴由人才局发。\n第二条 分两档：\n（一）博士每月2000元；\n（二）硕士每月1200元。\n"
HEADS = ["单位名称", "统一社会信用代码", "县（市、区）", "备注"]
ROWS = [["测试（一）公司", "9141", "甲区", "新建"], ["测试二公司", None, None, None]]


@pytest.fixture
def rules(tmp_path):
    """Writes the rules of a city that has no pack and imports them."""

    def bring(text=RULES):
        (tmp_path / "bing.txt").write_text(text, encoding="utf8")
        return import_folder(tmp_path, {}, NOW)[0]

    return bring


# --- official documents -----------------------------------------------------------------------------------------------


def test_a_document_without_a_pack_is_kept_by_article_and_part(rules):
    imported = rules()
    assert (imported.city, imported.articles) == ("bing", 2)
    assert "人才局" in documents.wording("bing", imported.document, "1")
    assert "1200元" in documents.wording("bing", imported.document, "2.2")
    assert "2000元" not in documents.wording("bing", imported.document, "2.2")


def test_the_same_words_again_change_nothing(rules):
    rules()
    again = rules()
    assert not again.is_new
    assert list(again.details()) == []
    assert len(documents.current("bing")) == 1


def test_a_changed_part_is_told_with_the_words_before_and_after(rules):
    rules()
    changed = rules(RULES.replace("1200元", "1300元"))
    assert list(changed.changed) == ["2", "2.2"]
    (line,) = changed.details()
    assert line.startswith("改动 2.2：")
    assert "1200元" in line.partition("→")[0]
    assert "1300元" in line.partition("→")[2]


def test_articles_that_came_or_went_are_named(rules):
    rules()
    later = rules(RULES.replace("第一条 补贴由人才局发。\n", "") + "第三条 按月发。\n")
    assert list(later.details()) == ["新增 3", "删去 1"]


def test_a_first_import_needs_no_list_of_changes(rules):
    assert list(rules().details()) == []


def test_files_of_every_kind_give_the_same_articles(tmp_path):
    docx = pytest.importorskip("docx")
    paper = docx.Document()
    for line in RULES.splitlines():
        paper.add_paragraph(line)
    paper.save(tmp_path / "bing.docx")
    (tmp_path / "ding.txt").write_text(RULES, encoding="utf8")
    found = read_files([tmp_path / "bing.docx", tmp_path / "ding.txt"], {})
    assert {one.city: one.articles for one in keep(found, NOW)} == {"bing": 2, "ding": 2}
    (left,), (right,) = (found[city].values() for city in ("bing", "ding"))
    assert [article.paragraphs for article in left.articles] == [article.paragraphs for article in right.articles]


# --- lists ------------------------------------------------------------------------------------------------------------


def as_csv(path, encoding="utf-8-sig", rows=ROWS):
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([HEADS, *rows])
    return path


def as_xlsx(path):
    book = Workbook()
    for row in [HEADS, *ROWS]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_is_read_from_csv_in_either_encoding(tmp_path, encoding):
    first, second = read_list(as_csv(tmp_path / "list.csv", encoding))
    assert (first.name, first.credit_code, first.district, first.details) == (
        "测试（一）公司", "9141", "甲区", {"备注": "新建"},
    )  # fmt: skip
    assert (second.name, second.district) == ("测试二公司", None)


def test_a_list_is_read_from_xlsx_as_from_csv(tmp_path):
    assert read_list(as_xlsx(tmp_path / "list.xlsx")) == read_list(as_csv(tmp_path / "list.csv"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", "企业编号\n1\n"),
        ("list.csv", "单位名称\n\n"),
        ("list.csv", "单位名称\n甲（一）公司\n甲(一)公司\n"),
        ("list.xlsx", "no workbook"),
        ("list.pdf", "名称"),
    ],
)
def test_a_file_that_holds_no_list_is_refused_with_what_to_do(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf8")
    with pytest.raises(UnreadableList, match=r"[一-龥]"):
        read_list(tmp_path / name)


def standing(packs):
    return rulebook.pack_within(packs["anyang"])


def test_a_replacement_counts_what_is_new_and_what_is_gone_and_is_idempotent(packs, tmp_path):
    path, day = as_csv(tmp_path / "list.csv"), date(2020, 9, 1)
    own = len(directory_named(packs["anyang"], "重点企业名录").entries)
    first = import_list(standing(packs), "重点企业名录", path, day)
    assert (first.names, first.added, first.ended) == (2, 2, own)
    again = import_list(standing(packs), "重点企业名录", path, day)
    assert (again.names, again.added, again.ended) == (2, 0, 0)


def test_a_verdict_asks_the_list_as_it_stood_on_its_day(packs, tmp_path):
    listed_first = directory_named(packs["anyang"], "重点企业名录").entries[0].name
    import_list(standing(packs), "重点企业名录", as_csv(tmp_path / "list.csv"), date(2020, 9, 1))
    pack = standing(packs)

    def unmet(name, day):
        verdict = pack.on(day).judge("urgent_talent_recognition", {"employer_name": name}, day)
        return [reason.id for reason in verdict.unmet]

    eve, day = date(2020, 8, 31), date(2020, 9, 1)
    assert (unmet(listed_first, eve), unmet(listed_first, day)) == ([], ["employer"])
    assert (unmet("测试(一)公司", eve), unmet("测试(一)公司", day)) == (["employer"], [])


def test_a_near_miss_is_suggested_and_proves_nothing(packs, tmp_path):
    import_list(standing(packs), "重点企业名录", as_csv(tmp_path / "list.csv"), date(2020, 9, 1))
    day = date(2020, 9, 1)
    verdict = standing(packs).on(day).judge("urgent_talent_recognition", {"employer_name": "测试（一）有限公司"}, day)
    (reason,) = verdict.unmet
    assert "测试（一）公司" in reason.text


def test_a_list_the_city_does_not_have_is_refused_with_those_it_has(packs, tmp_path):
    with pytest.raises(UnknownDirectory, match="重点企业名录"):
        import_list(standing(packs), "高校名录", as_csv(tmp_path / "list.csv"), date(2020, 9, 1))
