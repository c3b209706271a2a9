"""The command line of the evaluation.

Everything is asked over HTTP through a Rasa and an action endpoint of its own, so what is measured is what people get.
Exit status 0 when the measuring worked, whatever it found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from backend import assistant
from backend.policy import load_packs
from backend.policy.catalogue import Pack
from backend.run.paths import ROOT
from bot.baselines import BestArticle, NotTrained, RasaInit
from bot.evaluation import load, tables, weights
from bot.evaluation.asking import Marked, listen, put_all
from bot.evaluation.conversing import hold_all, told
from bot.evaluation.marking import Marker
from bot.evaluation.testset import Question, TestSet, read
from bot.proving_ground import ProvingGround
from bot.said import Said

DATA = ROOT / "nlu_data"
AS_OF = "2021-06-10"
"""The day the questions of the held-back test are asked on, so that 去年11月 is always the same month."""


def main(arguments: Sequence[str]) -> int:
    """Run the evaluation and print its tables."""
    options = _options(arguments)
    packs, today = load_packs(), date.fromisoformat(options.as_of)
    test_set = read(options.folder or DATA / options.set)
    if options.load:
        print(load.measure(test_set.questions, today))
        print(f"训练：{load.training_seconds():.0f} 秒")
        return 0
    with tempfile.TemporaryDirectory() as temporary, ProvingGround(Path(temporary), needed=load.WHOLE) as ground:
        assistant.speak_to(ground.settings)
        if options.only == "dialogues":
            print(told(hold_all(test_set.dialogues, ground, today), options.wrong))
            return 0
        if options.learn:
            weights.write(weights.learn(read(DATA / "dev").questions, ground, packs, today))
            return 0
        marker = Marker(packs)
        ours = put_all(test_set.questions, marker, today)
        systems = {"本系统": ours, **_baselines(test_set.questions, marker, packs, ground, options)}
        _print_questions(systems, ground)
        _print_rest(test_set, ground, packs, today, options.wrong)
        if options.wrong:
            print(f"\n没答对的：\n{tables.failures(ours, lambda text: _heard_as(ground.parse(text)))}")
    return 0


def _baselines(
    questions: Sequence[Question], marker: Marker, packs: Mapping[str, Pack], ground: ProvingGround, options
) -> dict[str, list[Marked]]:
    """Ask both baselines the same questions; each gets the question in its words, without the conversation."""
    if options.no_baselines:
        return {}
    article = BestArticle(packs)
    found = {"BM25 最佳条文": _ask_baseline(article, questions, marker)}
    if not options.no_rasa_init:
        try:
            found["rasa init 的流水线"] = _ask_baseline(RasaInit(article, ground.models), questions, marker)
        except NotTrained as failure:
            print(failure)
    return found


def _ask_baseline(system: BestArticle | RasaInit, questions: Sequence[Question], marker: Marker) -> list[Marked]:
    answers: list[Said] = [system.ask({"q": question.text, "city": question.city}) for question in questions]
    return [Marked(q, said, marker.mark(q, said)) for q, said in zip(questions, answers, strict=True)]


def _print_questions(systems: tables.SYSTEMS, ground: ProvingGround) -> None:
    number = len(next(iter(systems.values())))
    print(f"\n问答 {number} 题\n{tables.summary(systems)}")
    for title, key in (("问什么", _kind), ("城市", _city), ("说法", _style), ("谁在问", _who)):
        print(f"\n{tables.breakdown(title, systems, key)}")
    print(f"\n最常听错的意图：\n{tables.confusions(next(iter(systems.values())), ground.intent)}")


def _print_rest(test_set: TestSet, ground: ProvingGround, packs: Mapping[str, Pack], today: date, wrong: bool) -> None:
    if test_set.sentences:
        heard = listen(test_set.sentences, ground, packs, today)
        print(f"\n听出的词和事实（{len(test_set.sentences)} 句）\n{tables.heard(heard)}")
    if test_set.dialogues:
        print(f"\n{told(hold_all(test_set.dialogues, ground, today), wrong)}")


def _heard_as(parse: Mapping[str, Any]) -> str:
    """Return intents of the parts and entities, in short."""
    parts = [f"{part['intent']} {part['confidence']:.2f}" for part in parse.get("parts") or ()]
    entities = [f"{each['entity']}={each.get('value')}" for each in parse.get("entities") or ()]
    return f"{'、'.join(parts)}；{'、'.join(entities) or '没有词'}"


def _kind(marked: Marked) -> str:
    return marked.question.kind


def _city(marked: Marked) -> str:
    return marked.question.city or "没说"


def _style(marked: Marked) -> str:
    return marked.question.style


def _who(marked: Marked) -> str:
    return marked.question.who or "-"


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./talent eval", description="在留出的测试集上评测助手")
    parser.add_argument("--set", default="test", choices=("test", "dev"), help="test 是留出的，dev 是开发用的")
    parser.add_argument("--folder", type=Path, help="换一个文件夹里的题（格式见 nlu_data/test/README.md）")
    parser.add_argument("--only", choices=("dialogues",), help="只跑对话")
    parser.add_argument("--as-of", default=AS_OF, help=f"在哪一天问（YYYY-MM-DD，默认 {AS_OF}）")
    parser.add_argument("--no-baselines", action="store_true", help="不跑两个对照系统")
    parser.add_argument("--no-rasa-init", action="store_true", help="不跑 rasa init 对照（首次要训练）")
    parser.add_argument("--load", action="store_true", help="16 人同时说话的用时、训练用时、内存（旁边是裸 Rasa）")
    parser.add_argument("--learn", action="store_true", help="从开发用的题里学各候选答案的权重，写进 weights.yml")
    parser.add_argument("--wrong", action="store_true", help="列出没答对的")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
