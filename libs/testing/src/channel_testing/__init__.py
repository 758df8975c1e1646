"""The test kit: deciders by given, when, then; use cases on a log in memory; views by what they make of events; reactions by the
commands they give. Nothing has to run."""

from channel_testing.deciders import TODAY, Given, given
from channel_testing.desk import Desk
from channel_testing.events import START, recorded
from channel_testing.reactions import on
from channel_testing.timers import at
from channel_testing.views import feed

__all__ = ["START", "TODAY", "Desk", "Given", "at", "feed", "given", "on", "recorded"]
