"""The results file: what was measured, by description and tool."""

import json


class Results:
    def __init__(self, path):
        self.path = path
        self.documents = json.loads(path.read_text()) if path.exists() else {}

    def describe(self, document):
        entry = self.documents.setdefault(document.name, {"tools": {}})
        entry |= {
            "openapi": document.version,
            "key": document.key,
            "bytes": document.path.stat().st_size,
            "bodies": len(document.bodies),
            "inline_bodies": sum(body.component is None for body in document.bodies),
            "examples": sum(len(body.examples) for body in document.bodies),
            "valid_examples": len(document.valid_examples),
        }
        self.documents[document.name] = entry

    def has(self, document, tool):
        return tool.name in self.documents.get(document.name, {"tools": {}})["tools"]

    def add(self, document, tool, row):
        """Saved at once: a comparison takes hours."""
        self.documents[document.name]["tools"][tool.name] = row
        self.path.write_text(json.dumps(self.documents, indent=1, sort_keys=True) + "\n")
