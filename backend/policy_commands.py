"""`./talent policy …`: show an item on a day, tell differences, replay a register, check examples, import, prove.

The pure work stands in backend.policy; here are arguments, files, the store, and the words printed.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from backend import clock
from backend.policy import FactError, Pack, UnknownCity, UnknownItem, load_packs, money
from backend.policy import check as examples
from backend.policy.difference import Change, Tally, changes, replay
from backend.policy.extract import UnreadableFile
from backend.policy.lint import lint, unexercised
from backend.policy.loader import PACKS
from backend.policy.types import Item
from backend.policy_import import SUFFIXES, keep, read_files, read_folder
from backend.settings import Settings
from backend.store.database import connection, migrate


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand. Returns the exit status; an unknown city or item is one Chinese sentence."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    try:
        return int(options.run(options))
    except (UnknownCity, UnknownItem, FactError, FileNotFoundError, UnreadableFile) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./talent policy", description="政策包：查看、比较、推演、检查、导入、核对")
    commands = parser.add_subparsers(title="子命令")

    show = commands.add_parser("show", help="某一天的一个事项：./talent policy show 生活补助 --on 2021-04-01")
    show.add_argument("item")
    _place_and_day(show)
    show.set_defaults(run=_show)

    diff = commands.add_parser("diff", help="两天之间（或与另一份政策包之间）有什么变化")
    diff.add_argument("first", type=date.fromisoformat)
    diff.add_argument("second", type=date.fromisoformat)
    _city(diff)
    diff.add_argument("--other", type=Path, help="另一份 packs 文件夹，作为“之后”")
    diff.set_defaults(run=_diff)

    again = commands.add_parser("replay", help="把一批人（JSON Lines 或 CSV）放到另一天的规则下重新判断")
    again.add_argument("people", type=Path)
    again.add_argument("first", type=date.fromisoformat)
    again.add_argument("second", type=date.fromisoformat)
    _city(again)
    again.add_argument("--other", type=Path, help="另一份 packs 文件夹，作为“之后”")
    again.set_defaults(run=_replay)

    take = commands.add_parser("import", help="导入官方文件（.txt .docx .pdf 或文件夹），重复导入不会重复")
    take.add_argument("files", nargs="+", type=Path)
    take.set_defaults(run=_import)

    prove = commands.add_parser("lint", help="逐个核对政策包里的数字、表名、电话、部门是否出自所引条文")
    prove.add_argument("cities", nargs="*")
    prove.add_argument("--sources", type=Path, help="官方文件所在的文件夹；不写就用 POLICY_SOURCES")
    prove.set_defaults(run=_lint)

    check = commands.add_parser("check", help="载入政策包并运行全部例子")
    check.add_argument("cities", nargs="*")
    check.set_defaults(run=lambda options: examples.main(options.cities))
    return parser


def _city(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--city", default=None, help="城市的名称或编号；不写时用第一份政策包")


def _place_and_day(parser: argparse.ArgumentParser) -> None:
    _city(parser)
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="哪一天，例如 2021-03-23；不写就是今天")


def _pack(city: str | None, folder: Path | None = None) -> Pack:
    packs = load_packs(folder) if folder else load_packs()
    return packs.find(city) if city else next(iter(packs.values()))


# --- show -----------------------------------------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    """Print one item as it stands on a day, every line with its clause; without --city all cities are searched."""
    day = options.on or clock.today()
    pack = _pack(options.city) if options.city else _pack_with(options.item)
    item = pack.on(day).items[pack.find_item(options.item).id]
    print("\n".join(_lines(pack, item, day)))
    return 0


def _pack_with(item: str) -> Pack:
    failed: UnknownItem | None = None
    for pack in load_packs().values():
        try:
            pack.find_item(item)
        except UnknownItem as error:
            failed = failed if failed and failed.suggestions else error
        else:
            return pack
    raise failed or UnknownItem(item, ())


def _lines(pack: Pack, item: Item, day: date) -> Iterator[str]:
    yield f"{pack.city.name} · {item.name}（{item.id}），{day} 的规定"
    if item.since and day < item.since:
        yield f"这一天还没有这个事项，从 {item.since} 起施行"
        return
    yield item.summary
    for heading, entries in _sections(item):
        if entries:
            yield f"\n{heading}"
            yield from (f"  - {text}  [{'、'.join(cites)}]" for text, cites in entries)


def _sections(item: Item) -> Iterator[tuple[str, list[tuple[str, Sequence[str]]]]]:
    yield "条件", [(r.says, r.cites) for r in item.conditions]
    yield "不能办的情形", [(r.says, r.cites) for r in item.exclusions]
    yield "标准", [(_tier(item, tier), tier.cites) for tier in item.benefit.tiers]
    yield "资金分担", _funding(item)
    yield "材料", [(m.name, m.cites) for m in item.materials]
    yield "步骤", [(_step(step), step.cites) for step in item.steps]
    yield "其他规定", [(s.text, s.cites) for s in item.statements]
    yield "文本没有说清的地方", [(q.text, q.between) for q in item.open_questions]


def _tier(item: Item, tier: Any) -> str:
    value = tier.value if tier.of is None else f"{tier.times} × {tier.of}"
    upper = f"–{tier.max}" if tier.max is not None else ""
    return f"{tier.label or tier.id}：{value}{upper} {tier.unit or item.benefit.unit or ''}".rstrip()


def _funding(item: Item) -> list[tuple[str, Sequence[str]]]:
    if item.funding is None:
        return []
    areas = {area: money.parts(item.funding, area) for area in item.funding.treasury}
    lines = (
        f"{area}：{'，'.join(f'{payer} {part}' for payer, part in parts.items())}" for area, parts in areas.items()
    )
    return [(line, item.funding.cites) for line in lines]


def _step(step: Any) -> str:
    units = {"workday": "个工作日", "day": "日", "month": "个月"}
    limit = f"，{step.length} {units[step.unit]}" if step.length else ""
    return f"{step.does or step.kind}（{step.by}{limit}）"


# --- diff and replay ------------------------------------------------------------------------------------------------


def _diff(options: argparse.Namespace) -> int:
    """Print every change between two days, or between this pack and another on those days."""
    pack, other = _pack(options.city), _pack(options.city, options.other)
    found = changes(pack.on(options.first), options.first, other.on(options.second), options.second)
    for change in found:
        print("\n".join(_change(pack, change)))
    print(f"{len(found)} 处变化" if found else "没有变化")
    return 0


def _change(pack: Pack, change: Change) -> Iterator[str]:
    name = pack.items[change.item].name if change.item in pack.items else change.item
    yield f"{name} · {change.part}  [{'、'.join(change.cites)}]"
    yield f"  之前：{change.before or '（没有）'}"
    yield f"  之后：{change.after or '（取消）'}"


def _replay(options: argparse.Namespace) -> int:
    """Judge a file of people under two rules and print who gains, who loses and what it costs each payer."""
    pack, other = _pack(options.city), _pack(options.city, options.other)
    people = (pack.vocabulary.parse(facts) for facts in read_people(options.people))
    tallies = replay(people, pack.on(options.first), options.first, other.on(options.second), options.second)
    for item_id, tally in tallies.items():
        _print_tally((pack.items.get(item_id) or other.items[item_id]).name, tally)
    return 0


def _print_tally(name: str, tally: Tally) -> None:
    print(f"{name}：新增符合 {tally.gain} 人，不再符合 {tally.lose} 人")
    for payer in sorted(tally.cost_before | tally.cost_after):
        before, after = tally.cost_before[payer], tally.cost_after[payer]
        print(
            f"  {payer}：{money.yuan_of(before)} 元 → {money.yuan_of(after)} 元（{money.yuan_of(after - before):+} 元）"
        )


def read_people(path: Path) -> Iterable[Mapping[str, Any]]:
    """Yield one mapping of facts a person from JSON Lines, or from CSV with fact names as its header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        if path.suffix == ".csv":
            for row in csv.DictReader(stream):
                yield {name: _cell(text) for name, text in row.items() if text not in ("", None)}
        else:
            for line in stream:
                if line.strip():
                    yield json.loads(line)


