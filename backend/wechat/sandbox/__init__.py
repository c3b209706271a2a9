"""A strict double of the WeChat platform, run while no app id is configured and in every test of the WeChat side.

It refuses what the platform refuses, counts what it counts, forgets what it forgets, and fails as it fails. Its rules
are written apart from those of the gateway, so that one mistake cannot hide another. Nothing here is used with a real
account.
"""
