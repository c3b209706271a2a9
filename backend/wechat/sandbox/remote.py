"""What the H5 client does where there is no WeChat around it: in sandbox mode it answers WeChat's dialogue here."""

import logging
from collections.abc import Mapping

import requests

from backend.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 5


def answer_dialogue(settings: Settings, openid: str, answers: Mapping[str, str]) -> bool:
    """Tell the sandbox platform what a person chose (template id of the account → accept or reject).

    The sandbox then knows the consent and pushes its popup event, as WeChat does after its own dialogue. Does nothing
    with a real account. Returns whether the sandbox took it.
    """
    if not settings.sandbox:
        return False
    url = f"{settings.wechat_base_url}/_ctl/subscribe"
    try:
        answer = requests.post(url, json={"openid": openid, "answers": dict(answers)}, timeout=SECONDS)
    except requests.RequestException as error:
        log.warning("the sandbox does not answer: %s", type(error).__name__)
        return False
    return answer.ok
