"""The results file: what was measured, by description and tool, and on what machine."""

import contextlib
import datetime
import fcntl
import json
import os

from process import run


class Results:
    def __init__(self, path):
        self.path = path
        self.load()

    def load(self):
        saved = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.machine = saved.get("machine", {})
        self.documents = saved.get("documents", {})

    def has(self, document, tool):
        return tool.name in self.documents.get(document.name, {"tools": {}})["tools"]

    def add(self, document, tool, row):
        """Saved at once: a comparison takes hours. Another run may add something at the same time."""
        entry = described(document)
        with self.locked():
            self.load()
            self.machine |= machine()
            saved = self.documents.setdefault(document.name, {"tools": {}})
            saved |= entry
            saved["tools"][tool.name] = row
            text = json.dumps({"machine": self.machine, "documents": self.documents}, indent=1, sort_keys=True)
            new = self.path.with_suffix(".new")
            new.write_text(text + "\n")
            new.replace(self.path)

    @contextlib.contextmanager
    def locked(self):
        with self.path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def described(document):
    return {
        "openapi": document.version,
        "key": document.key,
        "bytes": document.path.stat().st_size,
        "bodies": len(document.bodies),
        "inline_bodies": sum(body.component is None for body in document.bodies),
        "examples": sum(len(body.examples) for body in document.bodies),
        "valid_examples": len(document.valid_examples),
    }


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory": f"{memory / 2**30:.0f} GiB",
        "rustc": run(["rustc", "--version"], 60).stdout.split(" (")[0].strip(),
        "date": datetime.date.today().isoformat(),
    }
