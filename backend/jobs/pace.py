"""How fast messages may leave, shared by all workers through Redis: a token bucket, a pause, a pace that recovers."""

from redis import Redis

TAKE = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local full, want = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'rate', 'slowed')
local rate = math.min(tonumber(known[3]) or full, full)
local slowed = tonumber(known[4]) or now
local minutes = math.floor((now - slowed) / 60)
if minutes > 0 and rate < full then
  rate = math.min(full, rate + full / 10 * minutes)
  slowed = slowed + 60 * minutes
end
local size = math.max(1, rate / 2)
local tokens = math.min(size, (tonumber(known[1]) or size) + math.max(0, now - (tonumber(known[2]) or now)) * rate)
local taken = math.min(want, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tokens - taken, 'at', now, 'rate', rate, 'slowed', slowed)
redis.call('EXPIRE', KEYS[1], 86400)
return taken
"""
"""full rate, wanted → taken. The bucket holds half a second's worth; a lowered rate gains a tenth a minute."""

SLOWER = """
local full = tonumber(ARGV[1])
local clock = redis.call('TIME')
local rate = math.min(tonumber(redis.call('HGET', KEYS[1], 'rate')) or full, full)
redis.call('HSET', KEYS[1], 'rate', math.max(1, rate / 2), 'slowed', clock[1], 'tokens', 0)
"""


class Pace:
    """The pace of one account. Every method may raise redis.exceptions.RedisError."""

    def __init__(self, redis: Redis, app_id: str, per_second: int):
        self._redis, self._per_second = redis, per_second
        self._bucket, self._stop = f"talent:pace:{app_id}", f"talent:pace:{app_id}:paused"
        self._take, self._slower = redis.register_script(TAKE), redis.register_script(SLOWER)

    def take(self, wanted: int) -> int:
        """Return how many messages may go out now, at most `wanted`."""
        return int(self._take(keys=[self._bucket, self._stop], args=[self._per_second, wanted]))

    def slower(self) -> None:
        """Halve the pace; it recovers by a tenth of the full pace every minute."""
        self._slower(keys=[self._bucket], args=[self._per_second])

    def pause(self, seconds: float) -> None:
        """Let nothing out for so long; a longer pause that runs already stays."""
        milliseconds = int(seconds * 1000)
        if milliseconds > max(0, self._redis.pttl(self._stop)):
            self._redis.set(self._stop, 1, px=milliseconds)

    def paused(self) -> float:
        """Return for how many seconds nothing goes out."""
        return max(0, self._redis.pttl(self._stop)) / 1000

    def resume(self) -> None:
        """End a pause, e.g. after the operator cleared the quota."""
        self._redis.delete(self._stop)
