"""`./talent staff …`: accounts of the console. Production starts with none until `./talent staff add` makes one."""

import argparse
import sys
from collections.abc import Collection, Sequence

from backend import clock
from backend.settings import Settings
from backend.store import audit, staff
from backend.store.database import connection, migrate
from backend.store.models import Employer, Staff
from backend.workflow import rulebook
from backend.workflow.rights import ROLE_NAMES, STAFF_ROLES, Role

OPERATOR = audit.Actor("system", "command_line")


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand. Returns the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return 0
    migrate(Settings.from_environment())
    try:
        with connection():
            options.run(options)
    except (staff.LoginTaken, staff.WeakPassword, LookupError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./talent staff", description="工作台账号")
    commands = parser.add_subparsers(title="子命令")
    add = commands.add_parser("add", help="新增账号，打印一次性密码；首次登录必须修改")
    add.add_argument("login", help="账号，例如 wangfang")
    add.add_argument("name", help="姓名")
    roles = "、".join(f"{role}（{ROLE_NAMES[role]}）" for role in sorted(STAFF_ROLES))
    add.add_argument("role", choices=sorted(STAFF_ROLES), metavar="ROLE", help=roles)
    add.add_argument("--city", help="城市编号，如政策包的文件夹名")
    add.add_argument("--agency", help="部门编号，见政策包 city.yml")
    add.add_argument("--window", help="窗口编号，见政策包 city.yml")
    add.add_argument("--place", help="只办某个县（市、区）的件")
    add.add_argument("--employer", help="用人单位的统一社会信用代码（用人单位账号必填）")
    add.set_defaults(run=_add)
    for name, run, text in (
        ("reset", _reset, "重置密码并退出所有设备"),
        ("disable", _disable, "停用账号"),
    ):
        one = commands.add_parser(name, help=text)
        one.add_argument("login")
        one.set_defaults(run=run)
    commands.add_parser("list", help="列出账号").set_defaults(run=_list)
    return parser


def _add(options: argparse.Namespace) -> None:
    _check_place(options)
    scope = staff.Scope(options.city, options.agency, options.window, options.place, _employer(options))
    password, now = staff.random_password(options.login), clock.now()
    row = staff.add(options.login, options.name, options.role, scope, password, now)
    audit.record(OPERATOR, "add_staff", "staff", row.id, now, {"role": options.role})
    print(f"已新增 {options.login}（{ROLE_NAMES[Role(options.role)]}），一次性密码：{password}")


def _check_place(options: argparse.Namespace) -> None:
    """Raise LookupError when a name is none of the pack's: an account with a name typed wrong would see nothing."""
    packs = rulebook.packs()
    if options.city is None:
        if options.agency or options.window or options.place:
            raise LookupError("写了部门、窗口或县（市、区），也要用 --city 写明是哪个城市。")
        return
    _must_be_one_of("城市", options.city, packs)
    city = packs[options.city].city
    _must_be_one_of("部门", options.agency, city.agencies)
    _must_be_one_of("窗口", options.window, city.windows)
    _must_be_one_of("县（市、区）", options.place, [district.name for district in city.districts])


def _must_be_one_of(kind: str, given: str | None, known: Collection[str]) -> None:
    if given is not None and given not in known:
        raise LookupError(f"没有叫“{given}”的{kind}，可以写：{'、'.join(known)}")


def _employer(options: argparse.Namespace) -> str | None:
    if options.role != Role.EMPLOYER:
        return None
    found = Employer.get_or_none(Employer.credit_code == options.employer) if options.employer else None
    if found is None:
        raise LookupError("用人单位账号要写 --employer 统一社会信用代码，而且该单位已经登记。")
    return str(found.id)


def _account(login: str) -> Staff:
    found = Staff.get_or_none(Staff.login == login)
    if found is None:
        raise LookupError(f"没有账号“{login}”，用 ./talent staff list 查看全部账号。")
    return found


def _reset(options: argparse.Namespace) -> None:
    row, password, now = _account(options.login), staff.random_password(options.login), clock.now()
    staff.set_password(row.id, password, now, must_change=True)
    audit.record(OPERATOR, "reset_password", "staff", row.id, now)
    print(f"{row.login} 的一次性密码：{password}")


def _disable(options: argparse.Namespace) -> None:
    row, now = _account(options.login), clock.now()
    staff.disable(row.id, now)
    audit.record(OPERATOR, "disable_staff", "staff", row.id, now)
    print(f"已停用 {row.login}")


def _list(_: argparse.Namespace) -> None:
    for row in Staff.select().order_by(Staff.login):
        scope = row.employer.name if row.employer_id else row.window or row.agency or row.city or ""
        print(f"{row.login:20} {row.name:10} {ROLE_NAMES[Role(row.role)]:12} {scope}  {row.state}")
