"""Signing in and out, what the server says of itself, and the clock of the sandbox."""

from datetime import timedelta

from backend import clock
from backend.store import people
from miniprogram_api import doors, policy, sandbox, wire
from miniprogram_api.errors import NotFound
from miniprogram_api.parts import parts
from miniprogram_api.routes import api


@api.get("/about", responses={200: wire.About})
def about():
    """Say what a client needs to know before anybody signs in."""
    settings, packs = parts().settings, policy.packs()
    return wire.About(
        sandbox=settings.sandbox,
        sandbox_phone=settings.wechat_base_url if settings.sandbox else None,
        test_users=list(sandbox.test_users()) if settings.sandbox else [],
        cities=[wire.CityName(id=pack.city.id, name=pack.city.name) for pack in packs.values()],
        city=policy.first_city(),
    )


@api.post("/session", responses={200: wire.SignedIn})
def sign_in(body: wire.LoginCode):
    """Exchange a WeChat login code for a session token."""
    account, now = parts().settings.mini_program, doors.now()
    login = parts().gateways.mini_program.code2session(body.code)
    person = people.sign_in("mini_program", account.app_id, login.openid, login.unionid, now)
    token = people.open_session(person.id, doors.client_name(), now)
    return wire.SignedIn(token=token, expires_in=int(people.SESSION_LENGTH.total_seconds()), applicant=person.id)


@api.delete("/session", responses={200: wire.Done})
def sign_out():
    """End this session."""
    people.close_session(doors.session().id, doors.now())
    return wire.Done(toast="已退出登录")


@api.delete("/sessions", responses={200: wire.Done})
def sign_out_everywhere():
    """End every session of the signed-in person, e.g. after a phone was lost."""
    people.close_all_sessions(doors.me(), doors.now())
    return wire.Done(toast="已在所有设备上退出登录")


@api.post("/sandbox/clock", responses={200: wire.Clock})
def move_clock(body: wire.ClockAhead):
    """Set the sandbox's clock ahead, so that five working days need not be waited for. Sandbox mode only."""
    if not parts().settings.sandbox:
        raise NotFound
    return wire.Clock(now=clock.set_ahead(timedelta(days=body.days)))
