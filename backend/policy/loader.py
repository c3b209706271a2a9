"""Load packs from disk and refuse what is not in the format: after this module nobody sees YAML.

Each `_read_*` function turns one section of docs/pack-format.md into its type. Everything a pack may say is in closed
tables; an unknown key, fact, operator, item, agency or clause stops the load with file and place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend import workdays
from backend.policy import strict_yaml
from backend.policy.benefit import METHODS
from backend.policy.catalogue import Pack, Packs, article_of
from backend.policy.conditions import (
    COMPARISONS,
    ELAPSED,
    MANY,
    OPERATORS,
    All,
    Any_,
    Condition,
    DayTest,
    ElapsedTest,
    FactTest,
    Not,
    Referring,
    ShareTest,
)
from backend.policy.dated import change_dates, resolve
from backend.policy.directory import Directory, DirectoryEntry
from backend.policy.eligibility import Ruleset
from backend.policy.types import (
    Agency,
    Benefit,
    Channel,
    Cites,
    City,
    Clause,
    District,
    Document,
    Duty,
    Funding,
    Hotline,
    Item,
    Location,
    Material,
    OpenQuestion,
    Period,
    Requirement,
    Silence,
    Statement,
    Step,
    Tier,
    Topic,
    Window,
)
from backend.policy.vocabulary import TYPES, Fact, Vocabulary

PACKS = Path(__file__).resolve().parents[1] / "packs"

ASPECTS = frozenset(
    {"amount", "conditions", "materials", "procedure", "where", "when", "phone", "time_limit", "responsible"}
    | {"funding", "stop", "clawback", "objection", "document", "coverage", "exclusions", "rights", "duty", "general"}
)
SITUATIONS = frozenset(
    {"settle", "work", "money", "housing", "family", "health", "travel", "startup", "employer", "rules"}
)
STEP_KINDS = frozenset(
    {"application", "employer_review", "acceptance", "site_check", "review", "adjudication", "public_notice"}
    | {"decision", "approval", "card", "placement", "signing", "payment", "filing", "online_review", "result"}
)
KINDS = frozenset({"service", "calculation", "information"})
AMOUNT_KINDS = frozenset({"fixed", "range", "discretionary", "unknown", "none"})
PERIOD_UNITS = {"years": "year", "months": "month", "days": "day"}


class PackError(Exception):
    """A pack does not follow the format. `where` names the file and the place in it."""

    def __init__(self, where: str, message: str):
        super().__init__(f"{where}: {message}")
        self.where = where


# --- small readers --------------------------------------------------------------------------------------------------


def _keys(node: Any, where: str, required: str, optional: str = "") -> dict[str, Any]:
    """Return a mapping that has exactly the keys allowed."""
    if not isinstance(node, dict):
        raise PackError(where, f"expected a mapping, found {node!r:.60}")
    allowed = required.split() + optional.split()
    unknown = [str(key) for key in node if key not in allowed]
    missing = [key for key in required.split() if key not in node]
    if unknown:
        raise PackError(where, f"unknown key {', '.join(unknown)}; allowed: {', '.join(allowed)}")
    if missing:
        raise PackError(where, f"missing {', '.join(missing)}")
    return node


def _one_of(value: Any, allowed: Iterable[str], where: str) -> str:
    if value not in allowed:
        raise PackError(where, f"{value!r} is not one of {', '.join(sorted(allowed))}")
    return str(value)


def _list(node: Any) -> list[Any]:
    return [] if node is None else node if isinstance(node, list) else [node]


def _texts(node: Any) -> tuple[str, ...]:
    return tuple(str(entry) for entry in _list(node))


def _cites(node: Any, inherited: Cites = ()) -> Cites:
    return _texts(node) or inherited


def _number(node: Any, where: str) -> int | Decimal | None:
    if node is None or (isinstance(node, int) and not isinstance(node, bool)):
        return node
    if isinstance(node, float):
        return Decimal(str(node))
    raise PackError(where, f"{node!r} is not a number")


def _fraction(node: Any, where: str) -> Fraction:
    """Read a share: a whole number or a fraction written `1/3`."""
    try:
        return Fraction(str(node))
    except (ValueError, ZeroDivisionError) as error:
        raise PackError(where, f"{node!r} is not a fraction like 1/3") from error


def _period(node: Any, where: str) -> Period:
    if not isinstance(node, dict) or not node or set(node) - set(PERIOD_UNITS) - {"from_next_month"}:
        raise PackError(where, f"a period is written like {{months: 3}}, found {node!r}")
    months = sum(int(n) * {"years": 12, "months": 1}.get(unit, 0) for unit, n in node.items())
    if "days" in node:
        return Period(int(node["days"]), "day")
    return Period(months, "whole_month" if node.get("from_next_month") else "month")


# --- facts ----------------------------------------------------------------------------------------------------------

_FACT_KEYS = "why unit choices open derive grows protected fields hint null_label min max example"


def read_vocabulary(path: Path) -> Vocabulary:
    """Read facts.yml. Raises PackError."""
    return Vocabulary([_read_fact(entry, f"{path.name}#{n}") for n, entry in enumerate(strict_yaml.read(path))])


def _read_fact(node: Any, where: str) -> Fact:
    node = _keys(node, where, "name type label", f"group question {_FACT_KEYS}")
    where = f"{where} {node['name']}"
    derive = node.get("derive")
    fields = node.get("fields") or {}
    entries = fields.items() if isinstance(fields, dict) else ((entry["name"], entry) for entry in fields)
    return Fact(
        name=node["name"],
        group=node.get("group", ""),
        type=_one_of(node["type"], TYPES, where),
        label=node["label"],
        question=node.get("question"),
        why=node.get("why"),
        unit=node.get("unit"),
        choices={str(key): str(label) for key, label in (node.get("choices") or {}).items()},
        open=bool(node.get("open", False)),
        derive=next(iter(derive.items())) if derive else None,
        grows=node.get("grows") == "month",
        protected=bool(node.get("protected", False)),
        fields={key: _read_fact({"name": key, **inner}, f"{where}.{key}") for key, inner in entries},
        hint=node.get("hint"),
        null_label=node.get("null_label"),
    )


# --- conditions -----------------------------------------------------------------------------------------------------


class ConditionReader:
    """Reads conditions against a vocabulary and a set of named definitions."""

    def __init__(self, vocabulary: Vocabulary, definitions: Mapping[str, Any], calendar: Any):
        self.vocabulary, self.definitions, self.calendar = vocabulary, definitions, calendar
        self._named: dict[str, Condition] = {}
        self._reading: list[str] = []

    def read(self, node: Any, where: str) -> Condition:
        """Return the condition that a mapping describes. Raises PackError."""
        if not isinstance(node, dict):
            raise PackError(where, f"expected a condition, found {node!r:.60}")
        forms = [form for form in self._FORMS if form in node]
        if len(forms) != 1:
            raise PackError(where, f"a condition has exactly one of {', '.join(self._FORMS)}; found {list(node)}")
        condition = self._FORMS[forms[0]](self, node, where)
        return self._with_doubts(condition, node, where)

    def named(self, name: str, where: str) -> Condition:
        """Return a definition's condition, read once."""
        if name not in self.definitions:
            raise PackError(where, f"no definition {name!r}")
        if name in self._reading:
            raise PackError(where, f"definitions refer to one another in a circle: {' → '.join(self._reading)}")
        if name not in self._named:
            self._reading.append(name)
            self._named[name] = self.read(_words_off(self.definitions[name]), f"definitions {name}")
            self._reading.pop()
        return self._named[name]

    def any_of(self, names: Sequence[str], where: str) -> Condition:
        """Return the condition that one of several definitions holds (the grades of a tier)."""
        parts = [self.named(name, where) for name in names]
        return parts[0] if len(parts) == 1 else Any_(parts)

    def _with_doubts(self, condition: Condition, node: Mapping[str, Any], where: str) -> Condition:
        question = node.get("question")
        if "refer_if" in node:
            values = tuple(self._value(node["fact"], value, where) for value in _list(node["refer_if"]))
            condition = Referring(condition, FactTest(node["fact"], "in", values), question)
        if "refer_when" in node:
            condition = Referring(condition, self.read(node["refer_when"], f"{where}.refer_when"), question)
        return condition

    def _all(self, node: Mapping[str, Any], where: str) -> Condition:
        self._only(node, where, "all")
        return All([self.read(part, f"{where}.all[{n}]") for n, part in enumerate(_list(node["all"]))])

    def _any(self, node: Mapping[str, Any], where: str) -> Condition:
        self._only(node, where, "any")
        return Any_([self.read(part, f"{where}.any[{n}]") for n, part in enumerate(_list(node["any"]))])

    def _not(self, node: Mapping[str, Any], where: str) -> Condition:
        self._only(node, where, "not")
        return Not(self.read(node["not"], f"{where}.not"))

    def _ref(self, node: Mapping[str, Any], where: str) -> Condition:
        self._only(node, where, "ref")
        return self.named(node["ref"], where)

    def _share(self, node: Mapping[str, Any], where: str) -> Condition:
        operator = self._operator(node, where, "share_of")
        part, whole = (self._fact(name, where) for name in node["share_of"])
        return ShareTest(part, whole, operator, _fraction(node[operator], where))

    def _day(self, node: Mapping[str, Any], where: str) -> Condition:
        self._only(node, where, "as_of_in")
        inner = _keys(node["as_of_in"], where, "months", "workdays_of_weeks")
        return DayTest(_list(inner["months"]), _list(inner.get("workdays_of_weeks")), self.calendar.is_workday)

    def _test(self, node: Mapping[str, Any], where: str) -> Condition:
        name, operator = self._fact(node["fact"], where), self._operator(node, where, "fact")
        bound, fact = node[operator], self.vocabulary[name]
        if operator in ELAPSED:
            return ElapsedTest(name, operator, _period(bound, where))
        birth = str(fact.derive[1]) if fact.derive and fact.derive[0] == "age_of" else None
        if operator == "same_as" or (isinstance(bound, dict) and "fact" in bound):
            return self._against_fact(name, operator, bound, where)
        if operator in MANY:
            bound = tuple(self._value(name, value, where) for value in _list(bound))
        elif operator != "given":
            bound = self._value(name, bound, where)
        return FactTest(name, operator, bound, grows=fact.grows, birth=birth)

    def _against_fact(self, name: str, operator: str, bound: Any, where: str) -> Condition:
        inner = {"fact": bound} if isinstance(bound, str) else _keys(bound, where, "fact", "plus")
        plus = _period(inner["plus"], where) if "plus" in inner else None
        return FactTest(name, operator, None, other=self._fact(inner["fact"], where), plus=plus)

    def _operator(self, node: Mapping[str, Any], where: str, form: str) -> str:
        found = [key for key in node if key in OPERATORS]
        if len(found) != 1:
            raise PackError(where, f"a test has exactly one of {', '.join(sorted(OPERATORS))}; found {list(node)}")
        self._only(node, where, form, found[0])
        return found[0]

    def _only(self, node: Mapping[str, Any], where: str, *keys: str) -> None:
        _keys(dict(node), where, " ".join(keys), "refer_if refer_when question cite")

    def _fact(self, name: Any, where: str) -> str:
        if name not in self.vocabulary:
            raise PackError(where, f"no fact {name!r} in facts.yml")
        return str(name)

    def _value(self, name: str, value: Any, where: str) -> Any:
        """A constant must be one that the fact can have."""
        fact = self.vocabulary[name]
        if value is not None and fact.type == "choice" and not fact.open and value not in fact.choices:
            raise PackError(where, f"{value!r} is no choice of {name}: {', '.join(fact.choices)}")
        wrong = fact.type == "bool" and not isinstance(value, bool) and value is not None
        if wrong or (fact.type in ("int", "number") and isinstance(value, str)):
            raise PackError(where, f"{value!r} does not fit {name}, a {fact.type}")
        return Decimal(str(value)) if isinstance(value, float) else value

    _FORMS: Mapping[str, Callable[[ConditionReader, Mapping[str, Any], str], Condition]] = {
        "fact": _test,
        "all": _all,
        "any": _any,
        "not": _not,
        "ref": _ref,
        "share_of": _share,
        "as_of_in": _day,
    }


