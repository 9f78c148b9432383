//! The modules of a crate, with what each defines, imports and mentions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

use crate::check::step::Failure;

/// The index of a module in [`Modules`].
pub(super) type Id = usize;

/// The modules of a crate; the root is the first.
#[derive(Default)]
pub(super) struct Modules(pub(super) Vec<Module>);

/// A module, in its own file or inside another one.
#[derive(Default)]
pub(super) struct Module {
    pub(super) file: PathBuf,
    /// From the crate's root, which is not part of it.
    pub(super) path: Vec<String>,
    pub(super) parent: Option<Id>,
    pub(super) children: BTreeMap<String, Id>,
    /// The names of the items that it defines.
    pub(super) items: BTreeSet<String>,
    /// The macros that it and the modules inside it may call by their name alone, with the modules that define them: its
    /// own, and those of `#[macro_use]` modules in it.
    pub(super) macros: BTreeMap<String, Id>,
    /// The macros that a path finds in it, with the modules that define them. Only the root has any.
    pub(super) exported: BTreeMap<String, Id>,
    /// The words in its macros, and in the arguments of those that it calls in place of items: any may be an item that a
    /// macro defines.
    pub(super) words: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths outside of `use`: those of several segments, and the names of called macros.
    pub(super) mentions: Vec<Mention>,
}

/// One name that a `use` brings into scope.
pub(super) struct Import {
    pub(super) mention: Mention,
    pub(super) scope: Scope,
    /// Whether it has a visibility, so that others are meant to find it here.
    pub(super) reexport: bool,
}

/// What an import brings into scope.
#[derive(PartialEq, Eq)]
pub(super) enum Scope {
    Name(String),
    /// Everything in a module or an enum.
    Glob,
}

/// A path in the source.
#[derive(Clone)]
pub(super) struct Mention {
    /// A single one is the name of a macro.
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl Modules {
    /// Reads a crate from its root file. Code under `#[cfg(test)]` is left out.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut modules = Self::default();
        let folder = root.parent().unwrap_or(Path::new(""));
        modules.read_file(Module { file: root.to_owned(), ..Module::default() }, folder)?;
        Ok(modules)
    }

    /// `folder` is where the files of child modules are.
    fn read_file(&mut self, module: Module, folder: &Path) -> Result<Id, Failure> {
        let text = fs::read_to_string(&module.file).map_err(|error| format!("{}: {error}", module.file.display()))?;
        let file = syn::parse_file(&text)
            .map_err(|error| format!("{}:{}: {error}", module.file.display(), error.span().start().line))?;
        self.read_items(module, folder, &file.items)
    }

    fn read_items(&mut self, module: Module, folder: &Path, items: &[Item]) -> Result<Id, Failure> {
        let id = self.0.len();
        self.0.push(module);
        let mut reader = Reader { module: &mut self.0[id] };
        let mut exported = Vec::new();
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Macro(item) => {
                    words(item.mac.tokens.clone(), &mut reader.module.words);
                    let name = item.ident.as_ref().map(ToString::to_string);
                    reader.module.macros.extend(name.iter().map(|name| (name.clone(), id)));
                    exported.extend(name.filter(|_| has(&item.attrs, "macro_export")));
                }
                item => reader.module.items.extend(name(item)),
            }
            reader.visit_item(item);
        }
        // A path finds an exported macro in the root only.
        for name in exported {
            self.0[0].exported.insert(name, id);
        }
        for item in items {
            if let Item::Mod(item) = item
                && !is_test(&item.attrs)
            {
                let name = item.ident.to_string();
                let child = self.read_child(id, &name, &folder.join(&name), item)?;
                self.0[id].children.insert(name, child);
                if has(&item.attrs, "macro_use") {
                    let macros = self.0[child].macros.clone();
                    self.0[id].macros.extend(macros);
                }
            }
        }
        Ok(id)
    }

    fn read_child(&mut self, parent: Id, name: &str, folder: &Path, item: &syn::ItemMod) -> Result<Id, Failure> {
        let path = self.0[parent].path.iter().cloned().chain([name.to_owned()]).collect();
        let module = |file| Module { file, path, parent: Some(parent), ..Module::default() };
        if let Some((_, items)) = &item.content {
            return self.read_items(module(self.0[parent].file.clone()), folder, items);
        }
        let beside = self.0[parent].file.parent().unwrap_or(Path::new(""));
        let candidates = match stated_path(&item.attrs) {
            Some(path) => vec![beside.join(path)],
            None => vec![folder.with_extension("rs"), folder.join("mod.rs")],
        };
        let file = candidates
            .into_iter()
            .find(|file| file.exists())
            .ok_or_else(|| format!("{}: no file for `mod {name}`", self.0[parent].file.display()))?;
        self.read_file(module(file), folder)
    }
}

