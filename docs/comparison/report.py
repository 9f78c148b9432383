"""The report: tables of what was measured."""

from collections import defaultdict


def markdown(results, tools):
    documents = dict(sorted(results.documents.items()))
    measured = [tool for tool in tools if any(tool.name in entry["tools"] for entry in documents.values())]
    parts = [
        introduction(results, documents, measured),
        "## In total\n\n" + totals(documents, measured),
        "## Each description\n\n" + LEGEND + each(documents, measured),
        "## Size and time\n\n" + SIZES + sizes(documents, measured),
        "## What went wrong\n\n" + WRONG + wrong(documents, measured),
        "## Other attempts\n\n" + NOTES + notes(documents, measured),
    ]
    return "\n".join(parts)


def introduction(results, documents, tools):
    machine = results.machine
    bodies = sum(entry["bodies"] for entry in documents.values())
    examples = sum(entry["examples"] for entry in documents.values())
    valid = sum(entry["valid_examples"] for entry in documents.values())
    complete = sum(all(tool.name in entry["tools"] for tool in tools) for entry in documents.values())
    missing = "" if complete == len(documents) else f" Of these, {complete} were measured with each tool."
    used = "\n".join(f"- {label(tool, documents)}: {tool.use}" for tool in tools)
    return f"""<!-- Written by `docs/comparison/run`; do not edit by hand. -->

# Comparison

Results of this generator and others on the same {len(documents)} OpenAPI descriptions, with {bodies:,} webhooks that have a JSON body, and
{examples:,} payloads that the vendors publish as examples. {valid:,} of these are valid by their own schema. The others are excluded,
because a type may rightly reject them.{missing}

```sh
docs/comparison/run CORPUS... [--filter TEXT] [--tool NAME]
```

Each `CORPUS` is a folder of descriptions, which is not part of this project. The command installs the tools, generates a crate
from each description and compiles it. Then it decodes each example into the type that the tool emitted for the body of that
webhook. A body of several event types has several types in ours: the example decides, as a delivery does. Everything below was
measured by it, until {machine.get("date", "?")}, with {machine.get("cores", "?")} cores, {machine.get("memory", "?")} of memory and {machine.get("rustc", "?")}.

{used}

The other tools do what this project does not: mainly clients and servers, and typify any JSON Schema. Here only their
webhooks are compared. openapi-to-rust and oas3-gen read `webhooks`, not the older `x-webhooks`, so that key was renamed for
them. The server types of oas3-gen decode and do not encode.
"""


def label(tool, documents):
    """With the version that was measured, which may not be today's."""
    versions = {entry["tools"][tool.name]["tool_version"] for entry in documents.values() if tool.name in entry["tools"]}
    return f"{tool.name} {' and '.join(sorted(versions))}".strip()


def rows_of(documents, tool):
    return [(entry, entry["tools"][tool.name]) for entry in documents.values() if tool.name in entry["tools"]]


