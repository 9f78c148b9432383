"""What a tool has written."""

import re

DEFINITION = re.compile(r"^\s*pub (?:struct|enum|type|union) (\w+)", re.MULTILINE)


def normal(name):
    """A name without what tools change in it: case and separators."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


class Emitted:
    """The Rust source under a folder."""

    def __init__(self, folder):
        self.texts = [file.read_text() for file in sorted(folder.rglob("*.rs"))]
        self.lines = sum(text.count("\n") for text in self.texts)
        self.types = [name for text in self.texts for name in DEFINITION.findall(text)]
        self._by_name = {}
        for text in self.texts:
            for match in DEFINITION.finditer(text):
                # Nested modules hold builders and the like; what is not indented is what users name.
                if match.group().startswith("pub"):
                    self._by_name.setdefault(normal(match.group(1)), []).append(match.group(1))

    def named(self, name):
        """The type that has the name, but for case and separators; the first where there are several."""
        found = self._by_name.get(normal(name), [])
        pascal = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
        return pascal if pascal in found else found[0] if found else None

    def member_type(self, struct, member):
        """The type of a member of a struct, in a list that is empty if there is none."""
        name = self.named(struct)
        for text in self.texts if name else ():
            body = re.search(rf"^pub struct {name} \{{(.*?)^\}}", text, re.MULTILINE | re.DOTALL)
            found = body and re.search(rf"^\s*pub {member}: (?:Option<)?(?:Box<)?(\w+)", body.group(1), re.MULTILINE)
            if found:
                return [found.group(1)]
        return []
