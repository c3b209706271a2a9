"""Policy: the packs, what is in force on a day, what the texts leave open, what changes between two days, lint."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice

from flask import Blueprint, abort, g, render_template, request
from markupsafe import escape

from backend import clock
from backend.console import draft_packs
from backend.console.navigation import KEEPERS, only_for
from backend.console.security import wears
from backend.console.words import PAYER_NAMES
from backend.policy import FactError, Pack, money
from backend.policy import check as examples
from backend.policy.difference import changes
from backend.policy.replay import Standing, Tally, replay
from backend.store import documents, facts
from backend.store.models import Application
from backend.workflow import rulebook
from backend.workflow.rights import Role

MAY_REPLAY = KEEPERS | {Role.LEADER}
MOST_PEOPLE = 3000


def register(blueprint: Blueprint) -> None:
    """Add the pages of policy to the console."""
    keep = only_for("console.policy")
    blueprint.get("/policy", endpoint="policy")(keep(_policy))
    blueprint.get("/policy/<city>", endpoint="policy_city")(keep(_city))
    blueprint.get("/policy/<city>/changes", endpoint="policy_changes")(keep(_changes))
    blueprint.get("/policy/<city>/items/<item>", endpoint="policy_item")(keep(_item))
    blueprint.get("/clauses/<city>/<path:cite>", endpoint="wording")(_wording)


def _day(name: str, default: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return default


def _pack(city: str) -> Pack:
    return rulebook.packs().get(city) or abort(404)


def _policy():
    packs = rulebook.packs()
    return _city(g.staff.city if g.staff.city in packs else next(iter(packs)))


def _city(city: str):
    pack, day = _pack(city), _day("on", clock.today())
    rules = pack.on(day)
    return render_template(
        "console/policy.html",
        packs=rulebook.packs(),
        pack=pack,
        day=day,
        rules=rules,
        items=list(rules.items.values()),
        since=_era(pack, day),
        lint=lint(city, pack.version),
        imported=documents.current(city),
        doubts=sum(len(item.open_questions) for item in rules.items.values()),
        coming=[start for start in pack.starts if start > clock.today()],
        draft=draft_packs.of_city(city) if _keeps(city) else None,
    )


def _era(pack: Pack, day: date) -> date | None:
    """The last day on or before `day` on which something changed; None before the first."""
    return max((start for start in pack.starts if start <= day), default=None)


@dataclass(frozen=True)
class Lint:
    """How the pack's worked examples came out: how many, and what fails."""

    number: int
    failures: tuple[str, ...]


@lru_cache(maxsize=16)
def lint(city: str, version: str) -> Lint:
    """Run every worked example of a pack once for each version of it."""
    pack, found = rulebook.packs()[city], examples.read_examples(city)
    wrong = [(example, failed) for example in found if (failed := examples.failures(pack, example))]
    return Lint(len(found), tuple(f"{example.says}：{'；'.join(failed)}" for example, failed in wrong))


def _item(city: str, item: str):
    pack, day = _pack(city), _day("on", clock.today())
    rules = pack.on(day)
    if item not in rules.items:
        abort(404)
    shown = rules.items[item]
    in_force = (shown.since is None or shown.since <= day) and (shown.until is None or day <= shown.until)
    return render_template(
        "console/policy_item.html", pack=pack, day=day, item=shown, in_force=in_force, shares=_shares(shown)
    )


def _shares(item) -> Mapping[str, str]:
    """Area → the payers' exact parts, in words."""
    if item.funding is None:
        return {}
    return {area: _parts(money.parts(item.funding, area)) for area in item.funding.treasury}


def _parts(parts: Mapping) -> str:
    return "，".join(f"{PAYER_NAMES.get(payer, payer)} {part}" for payer, part in parts.items())


def _wording(city: str, cite: str):
    """Give the official wording of a clause where the documents were imported; open to every role, it is public."""
    pack = _pack(city)
    document, _, article = cite.partition("/")
    if document not in pack.documents:
        abort(404)
    text = documents.wording(city, document, article) or documents.wording(city, document, article.partition(".")[0])
    return f"原文：{escape(text)}" if text else "原文还没有导入本平台。"


# --- what changes -----------------------------------------------------------------------------------------------------


def _changes(city: str):
    """Compare two days, or what is in force with a draft; who may, also see what it means for those on the register."""
    pack, today = _pack(city), clock.today()
    draft = _draft(city) if request.args.get("draft") else None
    newest = today if draft else max((start for start in pack.starts if start <= today), default=today)
    before, after = _day("before", today if draft else _eve(newest)), _day("after", newest)
    may_replay = _keeps(city)
    found = changes(pack.on(before), before, (draft or pack).on(after), after)
    asked = bool(request.args.get("replay"))
    return render_template(
        "console/policy_changes.html",
        pack=pack,
        before=before,
        after=after,
        changes=found,
        may_replay=may_replay,
        tallies=_replayed(pack, before, draft or pack, after) if asked and may_replay else None,
        draft=draft,
        most=MOST_PEOPLE,
    )


def _eve(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _keeps(city: str) -> bool:
    return wears(MAY_REPLAY) and g.staff.city in (city, None)


def _draft(city: str) -> Pack:
    """Return the draft of a city's pack; for those who may not see it, and while it cannot be read, there is none."""
    found = draft_packs.of_city(city) if _keeps(city) else None
    return (found and found.pack) or abort(404)


def _replayed(pack: Pack, before: date, other: Pack, after: date) -> dict[str, Tally]:
    people = islice(_register(pack), MOST_PEOPLE)
    tallies = replay(people, Standing(pack.on(before), before), Standing(other.on(after), after))
    return {item: tally for item, tally in tallies.items() if tally.changed}


def _register(pack: Pack):
    """The id and parsed facts of everybody with a submitted case in the city, one after the other."""
    rows = Application.select(Application.applicant).where(
        (Application.city == pack.city.id) & Application.submitted_at.is_null(False)
    )
    for row in rows.distinct().iterator():
        told = facts.values(row.applicant_id)
        try:
            known = {name: value for name, value in told.items() if name in pack.vocabulary}
            yield row.applicant_id, pack.vocabulary.parse(known)
        except FactError:  # an old statement that today's vocabulary refuses says nothing here
            continue
