//! Simple HTML in the texts of a description, as Markdown.

use std::borrow::Cow;

/// The bytes of the longest tag that is read.
const MAX_TAG: usize = 500;

/// Replaces the tags that descriptions use for paragraphs, lists, emphasis, code and links, and the names of characters.
/// Other tags, those without a counterpart, and code in Markdown stay as they are.
pub(super) fn to_markdown(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let mut converter = Converter::default();
    let mut is_code = false;
    for line in text.split_inclusive('\n') {
        let is_fence = ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence));
        is_code ^= is_fence;
        if is_code || is_fence {
            converter.pieces.push(line.into());
        } else {
            converter.line(line);
        }
    }
    Cow::Owned(converter.pieces.concat())
}

#[derive(Default)]
struct Converter<'t> {
    /// What is written so far. The piece of a tag that is open is the tag itself, until its counterpart is found.
    pieces: Vec<Cow<'t, str>>,
    open: Vec<Open<'t>>,
    /// The pieces that end a paragraph.
    breaks: usize,
}

/// A tag whose counterpart may follow.
struct Open<'t> {
    name: String,
    piece: usize,
    /// The breaks before it.
    breaks: usize,
    /// Where a link leads.
    address: Option<&'t str>,
}

/// A tag, such as `<a href="…">` or `</a>`.
struct Tag<'t> {
    text: &'t str,
    name: String,
    is_end: bool,
    attributes: &'t str,
}

impl<'t> Converter<'t> {
    fn line(&mut self, line: &'t str) {
        let mut rest = line;
        while let Some(at) = rest.find(['<', '&', '`']) {
            let (before, from) = rest.split_at(at);
            self.pieces.push(before.into());
            rest = self.sign(from);
        }
        self.pieces.push(rest.into());
    }

    /// Converts what begins with one of the signs, and returns what follows.
    fn sign(&mut self, text: &'t str) -> &'t str {
        if let Some(rest) = text.strip_prefix('`') {
            let end = rest.find('`').map_or(1, |end| end + 2);
            self.pieces.push(text[..end].into());
            return &text[end..];
        }
        if let Some((name, character)) = CHARACTERS.iter().find(|(name, _)| text.starts_with(name)) {
            self.pieces.push((*character).into());
            return &text[name.len()..];
        }
        if let Some(tag) = Tag::read(text) {
            let rest = &text[tag.text.len()..];
            return self.tag(&tag, rest);
        }
        self.pieces.push(text[..1].into());
        &text[1..]
    }

    fn tag(&mut self, tag: &Tag<'t>, rest: &'t str) -> &'t str {
        match (tag.name.as_str(), tag.is_end) {
            ("br" | "hr" | "p" | "pre" | "div" | "table" | "tr" | "ul" | "ol", _) => self.end_paragraph(),
            ("li", false) => self.pieces.push("\n- ".into()),
            ("li" | "td" | "th", true) => self.pieces.push(" ".into()),
            ("td" | "th", false) => {}
            ("code" | "tt", false) => {
                let end = format!("</{}>", tag.name);
                if let Some((code, after)) = rest.split_once(end.as_str())
                    && !code.trim().is_empty()
                    && !code.contains('`')
                {
                    let code =
                        CHARACTERS.iter().fold(code.trim().to_owned(), |code, (name, as_is)| code.replace(name, as_is));
                    self.pieces.push(format!("`{code}`").into());
                    return after;
                }
                self.pieces.push(tag.text.into());
            }
            ("b" | "strong" | "i" | "em" | "u" | "span" | "a" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                if tag.name.starts_with('h') {
                    self.end_paragraph();
                }
                let address = tag.attributes.split_once("href=").map(|(_, value)| value.trim_matches(['"', '\'']));
                let address = address.and_then(|value| value.split(['"', '\'', ' ']).next());
                self.open.push(Open { name: tag.name.clone(), piece: self.pieces.len(), breaks: self.breaks, address });
                self.pieces.push(tag.text.into());
            }
            (name, true) if self.open.last().is_some_and(|open| open.name == name) => self.close(),
            _ => self.pieces.push(tag.text.into()),
        }
        rest
    }

