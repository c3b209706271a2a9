"""Fixtures of the WeChat tests."""

from tests.wechat.fixtures import gateway, gateways, platform, redis, redis_server, settings

__all__ = ["gateway", "gateways", "platform", "redis", "redis_server", "settings"]
