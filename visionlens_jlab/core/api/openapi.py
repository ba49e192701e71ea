"""The whole REST API: its routes, and their OpenAPI 3.1 document.

`python -m visionlens_jlab.core.api.openapi > openapi.json` writes it.
"""

from __future__ import annotations

import json
import sys
import zlib
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from tornado.web import HTTPError

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Binary, Body, Operation, Route
from visionlens_jlab.core.api.shapes import About, Limits
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import capabilities
from visionlens_jlab.core.shapes import ErrorBody, Model
from visionlens_jlab.core.views.shapes import TilesRequest
from visionlens_jlab.errors import CODES
from visionlens_jlab.version import __version__

CONTRACT = Binary("application/json", "This document.")


class AboutHandler(Resource):
    """`about`."""

    @Operation("Version and limits", response=About)
    async def get(self) -> None:
        """The extension's version and limits."""
        limits = Limits(tile_ids=_most_tiles(), body_bytes=self.services.body_bytes)
        await self.answer(About(version=__version__, limits=limits))


class OpenApiHandler(Resource):
    """`openapi.json`."""

    @Operation("The contract", response=CONTRACT)
    async def get(self) -> None:
        """The contract of this API."""
        self.finish(await self.work(lambda: json.dumps(document())))


class UnknownHandler(Resource):
    """Everything else below the prefix."""

    async def prepare(self) -> None:
        """Refuse strangers first, then anybody."""
        await super().prepare()
        raise HTTPError(404, "There is nothing at this address.")


def _most_tiles() -> int:
    schema = TilesRequest.model_json_schema()
    return int(schema["properties"]["ids"]["anyOf"][0]["maxItems"])


CORE = tuple(
    f"visionlens_jlab.core.api.{part}:ROUTES" for part in ("openapi", "jobs", "datasets", "views")
)


def routes() -> list[Route]:
    """Those of the core, then those that capabilities declare."""
    declared = (part for capability in capabilities() for part in capability.routes)
    return [route for part in (*CORE, *declared) for route in resolve(part)]


REF = "#/components/schemas/"


class Untitled(GenerateJsonSchema):
    """Schemas whose fields have no titles, which would only say their names again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Of no field."""
        return False


def document() -> dict[str, Any]:
    """The contract as JSON-compatible values; addresses are relative to the Jupyter base URL."""
    served = routes()
    refusals: dict[str, Any] = {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "VisionLens",
            "version": "1",
            "description": "Every failure has the shape ErrorBody; its code is one of "
            + ", ".join(CODES)
            + ".",
        },
        "servers": [{"url": f"/{API_PREFIX}", "description": "Below the Jupyter base URL."}],
        "security": [{"jupyter": []}, {"cookie": [], "xsrf": []}, {"kernel": []}],
        "paths": {f"/{route.template}": _path(route, refusals) for route in served},
        "components": {
            "schemas": _schemas(served),
            "parameters": {
                name: {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
                for name, kind in sorted({part for route in served for part in route.parameters})
            },
            "responses": dict(sorted(refusals.items())),
            "securitySchemes": {
                "jupyter": _key("header", "Authorization", "`token <the Jupyter server's token>`"),
                "cookie": _key("cookie", "_xsrf", "Jupyter's login cookie and its _xsrf cookie"),
                "xsrf": _key("header", "X-XSRFToken", "The value of the _xsrf cookie"),
                "kernel": _key("header", "Authorization", "`visionlens <$VISIONLENS_TOKEN>`"),
            },
        },
    }


def _path(route: Route, refusals: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    if route.parameters:
        item["parameters"] = [
            {"$ref": f"#/components/parameters/{name}"} for name, _ in route.parameters
        ]
    for verb, operation in route.operations.items():
        item[verb] = _operation(route, verb, operation, refusals)
    return item


def _operation(
    route: Route, verb: str, operation: Operation, refusals: dict[str, Any]
) -> dict[str, Any]:
    name = route.handler.__name__.removesuffix("Handler")
    described: dict[str, Any] = {
        "operationId": f"{verb}{name}",
        "summary": operation.summary,
        "responses": _responses(operation, refusals),
    }
    if operation.query:
        described["parameters"] = _query(operation.query)
    if operation.request:
        content = _media(operation.request)
        if operation.also:
            content |= _media(operation.also)
        described["requestBody"] = {"content": content}
        if _is_required(operation):
            described["requestBody"]["required"] = True
    return described


def _responses(operation: Operation, refusals: dict[str, Any]) -> dict[str, Any]:
    """Exactly what may be answered: the success and each status with the codes it stands for.

    Refusals are named, kept in `refusals` and referred to: operations have most of them in common.
    """
    described = {str(operation.status): _answer(operation)}
    if operation.cached:
        described["304"] = {"description": "As the client has it."}
    by_status: dict[int, list[str]] = {}
    for code in operation.codes:
        by_status.setdefault(CODES[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        name = f"{status}.{zlib.crc32(' '.join(codes).encode()):08x}"
        refusals[name] = _refusal(codes)
        described[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return described


def _refusal(codes: list[str]) -> dict[str, Any]:
    shape = {"$ref": REF + ErrorBody.__name__, "properties": {"code": {"enum": codes}}}
    return {"description": ", ".join(codes), "content": {wire.JSON: {"schema": shape}}}


def _is_required(operation: Operation) -> bool:
    """Whether there must be a body: nothing at all is read as `{}`."""
    body = operation.request
    return isinstance(body, Binary) or any(
        part.is_required() for part in (body.model_fields.values() if body else ())
    )


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.response is None:
        return {"description": "Done; no content."}
    answer = _content(operation.summary, operation.response)
    if operation.also_response:
        answer["content"] |= _media(operation.also_response)
    if operation.headers:
        answer["headers"] = {name: {"schema": {"type": "integer"}} for name in operation.headers}
    return answer


def _content(description: str, body: Body) -> dict[str, Any]:
    return {"description": description, "content": _media(body)}


def _media(body: Body) -> dict[str, Any]:
    if not isinstance(body, Binary):
        return {"application/json": {"schema": {"$ref": REF + body.__name__}}}
    if body.content_type == "application/json":
        return {body.content_type: {"schema": {"type": "object"}}}
    schema = {"type": "string", "format": "binary", "description": body.description}
    return {body.content_type: {"schema": schema}}


def _query(model: type[Model]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(schema_generator=Untitled)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "schema": part}
        | ({"required": True} if name in required else {})
        for name, part in schema["properties"].items()
    ]


def _key(place: str, name: str, description: str) -> dict[str, str]:
    return {"type": "apiKey", "in": place, "name": name, "description": description}


def _schemas(served: list[Route]) -> dict[str, Any]:
    bodies = [
        body
        for route in served
        for operation in route.operations.values()
        for body in (operation.request, operation.response)
        if body is not None and not isinstance(body, Binary)
    ]
    declared = [resolve(shape) for capability in capabilities() for shape in capability.shapes]
    unique = dict.fromkeys([*bodies, *declared])
    _, schemas = models_json_schema(
        [(shape, "validation") for shape in unique],
        ref_template=REF + "{model}",
        schema_generator=Untitled,
    )
    return {
        name: {key: part for key, part in schema.items() if key != "title"}
        for name, schema in sorted(schemas["$defs"].items())
    }


def main() -> None:
    """Write the document to standard output; prettier breaks it into lines."""
    json.dump(document(), sys.stdout)
    sys.stdout.write("\n")


ROUTES = [Route("about", AboutHandler), Route("openapi.json", OpenApiHandler)]


if __name__ == "__main__":
    main()
