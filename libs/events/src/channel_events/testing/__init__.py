"""The test kit: deciders by given, when, then; views by what they make of events; reactions by the commands they give.
Nothing has to run."""

from channel_events.testing.deciders import given
from channel_events.testing.reactions import on
from channel_events.testing.recorded import recorded
from channel_events.testing.views import feed

__all__ = ["feed", "given", "on", "recorded"]
