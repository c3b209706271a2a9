"""What a page says when something is refused, missing or broken: one template, a sentence and a way on."""

import logging

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError

from backend.workdays import UncoveredYear
from backend.workflow.refusal import Refusal

log = logging.getLogger(__name__)

SENTENCES = {
    401: "登录已过期，请重新登录。",
    400: "提交的内容读不出来，请返回上一页检查后再试。",
    403: "这个页面不在您的职责范围内。需要权限请联系系统管理员。",
    404: "没有找到这个页面，或者它不在您的数据范围内。",
    405: "这个地址不能直接打开，请从页面上的按钮操作。",
    413: "上传的文件太大，请压缩或拆分后再试。",
    429: "操作太频繁，请稍等一分钟再试。",
    500: "系统出了问题，刚才的操作没有保存。请稍后再试；仍然不行，请把下面的编号告诉系统管理员。",
}
EXPIRED = "页面已过期，请刷新后再提交。"


class FormExpired(Forbidden):
    """The form was made by another session, or by none of ours."""

    description = EXPIRED


def register(blueprint: Blueprint) -> None:
    """Let the console answer for its own failures, and for addresses it does not know."""
    blueprint.register_error_handler(HTTPException, _http)
    blueprint.register_error_handler(Refusal, _refused)
    blueprint.register_error_handler(UncoveredYear, _refused)
    blueprint.register_error_handler(Exception, _broken)
    blueprint.add_url_rule("/<path:_>", endpoint="unknown", view_func=_unknown, methods=["GET", "POST"])


def _http(error: HTTPException):
    if error.response is not None:
        return error.response
    code = error.code or 500
    sentence = EXPIRED if isinstance(error, FormExpired) else SENTENCES.get(code, SENTENCES[400])
    return page(sentence, code)


def _refused(error: Refusal | UncoveredYear):
    return page(str(error), 409)


def _broken(error: Exception):
    log.exception("console failed", extra={"endpoint": request.endpoint})
    return page(SENTENCES[InternalServerError.code], InternalServerError.code)


def _unknown(_: str):
    return page(SENTENCES[404], 404)


def page(sentence: str, code: int):
    """Return the error page; a part of a page that htmx asked for gets the sentence alone."""
    if request.headers.get("HX-Request"):
        return sentence, code
    return render_template("console/error.html", sentence=sentence, code=code, request_id=g.get("request_id")), code
