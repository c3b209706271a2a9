"""What people write for others to read goes past WeChat's content check when it is handed in.

Only then: the platform checks for people who were here within two hours. Numbers of papers, phones and cards are masked
before. What WeChat finds risky is refused with what else one can do; a doubtful text is taken, people read it here.
Where WeChat does not answer, or does not know the person, the text is taken as well: nobody's complaint waits for it.
"""

import logging

from backend.store import people
from backend.store.crypto import mask_typed
from backend.wechat.errors import WeChatError
from backend.wechat.gateway import CHECKED_LENGTH
from miniprogram_api import wire
from miniprogram_api.errors import Refused
from miniprogram_api.parts import parts

log = logging.getLogger(__name__)


class Unfit(Refused):
    """WeChat finds a text unfit to be shown. `field` is the field of the request it came in."""

    def __init__(self, field: str):
        message = "微信的内容安全检查没有通过，请去掉不合适的词句后再提交；也可以到窗口或打电话反映。"
        super().__init__(422, "unfit_content", message, [wire.FieldProblem(field=field, code="unfit", message=message)])


def check(applicant: str | None, **texts: str) -> None:
    """Check the texts of a request, by field. Raises Unfit for the first that must not be shown."""
    openid = applicant and people.openid_of(applicant, parts().settings.mini_program.app_id)
    if not openid:
        return
    for field, text in texts.items():
        if _risky(openid, mask_typed(text)):
            raise Unfit(field)


def _risky(openid: str, text: str) -> bool:
    pieces = [text[at : at + CHECKED_LENGTH] for at in range(0, len(text), CHECKED_LENGTH)]
    try:
        return any(parts().gateways.mini_program.check_text(openid, piece).risky for piece in pieces)
    except WeChatError as error:
        log.warning("a text was not checked: %s", error)
        return False
