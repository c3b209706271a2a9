"""What the assistant is compared with: the best article by jieba and BM25, and the pipeline of `rasa init`."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jieba
import yaml

from backend.answers.case import ASPECTS
from backend.policy.catalogue import Pack
from backend.policy.types import Clause
from backend.run.model import rasa_environment
from backend.run.paths import RASA_PYTHON, ROOT
from bot.said import Said

SATURATION, LENGTH = 1.5, 0.75
LONGEST = 400
TRAINED_ON = ("nlu_data/train",)
INIT_PIPELINE: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 7},
    {"name": "EntitySynonymMapper"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
"""As written into the comments of the config.yml of `rasa init` (3.6), without what selects canned responses.

Its language stays `en`, as `rasa init` writes it: the whitespace tokenizer refuses to be configured for Chinese.
"""
PARSE = """
import asyncio, json, sys
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
async def parse(text):
    return (await agent.parse_message(text))["intent"]["name"]
for line in sys.stdin:
    print(json.dumps({"text": line.rstrip("\\n"), "intent": asyncio.run(parse(line.rstrip("\\n")))}), flush=True)
"""


class BestArticle:
    """Returns the article that BM25 over jieba's words finds best, cut to the length an answer may have."""

    def __init__(self, packs: Mapping[str, Pack]):
        clauses = [(city, clause) for city, pack in packs.items() for clause in pack.clauses.values()]
        self._articles = [(city, clause) for city, clause in clauses if "." not in clause.article]
        self._words = [Counter(jieba.cut(f"{clause.title} {clause.text}")) for _, clause in self._articles]
        self._seen = Counter(word for counts in self._words for word in counts)
        self._average = sum(map(sum, (counts.values() for counts in self._words))) / max(1, len(self._words))

    def ask(self, row: Mapping[str, Any]) -> Said:
        """Answer a question with the best article of its city, or of any."""
        return self.said(self.best(row["q"], row.get("city")))

    def best(self, text: str, city: str | None, aspects: Mapping[str, float] | None = None) -> Clause | None:
        """Return the best article, among those with one of `aspects` when given."""
        wanted = list(jieba.cut(text))
        scored = [
            (self._score(wanted, counts), clause)
            for (owner, clause), counts in zip(self._articles, self._words, strict=True)
            if city in (None, owner) and (not aspects or any(t.aspect in aspects for t in clause.topics))
        ]
        found = max(scored, key=lambda each: each[0], default=(0.0, None))
        return found[1] if found[0] > 0 else None

    def said(self, clause: Clause | None) -> Said:
        """Return an article as an answer."""
        return Said(clause.text[:LONGEST], (clause.id,)) if clause else Said("没有查到，不在我能回答的范围", ())

    def _score(self, wanted: list[str], counts: Counter[str]) -> float:
        norm = SATURATION * (1 - LENGTH + LENGTH * sum(counts.values()) / self._average)
        total = len(self._words)
        return sum(
            math.log(1 + (total - self._seen[word] + 0.5) / (self._seen[word] + 0.5))
            * counts[word]
            * (SATURATION + 1)
            / (counts[word] + norm)
            for word in wanted
            if word in counts
        )


class NotTrained(Exception):
    """The second baseline could not be trained; the message is Chinese and names the log."""

    def __init__(self, log: Path):
        super().__init__(f"对照系统 rasa init 没有训练成，原因见 {log}")


class RasaInit:
    """The pipeline of `rasa init` on the same hand-written sentences: its intent, then the best article under it.

    The model is trained once per content and kept beside the others; DIET needs its time on two cores.
    """

    def __init__(self, article: BestArticle, models: Path):
        self._article, self._model = article, self._trained(models)
        self._parser: subprocess.Popen | None = None

    def ask(self, row: Mapping[str, Any]) -> Said:
        """Answer a question."""
        intent = self.intent(row["q"])
        if intent in ("out_of_scope", "other_person_data", "prompt_attack", "nlu_fallback"):
            return self._article.said(None)
        return self._article.said(self._article.best(row["q"], row.get("city"), ASPECTS.get(intent)))

    def intent(self, text: str) -> str:
        """Return the intent that DIET takes a text for."""
        if self._parser is None:
            argv = [str(RASA_PYTHON), "-c", PARSE, str(self._model)]
            pipe = subprocess.PIPE
            self._parser = subprocess.Popen(  # noqa: S603 - our own interpreter and script
                argv, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=rasa_environment(), cwd=ROOT
            )
        self._parser.stdin.write(f"{text}\n")
        self._parser.stdin.flush()
        line = self._parser.stdout.readline()
        while line and not line.startswith("{"):
            line = self._parser.stdout.readline()
        return json.loads(line)["intent"] if line else "nlu_fallback"

    def _trained(self, models: Path) -> Path:
        folder = models / "rasa-init"
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "config.yml"
        config.write_text(yaml.safe_dump({"recipe": "default.v1", "assistant_id": "rasa-init", "language": "en",
                                          "pipeline": INIT_PIPELINE}), encoding="utf-8")  # fmt: skip
        path = folder / f"{self._digest()}.tar.gz"
        if not path.exists():
            print("训练对照系统 rasa init（DIET，只训练一次，要几十分钟）…", flush=True)
            argv = [str(RASA_PYTHON), "-m", "rasa", "train", "nlu", "--nlu", *TRAINED_ON, "--config", str(config)]
            argv += ["--domain", "bot/domain", "--out", str(folder), "--fixed-model-name", path.name]
            with (folder / "train.log").open("w") as log:
                done = subprocess.run(argv, cwd=ROOT, env=rasa_environment(), stdout=log, stderr=log, check=False)  # noqa: S603
            if done.returncode != 0 or not path.exists():
                raise NotTrained(folder / "train.log")
        return path

    def _digest(self) -> str:
        content = hashlib.sha256(json.dumps(INIT_PIPELINE).encode())
        for folder in TRAINED_ON:
            for file in sorted((ROOT / folder).glob("*.yml")):
                content.update(file.read_bytes())
        return content.hexdigest()[:16]
