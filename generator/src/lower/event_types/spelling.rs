//! Names in different spellings: `batch_cancelled`, `batch.cancelled` and `BatchCancelledEvent` mean the same.

/// Words that say what a webhook is anyway.
const NOISE: [&str; 7] = ["event", "webhook", "webhooks", "notification", "post", "on", "x"];

/// The words of a name, without those that only say that it is a webhook.
pub(super) fn words(name: &str) -> Vec<String> {
    let snake = heck::AsSnakeCase(name).to_string();
    let all: Vec<String> = snake.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let noise = |word: &String| NOISE.contains(&word.as_str());
    let first = all.iter().position(|word| !noise(word)).unwrap_or(0);
    let last = all.iter().rposition(|word| !noise(word)).map_or(all.len(), |last| last + 1);
    all[first..last].to_vec()
}

/// The words of a name, found once and compared with many others.
pub(super) struct Spelling {
    words: Vec<String>,
    joined: String,
}

impl Spelling {
    pub(super) fn of(name: &str) -> Self {
        let words = words(name);
        Self { joined: words.concat(), words }
    }

    /// Whether two spellings mean the same name.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.joined == other.joined
    }

    /// Whether two spellings mean the same name, or the one leaves out the other's first words.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.ends_with(other) || other.ends_with(self)
    }

    fn ends_with(&self, end: &Self) -> bool {
        let is_end = |index: &usize| self.words[*index..].iter().map(String::len).sum::<usize>() == end.joined.len();
        !end.words.is_empty() && self.joined.ends_with(&end.joined) && (0..self.words.len()).any(|index| is_end(&index))
    }

    /// The number of words at the beginning that mean the other name.
    fn prefix(&self, other: &Self) -> Option<usize> {
        let mut length = 0;
        let ends = self.words.iter().map(|word| {
            length += word.len();
            length
        });
        let count = ends.take_while(|end| *end <= other.joined.len()).position(|end| end == other.joined.len())? + 1;
        self.joined.starts_with(&other.joined).then_some(count)
    }

    /// Whether the name begins with the words of another.
    pub(super) fn begins_with(&self, other: &Self) -> bool {
        self.prefix(other).is_some()
    }

    /// Whether the name has the words of another in the same order, perhaps with others between them.
    pub(super) fn has_words_of(&self, other: &Self) -> bool {
        let mut words = self.words.iter().map(|word| singular(word));
        !other.words.is_empty() && other.words.iter().all(|wanted| words.any(|word| word == singular(wanted)))
    }
}

/// A word without the ending of the plural.
fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|rest| !rest.is_empty()).unwrap_or(word)
}

/// Whether two spellings mean the same name.
pub(super) fn same(a: &str, b: &str) -> bool {
    Spelling::of(a).is_same(&Spelling::of(b))
}

/// Whether two spellings mean the same name, or the one leaves out the other's first words.
pub(super) fn agree(a: &str, b: &str) -> bool {
    Spelling::of(a).agrees(&Spelling::of(b))
}

/// The rest of a name's words after those of another, if it begins with them.
pub(super) fn after(name: &str, prefix: &str) -> Option<String> {
    let name = Spelling::of(name);
    name.prefix(&Spelling::of(prefix)).map(|count| name.words[count..].join("_"))
}

/// Whether a name has the words of another at its end, and others before.
pub(super) fn ends(name: &str, end: &str) -> bool {
    let (name, end) = (words(name), words(end));
    !end.is_empty() && name.len() > end.len() && name.ends_with(&end)
}

/// Whether a text has the form of an event type: words joined by the separator.
pub(super) fn is_event_type(text: &str, separator: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    text.contains(separator) && text.split(separator).all(word)
}

/// What a webhook's event type may be: the words of its key, within the topic that another event type shares with it.
pub(super) fn guess(key: &str, other: Option<&str>, separator: &str) -> String {
    let words = heck::AsSnakeCase(key).to_string();
    let first = words.split('_').next().unwrap_or_default();
    let topics: Vec<&str> = other.unwrap_or_default().split(separator).take_while(|word| *word != first).collect();
    let shared = other.is_some_and(|other| other.split(separator).any(|word| word == first));
    let prefix: String = topics.into_iter().filter(|_| shared).map(|topic| format!("{topic}{separator}")).collect();
    prefix + &words.replace('_', separator)
}

/// The words of a webhook's key in the form of another webhook's event type; `None` if that has no known form.
pub(super) fn in_form_of(form: &str, key: &str) -> Option<String> {
    let snake = heck::AsSnakeCase(key).to_string();
    let joined_by = |sign: char| form.contains(sign) && !form.contains(|c: char| !c.is_alphanumeric() && c != sign);
    let sign = ['_', '-', '/', ':'].into_iter().find(|sign| joined_by(*sign))?;
    let words = snake.replace('_', &sign.to_string());
    if !form.contains(char::is_lowercase) {
        Some(words.to_uppercase())
    } else if !form.contains(char::is_uppercase) {
        Some(words)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_has_the_form_of_others() {
        for (form, expected) in [
            ("DOOR_OPENED", Some("LIFT_IS_STUCK")),
            ("door-opened", Some("lift-is-stuck")),
            ("doors/open", Some("lift/is/stuck")),
            ("door.opened", None),
            ("doorOpened", None),
            ("Door-Opened", None),
            ("com.acme-door", None),
        ] {
            assert_eq!(in_form_of(form, "Lift is stuck").as_deref(), expected, "{form}");
        }
    }

    #[test]
    fn spellings() {
        for (a, b) in [
            ("batch_cancelled", "batch.cancelled"),
            ("EndpointCreatedEvent", "endpoint.created"),
            ("/x-webhooks/transferFailed", "TRANSFER_FAILED"),
            ("post-AUTHORISATION", "AUTHORISATION"),
            ("incomingPaymentCreated", "incoming_payment.created"),
        ] {
            assert!(same(a, b), "{a} {b}");
        }
        assert!(!same("assetCreated", "asset.updated"));
        assert!(agree("agreementCreated", "rm.agreement.created"));
        assert!(!agree("", "rm.agreement.created"));
        assert_eq!(after("check-run-requested-action", "check_run").as_deref(), Some("requested_action"));
        assert_eq!(after("push", "push").as_deref(), Some(""));
        assert_eq!(after("pushed", "push"), None);
    }
}