/// The file that `#[path = "…"]` states.
fn stated_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| match &attribute.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(path), .. }),
            ..
        }) => Some(path.value()),
        _ => None,
    })
}

/// Collects the imports and paths of one module, but not of the modules in it.
struct Reader<'a> {
    module: &'a mut Module,
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {
        // `Modules` reads it on its own.
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let reexport = !matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, &mut Vec::new(), reexport);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none()
            && let Some(first) = path.segments.first()
        {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.mention(segments, first.ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        visit::visit_attribute(self, attribute);
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        visit::visit_macro(self, call);
        if let Some(name) = call.path.get_ident() {
            self.module.mentions.push(Mention { segments: vec![name.to_string()], line: name.span().start().line });
        }
        // What is quoted is code of another crate.
        if !call
            .path
            .segments
            .last()
            .is_some_and(|name| ["quote", "parse_quote"].iter().any(|quote| name.ident == quote))
        {
            self.tokens(call.tokens.clone());
        }
    }
}

impl Reader<'_> {
    fn mention(&mut self, segments: Vec<String>, line: usize) {
        if segments.len() > 1 {
            self.module.mentions.push(Mention { segments, line });
        }
    }

    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>, reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix, reexport);
                prefix.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, prefix, reexport)),
            UseTree::Name(name) => self.imported(prefix, &name.ident, &name.ident, reexport),
            UseTree::Rename(rename) => self.imported(prefix, &rename.ident, &rename.rename, reexport),
            UseTree::Glob(glob) => {
                let mention = Mention { segments: prefix.clone(), line: glob.star_token.spans[0].start().line };
                self.module.imports.push(Import { mention, scope: Scope::Glob, reexport });
            }
        }
    }

    /// `prefix::name as alias`, where the name may be `self`.
    fn imported(&mut self, prefix: &[String], name: &syn::Ident, alias: &syn::Ident, reexport: bool) {
        let mut segments = prefix.to_vec();
        if name != "self" || prefix.is_empty() {
            segments.push(name.to_string());
        }
        let alias = if alias == "self" { segments.last().cloned().unwrap_or_default() } else { alias.to_string() };
        let mention = Mention { segments, line: name.span().start().line };
        self.module.imports.push(Import { mention, scope: Scope::Name(alias), reexport });
    }

    /// The paths in the arguments of a macro: `a::b`, but not `::a::b` or `x.a::<T>()`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        // How many colons follow the path, or no path.
        let mut colons = 0;
        loop {
            let token = tokens.next();
            match token {
                Some(TokenTree::Punct(ref punct)) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                Some(TokenTree::Ident(ref ident)) if colons == 2 => {
                    if !path.is_empty() {
                        path.push(ident.to_string());
                    }
                    colons = 0;
                    continue;
                }
                Some(TokenTree::Punct(ref punct))
                    if punct.as_char() == '!' && punct.spacing() == Spacing::Alone && path.len() == 1 =>
                {
                    self.module.mentions.push(Mention { segments: std::mem::take(&mut path), line });
                }
                _ => self.mention(std::mem::take(&mut path), line),
            }
            colons = 0;
            match token {
                Some(TokenTree::Ident(ident)) => {
                    line = ident.span().start().line;
                    path.push(ident.to_string());
                }
                Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => self.tokens(group.stream()),
                Some(_) => {}
                None => break,
            }
        }
    }
}

fn words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                words.insert(word.to_string());
            }
            TokenTree::Group(group) => self::words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The name by which an item is found in its module; `None` for a module, an import, a macro or an implementation.
fn name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::ExternCrate(item) => item.rename.as_ref().map_or(&item.ident, |(_, name)| name),
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}
