"""Official documents come out as clean articles, whatever the pages looked like."""

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from backend.policy import sources
from backend.policy.extract import UnreadableFile, text_of
from backend.policy.sources import changes, dump, load, name, parse
from tests.policy import official

TWO_RULES = """目　录
1. 甲市人才补贴办法\t1
2. 甲市人才公寓细则\t3
甲市人才工作领导小组文件
甲人才〔2020〕7号
甲市人才补贴办法
(试行)
第一章 总则
第一条 为了吸引人才，制定本
办法。
- 2 -
第二条 补贴条件
（一）在本市工作；
（二）签订合同：
1. 合同3年以上；
2. 已参加保险。
（二）没有领过补贴。
上述材料要原件。
第三条 本办法自2020年5月1日起施行。
甲市人民政府办公室
2020年4月20日印发
甲市人才公寓细则
第一条 公寓每月300元。
"""


def documents(text, source="file"):
    return parse(text, source).documents


class TestRules:
    def test_numbering_that_starts_again_is_another_document(self):
        assert [(d.title, len(d.articles)) for d in documents(TWO_RULES)] == [
            ("甲市人才补贴办法(试行)", 3),
            ("甲市人才公寓细则", 1),
        ]

    def test_a_broken_line_is_put_together_and_a_page_number_goes(self):
        assert documents(TWO_RULES)[0].article("1").paragraphs == ("为了吸引人才，制定本办法。",)

    def test_a_short_title_after_the_number_is_the_article_title(self):
        assert documents(TWO_RULES)[0].article("2").title == "补贴条件"

    def test_the_chapter_is_kept_with_the_article(self):
        assert documents(TWO_RULES)[0].article("3").chapter == "总则"

    def test_parts_are_addressed_by_their_path(self):
        article = documents(TWO_RULES)[0].article("2")
        assert [part.number for part in article.parts] == ["1", "2", "2.1", "2.2", "2-2"]
        assert article.part("2.1") == "1. 合同3年以上；"
        assert article.part("2") == "（二）签订合同：\n1. 合同3年以上；\n2. 已参加保险。"

    def test_a_number_that_stands_twice_gets_a_second_address(self):
        assert documents(TWO_RULES)[0].article("2").part("2-2") == "（二）没有领过补贴。"

    def test_a_closing_paragraph_belongs_to_the_article_and_to_no_part(self):
        article = documents(TWO_RULES)[0].article("2")
        assert article.paragraphs[-1] == "上述材料要原件。"
        assert all("原件" not in part.text for part in article.parts)

    def test_letterhead_and_signature_are_kept_under_article_0(self):
        head = documents(TWO_RULES)[0].article("0")
        assert head.paragraphs == (
            "甲市人才工作领导小组文件",
            "甲人才〔2020〕7号",
            "甲市人民政府办公室",
            "2020年4月20日印发",
        )

    def test_words_are_found_at_an_address_or_at_the_nearest_part_above(self):
        document = documents(TWO_RULES)[0]
        assert document.words("2.2.1") == "1. 合同3年以上；"
        assert document.words("2.1.9") == document.words("2.1")
        assert document.words("3.5") == document.article("3").text
        assert document.words("9") is None

    def test_a_running_head_on_every_page_goes(self):
        pages = "\f".join(f"甲市政务公报\n第{n}条 第{n}件事要办好。\n{i}" for i, n in enumerate("一二三", 1))
        assert [a.text for a in documents(pages)[0].articles] == [f"第{n}件事要办好。" for n in "一二三"]

    def test_in_a_double_spaced_file_blank_lines_do_not_break_paragraphs(self):
        lines = [
            "第一条 经营状况良好、生产正常并且有引才愿望和",
            "需求的企业纳入政策",
            "范围。",
            "第二条 由市人社局会同有关部门负责本办法的",
            "解释。",
        ]
        articles = documents("\n\n".join(lines))[0].articles
        assert [a.text for a in articles] == [
            "经营状况良好、生产正常并且有引才愿望和需求的企业纳入政策范围。",
            "由市人社局会同有关部门负责本办法的解释。",
        ]


