"""Everything that speaks to WeChat: the gateway out, the callbacks in, and a strict double of the platform.

Only this package knows the platform's wire formats, and only `gateway` imports wechatpy.
"""
