"""The program in `helper/`: what Python's standard library lacks."""

import json

from process import problem, run

LIMIT = 1800


class Helper:
    def __init__(self, source, target):
        build = target / "helper"
        built = run(
            ["cargo", "build", "--release", "--locked", "--manifest-path", source / "Cargo.toml"],
            LIMIT,
            environment={"CARGO_TARGET_DIR": str(build)},
        )
        if not built.ok:
            raise SystemExit(f"the helper does not build: {problem(built, LIMIT)}")
        self.program = build / "release" / "comparison-helper"

    def read(self, file):
        """A YAML or JSON file; None if it is neither."""
        read = run([self.program, "read", file], LIMIT)
        return json.loads(read.stdout) if read.ok else None

    def check(self, request):
        """What is wrong with each instance."""
        checked = run([self.program, "check"], LIMIT, stdin=json.dumps(request).encode())
        if not checked.ok:
            raise SystemExit(f"the examples cannot be checked: {problem(checked, LIMIT)}")
        return json.loads(checked.stdout)