def _cell(text: str) -> Any:
    """A CSV cell is JSON where it can be read as such (true, 3, [["2020-04", "2020-06"]]), else plain text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


# --- import and lint ------------------------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> int:
    """Import files or folders into the store and print what changed."""
    settings = Settings.from_environment()
    migrate(settings)
    with connection():
        found = read_files([file for path in options.files for file in _files(path)], load_packs())
        for imported in keep(found, clock.now()):
            print(f"{imported.city} · {imported}")
    return 0


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES) if path.is_dir() else [path]


def _lint(options: argparse.Namespace) -> int:
    """Prove every pack against the official documents and name what no example exercises."""
    folder = options.sources or Settings.from_environment().policy_sources
    if folder is None:
        print("请用 --sources 指出官方文件所在的文件夹，或设置 POLICY_SOURCES。", file=sys.stderr)
        return 2
    packs, wrong = load_packs(), 0
    documents = read_folder(folder, packs)
    for city in options.cities or list(packs):
        problems = lint(PACKS / city, documents.get(city, {}), packs.vocabulary)
        problems += unexercised(packs[city], examples.read_examples(city))
        wrong += len(problems)
        print(*problems, sep="\n", end="\n" if problems else "")
        print(f"{packs[city].city.name}：{len(documents.get(city, {}))} 份文件，{len(problems)} 处要核对")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
