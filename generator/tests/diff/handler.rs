//! A crate of handlers that uses each public item of an emitted crate with its type written out. Shared with `cargo xtask edits`.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::{Attribute, Fields, File, Item, ItemEnum, ItemStruct, ItemUse, UseTree, Visibility};

/// The name by which handlers know the emitted crate.
pub(crate) const CRATE: &str = "acme";

/// The uses of all items.
pub(crate) struct Handler {
    /// By module of the emitted crate.
    modules: BTreeMap<String, Module>,
}

#[derive(Default)]
struct Module {
    /// What the module imports, so that types are written in the same words.
    imports: BTreeSet<String>,
    /// Constants, each of a type that a changed item does not have.
    uses: BTreeSet<String>,
}

impl Handler {
    /// For these files of a crate.
    pub(crate) fn new(files: &BTreeMap<String, String>) -> Result<Self, String> {
        let root = parse(files, "src/lib.rs")?;
        let public: BTreeSet<String> = root.items.iter().filter_map(public_module).collect();
        let mut modules = BTreeMap::new();
        for path in files.keys().filter(|path| path.starts_with("src/")) {
            let name = path.trim_start_matches("src/").trim_end_matches(".rs");
            let file = parse(files, path)?;
            let mut module = Module::default();
            for item in &file.items {
                module.add(item, Some(name).filter(|name| public.contains(*name)));
            }
            modules.insert(name.to_owned(), module);
        }
        Ok(Self { modules })
    }

    /// The source of the crate.
    pub(crate) fn source(&self) -> String {
        // Only errors are of interest: handlers use deprecated items, and do nothing with what they read.
        let mut text = "#![allow(warnings)]\n".to_owned();
        for (name, module) in &self.modules {
            let lines = module.imports.iter().chain(&module.uses).map(|line| format!("    {line}\n"));
            text.push_str(&format!("mod {name} {{\n{}}}\n", lines.collect::<String>()));
        }
        text
    }

    /// All uses, to compare public APIs.
    pub(crate) fn uses(&self) -> BTreeSet<&String> {
        self.modules.values().flat_map(|module| &module.uses).collect()
    }
}

