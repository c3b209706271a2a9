"""Where conversations are kept: Redis, written as they stand.

Rasa's own store reads the conversation again before it writes it, and compares every event with every other, in case
somebody else wrote meanwhile. Here nobody does: the lock store lets one message of a person in at a time, and the next
one waits. What was read is what is written; sessions before the present one are given up (docs/adr/rasa-one-turn.md).
"""

from rasa.core.tracker_store import RedisTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker


class OneWriterStore(RedisTrackerStore):
    """Redis with one writer for a conversation at a time."""

    async def save(self, tracker: DialogueStateTracker, timeout: float | None = None) -> None:
        """Write the present conversation; it is forgotten after `timeout` seconds, else after `record_exp`."""
        await self.stream_events(tracker)
        key = self.key_prefix + tracker.sender_id
        self.red.set(key, self.serialise_tracker(tracker), ex=timeout or self.record_exp)
