"""`./talent eval`: measures the assistant on held-back questions, sentences and conversations, beside two baselines.

Everything is asked over HTTP through a Rasa and an action endpoint of its own (backend.assistant is bypassed only for
its address), so what is measured is what people get. Exit status 0 when the measuring worked, whatever it found.

    questions.yml   facts that the answer must contain, clauses it may cite, or that it must decline
    facts.yml       sentences and the facts that must be heard in them
    dialogues.yml   conversations and what must be said, and stored, at their end
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from backend import assistant, clock
from backend.answers.utterance import Utterance
from backend.policy import load_packs
from backend.run.paths import ROOT
from backend.store import facts, people
from backend.store.database import connection
from bot.baselines import BestArticle, RasaInit
from bot.proving_ground import ProvingGround
from bot.said import Said

DATA = ROOT / "nlu_data"
LONGEST = 400
DECLINED = ("不在我能回答的范围", "不能查", "帮不了您", "我这里没有，现在能查的是")
UNSAID = ("没有写", "没写", "没有提", "没有规定", "没有查到", "没有公布", "没有列", "没有说", "没有在办")


@dataclass
class Score:
    """How many of a kind there were, and how many were right in each respect."""

    asked: int = 0
    right: Counter[str] = field(default_factory=Counter)

    def add(self, **respects: bool) -> None:
        """Count one."""
        self.asked += 1
        self.right.update(name for name, held in respects.items() if held)

    def share(self, respect: str) -> float:
        """Return the share that was right."""
        return self.right[respect] / self.asked if self.asked else 0.0


# --- judging ----------------------------------------------------------------------------------------------------------


def holds_facts(said: Said, wanted: Sequence[str]) -> bool:
    """Whether every asked fact is in the text; a|b are alternatives."""
    return all(any(each in said.text for each in fact.split("|")) for fact in map(str, wanted))


def cites_right(said: Said, allowed: Sequence[str]) -> bool:
    """Whether one of the allowed clauses is cited: an article, a part of it, or any article of a document."""
    return not allowed or any(_under(cite, each) for cite in said.cites for each in allowed)


def _under(cite: str, allowed: str) -> bool:
    return cite == allowed or cite.startswith((f"{allowed}.", f"{allowed}/"))


def declines(said: Said, kind: str) -> bool:
    """Whether a question that has no answer was declined in words."""
    return any(sign in said.text for sign in (DECLINED if kind == "declined" else (*UNSAID, *DECLINED)))


def judge(row: Mapping[str, Any], said: Said) -> dict[str, bool]:
    """Return in which respects an answer is right."""
    if row["kind"] in ("declined", "not_said"):
        return {"facts": declines(said, row["kind"]), "cites": True, "short": len(said.text) <= LONGEST}
    short = len(said.text) <= LONGEST
    right = holds_facts(said, row["facts"]) and short
    return {"facts": right, "cites": cites_right(said, row.get("cites", ())), "short": short}


# --- asking -----------------------------------------------------------------------------------------------------------


def ask_questions(rows: Sequence[Mapping[str, Any]], ask: Callable[[Mapping[str, Any]], Said]) -> tuple[dict, list]:
    """Ask every question; return the scores by kind and the rows that went wrong with what was said."""
    scores: dict[str, Score] = {}
    wrong = []
    for row in rows:
        said = ask(row)
        respects = judge(row, said)
        scores.setdefault(row["kind"], Score()).add(**respects, all=respects["facts"] and respects["cites"])
        if not (respects["facts"] and respects["cites"]):
            wrong.append((row, said))
    return scores, wrong


def asker(today: date) -> Callable[[Mapping[str, Any]], Said]:
    """Return a function that asks each question as a new person."""

    def ask(row: Mapping[str, Any]) -> Said:
        person = _someone()
        for before in row.get("after", ()):
            assistant.ask(person, before, row.get("city"), today)
        return Said.of(assistant.ask(person, row["q"], row.get("city"), today))

    return ask


def hear_facts(rows: Sequence[Mapping[str, Any]], parse: Callable[[str], Mapping[str, Any]], today: date) -> Score:
    """Measure which facts are heard in sentences, and which are made up."""
    from backend.answers.heard import Scene, heard, values_of

    packs, score = load_packs(), Score()
    for row in rows:
        city = packs[row["city"]].city if row.get("city") else None
        told = values_of(heard(Utterance.of(parse(row["text"])), Scene(today, city)))
        wanted = row["facts"]
        missed = [name for name, value in wanted.items() if told.get(name) != value]
        score.add(all=not missed)
        score.right["wanted"] += len(wanted)
        score.right["heard"] += len(wanted) - len(missed)
    return score


def hold_dialogues(rows: Sequence[Mapping[str, Any]], today: date) -> tuple[Score, list]:
    """Hold every conversation; return the score and those that missed their goal."""
    score, missed = Score(), []
    for row in rows:
        person, said = _someone(), Said("", ())
        for turn in row["turns"]:
            said = Said.of(assistant.ask(person, turn, row.get("city"), today))
        reached = _reached(row, person, said)
        score.add(all=reached)
        if not reached:
            missed.append((row, said))
    return score, missed


def _reached(row: Mapping[str, Any], person: str, said: Said) -> bool:
    with connection():
        known = facts.values(person)
    stored = all(known.get(name) == value for name, value in row.get("facts", {}).items())
    kept_out = not any(words in said.text for words in row.get("never", ()))
    return stored and kept_out and holds_facts(said, row.get("says", ())) and cites_right(said, row.get("cites", ()))


_people = iter(range(1_000_000))


def _someone() -> str:
    """Return the id of a new person."""
    with connection():
        return people.sign_in("mini_program", "evaluation", f"person-{next(_people)}", None, clock.now()).id


# --- telling ----------------------------------------------------------------------------------------------------------


def table(title: str, columns: Mapping[str, Mapping[str, Score]]) -> str:
    """Return scores by kind, one column a system: the share fully right and, of these, how many there were."""
    kinds = list(dict.fromkeys(kind for scores in columns.values() for kind in scores))
    lines = [f"\n{title}", f"{'':<14}{'题数':>6}" + "".join(f"{name:>18}" for name in columns)]
    for kind in [*kinds, "合计"]:
        cells = []
        for scores in columns.values():
            score = _sum(scores) if kind == "合计" else scores.get(kind, Score())
            cells.append(f"{score.share('all'):>11.1%} {score.share('facts'):>6.0%}")
        first = next(iter(columns.values()))
        number = _sum(first).asked if kind == "合计" else first.get(kind, Score()).asked
        lines.append(f"{kind:<14}{number:>6}" + "".join(f"{cell:>18}" for cell in cells))
    return "\n".join(lines)


def _sum(scores: Mapping[str, Score]) -> Score:
    total = Score()
    for score in scores.values():
        total.asked += score.asked
        total.right.update(score.right)
    return total


def confusions(rows: Sequence[Mapping[str, Any]], intent_of: Callable[[str], str]) -> Counter[tuple[str, str]]:
    """Count which intents were taken for which, over rows that name one."""
    pairs = ((row["intent"], intent_of(row["q"])) for row in rows if row.get("intent"))
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Read one file of the set; empty when the set has none."""
    path = folder / name
    return yaml.safe_load(path.read_text(encoding="utf-8")) or [] if path.exists() else []