class TestOtherForms:
    def test_chinese_headings_count_as_articles_where_the_small_numbers_start_again(self):
        text = "补贴办理有关事项\n\n一、范围\n1. 甲。\n2. 乙。\n二、时间\n1. 全年。\n2. 随时。"
        assert [(a.number, a.title) for a in documents(text)[0].articles] == [("1", "范围"), ("2", "时间")]

    def test_small_numbers_that_run_on_over_the_headings_count_as_articles(self):
        text = "关于引进人才的意见\n\n一、对象\n1. 急需人才。\n2. 储备人才。\n二、政策\n3. 落户。"
        found = documents(text)[0].articles
        assert [(a.number, a.chapter) for a in found] == [("1", "对象"), ("2", "对象"), ("3", "政策")]

    def test_a_table_keeps_its_rows_and_a_row_without_a_name_goes_on_with_the_one_above(self):
        text = (
            "第一条 到窗口办。\n各分局地址和电话\t\t\n分局\t地址\t电话\n东分局\t甲路1号\t0371-11111111\n\t乙路2号\t\n"
        )
        table = documents(text)[1].article("1")
        assert table.rows == (("分局", "地址", "电话"), ("东分局", "甲路1号；乙路2号", "0371-11111111"))
        assert table.part("1") == "东分局\t甲路1号；乙路2号\t0371-11111111"

    def test_a_table_after_a_sentence_belongs_to_the_article(self):
        found = documents("第一条 标准如下：\n学历\t金额\n博士\t2000元\n第二条 按月发。")
        assert len(found) == 1
        assert found[0].article("1").rows == (("学历", "金额"), ("博士", "2000元"))

    def test_a_list_of_names_becomes_rows(self):
        text = "第一条 名录每年调整。\n重点企业名录\n(东区名单)\n- 1、甲公司\n- 2、乙公司（领军企业）\n- 3、丙公司"
        found = documents(text)[1]
        assert found.title == "重点企业名录"
        assert found.article("1").title == "东区名单"
        assert found.article("1").rows == (("1", "甲公司"), ("2", "乙公司（领军企业）"), ("3", "丙公司"))

    def test_a_news_report_is_counted_by_paragraphs(self):
        text = "第一条 甲。\n人才服务平台发布\n本报讯 平台今天发布，开始服\n务。\n平台有四大功能。"
        found = documents(text)[1]
        assert [(a.number, a.text) for a in found.articles] == [
            ("1", "本报讯 平台今天发布，开始服务。"),
            ("2", "平台有四大功能。"),
        ]

    def test_an_advertisement_is_dropped_and_reported(self):
        parsed = parse("第一条 每月800元。\n某某车展\n全场低价钜惠\n100张个人票\n等您免费拿!\n", "file")
        assert [dropped.kind for dropped in parsed.dropped] == ["advertisement"]
        assert "车展" not in parsed.documents[0].text

    def test_a_document_without_numbers_still_gives_articles(self):
        assert [a.number for a in documents("关于放假的通知\n\n国庆放假。\n窗口照常值班。")[0].articles] == ["1", "2"]


class TestFiles:
    def test_a_word_file_keeps_its_tables_and_its_automatic_numbers(self, tmp_path):
        path = tmp_path / "办法.docx"
        _word_file(path)
        found = documents(text_of(path))[0]
        assert found.title == "甲市办法"
        assert [a.number for a in found.articles] == ["1", "2"]
        assert found.article("2").rows == (("学历", "金额"), ("博士", "2000元"))

    def test_a_file_of_another_kind_is_refused_with_what_to_do(self, tmp_path):
        path = tmp_path / "scan.jpg"
        path.write_bytes(b"x")
        with pytest.raises(UnreadableFile, match="只支持"):
            text_of(path)

    def test_a_file_without_text_is_refused(self, tmp_path):
        path = tmp_path / "empty.txt"
        path.write_text(" \n", encoding="utf8")
        with pytest.raises(UnreadableFile, match="没有文字"):
            text_of(path)

    def test_a_text_in_the_national_encoding_is_read(self, tmp_path):
        path = tmp_path / "办法.txt"
        path.write_bytes("第一条 补贴。".encode("gb18030"))
        assert text_of(path) == "第一条 补贴。"


class TestImports:
    def test_importing_the_same_words_again_changes_nothing(self):
        first, broken_elsewhere = named(TWO_RULES), named(TWO_RULES.replace("制定本\n办法", "\n制定本办\n法"))
        assert not changes(first, broken_elsewhere)
        assert str(changes(first, broken_elsewhere)).startswith("没有变化")

    def test_an_import_reports_what_was_added_removed_and_changed(self):
        before = named(TWO_RULES)
        text = TWO_RULES.replace("300元", "400元").replace("第三条 本办法", "第四条 本办法")
        report = changes(before, named(text))
        assert (report.added, report.removed) == (("file-1/4",), ("file-1/3",))
        assert [id_ for id_, _, _ in report.changed] == ["file-2/1"]

    def test_stored_documents_are_read_back_as_they_were(self):
        found = named(TWO_RULES)
        assert load(dump(found)) == found

    def test_a_document_takes_its_id_from_the_pack_by_file_and_title(self):
        class Known:
            id, title, source = "subsidy", "甲市人才补贴办法（试行）", "file"

        found = name(documents(TWO_RULES), [Known])
        assert list(found) == ["subsidy", "file-2"]
        assert found["subsidy"].article("1").id == "subsidy/1"

    def test_a_document_of_another_file_is_not_taken_for_the_packs(self):
        class Known:
            id, title, source = "subsidy", "甲市人才补贴办法", "elsewhere"

        assert list(name(documents(TWO_RULES), [Known])) == ["file-1", "file-2"]


def named(text):
    return name(documents(text), [])


