//! Which text is signed: `{timestamp}.{body}`, `t + "." + payload`, "of the raw request body".

use super::header::{Role, role};
use super::words::{have, words};

/// The signed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// These pieces.
    Pieces(Vec<Piece>),
    /// The body and a timestamp; how they are joined is not stated.
    Timestamped,
    /// Something that `codegen.toml` cannot state.
    Beyond,
    /// A timestamp, an id or the like, without the body.
    Bodyless,
}

/// A piece of the signed text. Where a delivery states it is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Body,
    Timestamp,
    Id,
    /// Another part of the request.
    Other,
    /// The hash of the body.
    Digest,
    Text(String),
}

/// Words for the body.
const BODY: [&str; 3] = ["body", "payload", "rawbody"];

/// The signed text that a text states. An expression is more precise than a phrase.
pub(super) fn find(text: &str) -> Option<Signed> {
    let longest = expressions(&tokens(text)).filter_map(|pieces| signed(&pieces)).max_by_key(|signed| match signed {
        Signed::Pieces(pieces) => pieces.len(),
        Signed::Timestamped | Signed::Beyond | Signed::Bodyless => 0,
    });
    let words = words(text);
    longest.or_else(|| addressed(text)).or_else(|| phrase(&words)).or_else(|| bodyless(text, &words))
}

/// The pieces of each expression. `None` for an unknown one.
fn expressions(tokens: &[Token<'_>]) -> impl Iterator<Item = Vec<Option<Piece>>> {
    let runs = tokens.split(|token| *token == Token::Space || *token == Token::Plus || is_delimiter(*token));
    let templates = runs.map(|run| if run.iter().any(is_place) { template(run) } else { dotted(run) });
    templates.chain(sums(tokens))
}

/// The signed text of a sentence about signing that joins other values, if nothing in the text may be the body.
fn bodyless(text: &str, all: &[String]) -> Option<Signed> {
    /// Other words that may mean the body.
    const CONTENTS: [&str; 5] = ["content", "contents", "message", "messages", "data"];
    const OTHERS: [&str; 4] = ["id", "token", "nonce", "timestamp"];
    if have(all, &BODY) || have(all, &CONTENTS) {
        return None;
    }
    let joins = |sentence: &str| {
        let words = words(sentence);
        let others = OTHERS.iter().filter(|other| words.iter().any(|word| word == *other)).count();
        have(&words, &SIGNING) && (others > 1 && have(&words, &JOINED) || has_values(sentence))
    };
    sentences(text).any(joins).then_some(Signed::Bodyless)
}

/// Whether an expression of a text joins a timestamp and an id.
fn has_values(text: &str) -> bool {
    let has_both = |pieces: &[Option<Piece>]| {
        let has = |value: Piece| pieces.contains(&Some(value));
        has(Piece::Timestamp) && has(Piece::Id) && pieces.iter().all(Option::is_some)
    };
    expressions(&tokens(text)).any(|pieces| has_both(&pieces))
}

/// The sentences of a text.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut last = ' ';
    text.split(move |character: char| {
        let ends = ".!?;".contains(last) && character.is_whitespace() || last == '\n' && character == '\n';
        last = character;
        ends
    })
}