def main(arguments: Sequence[str]) -> int:
    """Run the evaluation and print its tables."""
    options = _options(arguments)
    folder, today = DATA / options.set, date.fromisoformat(options.as_of)
    rows = read(folder, "questions.yml") + read(folder, "more_questions.yml")
    with tempfile.TemporaryDirectory() as temporary, ProvingGround(Path(temporary)) as ground:
        assistant.speak_to(ground.settings)
        ours, wrong = ask_questions(rows, asker(today))
        columns = {"本系统": ours}
        if not options.no_baselines:
            article = BestArticle(load_packs())
            columns["BM25 最佳条文"] = ask_questions(rows, article.ask)[0]
            columns["rasa init"] = ask_questions(rows, RasaInit(article, ground.models).ask)[0]
        print(table(f"问答（{options.set}；右列：条款也对 / 事实对）", columns))
        heard_score = hear_facts(read(folder, "facts.yml"), ground.parse, today)
        _print_heard(heard_score)
        dialogues, missed = hold_dialogues(read(folder, "dialogues.yml"), today)
        print(f"\n对话达成目标：{dialogues.right['all']}/{dialogues.asked}")
        print("\n最常认错的意图：")
        for (wanted, got), times in confusions(rows, ground.intent).most_common(12):
            print(f"  {wanted} → {got}  {times}")
    if options.wrong:
        _print_wrong(wrong, missed)
    return 0


def _print_heard(score: Score) -> None:
    if score.asked:
        heard, wanted, whole = score.right["heard"], score.right["wanted"], score.right["all"]
        print(f"\n听出的信息：{heard}/{wanted}，整句全对 {whole}/{score.asked}")


def _print_wrong(wrong: Sequence, missed: Sequence) -> None:
    print("\n没答对的：")
    for row, said in wrong:
        print(f"  [{row['kind']}] {row['q']}  要：{row['facts']} {row.get('cites', '')}")
        print(f"      {said.text[:160]!r} {said.cites[:3]}")
    print("\n没达成的对话：")
    for row, said in missed:
        print(f"  {row['name']}  要：{row.get('says')} {row.get('facts', '')}\n      {said.text[:200]!r}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./talent eval", description="在留出的测试集上评测助手")
    parser.add_argument("--set", default="test", choices=("test", "dev"), help="test 是留出的，dev 是开发用的")
    parser.add_argument("--as-of", default=clock.today().isoformat(), help="按哪一天的政策回答（YYYY-MM-DD）")
    parser.add_argument("--no-baselines", action="store_true", help="不跑两个对照系统（rasa init 首次训练要几十分钟）")
    parser.add_argument("--wrong", action="store_true", help="列出没答对的")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
