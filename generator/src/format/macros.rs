//! Macro calls, which prettyplease does not format: one row per line inside braces, ending with a comma.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Rows are broken before this column if possible.
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
            TokenTree::Group(group) if is_doc(&row, &group) => {
                row.pop();
                indent(out, depth);
                let text = group.stream().into_iter().last().map(|text| syn::parse2::<syn::LitStr>(text.into()));
                out.extend(["///", &text.and_then(Result::ok).map(|text| text.value()).unwrap_or_default(), "\n"]);
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

/// Whether `#` and these brackets are a line of docs.
fn is_doc(row: &[TokenTree], group: &Group) -> bool {
    matches!(row, [TokenTree::Punct(sign)] if sign.as_char() == '#')
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
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
                if !(glued || matches!(sign, ':' | ',' | ';' | '?' | '<' | '>')) {
                    out.push(' ');
                }
                out.push(sign);
                glued = punct.spacing() == Spacing::Joint || matches!(sign, '.' | '-' | '<') || out.ends_with("::");
            }
            TokenTree::Group(group) => {
                let inner = line(&group.stream().into_iter().collect::<Vec<_>>());
                if out.ends_with("->") {
                    out.push(' ');
                }
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

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[track_caller]
    fn check(call: TokenStream, expected: &str) {
        let mut text = String::new();
        print(&mut text, &syn::parse2(call).expect("a macro call"));
        assert_eq!(text, expected);
    }

    #[test]
    fn arguments_are_on_one_line() {
        check(quote!(codec::constant!(A: i64 = -1)), "codec::constant!(A: i64 = -1);\n");
        check(quote!(a!(B: C, D::E, "../f.json")), "a!(B: C, D::E, \"../f.json\");\n");
    }

    #[test]
    fn rows_are_on_lines() {
        check(
            quote!(codec::object! { A { "b" => b: required, "c" => r#type: optional, ..rest } }),
            "codec::object! {\n    A {\n        \"b\" => b: required,\n        \"c\" => r#type: optional,\n        ..rest\n    }\n}\n",
        );
        check(
            quote!(a! { #[doc = " B \"c\"."] D::e -> F { G => h, } }),
            "a! {\n    /// B \"c\".\n    D::e -> F {\n        G => h,\n    }\n}\n",
        );
    }

    #[test]
    fn long_alternatives_are_broken() {
        let tags: Vec<String> = (0..9).map(|number| format!("alternative-{number}")).collect();
        let (first, others) = (&tags[0], &tags[1..]);
        let others: String = others.iter().map(|tag| format!("\n    | \"{tag}\"")).collect();
        check(quote!(a! { #(#tags)|* => B, }), &format!("a! {{\n    \"{first}\"{others} => B,\n}}\n"));
    }
}
