"""`./talent policy …`: show an item on a day, tell differences, replay people, check examples, import, prove.

The pure work stands in backend.policy; here are arguments, files, the store, and the words printed.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import groupby
from pathlib import Path

from backend import clock
from backend.policy import FactError, Pack, UnknownCity, UnknownItem, load_packs, money, wording
from backend.policy import check as examples
from backend.policy.difference import Change, changes
from backend.policy.extract import UnreadableFile
from backend.policy.lint import lint, unexercised
from backend.policy.loader import PACKS
from backend.policy.replay import Move, Standing, Tally, replay
from backend.policy.types import Item
from backend.policy_directory import UnknownDirectory, UnreadableList, directory_named, import_list
from backend.policy_import import SUFFIXES, keep, read_files, read_folder
from backend.policy_people import UnreadablePerson, read_people, read_register
from backend.policy_told import told
from backend.settings import Settings
from backend.store.database import connection, migrate
from backend.workflow import rulebook

REFUSED = (
    UnknownCity,
    UnknownItem,
    UnknownDirectory,
    FactError,
    UnreadableFile,
    UnreadableList,
    UnreadablePerson,
    OSError,
)


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand. Returns the exit status; what cannot be done is one Chinese sentence."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    try:
        return int(options.run(options))
    except REFUSED as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./talent policy", description="政策包：查看、比较、推演、检查、导入、核对")
    commands = parser.add_subparsers(title="子命令")

    show = commands.add_parser("show", help="某一天的一个事项：./talent policy show 生活补助 --on 2021-04-01")
    show.add_argument("item", help="事项的名称、别名或编号")
    show.add_argument("--on", type=date.fromisoformat, help="哪一天，例如 2021-03-23；不写就是今天")
    _city(show, "不写就在各城市里找")
    show.set_defaults(run=_show)

    diff = commands.add_parser("diff", help="两天之间有什么变化：对谁、多少钱")
    _two_days(diff)
    diff.add_argument("--item", help="只看这个事项")
    diff.set_defaults(run=_diff)

    again = commands.add_parser("replay", help="把一批人放到另一天的规定下重新判断：谁多了、谁少了、各级财政多少钱")
    _two_days(again)
    again.add_argument("--people", type=Path, help="人员文件（JSON Lines 或 CSV）；不写就用登记库里的人")
    again.add_argument("--who", type=Path, help="把有变化的人逐个写进这个 CSV 文件")
    again.set_defaults(run=_replay)

    judge = commands.add_parser("judge", help="按一个人的情况判断：结论、理由、金额、还缺什么、怎样组合最好")
    judge.add_argument("facts", type=Path, help="一个 JSON 文件，字段名见 facts.yml；写 - 从标准输入读")
    judge.add_argument("items", nargs="*", metavar="ITEM", help="事项；不写就判断全部")
    judge.add_argument("--on", type=date.fromisoformat, help="按哪一天判断；不写就是今天")
    _city(judge, "不写时用第一份政策包")
    judge.set_defaults(run=_judge)

    take = commands.add_parser("import", help="导入官方文件（.txt .docx .pdf 或文件夹），重复导入不会重复")
    take.add_argument("files", nargs="+", type=Path)
    take.set_defaults(run=_import)

    listing = commands.add_parser("directory", help="导入名录（CSV 或 XLSX），或查某一天某单位在不在名录里")
    listing.add_argument("city", help="城市的名称或编号")
    listing.add_argument("name", help="名录的名称或编号，例如 重点企业名录")
    listing.add_argument("file", nargs="?", type=Path, help="名录文件，第一行是列名，要有“名称”一列")
    listing.add_argument("--from", dest="from_day", type=date.fromisoformat, help="从哪一天起是这份名录")
    listing.add_argument("--find", help="查这个单位")
    listing.add_argument("--on", type=date.fromisoformat, help="查哪一天；不写就是今天")
    listing.set_defaults(run=_directory)

    prove = commands.add_parser("lint", help="逐个核对政策包里的数字、表名、电话、部门是否出自所引条文")
    prove.add_argument("cities", nargs="*", metavar="CITY")
    prove.add_argument("--sources", type=Path, help="官方文件所在的文件夹；不写就用 POLICY_SOURCES")
    prove.set_defaults(run=_lint)

    check = commands.add_parser("check", help="载入政策包并运行全部例子")
    check.add_argument("cities", nargs="*", metavar="CITY")
    check.set_defaults(run=_check)
    return parser


def _city(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--city", help=f"城市的名称或编号；{default}")


def _two_days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", type=date.fromisoformat, help="之前的一天，例如 2021-03-22")
    parser.add_argument("second", type=date.fromisoformat, help="之后的一天，例如 2021-03-23")
    _city(parser, "不写时用第一份政策包")
    parser.add_argument("--other", type=Path, help="另一份 packs 文件夹，用它作“之后”的规定")


def _pack(city: str | None, folder: Path | None = None) -> Pack:
    packs = load_packs(folder) if folder else load_packs()
    return packs.find(city) if city else next(iter(packs.values()))


def _cited(cites: Sequence[str]) -> str:
    return f"  [{'、'.join(cites)}]" if cites else ""


# --- show -------------------------------------------------------------------------------------------------------------


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
    if item.until and day > item.until:
        yield f"这个事项到 {item.until} 为止，这一天已经没有了"
        return
    yield item.summary
    for heading, entries in _sections(pack, item):
        if entries:
            yield f"\n{heading}"
            yield from (f"  - {text}{_cited(cites)}" for text, cites in entries)


def _sections(pack: Pack, item: Item) -> Iterator[tuple[str, list[tuple[str, Sequence[str]]]]]:
    yield "条件", [(r.says, r.cites) for r in item.conditions]
    yield "不能办的情形", [(r.says, r.cites) for r in item.exclusions]
    tiers = [t for t in item.benefit.tiers if t.kind != "none"]
    yield "标准", [(f"{t.label or t.id}：{wording.worth(item.benefit, t, pack.vocabulary)}", t.cites) for t in tiers]
    yield "资金分担", _funding(item)
    yield "材料", [(_material(m), m.cites) for m in item.materials]
    yield "步骤", [(_step(pack, step), step.cites) for step in item.steps]
    yield "其他规定", [(s.text, s.cites) for s in item.statements]
    yield "文本没有说清的地方", [(q.text, q.between) for q in item.open_questions]


def _funding(item: Item) -> list[tuple[str, Sequence[str]]]:
    if item.funding is None:
        return []
    areas = {area: money.parts(item.funding, area) for area in item.funding.treasury}
    return [(f"{wording.AREAS.get(area, area)}：{_parts(parts)}", item.funding.cites) for area, parts in areas.items()]


def _parts(parts: Mapping[str, object]) -> str:
    return "，".join(f"{wording.PAYERS.get(payer, payer)} {part}" for payer, part in parts.items())


def _material(material) -> str:
    copies = f"{material.copies}份" if material.copies else ""
    original = "核对原件" if material.check_original else ""
    notes = "，".join(filter(None, (copies, original, "由平台生成" if material.generated else "")))
    return f"{material.name}（{notes}）" if notes else material.name


def _step(pack: Pack, step) -> str:
    names = {"applicant": "申请人", "employer": "用人单位"}
    names |= {place.id: place.name for place in (*pack.city.agencies.values(), *pack.city.windows.values())}
    who = "，".join(filter(None, (names.get(step.by, step.by), wording.limit(step))))
    return f"{step.does or step.kind}（{who}）"


# --- judge ------------------------------------------------------------------------------------------------------------


def _judge(options: argparse.Namespace) -> int:
    """Judge one person's facts on a day and print everything that is found."""
    pack, day = _pack(options.city), options.on or clock.today()
    text = sys.stdin.read() if str(options.facts) == "-" else options.facts.read_text(encoding="utf-8-sig")
    try:
        facts = pack.vocabulary.parse(json.loads(text))
    except ValueError as error:
        raise UnreadablePerson(getattr(error, "lineno", 1), str(error)) from error
    wanted = [pack.find_item(name) for name in options.items] or [i for i in pack.items.values() if i.kind == "service"]
    print("\n".join(told(pack, pack.on(day).judge_all(facts, day, [item.id for item in wanted]))))
    return 0


