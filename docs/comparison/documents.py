"""What a description says about its webhooks: their JSON bodies, and the examples of these."""

import copy
import json
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
SUFFIXES = {".json", ".yaml", ".yml"}


@dataclass
class Example:
    """A payload that the vendor publishes as a whole."""

    name: str
    payload: object
    # What is wrong with it by its own schema, or None.
    problem: str | None = None


@dataclass
class Body:
    """The JSON body of a webhook."""

    webhook: str
    method: str
    operation_id: str | None
    # Where its schema is.
    file: Path
    pointer: str
    schema: object
    # The component that the schema refers to.
    component: str | None
    examples: list[Example] = field(default_factory=list)


@dataclass
class Document:
    """A description that has webhooks with JSON bodies."""

    name: str
    path: Path
    text: dict
    # `webhooks`, or `x-webhooks`, as it was called before OpenAPI 3.1.
    key: str
    bodies: list[Body]

    @property
    def version(self):
        return str(self.text.get("openapi", "?"))

    @property
    def valid_examples(self):
        return [(body, example) for body in self.bodies for example in body.examples if example.problem is None]


def documents(corpora, helper, wanted):
    """All documents of the corpora that count, those that compile fastest first."""
    found = []
    for corpus, path in ((corpus, path) for corpus in corpora for path in sorted(corpus.rglob("*"))):
        name = path.relative_to(corpus).as_posix()
        if path.suffix not in SUFFIXES or not path.is_file() or wanted not in name or not is_description(path):
            continue
        document = read(corpus, path, helper)
        if document is not None:
            found.append(document)
    names = [document.name for document in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SystemExit(f"several corpora have these: {', '.join(twice)}")
    return sorted(found, key=lambda document: (document.path.stat().st_size, document.name))


def is_description(path):
    """Whether the file says that it is an OpenAPI description: reading all files of a corpus takes long."""
    return b"openapi" in path.read_bytes()


def read(corpus, path, helper):
    text = helper.read(path)
    if not isinstance(text, dict) or "openapi" not in text:
        return None
    key = "webhooks" if text.get("webhooks") else "x-webhooks"
    document = Document(path.relative_to(corpus).as_posix(), path, text, key, [])
    files = Files(path, text, helper)
    for name, item in mapping(text.get(key)).items():
        document.bodies += item_bodies(files, path, f"/{key}/{escaped(name)}", name, item)
    if not document.bodies:
        return None
    add_published_examples(document)
    check_examples(document, helper)
    return document


class Files:
    """Follows references, into other files as well."""

    def __init__(self, path, text, helper):
        self.root, self.helper = path, helper
        self.read = {path: text}

    def follow(self, value, file, pointer=""):
        """The value that is meant, and the file and the pointer where it is."""
        for _ in range(32):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                break
            target, _, pointer = value["$ref"].partition("#")
            file = (file.parent / target).resolve() if target else file
            if file not in self.read:
                self.read[file] = self.helper.read(file) if file.is_file() else {}
            value = at(self.read[file], pointer)
        return value, file, pointer


def item_bodies(files, file, pointer, name, item):
    """The bodies of a path item, or of a callback, which has path items under expressions."""
    item, file, pointer = files.follow(item, file, pointer)
    bodies = []
    for method, operation in mapping(item).items():
        here = f"{pointer}/{escaped(method)}"
        if method in METHODS and isinstance(operation, dict):
            body = operation_body(files, file, here, name, method, operation)
            bodies += [body] if body else []
        elif method.startswith(("{", "http")) and isinstance(operation, dict):
            bodies += item_bodies(files, file, here, name, operation)
    return bodies


def operation_body(files, file, pointer, name, method, operation):
    request, file, pointer = files.follow(operation.get("requestBody"), file, f"{pointer}/requestBody")
    for media_type, content in mapping(mapping(request).get("content")).items():
        essence = media_type.partition(";")[0].strip().lower()
        if essence != "application/json" and not essence.endswith("+json"):
            continue
        pointer = f"{pointer}/content/{escaped(media_type)}/schema"
        content = mapping(content)
        schema = content.get("schema", {})
        # A reference within another file is to a component of that file.
        named = component(schema) if file == files.root else None
        body = Body(name, method, operation.get("operationId"), file, pointer, schema, named)
        body.examples = examples(files, file, content)
        return body
    return None


def mapping(value):
    """An object; an empty one for whatever else is there."""
    return value if isinstance(value, dict) else {}


def component(schema):
    reference = mapping(schema).get("$ref")
    prefix = "#/components/schemas/"
    return unescaped(reference[len(prefix):]) if isinstance(reference, str) and reference.startswith(prefix) else None


def examples(files, file, content):
    """Those of the media type; only where it has none, those of the schema."""
    found = []
    if "example" in content:
        found.append(Example("example", content["example"]))
    for name, example in mapping(content.get("examples")).items():
        example, _, _ = files.follow(example, file)
        if isinstance(example, dict) and "value" in example:
            found.append(Example(name, example["value"]))
    if found:
        return found
    schema, _, _ = files.follow(content.get("schema", {}), file)
    schema = mapping(schema)
    several = schema.get("examples")
    payloads = [schema["example"]] if "example" in schema else several if isinstance(several, list) else []
    return [Example(f"schema example {number}", payload) for number, payload in enumerate(payloads)]


def add_published_examples(document):
    """Examples that a vendor publishes beside the description, in a file `examples/NAME.index.json`.

    It belongs to the descriptions beside the folder whose names begin with `NAME.`, and lists
    `{"name": EVENT, "examples": [PAYLOAD, …]}`. The webhook is `EVENT-ACTION`, or `EVENT` for a payload without `action`.
    """
    by_webhook = {body.webhook.replace("_", "-"): body for body in document.bodies}
    for index in sorted(document.path.parent.glob("examples/*.index.json")):
        if not document.path.name.startswith(index.name.removesuffix("index.json")):
            continue
        for event in json.loads(index.read_text()):
            for number, payload in enumerate(event["examples"]):
                names = [event["name"], payload.get("action")]
                body = by_webhook.get("-".join(name for name in names if isinstance(name, str)).replace("_", "-"))
                body = body or by_webhook.get(event["name"].replace("_", "-"))
                if body:
                    body.examples.append(Example(f"{index.name} {event['name']} {number}", payload))


def check_examples(document, helper):
    checked = []
    for body in document.bodies:
        for example in body.examples:
            if body.file == document.path:
                checked.append((body, example))
            else:
                example.problem = "not checked: the schema is in another file"
    if checked:
        checks = [{"pointer": fragment(body.pointer), "instance": example.payload} for body, example in checked]
        problems = helper.check({"document": without_nullable(document.text), "checks": checks})
        for (_, example), problem in zip(checked, problems, strict=True):
            example.problem = problem


def fragment(pointer):
    """The pointer as the fragment of a URI."""
    return urllib.parse.quote(pointer, safe="/~!$&'()*+,;=:@-._")


def without_nullable(text):
    """The document in the dialect of OpenAPI 3.1, which is JSON Schema: no `nullable`, bounds that are numbers."""
    text = copy.deepcopy(text)
    todo = [(text, False)]
    while todo:
        # Members of `properties` are names, whatever they look like.
        value, names = todo.pop()
        if isinstance(value, list):
            todo += [(item, False) for item in value]
        elif isinstance(value, dict):
            if not names:
                say_null(value)
                say_bounds(value)
            for key, member in value.items():
                if names or key not in {"example", "examples", "default", "enum", "const"}:
                    todo.append((member, not names and key in {"properties", "patternProperties", "schemas"}))
    return text


def say_null(schema):
    if schema.get("nullable") is not True:
        return
    del schema["nullable"]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"].append(None)
    elif schema:
        inner = dict(schema)
        schema.clear()
        schema["anyOf"] = [inner, {"type": "null"}]


def say_bounds(schema):
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if schema.get(bound) is True and limit in schema:
            schema[bound] = schema.pop(limit)
        elif isinstance(schema.get(bound), bool):
            del schema[bound]


def at(value, pointer):
    for step in pointer.split("/")[1:]:
        step = unescaped(urllib.parse.unquote(step))
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return {}
    return value


def escaped(name):
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(step):
    return step.replace("~1", "/").replace("~0", "~")
