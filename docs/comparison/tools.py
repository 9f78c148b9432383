"""The tools, each used as its documentation says."""

import functools
import json
import re
import shutil
from pathlib import Path

from documents import at, unescaped, without_nullable
from emitted import Emitted
from harness import Harness
from process import problem, run

# Seconds for building a tool from source.
INSTALL_LIMIT = 3600

# How often a description is generated for its time, and the seconds after which it is not done again.
RUNS = 3
LONG = 20

NAMES = ("ours", "oas3-gen", "openapi-to-rust", "typify")


def known(root, target):
    return [Ours(root, target), Oas3Gen(target), OpenapiToRust(target), Typify(target)]


class Tool:
    """A generator.

    `generate` writes the crate `subject` into a folder and returns the last run of the tool, with the notes that a reader
    needs. It runs for each of the `attempts` in turn, until one gives types that compile.
    `candidates` are the names that the tool may have given to the type of a body, the likeliest first.
    """

    name: str
    version: str
    # What it is given, and how it is run.
    use: str
    # The enum of all events, where the tool makes one.
    event_enum: str | None = None

    def __init__(self, target):
        self.target = target
        self.build = target / "build" / self.name
        self.lock = target / "locks" / f"{self.name}.lock"

    def attempts(self, document):
        return [""]

    def folder(self, document):
        return self.target / "crates" / self.name / re.sub(r"[^A-Za-z0-9.-]+", "_", document.name)

    def type_of(self, document, body, emitted):
        for name in self.candidates(document, body, emitted):
            found = emitted.named(name)
            if found:
                return found
        return None

    def type_of_example(self, document, body, example, emitted):
        return self.type_of(document, body, emitted)


class Published(Tool):
    """A tool from crates.io."""

    package: str

    @property
    def program(self):
        return self.target / "tools" / "bin" / self.package

    def install(self):
        arguments = ["cargo", "install", self.package, "--version", f"={self.version}", "--locked"]
        places = ["--root", self.target / "tools", "--target-dir", self.target / "build" / "tools"]
        installed = run(arguments + places, INSTALL_LIMIT)
        if not installed.ok:
            raise SystemExit(f"{self.package} cannot be installed: {problem(installed, INSTALL_LIMIT)}")


class Oas3Gen(Published):
    """Reads `webhooks`. A server's types implement `Deserialize` for what arrives, a client's `Serialize`."""

    name = package = "oas3-gen"
    version = "0.29.0"
    use = "`oas3-gen generate server-mod --workspace --all-schemas`"

    def attempts(self, document):
        named = any(body.operation_id for body in document.bodies)
        return ["--all-schemas", *(["--only"] if named else []), "types.rs"]

    def generate(self, document, folder, limit, attempt):
        source, notes = openapi_31_key(document, folder)
        selection = ["--all-schemas"]
        if attempt == "--only":
            selection = ["--only", ",".join(body.operation_id for body in document.bodies if body.operation_id)]
            notes.append("`--only` the webhooks")
        subject = folder / "subject"
        arguments = ["generate", "server-mod", "-i", source, "-o", subject, "--workspace"]
        result = run([self.program, *arguments, *selection, "--color", "never"], limit)
        if attempt == "types.rs" and result.ok:
            # Not what the documentation says; without it, nothing would be known of the types.
            (subject / "src" / "server.rs").unlink(missing_ok=True)
            (subject / "src" / "lib.rs").write_text("pub mod types;\npub use types::*;\n")
            notes.append("only its `types.rs`")
        return result, notes

    def candidates(self, document, body, emitted):
        if body.component:
            yield body.component
        else:
            yield f"{body.webhook} request body"
            # The request of an operation has its body as a member.
            for request in (body.operation_id, f"{body.method} webhooks {body.webhook}"):
                if request:
                    yield from emitted.member_type(f"{request} request", "body")


class OpenapiToRust(Published):
    """Reads `webhooks`."""

    name = package = "openapi-to-rust"
    version = "0.23.0"
    use = "`openapi-to-rust generate --types-only`"

    def generate(self, document, folder, limit, attempt):
        subject = folder / "subject"
        source, notes = openapi_31_key(document, folder)
        arguments = ["generate", source, "--types-only", "--output-dir", subject / "src" / "api"]
        result = run([self.program, *arguments], limit)
        if result.ok:
            dependencies = (subject / "src" / "api" / "REQUIRED_DEPS.toml").read_text()
            (subject / "Cargo.toml").write_text(manifest(dependencies))
            (subject / "src" / "lib.rs").write_text("pub mod api;\npub use api::*;\n")
        return result, notes

    def candidates(self, document, body, emitted):
        if body.component:
            yield body.component
        else:
            operation = body.operation_id or f"{body.method} webhook {body.webhook}"
            yield f"{operation} request"