# --- diff -------------------------------------------------------------------------------------------------------------


def _diff(options: argparse.Namespace) -> int:
    """Print every change between two days, or between this pack and another on those days."""
    pack, other = _pack(options.city), _pack(options.city, options.other)
    found = changes(pack.on(options.first), options.first, other.on(options.second), options.second)
    if options.item:
        found = [change for change in found if change.item == pack.find_item(options.item).id]
    for item_id, group in groupby(found, key=lambda change: change.item):
        print(f"\n{_name(pack, other, item_id)}")
        print("\n".join(line for change in group for line in _change(change)))
    print(f"\n{len(found)} 处变化，涉及 {len({c.item for c in found})} 个事项" if found else "没有变化")
    return 0


def _name(pack: Pack, other: Pack, item_id: str) -> str:
    return (other.items.get(item_id) or pack.items[item_id]).name


def _change(change: Change) -> Iterator[str]:
    if change.before is None or change.after is None:
        word = "新增" if change.before is None else "取消"
        yield f"  {word}{change.part}：{change.after or change.before}{_cited(change.cites)}"
    else:
        yield f"  {change.part}{_cited(change.cites)}"
        if not change.effects:
            yield f"    之前：{change.before}"
            yield f"    之后：{change.after}"
    yield from (f"    {effect}" for effect in change.effects)


# --- replay -----------------------------------------------------------------------------------------------------------


