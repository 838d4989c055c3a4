"""protocol/openapi.yaml as a test sees it: its operations, and checks of requests and real answers against its schemas.

Answers are held to the letter: a member that the description does not name is a fault here, though clients are told to expect more."""
import copy
import datetime
import json
import pathlib
import re
import uuid

import jsonschema
import yaml

PATH = pathlib.Path(__file__).resolve().parents[2] / "protocol" / "openapi.yaml"
METHODS = ("get", "post", "put", "delete", "patch")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    if isinstance(text, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text):
            raise ValueError("no RFC 3339 time")
        # fromisoformat() takes at most six digits of a second, and no leap second
        datetime.datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text).upper().replace(":60", ":59", 1))
    return True


@formats.checks("uuid", raises=ValueError)
def is_uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text


@formats.checks("uri")
def is_uri(text):
    return not isinstance(text, str) or re.fullmatch(r"https?://[!-~]+", text) is not None


@formats.checks("uri-reference")
def is_uri_reference(text):
    return not isinstance(text, str) or re.fullmatch(r"[!-~]+", text) is not None


class Who:
    """Who may call an operation, by its security: roles of tokens, roles of sessions; is_open: everybody; gateway: only by a gateway's own token; page: who is not logged in is sent
    to the log-in page instead of a 401."""

    def __init__(self, operation):
        security = operation.get("security")
        assert security is not None, f"{operation['operationId']}: say who may (security)"
        described = {name: set(roles) for need in security for name, roles in need.items()}
        assert set().union(*described.values()) <= {"source", "agency", "coordinator", "admin", "auditor"}
        self.is_open = security == []
        self.bearer, self.session = described.get("bearer", set()), described.get("session", set())
        self.gateway = "gateway" in described
        self.page = not self.is_open and "303" in operation["responses"]


class Description:
    def __init__(self, path=PATH):
        self.doc = yaml.safe_load(pathlib.Path(path).read_text("utf-8"))
        self.closed = copy.deepcopy(self.doc)
        self.done = set()
        for _, _, operation in self.operations(self.closed):
            self.close(operation["responses"])
        for hook in self.closed["webhooks"].values():
            self.close(hook["post"]["requestBody"])

    def operations(self, doc=None):
        """(method, path, operation) of all paths, parameters of the path included."""
        for path, item in (doc or self.doc)["paths"].items():
            for method in METHODS:
                if method in item:
                    yield method.upper(), path, item[method]

    def parameters(self, method, path):
        item = self.doc["paths"][path]
        return [self.follow(p) for p in item.get("parameters", []) + item[method.lower()].get("parameters", [])]

    def who_may(self, method, path):
        return Who(self.doc["paths"][path][method.lower()])

    def follow(self, node, doc=None):
        """What a $ref points to; every other node is its own."""
        while isinstance(node, dict) and "$ref" in node:
            target = doc or self.doc
            assert node["$ref"].startswith("#/"), node["$ref"]
            for part in node["$ref"][2:].split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def close(self, node):
        """Objects that an answer is made of may have no members but those described. Works in self.closed."""
        if isinstance(node, dict):
            if id(node) in self.done:
                return
            self.done.add(id(node))
            if "$ref" in node:
                self.close(self.follow(node, self.closed))
            if "properties" in node and "object" in node.get("type", ""):
                node.setdefault("additionalProperties", False)
            for name, value in node.items():
                if name not in ("example", "examples"):
                    self.close(value)
        elif isinstance(node, list):
            for value in node:
                self.close(value)

    def validator(self, schema, doc=None):
        doc = doc or self.doc
        resolver = jsonschema.RefResolver(base_uri="", referrer=doc)
        return jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=formats)

    def faults(self, schema, value, doc=None):
        """What is wrong with value, each with its place; [] when it fits."""
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in self.validator(schema, doc).iter_errors(value)]

    def request_fits(self, method, path, value):
        schema = self.doc["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
        return self.validator(schema).is_valid(value)

    def check_answer(self, method, path, answer, may_be_default=False):
        """answer: requests.Response to a request of that operation. Returns the status, as a string, under which it is described."""
        responses = self.closed["paths"][path][method.lower()]["responses"]
        status = str(answer.status_code)
        what = f"{method} {path} -> {status}: {answer.text[:500]}"
        assert status in responses or may_be_default, f"this status is not described: {what}"
        described = self.follow(responses.get(status, responses.get("default")), self.closed)
        for name, header in described.get("headers", {}).items():
            header = self.follow(header, self.closed)
            assert name in answer.headers, f"no {name}: {what}"
            for value in answer.raw.headers.getlist(name):  # there may be several cookies
                assert self.faults(header["schema"], value, self.closed) == [], what
        if "content" not in described:
            assert answer.content == b"" and "Content-Type" not in answer.headers, what
            return status
        media = answer.headers.get("Content-Type", "").split(";")[0].strip()
        assert media in described["content"], f"this Content-Type is not described: {media}: {what}"
        schema = described["content"][media]["schema"]
        value = json.loads(answer.content) if media.endswith("json") else answer.text
        faults = self.faults(schema, value, self.closed)
        assert faults == [], f"{faults} in {what}"
        if media == "application/problem+json":
            assert value["status"] == answer.status_code, what
        return status
