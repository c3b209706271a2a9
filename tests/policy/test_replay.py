"""A register under two versions of the rules: who gains, who loses, what it costs each payer; changes in Chinese."""

import csv
import json
from datetime import date

import pytest

from backend.policy.difference import changes
from backend.policy.replay import UNASSIGNED, Move, Standing, replay
from backend.policy_commands import main
from backend.policy_people import UnreadablePerson, read_people

EVE, DAY = date(2021, 3, 22), date(2021, 3, 23)
MASTER = {
    "education": "master",
    "education_full_time": True,
    "pension_months_consecutive": 3,
    "employer_on_key_list": True,
    "employer_jurisdiction": "county",
    "flexible_introduction": False,
}
LIVING = "living_allowance"


def run(pack, *people, days=(EVE, DAY)):
    moves: list[Move] = []
    named = [(f"p{n}", pack.vocabulary.parse(facts)) for n, facts in enumerate(people)]
    before, after = (Standing(pack.on(day), day) for day in days)
    return replay(named, before, after, moves.append)[LIVING], [move for move in moves if move.item == LIVING]


def test_whom_a_new_exclusion_takes_out_loses(small):
    tally, (move,) = run(small, MASTER, MASTER | {"flexible_introduction": True})
    assert (tally.gain, tally.lose, tally.changed) == (0, 1, True)
    assert (move.person, move.was, move.now) == ("p1", "eligible", "not_eligible")
    assert (move.fen_was, move.fen_now) == (36 * 120000, 0)


def test_whom_a_wider_condition_takes_in_gains(small):
    wider = MASTER | {"employer_on_key_list": False, "employer_good_standing": True, "employer_above_scale": True}
    tally, (move,) = run(small, wider)
    assert (tally.gain, tally.lose) == (1, 0)
    assert (move.was, move.now, move.fen_now) == ("not_eligible", "eligible", 36 * 120000)


def test_costs_are_kept_by_payer_under_either_version_to_the_fen(small):
    tally, _ = run(small, MASTER, MASTER | {"benefit_months_received": 35})
    months = 36 + 1
    assert tally.cost_before == {"employer": 40000 * months, "city": 16000 * months, "county": 64000 * months}
    assert tally.cost_after == {"employer": 40000 * months, "city": 24000 * months, "county": 56000 * months}


def test_what_cannot_be_divided_has_no_payer(small):
    unknown = {name: value for name, value in MASTER.items() if name != "employer_jurisdiction"}
    tally, moves = run(small, unknown)
    assert tally.cost_before == tally.cost_after == {UNASSIGNED: 36 * 120000}
    assert moves == []


def test_a_larger_sum_under_the_same_verdict_is_told(small):
    tally, _ = run(small, MASTER, days=(DAY, DAY))
    assert (tally.more, tally.less, tally.changed) == (0, 0, False)


# --- where the people come from ---------------------------------------------------------------------------------------


def test_people_are_read_from_json_lines_and_from_csv_alike(small, tmp_path):
    lines, table = tmp_path / "people.jsonl", tmp_path / "people.csv"
    lines.write_text(json.dumps({"id": "a"} | MASTER) + "\n\n", encoding="utf8")
    with table.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictWriter(stream, ["id", *MASTER])
        rows.writeheader()
        rows.writerow({"id": "a"} | {name: str(v).lower() if isinstance(v, bool) else v for name, v in MASTER.items()})
    assert list(read_people(lines, small.vocabulary)) == list(read_people(table, small.vocabulary))


def test_a_line_that_cannot_be_read_is_told_and_passed_over(small, tmp_path):
    path, problems = tmp_path / "people.jsonl", []
    path.write_text('{"education": "wizard"}\nno json\n{"education": "master"}\n', encoding="utf8")
    assert [id_ for id_, _ in read_people(path, small.vocabulary, problems.append)] == ["3"]
    assert [problem.line for problem in problems] == [1, 2]
    with pytest.raises(UnreadablePerson, match="第 1 行"):
        list(read_people(path, small.vocabulary))


# --- the commands, over the real packs --------------------------------------------------------------------------------


def test_replay_tells_gains_losses_and_the_cost_of_each_treasury(tmp_path, capsys):
    path, who = tmp_path / "people.jsonl", tmp_path / "who.csv"
    facts = MASTER | {"has_talent_card": True, "recognition_category": "urgent_needed", "contract_years": 3}
    flexible = facts | {"flexible_introduction": True}
    path.write_text("".join(json.dumps({"id": f"n{n}"} | one) + "\n" for n, one in enumerate((facts, flexible))))
    told = ["replay", "2021-03-22", "2021-03-23", "--city", "安阳", "--people", str(path), "--who", str(who)]
    assert main(told) == 0
    out = capsys.readouterr().out
    living = out[out.index("\n生活补助\n") :].partition("\n\n")[0]
    assert "新增符合 0 人，不再符合 1 人" in living
    assert "市财政：11,520.00 元 → 8,640.00 元（-2,880.00 元）" in living
    moved = list(csv.reader(who.open(encoding="utf-8-sig")))
    assert ["n1", "生活补助", "符合", "不符合", "43,200.00", "0.00"] in moved


def test_differences_say_for_whom_and_how_much(packs):
    pack = packs["anyang"]
    found = [change for change in changes(pack.on(EVE), EVE, pack.on(DAY), DAY) if change.item == "living_allowance"]
    told = [effect for change in found for effect in change.effects]
    assert any("1,200 元/月：市财政 160.00 元 → 240.00 元，县（市）财政 640.00 元 → 560.00 元" in t for t in told)
    assert any("柔性引进" in effect and "不能办" in effect for effect in told)
    assert all(change.cites for change in found)


def test_nothing_changes_between_two_days_of_one_era(capsys):
    assert main(["diff", "2020-06-01", "2020-07-01", "--city", "安阳"]) == 0
    assert capsys.readouterr().out.strip() == "没有变化"


def test_one_person_is_judged_with_reasons_the_best_bundle_and_what_to_ask(tmp_path, capsys):
    facts = {"has_talent_card": True, "owns_home_in_city": False, "newly_introduced": True, "education": "doctor"}
    (tmp_path / "one.json").write_text(json.dumps(facts | {"education_full_time": True}))
    assert main(["judge", str(tmp_path / "one.json"), "保障性住房", "周转房", "购房补贴", "--on", "2020-08-01"]) == 0
    out = capsys.readouterr().out
    assert "不含人才周转房：与“保障性住房”不能同时享受" in out
    assert "购房补贴：还缺信息" in out
    assert "purchase-2020/2" in out


def test_facts_that_cannot_be_read_are_one_sentence(tmp_path, capsys):
    (tmp_path / "one.json").write_text("{")
    assert main(["judge", str(tmp_path / "one.json")]) == 2
    assert capsys.readouterr().err.startswith("第 1 行读不了")