def _replay(options: argparse.Namespace) -> int:
    """Judge people under two rules and print who gains, who loses and what it costs each payer."""
    with ExitStack() as stack:
        if options.people is None:
            migrate(Settings.from_environment())
            stack.enter_context(connection())
        pack, other = rulebook.pack_within(_pack(options.city)), _pack(options.city, options.other)
        other = rulebook.pack_within(other)
        unread: list[UnreadablePerson] = []
        people = (
            read_people(options.people, pack.vocabulary, unread.append)
            if options.people
            else read_register(pack.city.id, pack.vocabulary)
        )
        tell = _writer(stack, options.who, pack, other) if options.who else lambda move: None
        before = Standing(pack.on(options.first), options.first)
        after = Standing(other.on(options.second), options.second)
        tallies = replay(people, before, after, tell)
    print("\n".join(_told(pack, other, tallies)))
    for problem in unread[:10]:
        print(problem, file=sys.stderr)
    if unread:
        print(f"共 {len(unread)} 行没有算进去。", file=sys.stderr)
    return 1 if unread else 0


def _writer(stack: ExitStack, path: Path, pack: Pack, other: Pack):
    stream = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    rows = csv.writer(stream)
    rows.writerow(["编号", "事项", "之前", "之后", "之前应发（元）", "之后应发（元）"])

    def write(move: Move) -> None:
        verdicts = [wording.VERDICTS[move.was], wording.VERDICTS[move.now]]
        sums = [wording.yuan(move.fen_was), wording.yuan(move.fen_now)]
        rows.writerow([move.person, _name(pack, other, move.item), *verdicts, *sums])

    return write


def _told(pack: Pack, other: Pack, tallies: Mapping[str, Tally]) -> Iterator[str]:
    count = max((sum(tally.moves.values()) for tally in tallies.values()), default=0)
    changed = {id_: tally for id_, tally in tallies.items() if tally.changed}
    yield f"{count:,} 人；{len(tallies)} 个事项里 {len(changed)} 个有变化"
    for id_, tally in changed.items():
        yield f"\n{_name(pack, other, id_)}"
        yield from _tally(tally)


def _tally(tally: Tally) -> Iterator[str]:
    yield f"  新增符合 {tally.gain:,} 人，不再符合 {tally.lose:,} 人"
    if tally.more or tally.less:
        yield f"  前后都符合的：多发 {tally.more:,} 人，少发 {tally.less:,} 人"
    for (was, now), n in sorted(tally.moves.items(), key=lambda move: -move[1]):
        if was != now:
            yield f"    {wording.VERDICTS[was]} → {wording.VERDICTS[now]}：{n:,} 人"
    for payer in sorted(tally.cost_before | tally.cost_after):
        before, after = tally.cost_before[payer], tally.cost_after[payer]
        more = "+" if after >= before else ""
        sums = f"{wording.yuan(before)} 元 → {wording.yuan(after)} 元（{more}{wording.yuan(after - before)} 元）"
        yield f"  {wording.PAYERS.get(payer, payer)}：{sums}"


# --- directories ------------------------------------------------------------------------------------------------------


def _directory(options: argparse.Namespace) -> int:
    """Bring in a list from a day on, or look a name up in it on a day."""
    migrate(Settings.from_environment())
    with connection():
        pack = rulebook.packs().find(options.city)
        if options.file is not None:
            return _take_list(pack, options)
        if options.find:
            return _look_up(pack, options.name, options.find, options.on or clock.today())
    print("请给出名录文件和 --from，或者用 --find 查一个单位。", file=sys.stderr)
    return 2


def _take_list(pack: Pack, options: argparse.Namespace) -> int:
    if options.from_day is None:
        print("请用 --from 写明从哪一天起是这份名录，例如 --from 2022-03-01。", file=sys.stderr)
        return 2
    print(f"{import_list(pack, options.name, options.file, options.from_day)}（从 {options.from_day} 起）")
    return 0


def _look_up(pack: Pack, directory: str, name: str, day: date) -> int:
    found = directory_named(pack, directory)
    entry = found.find(name, day)
    near = () if entry else found.near_misses(name, day)
    hint = f"。名称相近的有：{'、'.join(near)}" if near else ""
    print(f"{day}，“{entry.name if entry else name}”{'在' if entry else '不在'}《{found.name}》里{hint}")
    return 0 if entry else 1


# --- import, lint and check -------------------------------------------------------------------------------------------


def _import(options: argparse.Namespace) -> int:
    """Import files or folders into the store and print what changed."""
    migrate(Settings.from_environment())
    with connection():
        found = read_files([file for path in options.files for file in _files(path)], load_packs())
        for imported in keep(found, clock.now()):
            print("\n  ".join([f"{imported.city} · {imported}", *imported.details()]))
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
    for city in [packs.find(name).city.id for name in options.cities] or list(packs):
        problems = lint(PACKS / city, documents.get(city, {}), packs.vocabulary)
        problems += unexercised(packs[city], examples.read_examples(city))
        wrong += len(problems)
        print(*problems, sep="\n", end="\n" if problems else "")
        print(f"{packs[city].city.name}：{len(documents.get(city, {}))} 份文件，{len(problems)} 处要核对")
    return 1 if wrong else 0


def _check(options: argparse.Namespace) -> int:
    """Run the worked examples of the cities asked for, or of all."""
    packs = load_packs()
    return examples.main([packs.find(name).city.id for name in options.cities])
