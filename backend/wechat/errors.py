"""What went wrong at WeChat and what that means for the caller: a closed table of the platform's codes. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a caller can do about an error."""

    PERMANENT = "permanent"  # the same call will fail again
    TRANSIENT = "transient"  # surely nothing happened; try later
    THROTTLED = "throttled"  # too many calls this minute
    QUOTA = "quota"  # too many calls today
    TOKEN = "token"  # noqa: S105 - the access token is stale and renewing it did not help
    AMBIGUOUS = "ambiguous"  # the call may have had its effect; the answer never came


class Scope(StrEnum):
    """How far an error reaches: what else will fail in the same way."""

    CALL = "call"
    USER = "user"
    MESSAGE = "message"
    TEMPLATE = "template"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Meaning:
    """What an errcode means, with the sentence staff or the person read."""

    kind: Kind
    scope: Scope
    sentence: str


_BUSY = "微信系统繁忙，稍后会自动重试。"
_STALE = "微信接口凭证失效，正在更新，稍后会自动重试。"
_SETUP = "微信公众平台的配置不对，请管理员检查。"
_CODE = "登录凭证已失效或已使用，请退出小程序后重新进入。"

MEANINGS: Mapping[int, Meaning] = {
    -1: Meaning(Kind.TRANSIENT, Scope.CALL, _BUSY),
    43108: Meaning(Kind.TRANSIENT, Scope.CALL, "正在给这位用户发送另一条消息，稍后会自动重试。"),
    40001: Meaning(Kind.TOKEN, Scope.ACCOUNT, _STALE),
    40014: Meaning(Kind.TOKEN, Scope.ACCOUNT, _STALE),
    42001: Meaning(Kind.TOKEN, Scope.ACCOUNT, _STALE),
    45011: Meaning(Kind.THROTTLED, Scope.ACCOUNT, "微信接口调用太频繁，下一分钟会自动继续。"),
    45009: Meaning(Kind.QUOTA, Scope.ACCOUNT, "今天的微信接口调用次数已用完，明天会自动继续。"),
    # one person
    43101: Meaning(Kind.PERMANENT, Scope.USER, "对方没有订阅这类消息，或订阅次数已用完。"),
    40003: Meaning(Kind.PERMANENT, Scope.USER, "对方的微信标识无效，可能已注销。"),
    43104: Meaning(Kind.PERMANENT, Scope.USER, "对方与这个小程序没有关联。"),
    45015: Meaning(Kind.PERMANENT, Scope.USER, "对方超过 48 小时没有发来消息，不能再用客服消息回复。"),
    45047: Meaning(Kind.PERMANENT, Scope.USER, "客服消息的条数已用完，要等对方再发来消息。"),
    45072: Meaning(Kind.PERMANENT, Scope.MESSAGE, "输入状态的命令不对。"),
    45080: Meaning(Kind.PERMANENT, Scope.USER, "对方 30 秒内没有发来消息，不能显示输入状态。"),
    45081: Meaning(Kind.PERMANENT, Scope.USER, "已经在显示输入状态。"),
    61010: Meaning(Kind.PERMANENT, Scope.USER, "对方两小时内没有打开过小程序，不能检查内容。"),
    40029: Meaning(Kind.PERMANENT, Scope.USER, _CODE),
    40163: Meaning(Kind.PERMANENT, Scope.USER, _CODE),
    40226: Meaning(Kind.PERMANENT, Scope.USER, "微信判定该账号有风险，暂时不能登录，请到窗口办理。"),
    # one message
    47003: Meaning(Kind.PERMANENT, Scope.MESSAGE, "消息内容不符合模板要求，请管理员检查模板关键词。"),
    41030: Meaning(Kind.PERMANENT, Scope.MESSAGE, "消息指向的页面不在已发布的小程序里。"),
    45168: Meaning(Kind.PERMANENT, Scope.MESSAGE, "消息里有微信不允许的词语。"),
    45002: Meaning(Kind.PERMANENT, Scope.MESSAGE, "消息内容太长。"),
    44002: Meaning(Kind.PERMANENT, Scope.MESSAGE, "发给微信的内容是空的。"),
    47001: Meaning(Kind.PERMANENT, Scope.MESSAGE, "发给微信的内容格式不对。"),
    40004: Meaning(Kind.PERMANENT, Scope.MESSAGE, "微信不支持这种类型的文件，请换成图片。"),
    40007: Meaning(Kind.PERMANENT, Scope.MESSAGE, "文件在微信里已过期，请重新发送。"),
    40009: Meaning(Kind.PERMANENT, Scope.MESSAGE, "图片太大，请压缩到 2MB 以内。"),
    40129: Meaning(Kind.PERMANENT, Scope.MESSAGE, "内容检查的场景值不对。"),
    40097: Meaning(Kind.PERMANENT, Scope.MESSAGE, "发给微信的参数不对。"),
    # one template
    40037: Meaning(Kind.PERMANENT, Scope.TEMPLATE, "小程序里没有这个消息模板，请管理员重新选用。"),
    43107: Meaning(Kind.PERMANENT, Scope.TEMPLATE, "这个消息模板或订阅消息能力被微信封禁。"),
    # the account
    48001: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "账号没有这个接口的权限。"),
    48004: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "接口被微信封禁，请到公众平台查看原因。"),
    46003: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "服务号还没有菜单。"),
    48006: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "本月清零次数已用完。"),
    40013: Meaning(Kind.PERMANENT, Scope.ACCOUNT, _SETUP),
    40125: Meaning(Kind.PERMANENT, Scope.ACCOUNT, _SETUP),
    40164: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "服务器地址不在公众平台的 IP 白名单里，请管理员添加。"),
    40200: Meaning(Kind.PERMANENT, Scope.ACCOUNT, _SETUP),
    89501: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "公众平台管理员还没有确认服务器地址。"),
    89503: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "要由公众平台管理员确认服务器地址。"),
    89506: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "公众平台管理员拒绝了服务器地址。"),
    89507: Meaning(Kind.PERMANENT, Scope.ACCOUNT, "公众平台管理员拒绝了服务器地址。"),
}
"""errcode → meaning. A code not listed is permanent for its message: stop, and let a person look."""