class Typify(Published):
    """Reads JSON Schema: the components as definitions, and each inline body as one that is named after its webhook."""

    name = "typify"
    package = "cargo-typify"
    version = "0.8.0"
    use = "`cargo typify`, on the components and inline bodies as JSON Schema definitions"

    DEPENDENCIES = """
[dependencies]
chrono = { version = "0.4", features = ["serde"] }
regress = "0.10"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
uuid = { version = "1", features = ["serde"] }
"""

    def attempts(self, document):
        return ["all", "used"]

    def generate(self, document, folder, limit, attempt):
        source = folder / "subject" / "src"
        source.mkdir(parents=True)
        definitions = self.definitions(document)
        notes = []
        if attempt == "used":
            definitions = used(definitions, [body.component or self.definition(body) for body in document.bodies])
            notes.append("only the definitions that the bodies use")
        schema = folder / "schema.json"
        schema.write_text(
            json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": definitions})
        )
        result = run([self.program, "typify", schema, "--output", source / "lib.rs"], limit)
        (folder / "subject" / "Cargo.toml").write_text(manifest(self.DEPENDENCIES))
        return result, notes

    def definitions(self, document):
        text = without_nullable(document.text)
        definitions = dict((text.get("components") or {}).get("schemas") or {})
        for body in document.bodies:
            if body.component is None:
                definitions[self.definition(body)] = without_nullable({"schema": body.schema})["schema"]
        to_definitions(definitions)
        return definitions

    @staticmethod
    def definition(body):
        return f"{body.webhook} webhook"

    def candidates(self, document, body, emitted):
        yield body.component or self.definition(body)


class Ours(Tool):
    name = "ours"
    use = "`cargo webhooks generate`, with the configuration lines that its messages request"
    event_enum = "Event"

    def __init__(self, root, target):
        super().__init__(target)
        self.root = root
        self.version = self.commit()

    def commit(self):
        """The commit that changed it last: nothing is published yet."""
        parts = ["Cargo.lock", "cli", "generator", "receiver"]
        return run(["git", "log", "-1", "--format=%h", "--", *parts], 60, self.root).stdout.strip() or "?"

    @property
    def program(self):
        return self.target / "build" / "cli" / "release" / "cargo-webhooks"

    def install(self):
        arguments = ["cargo", "build", "--release", "--locked", "--package", "cargo-webhooks"]
        built = run([*arguments, "--target-dir", self.target / "build" / "cli"], INSTALL_LIMIT, self.root)
        if not built.ok:
            raise SystemExit(f"cargo-webhooks does not build: {problem(built, INSTALL_LIMIT)}")

    def generate(self, document, folder, limit, attempt):
        """Runs it again with the lines that its messages request, as a user would."""
        config = folder / "codegen.toml"
        config.write_text("")
        arguments = ["generate", "--spec", document.path, "--out", folder / "subject", "--config", config]
        arguments += ["--crate-name", "subject", "--message-format", "json"]
        while True:
            result = run([self.program, *arguments], limit, self.root)
            if result.ok or result.timed_out:
                break
            found = errors(result.stdout)
            result.stderr = "\n".join(f"error[{error['code']}]: {error['message']}" for error in found) + result.stderr
            merged = merge(config.read_text(), requested(found))
            if merged == config.read_text():
                break
            config.write_text(merged)
        lines = [line for line in config.read_text().splitlines() if " = " in line]
        return result, [f"configuration lines: {len(lines)}"] if lines else []

    def type_of(self, document, body, emitted):
        """The first where a body has several event types, and so several types."""
        place = (body.webhook, body.method)
        of_body = (event["payload"] for event in self.events(document) if (event["webhook"], event["method"]) == place)
        return next(filter(None, map(emitted.named, of_body)), None)

    def type_of_example(self, document, body, example, emitted):
        """That of the event type which the example states, as in a generated receiver."""
        stated = self.event_type(document, example.payload)
        of_example = (event["payload"] for event in self.events(document) if event["name"] == stated)
        return next(filter(None, map(emitted.named, of_example)), None) or self.type_of(document, body, emitted)

    def event_type(self, document, payload):
        location = self.catalogue(document)["event_type"] or {}
        values = (at(payload, pointer) for pointer in location.get("pointers", []))
        return location.get("separator", "").join(value for value in values if isinstance(value, str))

    def events(self, document):
        return self.catalogue(document)["event_types"]

    def catalogue(self, document):
        path = self.folder(document) / "subject" / "catalogue.json"
        return read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=1)
def read(path, _modified):
    return json.loads(path.read_text())


def openapi_31_key(document, folder):
    """The description for a tool that reads `webhooks` alone: with that key, and a note where it had another."""
    if document.key == "webhooks":
        return document.path, []
    text = {("webhooks" if key == document.key else key): value for key, value in document.text.items()}
    source = folder / "description.json"
    source.write_text(json.dumps(text))
    return source, [f"`{document.key}` renamed `webhooks`"]