def totals(documents, tools):
    lines = defaultdict(list)
    shared = [
        name
        for name, entry in documents.items()
        if all(entry["tools"].get(tool.name, {}).get("generates") for tool in tools)
    ]
    for tool in tools:
        rows = rows_of(documents, tool)
        compiling = [(entry, row) for entry, row in rows if row.get("compiles")]
        valid = sum(entry["valid_examples"] for entry, _ in rows)
        count = {what: sum(row.get(what, 0) for _, row in rows) for what in ("decoded", "encoded", "same", "same_but_times")}
        lines["generates"].append(f"{sum(row['generates'] for _, row in rows)} of {len(rows)}")
        lines["compiles at the first attempt"].append(
            f"{sum('first_attempt' not in row for _, row in compiling)} of {len(rows)}"
        )
        lines["compiles at any attempt"].append(f"{len(compiling)} of {len(rows)}")
        lines["bodies that have a type"].append(
            f"{sum(row['bodies_with_type'] for _, row in compiling):,} of {sum(entry['bodies'] for entry, _ in rows):,}"
        )
        lines["valid examples that decode"].append(f"{count['decoded']:,} of {valid:,}")
        lines["… whose type also encodes"].append(f"{count['encoded']:,}")
        lines["… and encodes to equal JSON"].append(f"{count['same']:,}")
        lines["… or equal except for the format of times"].append(f"{count['same_but_times']:,}")
        lines["one type for all events, selected by event type"].append(
            "yes" if any(row.get("event_enum") for _, row in rows) else "no"
        )
        common = [documents[name]["tools"][tool.name] for name in shared]
        lines[f"seconds for the {len(shared)} descriptions that all tools generate"].append(
            f"{sum(row['seconds'] for row in common):.1f}"
        )
        lines["… types emitted"].append(f"{sum(row['types'] for row in common):,}")
        lines["… lines emitted"].append(f"{sum(row['lines'] for row in common):,}")
    return table(["", *(label(tool, documents) for tool in tools)], [[name, *cells] for name, cells in lines.items()])


LEGEND = """*a / b*: of the valid examples, *a* decode, and *b* encode to equal JSON again, with numbers compared by value. A single
number: the types only decode. *compiles*: the crate compiles, and there are no valid examples.

"""


def each(documents, tools):
    rows = []
    for name, entry in documents.items():
        cells = [cell(entry, entry["tools"].get(tool.name)) for tool in tools]
        rows.append([f"`{name}`", entry["openapi"], entry["bodies"], entry["valid_examples"], *cells])
    return table(["description", "OpenAPI", "bodies", "valid examples", *(tool.name for tool in tools)], rows)


def cell(entry, row):
    if row is None:
        return ""
    if not row.get("compiles") or "problem" in row:
        return row["outcome"]
    if not entry["valid_examples"]:
        return "compiles" + ("" if row["bodies_with_type"] else ", no type for the body")
    return f"{row['decoded']} / {row['same']}" if row["encoded"] else f"{row['decoded']}"


SIZES = """Seconds of the tool alone, the fastest of three runs. Other work ran on the machine, so these are upper bounds. Types and
lines of Rust, without manifests and fixtures.

"""


def sizes(documents, tools):
    rows = []
    for name, entry in documents.items():
        found = [entry["tools"].get(tool.name, {}) for tool in tools]
        cells = [f"{r['seconds']:.2f} s, {r['types']:,}, {r['lines']:,}" if r.get("generates") else "" for r in found]
        rows.append([f"`{name}`", f"{entry['bytes'] / 1000:,.0f} kB", *cells])
    return table(["description", "size", *(tool.name for tool in tools)], rows)


WRONG = """The first line of the first error.

"""


def wrong(documents, tools):
    rows = []
    for tool in tools:
        by_problem = defaultdict(list)
        for name, entry in documents.items():
            row = entry["tools"].get(tool.name, {})
            for failed in (row.get("first_attempt"), row):
                if failed and failed.get("problem"):
                    by_problem[(failed["outcome"], failed["problem"])].append(name)
        for (outcome, problem), names in sorted(by_problem.items()):
            named = ", ".join(f"`{name}`" for name in names)
            rows.append([tool.name, outcome, code(problem), named])
    return table(["tool", "outcome", "why", "descriptions"], rows)


NOTES = """Changes to the input or the options that were needed to get types that compile. For ours: the lines of `codegen.toml` that
its messages request.

"""


def notes(documents, tools):
    rows = []
    for tool in tools:
        by_note = defaultdict(list)
        for name, entry in documents.items():
            for note in entry["tools"].get(tool.name, {}).get("notes", []):
                by_note[note].append(name)
        rows += [[tool.name, note, ", ".join(f"`{name}`" for name in names)] for note, names in sorted(by_note.items())]
    return table(["tool", "what", "descriptions"], rows)


def code(text):
    text = text.replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)
