"""Every way a request can fail, as one shape: a stable code, a Chinese sentence, the fields, the id of the request.

`answer` is the one mapping from exceptions to HTTP. Nothing of the inside ever travels: what is not in the table is a
500 whose cause stands in the log beside the id of the request.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence

from flask import Response, g, make_response
from peewee import OperationalError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from backend.policy import FactError, UnknownCity, UnknownItem
from backend.policy.eligibility import NoFunding
from backend.policy.money import UnknownArea
from backend.store.materials import InUse, TooManyPages
from backend.store.photographs import UnfitFile
from backend.wechat.errors import Kind, WeChatError
from backend.workdays import UncoveredYear, UnknownUnit, WrongLength
from backend.workflow.drafts import NotMended, NotReady
from backend.workflow.refusal import Refusal
from miniprogram_api import wire

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request is refused by the interface itself: HTTP status, code, Chinese sentence, fields."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[wire.FieldProblem] = ()):
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, list(fields)


class NotFound(Refused):
    """What is asked for is not there, or is not this person's: the two look alike."""

    def __init__(self, message: str = "没有找到，可能已经删除，请返回刷新后再试。"):
        super().__init__(404, "not_found", message)


class SignInNeeded(Refused):
    """There is no live session."""

    def __init__(self) -> None:
        super().__init__(401, "unauthenticated", "登录已过期，请重新登录后再试。")


class ConsentNeeded(Refused):
    """The person has not agreed to the processing of personal data."""

    def __init__(self) -> None:
        super().__init__(403, "consent_required", "请先阅读并同意个人信息处理规则，再填写个人信息。")


REFUSALS: Mapping[str, int] = {
    "not_found": 404,
    "no_such_material": 404,
    "forbidden": 403,
    "wrong_state": 409,
    "stale": 409,
    "frozen": 409,
    "already_running": 409,
    "notice_over": 409,
    "objection_decided": 409,
}
"""Code of a refused command → HTTP status; every other one is 422."""


def body(status: int, code: str, message: str, fields: Sequence[wire.FieldProblem] = ()) -> Response:
    """Return an error answer."""
    problem = wire.Problem(code=code, message=message, fields=list(fields), request_id=g.get("request_id", ""))
    response = make_response(wire.Error(error=problem).model_dump_json(), status)
    response.mimetype = "application/json"
    return response


def _refused(error: Refused) -> Response:
    return body(error.status, error.code, error.message, error.fields)


def _refusal(error: Refusal) -> Response:
    problems = error.problems if isinstance(error, NotReady | NotMended) else ()
    fields = [wire.FieldProblem(field=p.field, code=p.code, message=p.message) for p in problems]
    return body(REFUSALS.get(error.code, 422), error.code, error.message, fields)


def problems_of(error: FactError) -> list[wire.FieldProblem]:
    """Return what is wrong with given facts, field by field."""
    return [
        wire.FieldProblem(
            field=problem.name, code=problem.code, message=problem.message, suggestions=list(problem.suggestions)
        )
        for problem in error.problems
    ]


def _facts(error: FactError) -> Response:
    first = error.problems[0]
    return body(422, first.code, first.message, problems_of(error))


def _named(field: str, code: str) -> Callable[[Exception], Response]:
    def answer_named(error: Exception) -> Response:
        suggestions = list(getattr(error, "suggestions", ()) or getattr(error, "known", ()))
        problem = wire.FieldProblem(field=field, code=code, message=str(error), suggestions=suggestions)
        return body(422, code, str(error), [problem])

    return answer_named


def _wechat(error: WeChatError) -> Response:
    if error.kind == Kind.PERMANENT:
        return body(401, "wechat_refused", error.sentence)
    log.warning("wechat: %s", error)
    return body(503, "wechat_unavailable", "微信暂时没有回应，请稍后再试。")


def _busy(error: OperationalError) -> Response:
    log.error("database: %s", type(error).__name__)
    return body(503, "busy", "系统正忙，请稍后再试，已填写的内容不会丢失。")


HTTP_MESSAGES: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "请求的格式不对，请更新小程序后再试。"),
    403: ("forbidden", "没有权限进行这项操作。"),
    404: ("not_found", "没有这个地址，请检查后再试。"),
    405: ("method_not_allowed", "这个地址不支持这种操作。"),
    411: ("length_required", "请求缺少长度，请更新小程序后再试。"),
    413: ("too_large", "内容太大：一张照片最大 10 MB，请压缩后再试。"),
    415: ("unsupported_media_type", "请求的内容类型不对，请更新小程序后再试。"),
    429: ("too_many_requests", "操作太频繁，请稍等一分钟再试。"),
}


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response
    status = error.code or 500
    code, message = HTTP_MESSAGES.get(status, ("http_error", "没有办成，请稍后再试。"))
    answer_ = body(status, code, message)
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            answer_.headers[name] = value
    return answer_