def manifest(dependencies):
    return f'[package]\nname = "subject"\nversion = "0.0.0"\nedition = "2024"\npublish = false\n\n{dependencies}'


def to_definitions(value):
    """References to components become references to definitions."""
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            value["$ref"] = reference.replace("#/components/schemas/", "#/definitions/")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        to_definitions(item)


def used(definitions, names):
    """The definitions that are named, and all that they refer to."""
    found = {}
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found or name not in definitions:
            continue
        found[name] = definitions[name]
        references = re.findall(r'"\$ref": "#/definitions/([^"/]+)', json.dumps(definitions[name]))
        todo += [unescaped(reference) for reference in references]
    return found


def errors(lines):
    """The errors among findings, one JSON object a line."""
    findings = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [finding for finding in findings if finding.get("severity") == "error"]


def requested(findings):
    """The lines for `codegen.toml` that they print."""
    printed = (text.partition("codegen.toml (`--config`):\n")[2] for finding in findings for text in finding["help"])
    return [line for lines in printed for line in lines.splitlines()]


def merge(config, lines):
    """Adds lines to a configuration; what is there already stays."""
    tables = {"": {}}
    table = tables[""]
    for line in [*config.splitlines(), *lines]:
        if line.startswith("["):
            table = tables.setdefault(line, {})
        elif " = " in line:
            key, _, value = line.partition(" = ")
            table.setdefault(key, value)
    texts = ["\n".join([name, *(f"{key} = {value}" for key, value in table.items())]) for name, table in tables.items()]
    return "".join(f"{text}\n" for text in texts if text)


def compare(tool, document, limit):
    """Everything that is measured of one tool and one description: of the first attempt that gives types that compile."""

    def worth(row):
        return row.get("compiles", False), row.get("bodies_with_type", 0)

    rows = []
    for attempt in tool.attempts(document):
        rows.append(measure(tool, document, limit, attempt))
        if all(worth(rows[-1])):
            break
    row = max(rows, key=worth)
    if row is not rows[0]:
        row["first_attempt"] = {key: rows[0].get(key) for key in ("outcome", "problem")}
    return row


def measure(tool, document, limit, attempt):
    """Generates, compiles, decodes."""
    folder = tool.folder(document)
    seconds = []
    # The fastest of some runs is that which was disturbed least.
    while len(seconds) < RUNS and sum(seconds) < LONG:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        generated, notes = tool.generate(document, folder, limit, attempt)
        seconds.append(generated.seconds)
    row = {"tool_version": tool.version, "seconds": round(min(seconds), 3), "notes": notes, "generates": generated.ok}
    if not generated.ok:
        return row | {"outcome": "does not generate", "problem": shown(problem(generated, limit), tool, document)}
    emitted = Emitted(folder / "subject" / "src")
    row |= {"types": len(emitted.types), "lines": emitted.lines}
    row["event_enum"] = tool.event_enum is not None and emitted.named(tool.event_enum) is not None
    types = {id(body): tool.type_of(document, body, emitted) for body in document.bodies}
    row["bodies_with_type"] = sum(name is not None for name in types.values())

    harness = Harness(tool, folder, limit)
    checked = harness.check()
    row["compiles"] = checked.ok
    if not checked.ok:
        row["compile_errors"] = len(re.findall(r"^error(?!: (could not|aborting))", checked.stderr, re.MULTILINE))
        return row | {"outcome": "does not compile", "problem": shown(problem(checked, limit), tool, document)}
    # Each example with its type; those that have none are not decoded.
    valid = document.valid_examples
    examples = [(tool.type_of_example(document, body, example, emitted), body, example) for body, example in valid]
    row["examples_with_type"] = sum(name is not None for name, _, _ in examples)
    results, failure = harness.decode([(name, body, example) for name, body, example in examples if name])
    row |= {"decoded": 0, "encoded": 0, "same": 0, "same_but_times": 0, "failures": []}
    if failure:
        return row | {"outcome": "harness does not run", "problem": shown(failure, tool, document)}
    for example, result in results:
        for what in ("decoded", "encoded", "same", "same_but_times"):
            row[what] += result[what]
        if result["problem"]:
            row["failures"].append(f"{example}: {shown(result['problem'], tool, document)}")
    return row | {"outcome": f"decodes {row['decoded']} of {len(examples)}"}


def shown(text, tool, document):
    """Without the places where things are on this machine, and not too long."""
    for path in (tool.folder(document), document.path.parent, tool.target, Path.home()):
        text = text.replace(f"{path}/", "").replace(str(path), "")
    return text if len(text) <= 300 else text[:299] + "…"