/// A token of a text that may be an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A name, as in `timestamp`.
    Name(&'a str),
    /// A place for a value, as in `{timestamp}`, `#{timestamp}` or `<t>`.
    Place(&'a str),
    /// A short quoted text, as in `"."`.
    Quoted(&'a str),
    Plus,
    Space,
    Other(char),
}

fn is_place(token: &Token<'_>) -> bool {
    matches!(token, Token::Place(_))
}

fn is_delimiter(token: Token<'_>) -> bool {
    matches!(token, Token::Quoted(_) | Token::Other('`' | '"' | '\'' | '(' | ')' | '[' | ']'))
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = token(rest, first);
        tokens.push(token);
        rest = &rest[length..];
    }
    tokens
}

/// The first token of a text, and its length.
fn token(text: &str, first: char) -> (Token<'_>, usize) {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let between = |opening: &str, closing: &str| {
        let inner = text.strip_prefix(opening)?;
        let inner = &inner[..inner.find(closing)?];
        Some((inner, opening.len() + inner.len() + closing.len()))
    };
    let place = |opening, closing| {
        let (inner, length) = between(opening, closing)?;
        let is_value =
            inner.len() <= 40 && inner.chars().all(|character| is_name(character) || " .".contains(character));
        (is_value && !inner.is_empty()).then_some((Token::Place(inner), length))
    };
    let places = [("{{", "}}"), ("${", "}"), ("#{", "}"), ("{", "}"), ("<", ">")];
    if let Some(found) = places.iter().find_map(|(opening, closing)| place(opening, closing)) {
        return found;
    }
    let quoted = ["\"", "'"].iter().find_map(|quote| between(quote, quote)).filter(|(inner, _)| inner.len() <= 3);
    match first {
        _ if quoted.is_some() => quoted.map(|(inner, length)| (Token::Quoted(inner), length)),
        '+' => Some((Token::Plus, 1)),
        _ if first.is_whitespace() => Some((Token::Space, first.len_utf8())),
        _ if is_name(first) => {
            let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
            Some((Token::Name(&text[..end]), end))
        }
        _ => None,
    }
    .unwrap_or((Token::Other(first), first.len_utf8()))
}

/// The pieces of a text with places: what is between them is literal text. `None` for an unknown place.
fn template(run: &[Token<'_>]) -> Vec<Option<Piece>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    for token in run {
        match token {
            Token::Place(name) => {
                let text = std::mem::take(&mut literal);
                // What follows `key=` is the value of a header, not a part of the request.
                let piece = piece(name).filter(|piece| *piece != Piece::Other || !text.ends_with('='));
                pieces.extend((!text.is_empty()).then_some(Some(Piece::Text(text))));
                pieces.push(piece);
            }
            Token::Name(text) | Token::Quoted(text) => literal.push_str(text),
            Token::Other(character) => literal.push(*character),
            Token::Plus | Token::Space => {}
        }
    }
    pieces
}

