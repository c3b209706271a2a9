"""批量申报: HR fills in a table for an item, sees what would become of every row, and only then begins the drafts."""

import json
from collections.abc import Iterable, Iterator

from flask import Blueprint, abort, g, render_template, request
from peewee import JOIN

from backend import clock
from backend.console import forms, sheets
from backend.console.navigation import only_for
from backend.policy.types import Item
from backend.store.models import Application, Employer
from backend.workflow import drafts, filing, rulebook

PAGE = "console.filing"
TAKES = {"bool": "是、否", "date": "2026-01-31", "month": "2026-01", "int": "整数", "number": "数字"}
YES_NO = {"是": "yes", "有": "yes", "否": "no", "无": "no", "没有": "no"}


def register(blueprint: Blueprint) -> None:
    """Add the employer's table filing to the console."""
    keep = only_for(PAGE)
    blueprint.get("/filing", endpoint="filing")(keep(_filing))
    blueprint.get("/filing/<item>.xlsx", endpoint="filing_table")(keep(_table))
    blueprint.post("/filing", endpoint="check_filing")(keep(_check))
    blueprint.post("/filing/do", endpoint="do_filing")(keep(_do))


def _items() -> dict[str, Item]:
    """The items that can be applied for today in the employer's city."""
    pack = rulebook.packs().get(g.staff.city or "")
    rules = pack.on(clock.today()) if pack else None
    return {item.id: item for item in rules.items.values() if item.kind == "service"} if rules else {}


def _filing(**shown):
    waiting = Application.select(Application, Employer).join(Employer, JOIN.LEFT_OUTER)
    mine = (Application.delegate == g.staff.id) & Application.state.in_(["draft", "correction"])
    drafts_ = list(waiting.where(mine).order_by(Application.created_at.desc()).limit(filing.MOST_ROWS))
    return render_template("console/filing.html", items=_items(), drafts=drafts_, **shown)


def _item(item: str) -> Item:
    return _items().get(item) or abort(404)


def _heads(item: Item) -> dict[str, str]:
    """Fact → head of its column."""
    vocabulary = rulebook.packs().vocabulary
    return {name: vocabulary[name].label for name in (*drafts.IDENTITY, *filing.columns(item))}


def _table(item: str):
    """Give the empty table of an item, with a second row that says what each column takes."""
    found = _item(item)
    heads = _heads(found)
    return sheets.xlsx_response(f"filing-{found.id}", "批量申报", list(heads.values()), [[_takes(n) for n in heads]])


def _takes(name: str) -> str:
    fact = rulebook.packs().vocabulary[name]
    if fact.choices:
        return "、".join(fact.choices.values())
    return {"bool": "是、否", "date": "2026-01-31", "month": "2026-01", "int": "整数", "number": "数字"}.get(
        fact.type, ""
    )


def _check():
    """Read the table and say what would become of every row; nothing is kept."""
    upload, item = request.files.get("file"), _item(request.form.get("item", ""))
    if upload is None or not upload.filename:
        return _filing(error="请选择填好的表（XLSX 或 CSV）。", chosen=item), 422
    try:
        rows = list(read(item, sheets.read(upload.filename, upload.read())))
    except sheets.Unreadable as error:
        return _filing(error=str(error), chosen=item), 422
    checked = filing.check(g.staff.employer, item.id, rows, clock.now())
    carried = json.dumps([_carried(one.row) for one in checked if one.ready], ensure_ascii=False)
    return _filing(checked=checked, chosen=item, carried=carried)


def _carried(row: filing.Row) -> list:
    return [row.number, dict(row.identity), dict(row.told)]


def _do():
    """Begin the drafts of the rows that were shown as ready; everything is checked once more."""
    item = _item(request.form.get("item", ""))
    if request.form.get("authorised") != "yes":
        return _filing(error="请先取得每位员工的授权，并勾选“员工已授权”，再重新上传。", chosen=item), 422
    try:
        rows = [_row_of(*one) for one in json.loads(request.form.get("rows", ""))]
    except (ValueError, TypeError, KeyError):
        abort(400)
    return _filing(filed=filing.file(g.staff, item.id, rows[: filing.MOST_ROWS], clock.now()), chosen=item)


def _row_of(number: int, identity: dict, told: dict) -> filing.Row:
    told, wrong = forms.read(rulebook.packs().vocabulary, told, {name: _typed(value) for name, value in told.items()})
    return filing.Row(number, {name: str(identity[name]) for name in drafts.IDENTITY}, told, tuple(wrong.values()))


def _typed(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


# --- reading the table ------------------------------------------------------------------------------------------------


def read(item: Item, lines: Iterable[list[str]]) -> Iterator[filing.Row]:
    """Yield the people of a table whose first row names the columns. Raises Unreadable."""
    rows, heads = iter(lines), _heads(item)
    first = next(rows, [])
    places = {name: first.index(label) for name, label in heads.items() if label in first}
    missing = [heads[name] for name in drafts.IDENTITY if name not in places]
    if missing:
        raise sheets.Unreadable(f"表里没有“{'”“'.join(missing)}”这一列，请下载空表填写，第一行不要改。")
    explained = [_takes(name) for name in heads]
    for number, row in enumerate(rows, start=2):
        typed = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        if not any(typed.values()) or row[: len(explained)] == explained:
            continue
        if number > filing.MOST_ROWS + 2:
            raise sheets.Unreadable(f"一次最多 {filing.MOST_ROWS} 人，请拆成几个文件分别上传。")
        yield _row(number, typed)


def _row(number: int, typed: dict[str, str]) -> filing.Row:
    identity = {name: typed.pop(name).strip() for name in drafts.IDENTITY}
    identity["id_number"] = identity["id_number"].upper()
    vocabulary = rulebook.packs().vocabulary
    texts = {name: _meant(vocabulary[name], text.strip()) for name, text in typed.items()}
    told, wrong = forms.read(vocabulary, texts, texts)
    said = tuple(f"{vocabulary[name.partition('.')[0]].label}：{sentence}" for name, sentence in wrong.items())
    return filing.Row(number, identity, told, said)


def _meant(fact, text: str) -> str:
    """Return what a cell means as a form has it: names of choices as their values, 是 and 否, days without a time."""
    if fact.type == "bool":
        return YES_NO.get(text, text)
    if fact.choices:
        return {name: value for value, name in fact.choices.items()}.get(text, text)
    return text.removesuffix(" 00:00:00") if fact.type == "date" else text