def _word_file(path):
    document = docx.Document()
    document.add_heading("甲市办法", 1)
    numbering = document.part.numbering_part.element
    space = nsdecls("w")
    shape = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条 "/></w:lvl>'
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {space} w:abstractNumId="77">{shape}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {space} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for text in ("补贴发给人才。", "标准如下："):
        paragraph = document.add_paragraph(text)
        ids = f'<w:numPr {space}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'
        paragraph._p.get_or_add_pPr().append(parse_xml(ids))
    table = document.add_table(2, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("学历", "金额", "博士", "2000元"), strict=True
    ):
        cell.text = text
    document.save(str(path))


# --- the five official files ------------------------------------------------------------------------------------------

RULES_OF_2020 = {
    "opinion-2020": 14,
    "directory-2020": 8,
    "card-2020": 25,
    "urgent-2020": 10,
    "reserve-2020": 10,
    "purchase-2020": 5,
    "housing-2020": 7,
    "living-2020": 11,
    "startup-2020": 10,
    "returnee-2020": 14,
    "title-2020": 7,
    "spouse-2020": 7,
    "hukou-2020": 6,
    "medical-2020": 5,
    "school-2020": 6,
    "bus-2020": 5,
    "culture-2020": 5,
    "yiyuan-2020": 6,
    "platform-2020": 5,
    "enterprises-2020": 1,
}
OTHERS = {
    "anyang": {"upgrade-2021": 10} | RULES_OF_2020,
    "zhengzhou": {"youth-guide": 7, "insurance-offices": 1, "talent-windows": 1, "service-app": 13},
    "pingdingshan": {"green-channel-2018": 13},
    "liaocheng": {"platform": 2, "service-card": 3, "subsidies": 2, "health-care": 5},
}


@pytest.fixture(scope="module")
def imported(packs):
    files = {path.stem: official.parsed(path.stem) for path in sorted(official.folder().glob("*.txt"))}
    found = {}
    for city in OTHERS:
        known = list(packs[city].documents.values())
        wanted = {entry.source for entry in known if entry.source}
        found[city] = name([d for file, parsed in files.items() if file in wanted for d in parsed.documents], known)
    return found


@pytest.mark.parametrize("city", OTHERS)
def test_every_article_of_the_official_texts_is_found(imported, city):
    assert {id_: len(document.articles) for id_, document in imported[city].items()} == OTHERS[city]


def test_articles_are_numbered_as_printed(imported):
    assert [a.number for a in imported["liaocheng"]["health-care"].articles] == ["2", "3", "4", "5", "6"]
    parts = [part.number for part in imported["pingdingshan"]["green-channel-2018"].article("4").parts]
    assert parts == ["1", "2", "3", "4", "5", "6", "6-2", "7", "8", "10", "11", "12", "13"]


def test_a_paragraph_torn_by_a_page_is_whole_again(imported):
    assert "提出的" not in imported["anyang"]["opinion-2020"].article("13").text
    assert "计划实施的各项工作" in imported["anyang"]["opinion-2020"].article("13").text.replace("集聚", "")
    assert "分别向市县两级综合人才服务平台申请" in imported["anyang"]["upgrade-2021"].article("2").text


def test_the_directory_has_its_58_enterprises_two_of_them_leading(imported):
    rows = imported["anyang"]["enterprises-2020"].article("1").rows
    assert [int(number) for number, _ in rows] == list(range(1, 59))
    assert sum("行业领军企业" in enterprise for _, enterprise in rows) == 2


def test_an_office_with_two_addresses_and_one_with_two_telephones_stay_whole(imported):
    offices = imported["zhengzhou"]["insurance-offices"].article("1")
    assert len(offices.parts) == 15
    assert offices.part("1").count("路") >= 4
    assert "0371-67610310" in offices.part("1")
    assert "0371-60880783；0371-60880784" in offices.part("11")
    assert len(imported["zhengzhou"]["talent-windows"].article("1").parts) == 16


def test_the_three_ways_to_apply_are_addressed_apart(imported):
    article = imported["zhengzhou"]["youth-guide"].article("4")
    assert [article.part(f"1.{n}").split("\n")[0][:4] for n in (1, 2, 3)] == ["服务窗口", "手机支付", "手机微信"]
    assert "预备技师" in article.part("1.1.5")


def test_the_car_show_is_no_policy(imported):
    dropped = [entry for entry in official.parsed("liaocheng").dropped if entry.kind == "advertisement"]
    assert len(dropped) == 1
    assert "车展" in dropped[0].text
    assert all("车展" not in document.text for document in imported["liaocheng"].values())


def test_number_issuer_and_date_stand_under_article_0(imported):
    head = sources.plain(imported["anyang"]["upgrade-2021"].article("0").text)
    assert "安人才〔2021〕4号" in head
    assert "2021年3月23日" in head
    assert "平人才〔2018〕3号" in imported["pingdingshan"]["green-channel-2018"].article("0").text