UNKNOWN_CODE = Meaning(Kind.PERMANENT, Scope.MESSAGE, "微信返回了未知的错误，请管理员查看。")
UNREACHABLE = Meaning(Kind.TRANSIENT, Scope.CALL, "暂时连不上微信，稍后会自动重试。")
SERVER_ERROR = Meaning(Kind.TRANSIENT, Scope.CALL, "微信服务器出错，稍后会自动重试。")
NO_ANSWER = Meaning(Kind.AMBIGUOUS, Scope.CALL, "微信没有回应，是否成功要等微信通知。")

STALE_TOKEN = frozenset({40001, 40014, 42001})

_RID = re.compile(r"\s*rid: (\S+)\s*$")
_SECRETS = re.compile(r"(access_token|secret|js_code|session_key|code|ticket)=[^&\s\"']+", re.IGNORECASE)


def scrub(text: str) -> str:
    """Return `text` without the values of secrets that stand in addresses."""
    return _SECRETS.sub(r"\1=***", text)


class WeChatError(Exception):
    """WeChat refused a call, or did not answer it.

    `kind` says what to do, `scope` how far it reaches, `errcode` is the platform's code (None where it did not answer),
    `detail` its words without secrets, `rid` the request id that its support asks for. `sentence` is for people.
    """

    def __init__(self, meaning: Meaning, errcode: int | None = None, detail: str = "", rid: str | None = None):
        super().__init__(f"{meaning.kind} errcode={errcode} {detail}".strip())
        self.meaning, self.errcode, self.detail, self.rid = meaning, errcode, detail, rid

    @property
    def kind(self) -> Kind:
        """What the caller can do."""
        return self.meaning.kind

    @property
    def scope(self) -> Scope:
        """How far the error reaches."""
        return self.meaning.scope

    @property
    def sentence(self) -> str:
        """What to tell a person, in Chinese."""
        return self.meaning.sentence


def refused(errcode: int, errmsg: str) -> WeChatError:
    """Return the error for an errcode and the platform's words about it."""
    rid = _RID.search(errmsg)
    detail = scrub(_RID.sub("", errmsg))
    return WeChatError(MEANINGS.get(errcode, UNKNOWN_CODE), errcode, detail, rid and rid.group(1))
