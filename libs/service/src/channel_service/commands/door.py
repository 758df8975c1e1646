"""Routes that take commands: ``orders.post("/{order_id}/ship", ShipOrder, use=shipping, allow=[OPS], summary="Ship")``."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from inspect import Parameter, Signature
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

import msgspec
from channel_events import UseCase
from channel_events.pure import command_type, key_of
from channel_terms import check_days
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from channel_service.auth import Allow, Principal, Role
from channel_service.commands.form import Form, Unfit
from channel_service.dependencies import By, Caller, Key, LogDep, Today
from channel_service.http.body import read_document
from channel_service.receipts import Receipt

_SAME: dict[int | str, dict[str, Any]] = {200: {"description": "It was so already, with the same facts.", "model": Receipt}}
_NEW: dict[int | str, dict[str, Any]] = {201: {"description": "It is new or changed.", "model": Receipt}}
_GIVEN = (("request", Request), ("response", Response), ("log", LogDep), ("caller", Caller), ("by", By), ("key", Key), ("today", Today))

BODY = "__qudao_body__"
"""Where an endpoint keeps the model of its body, for the OpenAPI document."""


class Named(NamedTuple):
    """A part of a path that stands for several fields, like ``shop:1001``; ``fields`` takes it apart, or raises `Rejected`."""

    type: Any
    fields: Callable[[str], Mapping[str, Any]]


class Commands:
    """The commands of one resource, added to ``router``; a route's fields are its path's, then its body's (a deletion's: its query's).

    ``named`` tells of parts of paths that are no field by themselves.
    """

    def __init__(self, router: APIRouter, *, named: Mapping[str, Named] | None = None) -> None:
        self._router, self._named = router, named or {}

    def post(self, path: str, command: type[msgspec.Struct], **more: Any) -> None:
        """See `_add`."""
        self._add("POST", path, command, **more)

    def put(self, path: str, command: type[msgspec.Struct], **more: Any) -> None:
        """See `_add`."""
        self._add("PUT", path, command, **more)

    def delete(self, path: str, command: type[msgspec.Struct], **more: Any) -> None:
        """See `_add`; the fields that the path does not name are query parameters."""
        self._add("DELETE", path, command, **more)

    def _add(
        self,
        method: str,
        path: str,
        command: type[msgspec.Struct],
        *,
        summary: str,
        allow: Iterable[Role] | None = None,
        about: str | None = None,
        use: Callable[[Any], UseCase] | None = None,
        by_caller: Callable[[Principal, Any], Any] | None = None,
        created: bool = False,
        id: Callable[[Any], str] | None = None,  # noqa: A002 - what the receipt calls it
    ) -> None:
        """``use(command)`` tells which commands go to which streams; without it the command goes to its own. ``by_caller(caller,
        command)`` is the command as this caller may give it, or raises. ``created``: 201 tells that a thing is new (or changed, by a PUT),
        and a POST to a collection tells where it is found. ``id(command)`` is what the receipt calls the thing commanded, else its
        stream's key. ``allow`` replaces what the router declares.
        """
        names = [part.split("}")[0] for part in path.split("{")[1:]]
        given = {field for name in names if name not in self._named for field in [name]} | self._fields_named(names, command)
        route = _Route(Form(command, given), use, by_caller, id, self._named, method, created)
        self._router.add_api_route(
            path,
            route.endpoint(names, about or command.__doc__, f"{self._router.prefix}{path}"),
            methods=[method],
            summary=summary,
            status_code=201 if created and method == "POST" else 200,
            response_model=Receipt,
            responses=None if not created else _NEW if method == "PUT" else _SAME,
            dependencies=None if allow is None else [Allow(*allow)],
            openapi_extra=None if method == "DELETE" or not route.form.model.model_fields else route.described(),
        )

    def _fields_named(self, names: Iterable[str], command: type[msgspec.Struct]) -> set[str]:
        """What compound parts of the path stand for: the fields that name the stream."""
        return set(command_type(command).named) if any(name in self._named for name in names) else set()


class _Route:
    """One route: from a request to a receipt."""

    def __init__(
        self,
        form: Form[Any],
        use: Callable[[Any], UseCase] | None,
        by_caller: Callable[[Principal, Any], Any] | None,
        id_: Callable[[Any], str] | None,
        named: Mapping[str, Named],
        method: str,
        created: bool,
    ) -> None:
        self.form, self._use, self._by_caller, self._id = form, use, by_caller, id_
        self._named, self._method, self._created = named, method, created
        self._declared = command_type(form.cls)
        self._kind = f"{self._declared.kind}/"
        self._all_optional = not any(field.is_required() for field in form.model.model_fields.values())

    def endpoint(self, names: Iterable[str], about: str | None, path: str) -> Any:
        by_query = self._method == "DELETE"

        async def endpoint(
            request: Request, response: Response, log: Any, caller: Any, by: Any, key: Any, today: date, **more: Any
        ) -> Receipt:
            command = self._read(dict(more) if by_query else await self._document(request), self._of_path(more))
            check_days(command, today)
            if self._by_caller is not None:
                command = self._by_caller(caller, command)
            appended = await log.use(self._use, command, by=by, key=key)
            receipt = Receipt.of(self._called(command, appended), appended)
            if self._created:
                response.status_code = 201 if receipt.changed else 200
            if self._created and self._method == "POST" and self._id is None:
                response.headers["location"] = f"{path}/{quote(receipt.id, safe=':')}"
            return receipt

        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation) for name, annotation in _GIVEN]
        parameters += [Parameter(name, Parameter.KEYWORD_ONLY, annotation=Annotated[self._type(name), Path()]) for name in names]
        if by_query:
            parameters += [
                Parameter(name, Parameter.KEYWORD_ONLY, default=field.default, annotation=Annotated[field.rebuild_annotation(), Query()])
                for name, field in self.form.model.model_fields.items()
            ]
        endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        endpoint.__name__, endpoint.__doc__ = self._declared.name, about
        setattr(endpoint, BODY, None if by_query else self.form.model)
        return endpoint

    def described(self) -> dict[str, Any]:
        """The body as the OpenAPI document has it."""
        schema = {"$ref": f"#/components/schemas/{self.form.model.__name__}"}
        return {"requestBody": {"required": not self._all_optional, "content": {"application/json": {"schema": schema}}}}

    def _type(self, name: str) -> Any:
        if name in self._named:
            return self._named[name].type
        return Form(self.form.cls).model.model_fields[name].rebuild_annotation()

    async def _document(self, request: Request) -> Any:
        document = await read_document(request)
        if document is not None:
            return document
        if not self._all_optional:
            raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}])
        return None if await request.body() else {}  # a null is said, and no object

    def _of_path(self, more: dict[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, value in more.items():
            if name in self._named:
                given |= self._named[name].fields(value)
            elif name in self.form.given:
                given[name] = value
        return given

    def _read(self, document: Any, given: dict[str, Any]) -> Any:
        if self._method == "DELETE":
            return msgspec.convert(document | given, self.form.cls)
        try:
            command = self.form.read(document, given)
        except Unfit as unfit:
            raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in unfit.errors]) from None
        if missing := [field for field in self._declared.named if getattr(command, field) is None]:
            return msgspec.structs.replace(command, **{field: str(uuid.uuid4()) for field in missing})
        return command

    def _called(self, command: Any, appended: Any) -> str:
        """A repeated key answers with the events of the first time, and so with an id that was given then."""
        if self._id is not None:
            return self._id(command)
        return next((event.key for event in appended.events if event.stream.startswith(self._kind)), None) or key_of(command)
