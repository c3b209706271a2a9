"""Access tokens as the platform gives them: two families that do not disturb one another, limits, overlaps."""

import hmac
import secrets

from backend.wechat.sandbox.world import Account, Issued, Refusal, World

LIFE = 7200
OVERLAP = 300
FORCE_GAP = 30
FORCE_DAY = 20


def authenticate(world: World, app_id: object, secret: object) -> Account:
    """Return the account. Raises Refusal 40013 for an unknown app id, 40125 for a wrong secret."""
    account = world.accounts.get(app_id) if isinstance(app_id, str) else None
    if account is None:
        raise Refusal(40013, "invalid appid")
    if not isinstance(secret, str) or not hmac.compare_digest(secret.encode(), account.account.secret.encode()):
        raise Refusal(40125, "invalid appsecret")
    return account


def issue(world: World, app_id: str, family: str) -> tuple[str, int]:
    """Give out a new token; the one before stays valid for five minutes at most."""
    now = world.timestamp()
    old = world.tokens.get(world.current.get((app_id, family), ""))
    if old:
        old.expires_at = min(old.expires_at, now + OVERLAP)
    token = f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(96)}"
    world.tokens[token] = Issued(app_id, family, now + LIFE, now)
    world.current[app_id, family] = token
    _forget(world, now)
    return token, LIFE


def stable(world: World, app_id: str, force: bool) -> tuple[str, int]:
    """Give the stable token: the same while it has more than five minutes left, a new one when forced."""
    if force:
        return _forced(world, app_id)
    now, token = world.timestamp(), world.current.get((app_id, "stable"), "")
    issued = world.tokens.get(token)
    if issued and issued.expires_at - now > OVERLAP:
        world.stable[app_id, "same"] += 1
        return token, int(issued.expires_at - now)
    world.stable[app_id, "new"] += 1
    return issue(world, app_id, "stable")


def _forced(world: World, app_id: str) -> tuple[str, int]:
    """A forced refresh ends the old token at once. Twenty a day, thirty seconds apart."""
    now = world.timestamp()
    today = [at for at in world.forced.get(app_id, []) if now - at < 86400]
    if len(today) >= FORCE_DAY:
        raise Refusal(45009, "reach max api daily quota limit, force_refresh")
    if today and now - today[-1] < FORCE_GAP:
        raise Refusal(45011, "api minute-quota reach limit, force_refresh")
    world.forced[app_id] = [*today, now]
    rotate(world, app_id)
    return issue(world, app_id, "stable")


def rotate(world: World, app_id: str) -> None:
    """End the stable token at once, as when another system forces a refresh."""
    world.tokens.pop(world.current.pop((app_id, "stable"), ""), None)


def check(world: World, token: str | None) -> Account:
    """Return whose token this is. Raises Refusal 41001, 40001 or 42001."""
    if not token:
        raise Refusal(41001, "access_token missing")
    issued = world.tokens.get(token)
    if issued is None:
        raise Refusal(40001, "invalid credential, access_token is invalid or not latest")
    if world.timestamp() >= issued.expires_at:
        raise Refusal(42001, "access_token expired")
    return world.accounts[issued.app_id]


def _forget(world: World, now: float) -> None:
    """Forget tokens that ended a day ago."""
    for token in [token for token, issued in world.tokens.items() if now - issued.expires_at > 86400]:
        del world.tokens[token]