/// The pieces of names with dots or colons between them. A body before other names, as in `payload.timestamp`, is the path
/// of a member.
fn dotted(run: &[Token<'_>]) -> Vec<Option<Piece>> {
    let mut pieces = Vec::new();
    for token in run {
        match token {
            Token::Name(name) => pieces.push(piece(name)),
            Token::Other(separator @ ('.' | ':' | '|')) => pieces.push(Some(Piece::Text(separator.to_string()))),
            _ => return Vec::new(),
        }
    }
    // The end of a sentence.
    if matches!(pieces.last(), Some(Some(Piece::Text(_)))) {
        pieces.pop();
    }
    if pieces.first() == Some(&Some(Piece::Body)) { Vec::new() } else { pieces }
}

/// The pieces of each sum, such as `t + "." + payload`.
fn sums(tokens: &[Token<'_>]) -> impl Iterator<Item = Vec<Option<Piece>>> {
    let terms: Vec<Token<'_>> = tokens.iter().copied().filter(|token| *token != Token::Other('`')).collect();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < terms.len() {
            let (pieces, length) = sum(&terms[start..]);
            start += length.max(1);
            if pieces.len() > 1 {
                return Some(pieces);
            }
        }
        None
    })
}

/// The pieces of the sum that the tokens begin with, and how many tokens these are. No pieces if it has no last one.
fn sum(tokens: &[Token<'_>]) -> (Vec<Option<Piece>>, usize) {
    let mut pieces = Vec::new();
    let mut rest = tokens;
    while let Some((piece, after)) = term(rest) {
        pieces.push(piece);
        match skip_space(after) {
            [Token::Plus, after @ ..] => rest = skip_space(after),
            _ => return (pieces, tokens.len() - after.len()),
        }
    }
    (Vec::new(), tokens.len() - rest.len())
}

/// The term that the tokens begin with, and what is after it.
fn term<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(Option<Piece>, &'t [Token<'a>])> {
    match tokens {
        [Token::Name(function), Token::Other('('), argument @ ..] if is_hash(function) => match value(argument)? {
            (Some(Piece::Body), [Token::Other(')'), after @ ..]) => Some((Some(Piece::Digest), after)),
            _ => None,
        },
        _ => value(tokens),
    }
}

/// The value that the tokens begin with, and what is after it.
fn value<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(Option<Piece>, &'t [Token<'a>])> {
    match tokens {
        [Token::Quoted(text), after @ ..] => Some((Some(Piece::Text((*text).to_owned())), after)),
        [Token::Place(name), after @ ..] => Some((piece(name), after)),
        [Token::Name(name), after @ ..] => {
            let (mut name, mut after) = (*name, after);
            while let [Token::Other('.'), Token::Name(member), behind @ ..] = after {
                (name, after) = (member, behind);
            }
            Some((piece(name), after))
        }
        _ => None,
    }
}

/// Whether it is the name of a hash function, such as `sha256`.
fn is_hash(name: &str) -> bool {
    let words = words(name);
    have(&words, &["hash", "digest", "sha"]) && !have(&words, &["hmac"])
}

fn skip_space<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let spaces = tokens.iter().take_while(|token| **token == Token::Space).count();
    &tokens[spaces..]
}

/// The value that a name means.
fn piece(name: &str) -> Option<Piece> {
    const TIME: [&str; 6] = ["timestamp", "time", "ts", "t", "unix", "epoch"];
    const OTHER: [&str; 8] = ["nonce", "method", "url", "uri", "path", "host", "query", "key"];
    const OF_ID: [&str; 10] =
        ["msg", "message", "webhook", "event", "delivery", "request", "notification", "svix", "x", "header"];
    // The name of a header.
    match role(name) {
        Some(Role::Id) if name.contains('-') => return Some(Piece::Id),
        Some(Role::Timestamp) if name.contains('-') => return Some(Piece::Timestamp),
        _ => {}
    }
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let ((last, before), (first, after)) = (words.split_last()?, words.split_first()?);
    let is_id = |id: &str, others: &[String]| id == "id" && others.iter().all(|word| OF_ID.contains(&word.as_str()));
    if has(&["length", "signature", "hmac", "hash", "digest", "sha"]) {
        None
    } else if has(&OTHER) {
        Some(Piece::Other)
    } else if has(&BODY) || last == "json" && !before.is_empty() {
        Some(Piece::Body)
    } else if has(&TIME) {
        Some(Piece::Timestamp)
    } else {
        (is_id(last, before) || is_id(first, after)).then_some(Piece::Id)
    }
}

/// What pieces mean as a signed text, if they have the body and something else.
fn signed(pieces: &[Option<Piece>]) -> Option<Signed> {
    let count = |piece: &Piece| pieces.iter().flatten().filter(|known| *known == piece).count();
    let values = [Piece::Body, Piece::Timestamp, Piece::Id].map(|piece| count(&piece));
    let others = count(&Piece::Other);
    let digests = count(&Piece::Digest);
    if values[0] + digests == 0 || pieces.len() < 2 {
        return None;
    }
    let known: Option<Vec<Piece>> = pieces.iter().cloned().collect();
    match known {
        Some(known) if others + digests == 0 && values.iter().all(|count| *count <= 1) && are_apart(&known) => {
            Some(Signed::Pieces(known))
        }
        Some(_) => Some(Signed::Beyond),
        // A name with a body in it, such as `request.body`, is not a signed text with other parts.
        None => (digests + values.iter().sum::<usize>() > 1).then_some(Signed::Beyond),
    }
}

/// Whether between any two values is a text that cannot be a part of them.
fn are_apart(pieces: &[Piece]) -> bool {
    let is_end = |character: Option<char>| character.is_some_and(|character| !character.is_alphanumeric());
    pieces.windows(2).all(|pair| match pair {
        [Piece::Text(_), Piece::Text(_)] => false,
        [Piece::Text(text), _] => is_end(text.chars().next_back()),
        [_, Piece::Text(text)] => is_end(text.chars().next()),
        _ => false,
    })
}

/// Words of a sentence about signing.
const SIGNING: [&str; 9] = ["sign", "signs", "signed", "signing", "signature", "signatures", "hmac", "hash", "digest"];

/// Words for what is done with the parts of a signed text.
const JOINED: [&str; 10] = [
    "concatenate",
    "concatenated",
    "concatenating",
    "concatenation",
    "concat",
    "join",
    "joined",
    "joining",
    "followed by",
    "combined",
];

/// Words before a part of a signed text that say nothing about it.
const BETWEEN: [&str; 24] = [
    "the",
    "your",
    "our",
    "a",
    "this",
    "raw",
    "request",
    "webhook",
    "http",
    "post",
    "json",
    "full",
    "entire",
    "whole",
    "exact",
    "unparsed",
    "unmodified",
    "event",
    "delivery",
    "received",
    "complete",
    "callback",
    "bytes",
    "its",
];

fn is_body(word: &str) -> bool {
    BODY.contains(&word)
}

/// The address and the body, joined in a sentence about signing, in any order.
fn addressed(text: &str) -> Option<Signed> {
    let joins_both = |sentence: &str| {
        let words = words(sentence);
        let urls = (0..words.len()).filter(|at| ["url", "uri"].contains(&words[*at].as_str()));
        let are_joined = |at: usize| joins_body(words[..at].iter().rev()) || joins_body(words[at + 1..].iter());
        have(&words, &SIGNING) && urls.into_iter().any(are_joined)
    };
    sentences(text).any(joins_both).then_some(Signed::Beyond)
}

/// Whether the words beside a part join it with the body.
fn joins_body<'a>(words: impl Iterator<Item = &'a String>) -> bool {
    const AND: [&str; 6] = ["and", "plus", "concatenated", "followed", "joined", "combined"];
    const WITH: [&str; 3] = ["with", "by", "to"];
    let mut is_joined = false;
    for word in words {
        match word.as_str() {
            _ if is_body(word) => return is_joined,
            word if AND.contains(&word) => is_joined = true,
            word if BETWEEN.contains(&word) || WITH.contains(&word) => {}
            _ => return false,
        }
    }
    false
}

/// The signed text in a sentence.
fn phrase(words: &[String]) -> Option<Signed> {
    /// "Of" in other languages.
    const OF: [&str; 8] = ["от", "від", "de", "del", "du", "do", "von", "van"];
    const BEFORE: [&str; 9] = ["of", "over", "from", "on", "using", "against", "with", "signs", "signing"];
    let is = |known: &[&str], word: &String| known.contains(&word.as_str());
    let times = words.iter().position(|word| is(&["timestamp", "time"], word));
    if let Some(time) = times
        && words.iter().any(|word| is_body(word))
        && have(words, &JOINED)
    {
        let body = words.iter().enumerate().skip(time).find(|(_, word)| is_body(word)).map(|(at, _)| at);
        let near = body.filter(|body| body - time <= 12);
        let dot = have(words, &["dot", "period", "full stop"]);
        let colon = have(words, &["colon"]);
        let text = match (dot, colon) {
            (true, false) => ".",
            (false, true) => ":",
            _ => return Some(Signed::Timestamped),
        };
        let has_id = words.iter().any(|word| word == "id");
        return Some(match near {
            Some(_) if !has_id => Signed::Pieces(vec![Piece::Timestamp, Piece::Text(text.to_owned()), Piece::Body]),
            _ => Signed::Timestamped,
        });
    }
    // The name of an algorithm, such as `SHA-256`, or what it makes.
    let is_hash = |at: usize| {
        let word = &words[at];
        is(&["hmac", "signature", "digest", "hash"], word)
            || word.parse::<u16>().is_ok() && words[..at].ends_with(&["sha".to_owned()])
    };
    words.iter().enumerate().filter(|(_, word)| is_body(word)).find_map(|(at, _)| {
        let before = words[..at].iter().rposition(|word| !is(&BETWEEN, word));
        let is_before = before.is_some_and(|at| match words[at].as_str() {
            // "Computed on the body", but not "before acting on the payload".
            "on" => at > 0 && (words[at - 1].ends_with("ed") || is_hash(at - 1)),
            word if BEFORE.contains(&word) => true,
            word => at > 0 && is_hash(at - 1) && OF.contains(&word),
        });
        let after = words[at + 1..].iter().take(3).any(|word| is(&["signed", "hashed"], word));
        (is_before || after).then(|| Signed::Pieces(vec![Piece::Body]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match find(text) {
            None => "-".to_owned(),
            Some(Signed::Beyond) => "beyond".to_owned(),
            Some(Signed::Bodyless) => "bodyless".to_owned(),
            Some(Signed::Timestamped) => "timestamped".to_owned(),
            Some(Signed::Pieces(pieces)) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Body => "{body}".to_owned(),
                    Piece::Timestamp => "{timestamp}".to_owned(),
                    Piece::Id => "{id}".to_owned(),
                    Piece::Other | Piece::Digest => "?".to_owned(),
                    Piece::Text(text) => text.clone(),
                };
                pieces.iter().map(piece).collect()
            }
        }
    }

    #[test]
    fn expressions_and_phrases() {
        for (text, expected) in [
            ("HMAC of `{timestamp}.{body}`", "{timestamp}.{body}"),
            ("`HMAC(key, \"<t>.<raw_body>\")`, in hex", "{timestamp}.{body}"),
            ("signs `v0:${X-Acme-Request-Timestamp}:${rawBody}`", "v0:{timestamp}:{body}"),
            ("HMAC-SHA256(secret, t + \".\" + payload)", "{timestamp}.{body}"),
            ("hmac(key, 'v1:' + id + ':' + req.headers.timestamp + ':' + req.body)", "v1:{id}:{timestamp}:{body}"),
            ("the text is webhook_id.timestamp.payload.", "{id}.{timestamp}.{body}"),
            ("the timestamp and the raw body, joined by a period", "{timestamp}.{body}"),
            ("the timestamp concatenated with the payload", "timestamped"),
            ("HMAC of timestamp + body", "beyond"),
            ("HMAC of {method}.{timestamp}.{body}", "beyond"),
            ("HMAC of `{url}{body}`", "beyond"),
            ("HMAC over (`API_KEY` + `timestamp` + `nonce` + sha256(body))", "beyond"),
            ("HMAC of `{webhook-id}.{timestamp}`", "bodyless"),
            ("HMAC(secret, id + ':' + timestamp)", "bodyless"),
            ("sign = \"<id_webhook>-<X-Acme-Timestamp>\"; HMAC(secret, sign)", "bodyless"),
            ("`<timestamp_header>.<received_event_json>`", "{timestamp}.{body}"),
            ("HMAC of \"#{timestamp}.#{request.body}\"", "{timestamp}.{body}"),
            ("Signed are the id and the timestamp, joined by a dot. See timestamps.", "bodyless"),
            ("the HMAC of the concatenated `timestamp` and `token` values", "bodyless"),
            ("The signature is in hex. The event id and timestamp combined are unique.", "-"),
            ("HMAC-SHA256, hex. Reject if `abs(time.time() - t) > 300`", "-"),
            ("the signature of the concatenated id, timestamp and raw request content", "-"),
            ("HMAC: concatenate id, timestamp and rawbody", "timestamped"),
            ("Hex HMAC-SHA256 of the raw body, sent as `t=<timestamp>,v1=<hash>`", "{body}"),
            ("HMAC of the raw body, sent as `keyId=<key>,v1=<digest>,t=<timestamp>`", "{body}"),
            ("HMAC of the raw body; see `request.body.url`", "{body}"),
            ("C++: HMAC of t + \".\" + req.body", "{timestamp}.{body}"),
            ("an HMAC of the raw request body", "{body}"),
            ("HMAC computed on the payload", "{body}"),
            ("HMAC SHA-1 от raw body", "{body}"),
            ("HMAC-SHA256 del body", "{body}"),
            ("HMAC SHA-256 без body", "-"),
            ("the HMAC of our URL and the full unparsed request body", "beyond"),
            ("Signed is the raw payload followed by the webhook URL", "beyond"),
            ("Set the URL and body format in the dashboard. HMAC of the raw body", "{body}"),
            ("The signature is sent to your URL with the body. HMAC of the raw body", "{body}"),
            ("Signature of the webhook payload", "{body}"),
            ("The payload is signed with your secret", "{body}"),
            ("see `payload.timestamp` and `request.body`", "-"),
            ("verify it before you parse the body", "-"),
            ("verify the signature before acting on the payload", "-"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_sum_is_read_once() {
        assert_eq!(shown(&"a+".repeat(20_000)), "-");
        assert_eq!(shown(&"sha(".repeat(20_000)), "-");
        assert_eq!(shown(&format!("{}body", "t+\".\"+".repeat(20_000))), "beyond");
    }
}