    fn end_paragraph(&mut self) {
        self.pieces.push("\n\n".into());
        self.breaks += 1;
    }

    /// Ends the tag that was opened last.
    fn close(&mut self) {
        let Some(Open { name, piece, breaks, address }) = self.open.pop() else { return };
        let within = self.pieces[piece + 1..].concat();
        let mark = match name.as_str() {
            "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "**",
            "i" | "em" => "*",
            _ => "",
        };
        // Markdown has no emphasis of several paragraphs, or with space at its ends.
        let is_simple = breaks == self.breaks && !within.is_empty() && within.trim() == within && !within.contains('*');
        let mark = if is_simple { mark } else { "" };
        self.pieces[piece] = mark.into();
        self.pieces.push(mark.into());
        if let Some(address) = address.filter(|address| address.starts_with("http") && !within.contains(address)) {
            self.pieces.push(format!(" ({address})").into());
        }
        if name.starts_with('h') {
            self.end_paragraph();
        }
    }
}

impl<'t> Tag<'t> {
    /// The tag at the beginning of a text.
    fn read(text: &'t str) -> Option<Self> {
        let end = text.bytes().take(MAX_TAG).position(|byte| byte == b'>')?;
        let within = text.get(1..end)?;
        let (is_end, within) = within.strip_prefix('/').map_or((false, within), |within| (true, within));
        let length = within.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, attributes) = within.split_at(length);
        let is_tag = !attributes.contains('<') && (attributes.is_empty() || attributes.starts_with([' ', '/']));
        (text.starts_with('<') && length > 0 && is_tag).then(|| Self {
            text: &text[..=end],
            name: name.to_ascii_lowercase(),
            is_end,
            attributes: attributes.trim_end_matches('/').trim(),
        })
    }
}

/// The names of characters that descriptions use.
const CHARACTERS: [(&str, &str); 7] =
    [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&nbsp;", " ")];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        assert_eq!(to_markdown(html), expected);
    }

    #[test]
    fn emphasis_code_and_links() {
        check("a <b>b</b> <I>c</I> <strong class='x'>d</strong>", "a **b** *c* **d**");
        check("<code>a &lt; b</code> and <tt>c</tt>", "`a < b` and `c`");
        check(
            r#"see <a href="https://a.example/b" target="_blank">the docs</a>."#,
            "see the docs (https://a.example/b).",
        );
        check("<a href='https://a.example'>https://a.example</a>", "https://a.example");
        check("<a href='#part'>below</a>", "below");
        check("1 &lt; 2 &amp;&amp; &quot;a&quot;&nbsp;b", "1 < 2 && \"a\" b");
    }

    #[test]
    fn paragraphs_lists_and_tables() {
        check("<p>a</p><p>b</p>", "\n\na\n\n\n\nb\n\n");
        check("a<br>b<br/>c<br />d", "a\n\nb\n\nc\n\nd");
        check("<ul><li>a</li><li>b</li></ul>", "\n\n\n- a \n- b \n\n");
        check("<h2>a</h2>b", "\n\n**a**\n\nb");
        check("<table><tr><td>a</td><td>b</td></tr></table>", "\n\n\n\na b \n\n\n\n");
    }

    #[test]
    fn what_is_not_simple_stays() {
        check("<script>a</script> <id> <b", "<script>a</script> <id> <b");
        check("/items/<i>/parts/<b>", "/items/<i>/parts/<b>");
        check("a </b> c", "a </b> c");
        check("`<b>a</b>` `Map<a, b>`", "`<b>a</b>` `Map<a, b>`");
        check("```\n<b>a</b>\n```\n<b>a</b>", "```\n<b>a</b>\n```\n**a**");
        check("a < b and c > d & e", "a < b and c > d & e");
        check("<b> a</b><b>a<br>b</b><b></b>", " aa\n\nb");
    }

    #[test]
    fn tags_in_tags_end() {
        let open = "<b>".repeat(2_000);
        assert_eq!(to_markdown(&open), open);
        let both = format!("{open}a{}", "</b>".repeat(2_000));
        assert_eq!(to_markdown(&both), "**a**");
    }
}