impl Module {
    /// Adds an item of a module, with its name if it is public. All items are also at the root of the crate.
    fn add(&mut self, item: &Item, module: Option<&str>) {
        match item {
            Item::Use(item) => self.imports.extend(import(item)),
            Item::Struct(item) if is_public(&item.vis) => {
                self.add_type(&item.ident.to_string(), &item.attrs, module);
                self.add_struct(item);
            }
            Item::Enum(item) if is_public(&item.vis) => {
                self.add_type(&item.ident.to_string(), &item.attrs, module);
                self.add_enum(item);
            }
            Item::Const(item) if is_public(&item.vis) => {
                self.uses.insert(format!("const _: {} = {CRATE}::{};", text(&item.ty), item.ident));
            }
            Item::Fn(item) if is_public(&item.vis) => {
                let arguments: Vec<String> = item
                    .sig
                    .inputs
                    .iter()
                    .filter_map(|argument| match argument {
                        syn::FnArg::Typed(argument) => Some(text(&argument.ty)),
                        syn::FnArg::Receiver(_) => None,
                    })
                    .collect();
                let output = text(&item.sig.output);
                self.uses.insert(format!(
                    "const _: fn({}) {output} = {CRATE}::{};",
                    arguments.join(", "),
                    item.sig.ident
                ));
            }
            Item::Macro(item) => {
                let name = item.mac.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                let tokens = item.mac.tokens.to_string();
                match name.as_str() {
                    "event_member" => self.uses.extend(accessor(&tokens)),
                    "payload" => {
                        let (ty, rest) = tokens.split_once(':').unwrap_or_default();
                        let (ty, vendor) = (ty.trim(), rest.split(',').next().unwrap_or_default().trim());
                        self.uses.insert(format!("const _: fn() -> {ty} = || {ty}::example();"));
                        self.uses.insert(format!(
                            "const _: fn({CRATE}::Receiver<{vendor}>) -> {CRATE}::Receiver<{vendor}> = \
                             |receiver| receiver.on(|_: {ty}| async {{}});"
                        ));
                    }
                    // What others derive.
                    "large_object" => {
                        let ty = tokens.split(' ').next().unwrap_or_default();
                        for derived in ["Clone", "Debug", "PartialEq"] {
                            self.add_trait(ty, derived);
                        }
                    }
                    "constant" => self.uses.extend(constant(&tokens)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Both paths of a type, and its traits.
    fn add_type(&mut self, name: &str, attributes: &[Attribute], module: Option<&str>) {
        self.imports.insert(format!("use {CRATE}::{name};"));
        if let Some(module) = module {
            self.uses.insert(format!("const _: fn({CRATE}::{name}) -> {CRATE}::{module}::{name} = |value| value;"));
        }
        for derived in derives(attributes) {
            self.add_trait(name, &derived);
        }
    }

    fn add_trait(&mut self, name: &str, derived: &str) {
        let derived = match derived {
            "Debug" => "std::fmt::Debug",
            "Hash" => "std::hash::Hash",
            other => other,
        };
        self.uses.insert(format!("const _: fn() = || {{ fn has<T: {derived}>() {{}} has::<{name}>() }};"));
    }

    fn add_struct(&mut self, item: &ItemStruct) {
        for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            self.uses.insert(format!("const _: fn({}) -> {} = |value| value.{name};", item.ident, text(&field.ty)));
        }
    }

    fn add_enum(&mut self, item: &ItemEnum) {
        let name = &item.ident;
        for variant in &item.variants {
            let path = format!("{name}::{}", variant.ident);
            match &variant.fields {
                Fields::Unit => {
                    self.uses.insert(format!("const _: fn() -> {name} = || {path};"));
                    self.uses.insert(format!("const _: fn({name}) -> bool = |value| matches!(value, {path});"));
                }
                fields => {
                    let types: Vec<String> = fields.iter().map(|field| text(&field.ty)).collect();
                    let types = types.join(", ");
                    self.uses.insert(format!("const _: fn({types}) -> {name} = {path};"));
                    self.uses.insert(format!(
                        "const _: fn({name}) -> Option<{types}> = |value| match value {{ {path}(value) => Some(value), _ => None }};"
                    ));
                }
            }
        }
    }
}

/// The use of an accessor: `codegen::event_member! { /// docs Event::account -> str { … } }`.
fn accessor(tokens: &str) -> Option<String> {
    let (_, rest) = tokens.split_once("Event :: ")?;
    let (name, rest) = rest.split_once(" -> ")?;
    let (ty, _) = rest.split_once(" {")?;
    let ty = match ty.strip_prefix("copy ") {
        Some(ty) => ty.to_owned(),
        None => format!("&{ty}"),
    };
    Some(format!("const _: fn(&{CRATE}::Event) -> Option<{ty}> = |event| event.{name}();"))
}

/// The use of the value of a constant: `codec::constant!(Currency: str = "EUR")`.
fn constant(tokens: &str) -> Option<String> {
    let (name, rest) = tokens.split_once(" : ")?;
    let ty = match rest.split_once(" = ")?.0 {
        "str" | "json" => "&'static str",
        ty => ty,
    };
    Some(format!("const _: {ty} = {name}::VALUE;"))
}

/// The imports of a module, from a crate that depends on it.
fn import(item: &ItemUse) -> Vec<String> {
    let tree = text(&item.tree);
    let UseTree::Path(path) = &item.tree else { return Vec::new() };
    match path.ident.to_string().as_str() {
        "std" => vec![format!("use {tree};")],
        "webhook_receiver" if is_public(&item.vis) => vec![format!("use {CRATE}::{};", text(&path.tree))],
        "webhook_receiver" => vec![format!("use {CRATE}::{tree};")],
        "crate" => vec![format!("use {CRATE}::{};", text(&path.tree))],
        // The modules of the crate: their items are uses of their own.
        _ => Vec::new(),
    }
}

fn public_module(item: &Item) -> Option<String> {
    match item {
        Item::Mod(item) if is_public(&item.vis) => Some(item.ident.to_string()),
        _ => None,
    }
}

fn derives(attributes: &[Attribute]) -> Vec<String> {
    let mut derives = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let list =
            attribute.parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
        derives.extend(list.into_iter().flatten().map(|path| text(&path)));
    }
    derives
}

fn parse(files: &BTreeMap<String, String>, path: &str) -> Result<File, String> {
    let text = files.get(path).ok_or_else(|| format!("there is no {path}"))?;
    syn::parse_file(text).map_err(|error| format!("{path}: {error}"))
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

#[test]
fn handlers_use_the_value_of_a_constant_and_the_traits_of_a_large_object() {
    let uses = |text: &str| {
        let module = "src/it.rs".to_owned();
        let files = BTreeMap::from([("src/lib.rs".to_owned(), "pub mod it;".to_owned()), (module, text.to_owned())]);
        Handler::new(&files).expect("it is Rust").uses().into_iter().cloned().collect::<BTreeSet<String>>()
    };
    let [text, flag] = ["str = \"a\"", "bool = false"].map(|value| uses(&format!("codec::constant!(Kind: {value});")));
    assert_eq!(text, BTreeSet::from(["const _: &'static str = Kind::VALUE;".to_owned()]));
    assert_eq!(flag, BTreeSet::from(["const _: bool = Kind::VALUE;".to_owned()]));
    let derived =
        uses("#[derive(Clone, Debug, PartialEq)] pub struct Order; codec::object! { Order { ..undeclared } }");
    let large = uses("pub struct Order; codec::large_object! { Order { {} ..undeclared } }");
    assert_eq!(derived, large);
}
