"""The test kit: deciders by given, when, then; use cases on a log in memory; views by what they make of events; reactions by the
commands they give. Nothing has to run."""

from channel_events.testing.deciders import TODAY, Given, given
from channel_events.testing.desk import Desk
from channel_events.testing.reactions import on
from channel_events.testing.recorded import recorded
from channel_events.testing.timers import at
from channel_events.testing.views import feed

__all__ = ["TODAY", "Desk", "Given", "at", "feed", "given", "on", "recorded"]
