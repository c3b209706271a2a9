"""Work that nobody waits for: messages that leave the house, answers in WeChat, reminders, limits that run out.

`worker` is the process; `delivery` empties the outbox; `tasks` are what the schedule and the web process ask for.
"""
