"""What a person does on the phone: opens the program, writes, answers a dialogue, follows, takes consent back."""

from collections.abc import Mapping
from typing import Any

from backend.wechat.sandbox.files import keep
from backend.wechat.sandbox.push import UNAVAILABLE, Outcome, Pusher, Shape, shown_text
from backend.wechat.sandbox.sending import CUSTOMER_WINDOW, ENTER_WINDOW, open_window
from backend.wechat.sandbox.world import Account, World

MESSAGE_WINDOW = (5, CUSTOMER_WINDOW)
BRIEF_WINDOW = {"mini_program": (2, ENTER_WINDOW), "official_account": (3, ENTER_WINDOW)}
LONG_TERM = 3


class Impossible(ValueError):
    """The client would not let a person do this; the Chinese sentence says why."""


class Phone:
    """The phone of one person."""

    def __init__(self, world: World, pusher: Pusher, name: str):
        self._world, self._pusher = world, pusher
        self.user = world.user(name)

    # --- writing ---

    def text(self, kind: str, text: str, shape: Shape | None = None) -> Outcome:
        """Write a text to an account."""
        account = self._account(kind)
        self._say(account, "out", "text", {"content": text})
        return self._message(account, self._pusher.message(account, self._openid(account), "text", Content=text), shape)

    def picture(self, kind: str, data: bytes, media_type: str, shape: Shape | None = None) -> Outcome:
        """Send a picture to an account."""
        account = self._account(kind)
        with self._world.lock:
            media_id = keep(self._world, account.app_id, data, media_type)
        self._say(account, "out", "image", {"media_id": media_id})
        address = f"https://mmbiz.qpic.cn/sandbox/{media_id}"
        push = self._pusher.message(account, self._openid(account), "image", PicUrl=address, MediaId=media_id)
        return self._message(account, push, shape)

    def _message(self, account: Account, push: Mapping[str, Any], shape: Shape | None) -> Outcome:
        """Push a message; what comes back at once is shown in the chat of an official account alone."""
        with self._world.lock:
            open_window(self._world, self._openid(account), *MESSAGE_WINDOW, typed=True)
        self.user.visited_at = self._world.timestamp()
        outcome = self._pusher.send(account, push, shape)
        if account.kind == "official_account":
            self._show(account, outcome)
        return outcome

    def _show(self, account: Account, outcome: Outcome) -> None:
        if not outcome.accepted:
            self._say(account, "system", "notice", {"content": UNAVAILABLE})
        elif shown_text(outcome.reply):
            self._say(account, "in", "text", {"content": shown_text(outcome.reply), "passive": True})

    # --- consent to messages ---

    def subscribe(self, answers: Mapping[str, str], scene: str = "0") -> Outcome:
        """Answer the dialogue of wx.requestSubscribeMessage: template id → accept or reject."""
        account = self._account("mini_program")
        kinds = {account.templates[template].type for template in answers if template in account.templates}
        if not 1 <= len(answers) <= 3 or len(kinds) != 1 or set(answers) - set(account.templates):
            raise Impossible("一次最多选三个模板，要都在账号里，一次性和长期的不能混在一起。")
        with self._world.lock:
            for template, answer in answers.items():
                self._consent(account, template, answer)
        entries = [self._entry(template, answer, PopupScene=scene) for template, answer in answers.items()]
        return self._event(account, "subscribe_msg_popup_event", List=entries)

    def _consent(self, account: Account, template: str, answer: str) -> None:
        consent = self._world.consent(self._openid(account), template)
        accepted = answer == "accept"
        consent.rejected = not accepted
        if account.templates[template].type == LONG_TERM:
            consent.accepted = accepted
        elif accepted:
            consent.remaining += 1
        self._world.changed.set()

    def cancel(self, template: str) -> Outcome:
        """Take the consent back in the settings of the program."""
        account = self._account("mini_program")
        if template not in account.templates:
            raise Impossible("账号里没有这个模板。")
        with self._world.lock:
            consent = self._world.consent(self._openid(account), template)
            consent.remaining, consent.accepted, consent.rejected = 0, False, True
            self._world.changed.set()
        return self._event(account, "subscribe_msg_change_event", List=[self._entry(template, "reject")])

    def _entry(self, template: str, answer: str, **more: str) -> dict[str, str]:
        return {"TemplateId": template, "SubscribeStatusString": answer, **more}

    # --- everything else ---

    def enter(self, kind: str) -> Outcome:
        """Open the customer-service chat of the program, or a menu entry of the official account."""
        account = self._account(kind)
        with self._world.lock:
            open_window(self._world, self._openid(account), *BRIEF_WINDOW[kind], typed=False)
        return self._event(account, "user_enter_tempsession", SessionFrom="")

    def click(self, key: str) -> Outcome:
        """Tap a menu entry of the official account."""
        account = self._account("official_account")
        with self._world.lock:
            open_window(self._world, self._openid(account), *BRIEF_WINDOW[account.kind], typed=False)
        outcome = self._event(account, "CLICK", EventKey=key)
        self._show(account, outcome)
        return outcome

    def follow(self, yes: bool = True) -> Outcome:
        """Follow or leave the official account."""
        account = self._account("official_account")
        self.user.follows = yes
        self._world.changed.set()
        outcome = self._event(account, "subscribe" if yes else "unsubscribe", EventKey="")
        if yes:
            self._show(account, outcome)
        return outcome

    def revoke(self, kind: str, event: str = "user_authorization_revoke") -> Outcome:
        """Take back the authorization to use personal data; `user_authorization_cancellation` closes the account."""
        account = self._account(kind)
        fields = {"OpenID": self._openid(account), "AppID": account.app_id, "RevokeInfo": "1"}
        return self._event(account, event, **fields)

    def _event(self, account: Account, name: str, **fields: Any) -> Outcome:
        return self._pusher.send(account, self._pusher.event(account, self._openid(account), name, **fields))

    def _account(self, kind: str) -> Account:
        found = [account for account in self._world.accounts.values() if account.kind == kind]
        if not found:
            raise Impossible("没有配置这个账号。")
        return found[0]

    def _openid(self, account: Account) -> str:
        return self._world.openid(self.user.name, account.app_id)

    def _say(self, account: Account, direction: str, kind: str, content: Mapping[str, Any]) -> None:
        self._world.say(self.user.name, account=account.kind, direction=direction, kind=kind, content=dict(content))
