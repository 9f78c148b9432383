//! First contact: `cargo webhooks init`, as someone uses it who knows only the document.

use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs, io};

/// The file that the command writes.
const FILE: &str = "codegen.toml";

/// The folder of the crate.
const CRATE: &str = "acme-webhooks";

/// How a document becomes a crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstContact {
    /// At once.
    AtOnce,
    /// After the candidates that the file offers were accepted.
    Answered,
    /// Not at all: it has no webhook with a JSON body.
    Nothing,
}

impl FirstContact {
    /// Runs the command in an empty folder, and generates again from what it wrote: nothing may change.
    ///
    /// # Errors
    ///
    /// If files cannot be read or written. A failure of the command is the inner error.
    pub(crate) fn make(document: &Path, receiver: &Path, folder: &Path) -> io::Result<Result<Self, String>> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let mut init = webhooks(folder)?;
        init.args(["init", "--out", CRATE, "--spec"]).arg(document).arg("--receiver").arg(receiver);
        let first = init.output()?;
        let messages = String::from_utf8_lossy(&first.stderr);
        if !first.status.success() {
            let is_empty = messages.contains("error[E0602]");
            return Ok(if is_empty { Ok(Self::Nothing) } else { Err(complaint("init", &first)) });
        }
        let is_open = !folder.join(CRATE).join("src/lib.rs").exists();
        if is_open {
            let file = folder.join(FILE);
            fs::write(&file, accepted(&fs::read_to_string(&file)?))?;
        }
        let next = webhooks(folder)?.args(["generate", "--config", FILE]).output()?;
        if !next.status.success() {
            return Ok(Err(complaint("generate", &next)));
        }
        if is_open {
            return Ok(Ok(Self::Answered));
        }
        let again = String::from_utf8_lossy(&next.stderr);
        if !again.contains(": no files written, 0 removed") {
            return Ok(Err("the lines that `init` writes change the crate".to_owned()));
        }
        if findings(&messages) != findings(&again) {
            return Ok(Err("the run after `init` reports something else".to_owned()));
        }
        Ok(Ok(Self::AtOnce))
    }
}

/// `cargo webhooks`, in a folder.
fn webhooks(folder: &Path) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg("webhooks").current_dir(folder).env("NO_COLOR", "1");
    Ok(command)
}

fn complaint(command: &str, output: &Output) -> String {
    let messages = String::from_utf8_lossy(&output.stderr);
    let beginning: Vec<&str> = messages.lines().take(10).collect();
    format!("`{command}` fails\n{}", beginning.join("\n"))
}

/// The messages of a run, without what was written.
fn findings(messages: &str) -> Option<&str> {
    messages.split("`acme-webhooks`: ").next()
}

/// The file with the candidates of its open questions, without those that are to be completed or chosen from, and without
/// options.
fn accepted(text: &str) -> String {
    let is_candidate = |line: &str| {
        let is_key = line.starts_with(|c: char| c == '"' || c.is_ascii_lowercase());
        is_key && line.contains(" = ") && !line.contains('…')
    };
    // In a question with cases, the first is accepted.
    let (mut offers, mut is_option, mut cases) = (true, false, 0);
    let lines = text.lines().map(|line| {
        // From here on, whole tables are offered.
        offers &= !line.starts_with("#[");
        is_option = line.starts_with("# Optional: ") || is_option && line.starts_with('#');
        cases = if line.starts_with("# Open: ") { 0 } else { cases + usize::from(line.starts_with("# If ")) };
        match line.strip_prefix('#') {
            Some(candidate) if offers && !is_option && cases < 2 && is_candidate(candidate) => candidate,
            _ => line,
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::accepted;

    #[test]
    fn candidates_are_accepted_up_to_the_tables_to_choose_from() {
        let text = "\
            # Open: which?\n# If `/a` states it:\n#pointer = \"/a\"\n# If not:\n#address = true\n\n\
            # Open: what?\n#   a.yaml:1:1  here\n#address = true # each\n#\"a b\" = \"a.b\"\n#pointer = \"/…\"\n\n\
            # Optional: more.\n#callbacks = true\n\
            #[signature]\n#scheme = \"none\"\n";
        let expected = "\
            # Open: which?\n# If `/a` states it:\npointer = \"/a\"\n# If not:\n#address = true\n\n\
            # Open: what?\n#   a.yaml:1:1  here\naddress = true # each\n\"a b\" = \"a.b\"\n#pointer = \"/…\"\n\n\
            # Optional: more.\n#callbacks = true\n\
            #[signature]\n#scheme = \"none\"\n";
        assert_eq!(accepted(text), expected);
    }
}
