"""The derived twin of a generated crate: the same types, fields and router, with serde's derives.

The rows of the codec macros say which names a type has in JSON. The twin derives `Serialize` and `Deserialize` with these
names instead:

- a field has `rename`, and `skip_serializing_if` if it is optional; a field for all other members is flattened, and
  `undeclared` is skipped, which is cheaper for the twin than for us;
- an enum of strings renames its variants, and has the unknown value as an untagged one; any other enum is untagged;
- the router calls `serde_json::from_slice` where ours calls `Decode::decode`.

What derives cannot do is left out: the implementations of the receiver's traits `Payload` and `Webhooks`. The dependencies
stay, since a crate with derives needs to verify and route as well; serde's derives are added.
"""

import re
import shutil

# An invocation of a macro: its body in braces over several lines, or in parentheses.
BLOCK = r"^{}! \{{\n    (.*?) \{{\n(.*?)^    \}}\n\}}\n"
CALL = r"^{}!\((.*?)\);\n"
# A type with its attributes.
TYPE = re.compile(r"^#\[derive\(([^)]*)\)\]\n((?:#\[[^\n]*\]\n)*)pub (struct|enum) (\w+)(;|\(.*?^\);|\([^\n]*\);| \{\n.*?^\})", re.M | re.S)
STRING = r'"(?:[^"\\]|\\.)*"'
DERIVES = "webhook_receiver::serde::Serialize, webhook_receiver::serde::Deserialize"


def write(ours, folder):
    """Writes the twin of the crate `ours` into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ours, folder, ignore=shutil.ignore_patterns("target", "tests"))
    manifest = folder / "Cargo.toml"
    added = '[dependencies]\nserde = { version = "1", features = ["derive"] }\nserde_json = "1"\n'
    manifest.write_text(manifest.read_text().replace("[dependencies]\n", added, 1))
    for source in (folder / "src").glob("*.rs"):
        source.write_text(derived(source.name, source.read_text()))


def derived(file, text):
    """A file of the twin."""
    if file == "event.rs":
        text = re.sub(r"^impl Webhooks for .*?^\}\n", "", text, flags=re.M | re.S)
        return text.replace("codegen::event! {", f"{EVENT}event! {{")
    if file == "lib.rs":
        return re.sub(r"(^///[^\n]*\n)+^pub fn receiver\(.*?^\}\n", "", text, flags=re.M | re.S)
    if file == "event_type.rs":
        return text

    fields = {name: dict(reversed(row) for row in re.findall(rf"({STRING}) => ([\w#]+):", rows)) for name, rows in blocks("object", text)}
    values = {name: dict(reversed(row) for row in re.findall(rf"({STRING}) => (\w+)", rows)) for name, rows in blocks("text_enum", text)}
    text = TYPE.sub(lambda match: type_item(match, fields, values), text)
    text = re.sub(BLOCK.format("codec::text_enum"), lambda match: as_str(match[1], values[match[1]]), text, flags=re.M | re.S)
    text = re.sub(BLOCK.format(r"codec::\w+"), "", text, flags=re.M | re.S)
    text = re.sub(CALL.format(r"codec::\w+"), "", text, flags=re.M | re.S)
    text, payloads = re.subn(CALL.format("codegen::payload"), example, text, flags=re.M | re.S)
    return f"{text}\n{EXAMPLE}" if payloads else text


def blocks(macro, text):
    return re.findall(BLOCK.format(f"codec::{macro}"), text, flags=re.M | re.S)


def type_item(match, fields, values):
    derives, attributes, kind, name, body = match.groups()
    serde = '#[serde(crate = "webhook_receiver::serde")]\n'
    if name in values:
        body = re.sub(r"^    (\w+)(?=,|\()", lambda found: f"    {variant_attribute(found[1], values[name])}{found[1]}", body, flags=re.M)
    elif kind == "enum":
        serde += "#[serde(untagged)]\n"
    elif name in fields:
        body = re.sub(
            r"^    pub ((?:r#)?\w+): (Option<)?",
            lambda found: f"    {field_attribute(found[1], found[2], fields[name])}{found[0].lstrip()}",
            body,
            flags=re.M,
        )
    return f"#[derive({derives}, {DERIVES})]\n{serde}{attributes}pub {kind} {name}{body}"


def variant_attribute(variant, names):
    return f"#[serde(rename = {names[variant]})] " if variant in names else "#[serde(untagged)] "


def field_attribute(field, optional, names):
    if field in names:
        skip = ', skip_serializing_if = "Option::is_none"' if optional else ""
        return f"#[serde(rename = {names[field]}{skip})] "
    return "#[serde(skip)] " if field.startswith("undeclared") else "#[serde(flatten)] "


def as_str(name, values):
    arms = "".join(f"            Self::{variant} => {value},\n" for variant, value in values.items())
    return (
        f"impl {name} {{\n    /// The value as it is sent.\n    pub fn as_str(&self) -> &str {{\n        match self {{\n"
        f"{arms}            Self::Unknown(value) => value,\n        }}\n    }}\n}}\n"
    )


def example(match):
    name, file = re.match(rf"\s*(\w+):.*?({STRING}),?\s*$", match[1], re.S).groups()
    return f"impl {name} {{\n    /// The example above.\n    pub fn example() -> Self {{\n        example(include_str!({file}))\n    }}\n}}\n"


# What our runtime does for payloads of examples.
EXAMPLE = """fn example<T: webhook_receiver::serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the example fits")
}
"""

# What `codegen::event!` does, with another decoder.
EVENT = """macro_rules! event {
    ($ty:ident: $event_type:ident { $($variant:ident,)* ..$unknown:ident }) => {
        impl $ty {
            /// The event type.
            pub fn event_type(&self) -> Option<$event_type> {
                Some(match self {
                    $(Self::$variant(_) => $event_type::$variant,)*
                    Self::$unknown(_) => return None,
                })
            }

            /// The event type as it was sent.
            pub fn event_type_name(&self) -> Option<&str> {
                match self {
                    Self::$unknown(event) => event.event_type(),
                    known => known.event_type().map($event_type::as_str),
                }
            }

            /// Decodes.
            pub fn decode(event_type: $event_type, json: &[u8]) -> Result<Self, serde_json::Error> {
                match event_type {
                    $($event_type::$variant => serde_json::from_slice(json).map(Self::$variant),)*
                }
            }
        }

        impl serde::Serialize for $ty {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)*
                    Self::$unknown(event) => event.serialize(serializer),
                }
            }
        }
    };
}

"""
