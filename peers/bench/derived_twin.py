"""The derived twin of a crate that we generated: the same types, fields and router, by serde's derives.

Every `impl codec::Decode` and `impl Serialize` is taken out. The types derive `Serialize` and `Deserialize` instead, with
the names that our implementations write:

- a member has `rename`, and `skip_serializing_if` where it is optional; all other members are flattened into
  `additional`, and `undeclared` is skipped, which is cheaper for the twin than for us;
- an enum of texts renames its variants, and has the unknown value as an untagged one; any other enum is untagged;
- the router calls `serde_json::from_slice` where ours calls `Decode::decode`.

What derives cannot do is left out: the implementations of the receiver's traits `Payload` and `Webhooks`. The dependencies
stay, for a crate with derives needs to verify and route as well; serde's derives are added.
"""

import re
import shutil

# An item at the left margin, up to its closing brace there.
ITEM = r"^{}[^{{]*\{{\n.*?^\}}\n"
# Types of one variant or many, with their attributes.
TYPE = re.compile(r"^#\[derive\(([^)]*)\)\]\n((?:#\[[^\n]*\]\n)*)pub (struct|enum) (\w+)(;|\(.*?^\);|\([^\n]*\);| \{\n.*?^\})", re.M | re.S)
WRITTEN = re.compile(r'object\s*\.\w+\(\s*"((?:[^"\\]|\\.)*)",\s*&self\.((?:r#)?\w+)')
DERIVES = "webhook_receiver::serde::Serialize, webhook_receiver::serde::Deserialize"


def write(ours, folder):
    """Writes the twin of the crate `ours` into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ours, folder, ignore=shutil.ignore_patterns("target", "tests"))
    manifest = folder / "Cargo.toml"
    added = '[dependencies]\nserde = { version = "1", features = ["derive"] }\nserde_json = "1"\n'
    manifest.write_text(manifest.read_text().replace("[dependencies]\n", added, 1))
    for source in (folder / "src").glob("*.rs"):
        source.write_text(re.sub(r"\n{3,}", "\n\n", derived(source.name, source.read_text())))


def derived(file, text):
    """A file of the twin."""
    written = dict(re.findall(r"^impl Serialize\s+for (\w+) \{\n(.*?)^\}\n", text, re.M | re.S))
    texts = dict(re.findall(r"^impl (\w+) \{\n(.*?)^\}\n", text, re.M | re.S))
    text = re.sub(r"^codec::deserialize!\(.*?\);\n", "", text, flags=re.M | re.S)
    for removed in (r"impl codec::Decode\s+for \w+", r"impl Payload\s+for \w+"):
        text = re.sub(ITEM.format(removed), "", text, flags=re.M | re.S)
    if file == "event.rs":
        return routed(text)
    if file == "lib.rs":
        text = re.sub(ITEM.format(r"pub fn receiver\("), "", text, flags=re.M | re.S)
        return re.sub(r"(^///[^\n]*\n)+(?!.*^///)\Z", "", text, flags=re.M | re.S)
    if file == "event_type.rs":
        return text
    text = re.sub(ITEM.format(r"impl Serialize\s+for \w+"), "", text, flags=re.M | re.S)
    text = TYPE.sub(lambda match: type_item(match, written.get(match[4], ""), texts.get(match[4], "")), text)
    text = text.replace("codec::example(", "example(")
    return f"{text}\n{EXAMPLE}" if "example(" in text else text


# What our runtime does for payloads of examples.
EXAMPLE = """fn example<T: webhook_receiver::serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the example fits")
}
"""


def type_item(match, writes, values):
    derives, attributes, kind, name, body = match.groups()
    serde = '#[serde(crate = "webhook_receiver::serde")]\n'
    if kind == "enum":
        names = dict((variant, value) for variant, value in re.findall(r'Self::(\w+) => ("(?:[^"\\]|\\.)*"),', values))
        if names:
            body = re.sub(
                r"^    (\w+)(,|\()",
                lambda found: f"    {variant_attribute(found[1], names)}{found[1]}{found[2]}",
                body,
                flags=re.M,
            )
        else:
            serde += "#[serde(untagged)]\n"
    elif body.startswith(" {"):
        names = {field: member for member, field in WRITTEN.findall(writes)}
        body = re.sub(
            r"^    pub ((?:r#)?\w+): (Option<)?",
            lambda found: f"    {field_attribute(found[1], found[2], names)}{found[0].lstrip()}",
            body,
            flags=re.M,
        )
    return f"#[derive({derives}, {DERIVES})]\n{serde}{attributes}pub {kind} {name}{body}"


def variant_attribute(variant, names):
    return f"#[serde(rename = {names[variant]})] " if variant in names else "#[serde(untagged)] "


def field_attribute(field, optional, names):
    if field in names:
        skip = ', skip_serializing_if = "Option::is_none"' if optional else ""
        return f'#[serde(rename = "{names[field]}"{skip})] '
    return "#[serde(skip)] " if field.startswith("undeclared") else "#[serde(flatten)] "


def routed(text):
    """The router: an event type and a body become an event."""
    start = text.index("impl Webhooks for ")
    head, router = text[:start], text[start:]
    decode = router[router.index("    fn decode(") : router.index("    fn unknown(")].rstrip()
    decode = decode.replace("fn decode(", "pub fn decode(").replace("codec::Decode::decode(reader)", "serde_json::from_slice(json)")
    decode = decode.replace("reader: &mut codec::Reader<'_>", "json: &[u8]").replace("codec::DecodeError", "serde_json::Error")
    vendor = re.match(r"impl Webhooks for (\w+)", router)[1]
    return f"{head}/// Routing.\nimpl {vendor} {{\n    /// Decodes.\n{decode}\n}}\n"
