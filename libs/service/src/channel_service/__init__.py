"""channel_service: what every HTTP service shares, so that a service holds only what is its own."""

from channel_service.app import attach, create_app
from channel_service.auth import BRAND, Allow, Open, Principal, Role, only_for_itself
from channel_service.cli import run
from channel_service.commands import Commands, Named
from channel_service.dependencies import By, Caller, Key, LogDep, NewId, PageDep, ReadDep, RuntimeDep, Today
from channel_service.http.body import BodyRefused, parse_json, unlimited_body
from channel_service.http.conditional import content_tag, set_etag
from channel_service.http.limits import spend_source, spend_unsigned, too_many, unsigned_waits
from channel_service.http.parameters import AnyParameters
from channel_service.kept_secrets import ROTATION, KeptSecrets, NewSecret, Rotation
from channel_service.listing import Filter, Listing, list_route, same
from channel_service.measures import Measure, Reconciled
from channel_service.models import Amount, Code, Day, Label, StrictModel, Text
from channel_service.outgoing import OutgoingClient, outgoing_client
from channel_service.paging import Page, PageRequest, fetch_page
from channel_service.problems import Problem, ProblemCatalogue
from channel_service.problems.refusals import invalid, unknown_parameters
from channel_service.receipts import Receipt, WrittenEvent
from channel_service.sealing import Sealer
from channel_service.seeing import SeenBy
from channel_service.service import Service
from channel_service.settings import Settings
from channel_service.work import Work
from channel_service.worker import Process

__all__ = [
    "BRAND",
    "ROTATION",
    "Allow",
    "Amount",
    "AnyParameters",
    "BodyRefused",
    "By",
    "Caller",
    "Code",
    "Commands",
    "Day",
    "Filter",
    "KeptSecrets",
    "Key",
    "Label",
    "Listing",
    "LogDep",
    "Measure",
    "Named",
    "NewId",
    "NewSecret",
    "Open",
    "OutgoingClient",
    "Page",
    "PageDep",
    "PageRequest",
    "Principal",
    "Problem",
    "ProblemCatalogue",
    "Process",
    "ReadDep",
    "Receipt",
    "Reconciled",
    "Role",
    "Rotation",
    "RuntimeDep",
    "Sealer",
    "SeenBy",
    "Service",
    "Settings",
    "StrictModel",
    "Text",
    "Today",
    "Work",
    "WrittenEvent",
    "attach",
    "content_tag",
    "create_app",
    "fetch_page",
    "invalid",
    "list_route",
    "only_for_itself",
    "outgoing_client",
    "parse_json",
    "run",
    "same",
    "set_etag",
    "spend_source",
    "spend_unsigned",
    "too_many",
    "unknown_parameters",
    "unlimited_body",
    "unsigned_waits",
]
