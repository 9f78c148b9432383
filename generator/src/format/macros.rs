//! Calls of macros, which prettyplease does not lay out: braces hold a row per line, a row ends with its comma.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Rows are broken before this column where they can be.
const WIDTH: usize = 100;

/// Prints a call that is an item.
pub(super) fn print(out: &mut String, call: &syn::Macro) {
    let path = line(&call.path.to_token_stream().into_iter().collect::<Vec<_>>());
    out.push_str(&path);
    out.push('!');
    match call.delimiter {
        syn::MacroDelimiter::Brace(_) => {
            out.push_str(" {\n");
            rows(out, &call.tokens, 1);
            out.push_str("}\n");
        }
        syn::MacroDelimiter::Paren(_) | syn::MacroDelimiter::Bracket(_) => {
            let arguments = line(&call.tokens.clone().into_iter().collect::<Vec<_>>());
            out.extend(["(", &arguments, ");\n"]);
        }
    }
}

/// Prints the tokens within braces.
fn rows(out: &mut String, tokens: &TokenStream, depth: usize) {
    let mut row = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                indent(out, depth);
                out.push_str(&line(&row));
                row.clear();
                out.push_str(" {\n");
                rows(out, &group.stream(), depth + 1);
                indent(out, depth);
                out.push_str("}\n");
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                end_row(out, &row, ",", depth);
                row.clear();
            }
            token => row.push(token),
        }
    }
    end_row(out, &row, "", depth);
}

/// Prints a row; one that is too long is broken before each `|`.
fn end_row(out: &mut String, row: &[TokenTree], end: &str, depth: usize) {
    if row.is_empty() {
        return;
    }
    indent(out, depth);
    let text = line(row);
    if text.len() + depth * 4 < WIDTH {
        out.push_str(&text);
    } else {
        let is_bar = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '|');
        for (index, part) in row.split(is_bar).enumerate() {
            if index > 0 {
                out.push('\n');
                indent(out, depth);
                out.push_str("| ");
            }
            out.push_str(&line(part));
        }
    }
    out.push_str(end);
    out.push('\n');
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("    ");
    }
}

/// Tokens on one line, with the spaces that rustfmt would put.
fn line(tokens: &[TokenTree]) -> String {
    let mut out = String::new();
    let mut glued = true;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                let sign = punct.as_char();
                if !(glued || matches!(sign, ':' | ',' | ';' | '?')) {
                    out.push(' ');
                }
                out.push(sign);
                glued = punct.spacing() == Spacing::Joint || matches!(sign, '.' | '-') || out.ends_with("::");
            }
            TokenTree::Group(group) => {
                let inner = line(&group.stream().into_iter().collect::<Vec<_>>());
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" {", "}"),
                    Delimiter::None => ("", ""),
                };
                out.extend([open, &inner, close]);
                glued = false;
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                if !glued {
                    out.push(' ');
                }
                out.push_str(&token.to_string());
                glued = false;
            }
        }
    }
    out
}
