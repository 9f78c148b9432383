//! The text of a new `codegen.toml`.

use std::fmt::Write as _;

use webhook_generator::diagnostics::{Basis, Choice, Label, Setting, toml_string as quoted};
use webhook_generator::render::visible;
use webhook_generator::source::Sources;

/// How long a comment's lines are.
const WIDTH: usize = 100;

/// How many places of a choice are listed.
const MAX_PLACES: usize = 3;

/// The tables, in the order of the file.
const TABLES: [&str; 5] = ["webhooks", "event-type", "event-type.names", "names", "signature"];

/// The files of the crate, as the `codegen.toml` states them.
pub(super) struct Files {
    pub(super) spec: String,
    /// Where the description was fetched from.
    pub(super) address: Option<String>,
    pub(super) root: Option<String>,
    pub(super) overlays: Vec<String>,
    pub(super) out: String,
    pub(super) crate_name: Option<String>,
    /// `None` is an open question.
    pub(super) receiver: Option<String>,
}

/// The text of a file, and what is in it.
pub(super) struct Text {
    pub(super) content: String,
    /// The lines that open questions start in, from 1.
    pub(super) questions: Vec<usize>,
    /// How many choices are stated.
    pub(super) inferred: usize,
}

impl Text {
    pub(super) fn new(files: &Files, choices: &[Choice], sources: &Sources) -> Self {
        let mut text = Self { content: String::new(), questions: Vec::new(), inferred: 0 };
        text.comment(
            "Settings of a generated crate. To answer an open question, or to take an option, complete its lines and remove \
             the `#` before them, then run `cargo webhooks generate`. All other comments only explain.",
        );
        text.content.push('\n');
        text.files(files);
        for table in TABLES {
            let of_table = choices.iter().filter(|choice| choice.settings.iter().any(|setting| setting.table == table));
            text.table(table, &of_table.collect::<Vec<_>>(), sources);
        }
        text
    }

    fn files(&mut self, files: &Files) {
        self.line(&format!("spec = {}", quoted(&files.spec)));
        if let Some(root) = &files.root {
            self.line(&format!("root = {}", quoted(root)));
        }
        if !files.overlays.is_empty() {
            let overlays: Vec<String> = files.overlays.iter().map(|overlay| quoted(overlay)).collect();
            self.line(&format!("overlays = [{}]", overlays.join(", ")));
        }
        self.line(&format!("out = {}", quoted(&files.out)));
        if let Some(name) = &files.crate_name {
            self.line(&format!("crate-name = {}", quoted(name)));
        }
        match &files.receiver {
            Some(receiver) => self.line(&format!("receiver = {}", quoted(receiver))),
            None => {
                self.content.push('\n');
                self.question();
                self.comment("Where is `webhook-receiver`? The path of its folder, or a git address.");
                self.line("#receiver = \"…\"");
            }
        }
        if let Some(address) = &files.address {
            self.content.push_str("\n[fetch]\n");
            self.comment("Where the vendor publishes the description, for `cargo webhooks fetch`.");
            self.line(&format!("url = {}", quoted(address)));
        }
    }

    /// The choices that have settings in a table, and these settings. Its header is a comment, too, if nothing below it is
    /// stated and the table cannot be empty. A choice with settings in two tables counts in that of its first.
    fn table(&mut self, table: &str, choices: &[&Choice], sources: &Sources) {
        if choices.is_empty() {
            return;
        }
        let is_open = table == "signature" && choices.iter().all(|choice| choice.is_open());
        if !is_open {
            let _ = write!(self.content, "\n[{table}]");
        }
        for (number, choice) in choices.iter().enumerate() {
            self.content.push('\n');
            if number > 0 && !is_open {
                self.content.push('\n');
            }
            if choice.settings.first().is_some_and(|first| first.table == table) {
                if choice.is_open() {
                    self.question();
                } else if !choice.is_optional() {
                    self.inferred += 1;
                }
            }
            self.evidence(choice, sources);
            for Setting { lines, basis, when, .. } in choice.settings.iter().filter(|setting| setting.table == table) {
                if let Some(when) = when {
                    self.comment("");
                    self.comment(&format!("{}:", sentence(when)));
                }
                if is_open {
                    self.line(&format!("#[{table}]"));
                }
                for line in lines {
                    let line = visible(line);
                    match (basis, line.strip_prefix("# ")) {
                        (Basis::Inferred, _) => self.line(&line),
                        (Basis::Open | Basis::Optional, Some(open)) => self.line(&format!("#{open}")),
                        (Basis::Open | Basis::Optional, None) => self.line(&format!("#{line}")),
                    }
                }
            }
            self.content.truncate(self.content.trim_end().len());
        }
        self.content.push('\n');
    }

    /// What was chosen, what is not known, or what an option is about, and the places.
    fn evidence(&mut self, choice: &Choice, sources: &Sources) {
        let kind = if choice.is_open() {
            "Open"
        } else if choice.is_optional() {
            "Optional"
        } else {
            "Inferred"
        };
        self.comment(&format!("{kind}: {}.", choice.message));
        for Label { place, text } in choice.labels.iter().take(MAX_PLACES) {
            let (file, _) = sources.range(place);
            let position = sources.position(place);
            let space = if text.is_empty() { "" } else { "  " };
            let place = format!("{}:{}:{}", sources.relative_name(file), position.line, position.column);
            self.line(&format!("#   {}{space}{}", visible(&place), visible(text)));
        }
        if let more @ 1.. = choice.labels.len().saturating_sub(MAX_PLACES) {
            self.line(&format!("#   and {more} more"));
        }
    }

    /// An open question starts in the next line.
    fn question(&mut self) {
        self.questions.push(self.content.matches('\n').count() + 1);
    }

    /// A comment, in lines of a readable length.
    fn comment(&mut self, text: &str) {
        let text = visible(text);
        let mut line = "#".to_owned();
        for word in text.split_whitespace() {
            if line.len() + word.len() >= WIDTH && line.len() > 1 {
                self.line(&line);
                line.truncate(1);
            }
            let _ = write!(line, " {word}");
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.content += line;
        self.content.push('\n');
    }
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
