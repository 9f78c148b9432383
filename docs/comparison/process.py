"""Runs commands, one at a time and with a limit, and says in one line what went wrong."""

import os
import re
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass

# Everything is run with low priority: a comparison takes hours, and the machine may have other users.
NICENESS = 15


@dataclass
class Run:
    """What came of a command."""

    code: int | None
    seconds: float
    stdout: str
    stderr: str

    @property
    def timed_out(self):
        return self.code is None

    @property
    def ok(self):
        return self.code == 0


def run(arguments, limit, folder=None, environment=None, stdin=None):
    """Runs a command; after `limit` seconds it is ended, with all that it started."""
    # Files, not pipes: a compiler may print megabytes.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin or b"")
        given.seek(0)
        started = time.monotonic()
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=given,
            stdout=out,
            stderr=err,
            cwd=folder,
            env=os.environ | {"NO_COLOR": "1", "CARGO_TERM_COLOR": "never", "RUST_BACKTRACE": "0"} | (environment or {}),
            start_new_session=True,
            preexec_fn=lambda: os.nice(NICENESS),
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = None
        seconds = time.monotonic() - started
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(re.sub(r"\x1b\[[0-9;]*m", "", file.read().decode("utf-8", "replace")))
    return Run(code, seconds, *texts)


def problem(result, limit):
    """The first line that names an error, or the last line if none does."""
    if result.timed_out:
        return f"not done after {limit} s"
    lines = [line.strip() for line in (result.stderr + "\n" + result.stdout).splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if re.match(r"(\[[\d:]+\])?\s*(error|fatal|message:|thread .* panicked)", line, re.IGNORECASE):
            # What follows `Error:` or a panic is on a line of its own.
            causes = [cause for cause in lines[number + 1 :] if re.match(r"\d+: \S", cause)]
            if line == "Error:" and causes:
                # A list of causes, the last the first.
                return f"{line} {causes[-1].partition(': ')[2]}"
            alone = line.endswith(":") or "panicked" in line
            return f"{line} {lines[number + 1]}" if alone and number + 1 < len(lines) else line
    return lines[-1] if lines else f"exit code {result.code}"