_CONDITION_KEYS = frozenset(
    {"fact", "all", "any", "not", "ref", "share_of", "as_of_in", "refer_if", "refer_when", "question"} | OPERATORS
)
_WORDS = frozenset({"id", "says", "unmet", "why", "cite", "asked"})


_BODIES = {"conditions": _CONDITION_KEYS, "exclusions": _CONDITION_KEYS, "statements": frozenset({"text"})}


def _is_there(section: str, node: Any) -> bool:
    """An entry whose body (test or text) is dated has none before its first date: it is not there yet."""
    body = _BODIES.get(section)
    return body is None or not isinstance(node, dict) or bool(body & node.keys())


def _words_off(node: Any) -> Any:
    """Return the bare condition of a requirement or definition, without its words."""
    return {key: value for key, value in node.items() if key not in _WORDS} if isinstance(node, dict) else node


# --- items ----------------------------------------------------------------------------------------------------------

_ITEM_REQUIRED = "id name kind summary cite"
_ITEM_OPTIONAL = (
    "aliases situation agency windows from until audience applicant requires overlaps take conditions exclusions "
    "benefit funding materials steps channels statements open_questions grants card_list note"
)


class ItemReader:
    """Reads one item of an era; `conditions` reads its tests."""

    def __init__(self, conditions: ConditionReader):
        self.conditions = conditions

    def read(self, node: Any, where: str) -> Item:
        """Return the item that a resolved mapping describes. Raises PackError."""
        node = _keys(node, where, _ITEM_REQUIRED, _ITEM_OPTIONAL)
        cites = _cites(node["cite"])
        if "situation" in node and node["situation"] is not None:
            _one_of(node["situation"], SITUATIONS, f"{where}.situation")
        return Item(
            id=node["id"],
            name=node["name"],
            aliases=_texts(node.get("aliases")),
            kind=_one_of(node["kind"], KINDS, f"{where}.kind"),
            situation=node.get("situation"),
            agency=node.get("agency"),
            windows=_texts(node.get("windows")),
            since=node.get("from"),
            until=node.get("until"),
            summary=node["summary"],
            audience=node.get("audience"),
            applicant=_one_of(node.get("applicant", "person"), ("person", "employer", "park"), f"{where}.applicant"),
            requires=_texts(node.get("requires")),
            overlaps=_texts(node.get("overlaps")),
            conditions=self._each(node, "conditions", self._requirement, where, cites),
            exclusions=self._each(node, "exclusions", self._requirement, where, cites),
            benefit=self._benefit(node.get("benefit") or {"kind": "none"}, f"{where}.benefit", cites),
            funding=self._funding(node.get("funding"), f"{where}.funding"),
            materials=self._each(node, "materials", self._material, where, cites),
            steps=self._each(node, "steps", self._step, where, cites),
            channels=self._each(node, "channels", self._channel, where, cites),
            statements=self._each(node, "statements", self._statement, where, cites),
            open_questions=self._each(node, "open_questions", self._question, where, cites),
            cites=cites,
            grants=self._grants(node.get("grants") or {}, f"{where}.grants"),
            card_list=_card_list(node, where),
        )

    def _grants(self, node: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        for name, value in node.items():
            if name not in self.conditions.vocabulary:
                raise PackError(where, f"no fact {name!r}")
            if isinstance(value, dict):
                _one_of(_keys(value, where, "decision")["decision"], ("day", "tier"), where)
        return node

    def _each(self, node: Mapping[str, Any], key: str, read: Callable[..., Any], where: str, cites: Cites) -> Any:
        nodes = [(n, entry) for n, entry in enumerate(_list(node.get(key))) if _is_there(key, entry)]
        entries = [read(entry, f"{where}.{key}[{n}]", cites) for n, entry in nodes]
        ids = [entry.id for entry in entries if hasattr(entry, "id")]
        if len(set(ids)) != len(ids):
            raise PackError(f"{where}.{key}", f"an id stands twice: {', '.join(sorted(ids))}")
        return tuple(entries)

    def _requirement(self, node: Any, where: str, cites: Cites) -> Requirement:
        if not isinstance(node, dict):
            raise PackError(where, f"expected a mapping, found {node!r:.60}")
        missing = [key for key in ("id", "says") if key not in node]
        unknown = [key for key in node if key not in _WORDS | _CONDITION_KEYS]
        if missing or unknown:
            raise PackError(where, f"missing {missing}, unknown {unknown}")
        where = f"{where} {node['id']}"
        return Requirement(
            id=node["id"],
            says=node["says"],
            test=self.conditions.read(_words_off(node), where),
            cites=_cites(node.get("cite"), cites),
            unmet=node.get("unmet"),
            why=node.get("why"),
            asked=_texts(node.get("asked")),
        )

    def _benefit(self, node: Any, where: str, cites: Cites) -> Benefit:
        if isinstance(node, dict) and "method" in node:
            return self._computed(node, where, cites)
        node = _keys(node, where, "", "kind pays unit months months_received starts take tiers cite")
        cites = _cites(node.get("cite"), cites)
        tiers = tuple(self._tier(tier, f"{where}.tiers[{n}]", cites) for n, tier in enumerate(_list(node.get("tiers"))))
        default = "fixed" if tiers else "none"
        for name in (node.get("months_received"), (node.get("starts") or {}).get("fact")):
            if name is not None and name not in self.conditions.vocabulary:
                raise PackError(where, f"no fact {name!r}")
        return Benefit(
            kind=_one_of(node.get("kind", default), AMOUNT_KINDS, where),
            pays=node.get("pays"),
            unit=node.get("unit"),
            months=node.get("months"),
            months_received=node.get("months_received"),
            starts=node.get("starts"),
            tiers=tiers,
            cites=cites,
        )

    def _computed(self, node: Mapping[str, Any], where: str, cites: Cites) -> Benefit:
        _one_of(node["method"], METHODS, where)
        parameters = {key: value for key, value in node.items() if key not in ("method", "cite", "unit")}
        if "when" in parameters:
            parameters["when"] = self.conditions.read(parameters["when"], f"{where}.when")
        return Benefit(
            kind="fixed",
            unit=node.get("unit"),
            method=node["method"],
            parameters=parameters,
            cites=_cites(node.get("cite"), cites),
        )

    def _tier(self, node: Any, where: str, cites: Cites) -> Tier:
        node = _keys(node, where, "", "id grades when value max cap floor kind label unit months count cite")
        if "grades" in node and "when" in node:
            raise PackError(where, "a tier has grades or when, not both")
        value, of, times = node.get("value"), None, None
        if isinstance(value, dict):
            inner = _keys(value, where, "of", "times")
            value, of = None, self.conditions._fact(inner["of"], where)
            times = _fraction(inner.get("times", 1), where)
        kind = node.get("kind") or ("range" if node.get("max") is not None else "fixed")
        return Tier(
            id=str(node.get("id") or node.get("label") or where),
            kind=_one_of(kind, AMOUNT_KINDS, where),
            when=self._tier_condition(node, where),
            cites=_cites(node.get("cite"), cites),
            value=_number(value, where),
            of=of,
            times=times,
            max=_number(node.get("max"), where),
            cap=_number(node.get("cap"), where),
            floor=bool(node.get("floor", False)),
            unit=node.get("unit"),
            months=node.get("months"),
            count=node.get("count"),
            label=node.get("label"),
        )

    def _tier_condition(self, node: Mapping[str, Any], where: str) -> Condition | None:
        if "grades" in node:
            return self.conditions.any_of(_list(node["grades"]), where)
        return self.conditions.read(node["when"], f"{where}.when") if "when" in node else None

    def _funding(self, node: Any, where: str) -> Funding | None:
        if node is None:
            return None
        node = _keys(node, where, "treasury cite", "employer version_by")
        employer = _fraction(node.get("employer", 0), where)
        treasury = {
            area: {payer: _fraction(part, where) for payer, part in split.items()}
            for area, split in node["treasury"].items()
        }
        for area, split in treasury.items():
            if sum(split.values()) != 1:
                raise PackError(where, f"the treasuries' parts in {area} do not add up to 1")
        version_by = node.get("version_by")
        events = tuple(version_by["event"]) if isinstance(version_by, dict) else version_by
        return Funding(employer, treasury, _cites(node["cite"]), events)

    def _material(self, node: Any, where: str, cites: Cites) -> Material:
        node = _keys(node, where, "id name", "form copies check_original generated look when channel note cite")
        return Material(
            id=node["id"],
            name=node["name"],
            cites=_cites(node.get("cite"), cites),
            form=node.get("form"),
            copies=node.get("copies"),
            check_original=bool(node.get("check_original", False)),
            generated=bool(node.get("generated", False)),
            look=node.get("look"),
            when=self.conditions.read(node["when"], f"{where}.when") if "when" in node else None,
            channel=_texts(node.get("channel")),
            note=node.get("note"),
        )

    def _step(self, node: Any, where: str, cites: Cites) -> Step:
        node = _keys(node, where, "id by", "kind does length unit limit promised where when cite")
        kind = _one_of(node.get("kind", node["id"]), STEP_KINDS, where)
        if ("length" in node) != ("unit" in node):
            raise PackError(where, "length and unit go together")
        if "unit" in node:
            _one_of(node["unit"], ("workday", "day", "month"), where)
        return Step(
            id=node["id"],
            kind=kind,
            by=node["by"],
            cites=_cites(node.get("cite"), cites),
            does=node.get("does"),
            length=node.get("length"),
            unit=node.get("unit"),
            limit=_one_of(node.get("limit", "statutory"), ("statutory", "promised"), where),
            promised=_promise(node, kind, where),
            where=node.get("where"),
            when=self.conditions.read(node["when"], f"{where}.when") if "when" in node else None,
        )

    def _channel(self, node: Any, where: str, cites: Cites) -> Channel:
        node = _keys(node, where, "id name", "note excludes cite")
        return Channel(
            node["id"], node["name"], _cites(node.get("cite"), cites), node.get("note"), _texts(node.get("excludes"))
        )

    def _statement(self, node: Any, where: str, cites: Cites) -> Statement:
        node = _keys(node, where, "aspect text", "cite keywords asked")
        return Statement(
            aspect=_one_of(node["aspect"], ASPECTS, where),
            text=node["text"],
            cites=_cites(node.get("cite"), cites),
            keywords=_texts(node.get("keywords")),
            asked=_texts(node.get("asked")),
        )

    def _question(self, node: Any, where: str, cites: Cites) -> OpenQuestion:
        node = _keys(node, where, "id text", "between readings when ask cite asked")
        return OpenQuestion(
            id=node["id"],
            text=node["text"],
            between=_cites(node.get("between") or node.get("cite"), cites),
            readings=_texts(node.get("readings")),
            when=self.conditions.read(node["when"], f"{where}.when") if "when" in node else None,
            ask=node.get("ask"),
            asked=_texts(node.get("asked")),
        )


def _card_list(node: dict[str, Any], where: str) -> bool:
    """Tell whether the agency of an item is given the list of those who hold a card."""
    wanted = node.get("card_list", False)
    if not isinstance(wanted, bool) or (wanted and not node.get("agency")):
        raise PackError(where, "card_list is true or false, and the list needs an agency to go to")
    return wanted


def _promise(node: dict[str, Any], kind: str, where: str) -> int | None:
    """Return the period an office promises beside the statutory one of a step, in the same unit and not longer."""
    promised = node.get("promised")
    if promised is None:
        return None
    if "length" not in node or node.get("limit", "statutory") != "statutory":
        raise PackError(where, "promised stands beside a statutory length; a promise alone is written limit: promised")
    if kind == "public_notice":
        raise PackError(where, "a public notice lasts as long as the text says; it cannot be promised shorter")
    if not isinstance(promised, int) or isinstance(promised, bool) or not 0 < promised <= node["length"]:
        raise PackError(where, f"promised must be a whole number from 1 to the statutory length {node['length']}")
    return promised


# --- cities, documents, clauses, directories ------------------------------------------------------------------------


def _read_city(node: Any, where: str) -> City:
    node = _keys(
        node,
        where,
        "id name full_name",
        "aliases local_words card_name districts agencies windows hotlines life_situations not_said site note",
    )
    agencies = [_read_agency(entry, f"{where}.agencies[{n}]") for n, entry in enumerate(_list(node.get("agencies")))]
    windows = [_read_window(entry, f"{where}.windows[{n}]") for n, entry in enumerate(_list(node.get("windows")))]
    return City(
        id=node["id"],
        name=node["name"],
        full_name=node["full_name"],
        aliases=_texts(node.get("aliases")),
        local_words=_texts(node.get("local_words")),
        card_name=node.get("card_name"),
        districts=tuple(
            _read_district(e, f"{where}.districts[{n}]") for n, e in enumerate(_list(node.get("districts")))
        ),
        agencies={agency.id: agency for agency in agencies},
        windows={window.id: window for window in windows},
        hotlines=tuple(_read_hotline(e, f"{where}.hotlines[{n}]") for n, e in enumerate(_list(node.get("hotlines")))),
        life_situations=tuple(
            (entry["id"], entry["name"], _texts(entry.get("items"))) for entry in _list(node.get("life_situations"))
        ),
        not_said=tuple(_read_silence(e, f"{where}.not_said[{n}]") for n, e in enumerate(_list(node.get("not_said")))),
    )


def _read_agency(node: Any, where: str) -> Agency:
    node = _keys(node, where, "id name", "aliases duties cite")
    duties = tuple(_read_duty(each, f"{where}.duties[{n}]") for n, each in enumerate(_list(node.get("duties"))))
    return Agency(node["id"], node["name"], _texts(node.get("aliases")), duties)


def _read_duty(node: Any, where: str) -> Duty:
    node = _keys(node, where, "text", "cite asked")
    return Duty(node["text"], _cites(node.get("cite")), _texts(node.get("asked")))


def _read_window(node: Any, where: str) -> Window:
    node = _keys(node, where, "id name", "for agency district address location hours phones counters booking note cite")
    return Window(
        id=node["id"],
        name=node["name"],
        items=_texts(node.get("for", "all")),
        agency=node.get("agency"),
        district=node.get("district"),
        address=node.get("address"),
        location=_read_location(node["location"], f"{where}.location") if "location" in node else None,
        hours=node.get("hours"),
        phones=_texts(node.get("phones")),
        counters=node.get("counters"),
        booking=bool(node.get("booking", True)),
        note=node.get("note"),
        cites=_cites(node.get("cite")),
    )


CHINA = {"latitude": (3, 54), "longitude": (73, 136)}
"""Degrees between which a point of the country lies: numbers the wrong way round are refused."""


def _read_location(node: Any, where: str) -> Location:
    node = _keys(node, where, "latitude longitude", "")
    for name, (least, most) in CHINA.items():
        if not isinstance(node[name], float) or not least < node[name] < most:
            raise PackError(where, f"{name} is a number of degrees between {least} and {most}, with decimals")
    return Location(node["latitude"], node["longitude"])


def _read_district(node: Any, where: str) -> District:
    node = _keys(node, where, "id name", "aliases kind cite note")
    kind = _one_of(node.get("kind", "district"), ("district", "county"), where)
    return District(node["id"], node["name"], _texts(node.get("aliases")), kind)


def _read_hotline(node: Any, where: str) -> Hotline:
    node = _keys(node, where, "id name phone", "for cite")
    return Hotline(node["id"], node["name"], str(node["phone"]), node.get("for") or "", _cites(node.get("cite")))


def _read_silence(node: Any, where: str) -> Silence:
    node = _keys(node, where, "topic text", "nearest keywords cite asked")
    return Silence(
        topic=node["topic"],
        text=node["text"],
        nearest=_cites(node.get("nearest") or node.get("cite")),
        keywords=_texts(node.get("keywords")),
        asked=_texts(node.get("asked")),
    )


def _read_document(node: Any, where: str) -> Document:
    node = _keys(node, where, "id title", "number issuer issued effective kind parent supersedes source note")
    return Document(
        id=node["id"],
        title=node["title"],
        number=node.get("number"),
        issuer=node.get("issuer"),
        issued=node.get("issued"),
        effective=node.get("effective"),
        kind=node.get("kind", "rule"),
        parent=node.get("parent"),
        supersedes=_texts(node.get("supersedes")),
        source=node.get("source"),
        note=node.get("note"),
    )


def _read_clauses(nodes: Any, document: str, where: str) -> list[Clause]:
    clauses = []
    for n, node in enumerate(_list(nodes)):
        node = _keys(node, f"{where}[{n}]", "article title text", "topics items")
        address = f"{document}/{node['article']}"
        topics = _read_topics(node.get("topics"), f"{where} {address}")
        clauses.append(Clause(address, document, str(node["article"]), node["title"], node["text"].strip(), topics))
        for part, inner in (node.get("items") or {}).items():
            inner = _keys(inner, f"{where} {address}.{part}", "text", "topics title")
            topics = _read_topics(inner.get("topics"), f"{where} {address}.{part}")
            article = f"{node['article']}.{part}"
            title = inner.get("title", node["title"])
            clauses.append(Clause(f"{document}/{article}", document, article, title, inner["text"].strip(), topics))
    return clauses


def _read_topics(nodes: Any, where: str) -> tuple[Topic, ...]:
    return tuple(Topic(node.get("item"), _one_of(node.get("aspect"), ASPECTS, where)) for node in _list(nodes))


def _read_directory(node: Any, where: str) -> Directory:
    node = _keys(node, where, "id name entries", "scope cite from until fact by note")
    since = node.get("from")
    entries = tuple(_read_entry(entry, since) for entry in node["entries"])
    return Directory(
        id=node["id"],
        name=node["name"],
        scope=node.get("scope"),
        cites=_cites(node.get("cite")),
        since=since,
        until=node.get("until"),
        fact=node.get("fact"),
        by=node.get("by"),
        entries=entries,
    )


def _read_entry(node: Any, since: date | None) -> DirectoryEntry:
    row = {"name": node} if isinstance(node, str) else node
    return DirectoryEntry(row["name"], {key: value for key, value in row.items() if key != "name"}, since)


# --- a whole pack ---------------------------------------------------------------------------------------------------


def load_packs(root: Path = PACKS, calendar: Any = None) -> Packs:
    """Load and check every pack under `root`. `calendar` knows the workdays (the national one by default).

    Raises PackError or YamlError naming the file and the place.
    """
    vocabulary = read_vocabulary(root / "facts.yml")
    calendar = calendar or workdays.NATIONAL
    folders = sorted(path.parent for path in root.glob("*/city.yml"))
    return Packs({folder.name: load_pack(folder, vocabulary, calendar) for folder in folders}, vocabulary)


def load_pack(folder: Path, vocabulary: Vocabulary, calendar: Any) -> Pack:
    """Load and check one city's folder. Raises PackError or YamlError."""
    files = {path: strict_yaml.read(path) for path in sorted(folder.rglob("*.yml")) if path.parent.name != "examples"}
    items = {path: node for path, node in files.items() if path.parent.name == "items"}
    definitions = files.get(folder / "definitions.yml") or {}
    documents = _documents(files[folder / "documents.yml"], folder)
    clauses = _clauses({p: n for p, n in files.items() if p.parent.name == "clauses"}, documents)
    directories = [_read_directory(n, p.name) for p, n in files.items() if p.parent.name == "directories"]
    starts = change_dates([*items.values(), definitions])
    starts |= {node["from"] for node in items.values() if isinstance(node, dict) and isinstance(node.get("from"), date)}

    def build(pack: Pack, day: date) -> Ruleset:
        reader = ItemReader(ConditionReader(vocabulary, resolve(definitions, day), calendar))
        read = [reader.read(resolve(node, day), f"{folder.name}/items/{path.name}") for path, node in items.items()]
        return Ruleset(pack, {item.id: item for item in read}, directories, calendar)

    city = _read_city(resolve(files[folder / "city.yml"], date.max), f"{folder.name}/city.yml")
    version = _content_hash(folder, vocabulary)
    pack = Pack(city, documents, clauses, vocabulary, directories, sorted(starts), build, version)
    _check(pack, folder.name)
    return pack


def _documents(nodes: Any, folder: Path) -> dict[str, Document]:
    documents = [_read_document(node, f"{folder.name}/documents.yml[{n}]") for n, node in enumerate(nodes)]
    return {document.id: document for document in documents}


def _clauses(files: Mapping[Path, Any], documents: Mapping[str, Document]) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    for path, nodes in files.items():
        where = f"{path.parent.parent.name}/clauses/{path.name}"
        if path.stem not in documents:
            raise PackError(where, f"no document {path.stem!r} in documents.yml")
        for clause in _read_clauses(nodes, path.stem, where):
            if clause.id in clauses:
                raise PackError(where, f"clause {clause.id} stands twice")
            clauses[clause.id] = clause
    return clauses


def _content_hash(folder: Path, vocabulary: Vocabulary) -> str:
    """Return the version of a pack: a hash over its files, without the examples."""
    digest = hashlib.sha256(repr(sorted(vocabulary.facts)).encode())
    for path in sorted(folder.rglob("*.yml")):
        if path.parent.name != "examples":
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# --- checks across a pack -------------------------------------------------------------------------------------------


def _check(pack: Pack, where: str) -> None:
    """Every name that the pack uses must be known in it. Raises PackError with all that are not."""
    problems = sorted(set(_unknown_cites(pack)) | set(_unknown_names(pack)))
    if problems:
        raise PackError(where, "; ".join(problems[:40]))


def _unknown_cites(pack: Pack) -> Iterable[str]:
    for place, cites in _all_cites(pack):
        for cite in cites:
            if cite not in pack.clauses and article_of(cite) not in pack.clauses:
                yield f"{place} cites {cite}, which is no clause"


def _all_cites(pack: Pack) -> Iterable[tuple[str, Cites]]:
    for window in pack.city.windows.values():
        yield f"window {window.id}", window.cites
    for silence in pack.city.not_said:
        yield f"not_said {silence.topic}", silence.nearest
    for ruleset in pack._eras:
        for item in ruleset.items.values():
            yield item.id, item.cites
            parts: list[Any] = [*item.conditions, *item.exclusions, *item.materials, *item.steps, *item.channels]
            parts += [*item.statements, *item.benefit.tiers, item.benefit]
            yield from ((item.id, part.cites) for part in parts)
            yield from ((f"{item.id} {question.id}", question.between) for question in item.open_questions)
            if item.funding:
                yield f"{item.id} funding", item.funding.cites


def _unknown_names(pack: Pack) -> Iterable[str]:
    places = set(pack.city.windows) | set(pack.city.agencies)
    actors = places | {"applicant", "employer"}
    for ruleset in pack._eras:
        for item in ruleset.items.values():
            asked = [*item.windows, *([item.agency] if item.agency else [])]
            asked += [question.ask for question in item.open_questions if question.ask]
            yield from (f"{item.id} names {name}, no window or agency" for name in asked if name not in places)
            yield from (f"{item.id} step by {step.by}, no actor" for step in item.steps if step.by not in actors)
            others = [*item.requires, *item.overlaps]
            yield from (f"{item.id} names item {name}" for name in others if name not in ruleset.items)
            known = {question.id for question in item.open_questions}
            for requirement in (*item.conditions, *item.exclusions):
                for name in requirement.test.questions - known:
                    yield f"{item.id} {requirement.id} names open question {name}, which the item does not have"


__all__ = ["COMPARISONS", "PACKS", "PackError", "load_pack", "load_packs", "read_vocabulary"]
