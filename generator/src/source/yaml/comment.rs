//! Comments that tabs indent. YAML allows them; the parser does not.

/// The text without the indentation of the comment whose line begins at `offset`, by bytes of the comment: all positions stay
/// the same. `None` if no comment is indented by a tab.
///
/// The parser must have stopped at `offset`. Then a token begins there, so it is not within a string.
pub(in crate::source) fn unindented(text: &str, offset: usize) -> Option<String> {
    let line = text.get(offset..)?;
    let indentation = line.bytes().take_while(|byte| b" \t".contains(byte)).count();
    let begins_line = offset == 0 || text[..offset].ends_with('\n');
    let is_comment = line.starts_with('\t') && line[indentation..].starts_with('#');
    (begins_line && is_comment).then(|| [&text[..offset], &"#".repeat(indentation), &line[indentation..]].concat())
}