TABLE: Mapping[type[Exception], Callable] = {
    Refused: _refused,
    Refusal: _refusal,
    FactError: _facts,
    UnknownCity: _named("city", "unknown_city"),
    UnknownItem: _named("item", "unknown_item"),
    UnknownArea: _named("area", "unknown_area"),
    NoFunding: _named("item", "no_funding"),
    UncoveredYear: _named("event_on", "uncovered_year"),
    UnknownUnit: _named("unit", "unknown_unit"),
    WrongLength: _named("length", "wrong_length"),
    UnfitFile: lambda error: body(422, error.code, str(error), [_file(error)]),
    TooManyPages: lambda error: body(422, "too_many_pages", str(error)),
    InUse: lambda error: body(409, "in_use", str(error)),
    WeChatError: _wechat,
    OperationalError: _busy,
    HTTPException: _http,
}
"""Exception → answer; a subclass takes the row of its nearest ancestor."""


def _file(error: UnfitFile) -> wire.FieldProblem:
    return wire.FieldProblem(field="file", code=error.code, message=str(error))


def answer(error: Exception) -> Response:
    """Return the HTTP answer for an exception that left a route."""
    for ancestor in type(error).__mro__:
        if ancestor in TABLE:
            return TABLE[ancestor](error)
    log.error("request failed: %s", type(error).__name__, exc_info=error)
    return body(500, "internal", "服务器出错了，我们已经记录。请稍后再试；急事请拨打服务热线。")


# --- requests that do not fit their model -----------------------------------------------------------------------------

SENTENCES: Mapping[str, str] = {
    "missing": "请填写这一项。",
    "extra_forbidden": "没有这个参数，请检查拼写。",
    "string_too_short": "请至少填写 {min_length} 个字。",
    "string_too_long": "最多填写 {max_length} 个字。",
    "string_pattern_mismatch": "格式不对，请检查后重新填写。",
    "string_type": "这一项要填文字。",
    "unreadable_text": "这里有看不见的控制字符，请删掉后重新填写。",
    "int_type": "这一项要填整数。",
    "int_parsing": "这一项要填整数。",
    "float_parsing": "这一项要填数字。",
    "bool_type": "这一项只能是“是”或“否”。",
    "bool_parsing": "这一项只能是“是”或“否”。",
    "list_type": "这一项要填一组内容。",
    "dict_type": "这一项要填一组名称和值。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "literal_error": "只能是：{expected}。",
    "date_from_datetime_parsing": "日期要写成 2026-03-01 这样，而且确有这一天。",
    "date_parsing": "日期要写成 2026-03-01 这样，而且确有这一天。",
    "timezone_naive": "时间按北京时间填写，不带时区。",
    "datetime_from_date_parsing": "时间要写成 2026-03-01T09:00 这样，而且确有这一天。",
    "datetime_parsing": "时间要写成 2026-03-01T09:00 这样，而且确有这一天。",
    "date_type": "日期要写成 2026-03-01 这样。",
    "date_from_datetime_inexact": "日期要写成 2026-03-01 这样，不带钟点。",
    "too_short": "请至少选择 {min_length} 项。",
    "too_long": "最多 {max_length} 项。",
    "model_attributes_type": "请求的内容要写成 JSON 对象。",
    "model_type": "请求的内容要写成 JSON 对象。",
}
"""Kind of pydantic error → the sentence; others say that the value does not fit."""


def invalid(error: ValidationError) -> Response:
    """Return the answer to a request that does not fit its model: every field with what to do."""
    fields = [
        wire.FieldProblem(
            field=".".join(str(part) for part in found["loc"]) or "body", code=found["type"], message=_sentence(found)
        )
        for found in error.errors(include_url=False, include_input=False)
    ]
    return body(422, "invalid_request", "有内容没有填对，请按提示修改后再提交。", fields)


def _sentence(found: Mapping) -> str:
    template = SENTENCES.get(found["type"], "这一项的内容不对，请检查后重新填写。")
    choices = "、".join(re.findall(r"'([^']*)'", str((found.get("ctx") or {}).get("expected", ""))))
    return template.format_map((found.get("ctx") or {}) | {"expected": choices})
