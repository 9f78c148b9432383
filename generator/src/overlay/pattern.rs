//! The regular expressions of a query: they are part of its text, and their size is limited.

use regex_automata::nfa::thompson::{NFA, WhichCaptures};

use super::query;
use super::visits::Budget;

/// How large an automaton may be, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// What compiling the smallest expression costs, in visits of nodes.
const SMALLEST: usize = 100;

/// How many bytes of an automaton cost as much as a visit.
const SIZE: usize = 16;

/// Why a query is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An expression is not a string of the query, so that its size is unknown.
    Unknown,
    /// An expression is too large.
    TooLarge,
    /// Compiling them takes more visits than are left.
    Exhausted,
}

/// Checks the expressions of a valid query.
///
/// # Errors
///
/// If one of them may cost anything.
pub(super) fn check(query: &str, budget: &Budget) -> Result<(), Refusal> {
    for expression in expressions(query) {
        let cost = cost_of(&expression.ok_or(Refusal::Unknown)?);
        budget.spend(cost.unwrap_or(MAX_SIZE / SIZE)).ok_or(Refusal::Exhausted)?;
        cost.ok_or(Refusal::TooLarge)?;
    }
    Ok(())
}

/// What the expressions of a checked query cost for each text that is matched: the library compiles them each time.
pub(super) fn cost(query: &str) -> usize {
    let cost = |expression: &Option<String>| expression.as_deref().and_then(cost_of).unwrap_or(usize::MAX);
    expressions(query).iter().map(cost).fold(0, usize::saturating_add)
}

/// `None` if it is too large. One that is not valid matches nothing, and costs what reading it costs.
fn cost_of(expression: &str) -> Option<usize> {
    let config = NFA::config().nfa_size_limit(Some(MAX_SIZE)).which_captures(WhichCaptures::None);
    let size = match NFA::compiler().configure(config).build(&format!("(?R)^({expression})$")) {
        Ok(automaton) => automaton.memory_usage(),
        Err(error) if error.size_limit().is_some() => return None,
        Err(_) => 0,
    };
    Some(SMALLEST + expression.len() + size / SIZE)
}

/// The second argument of each call of `match` and `search`; `None` for one that is not a string.
fn expressions(query: &str) -> Vec<Option<String>> {
    let blank = query::blank(query);
    let calls = ["match(", "search("]
        .into_iter()
        .flat_map(|name| blank.match_indices(name).map(move |(at, _)| at + name.len()).collect::<Vec<_>>());
    calls.map(|start| string(query[argument(&blank, start)?].trim())).collect()
}

/// The second argument of the call whose arguments begin here.
fn argument(blank: &str, start: usize) -> Option<std::ops::Range<usize>> {
    let (mut depth, mut comma) = (0_usize, None);
    for (at, byte) in blank.bytes().enumerate().skip(start) {
        match byte {
            b'[' | b'(' => depth += 1,
            b')' if depth == 0 => return comma.map(|comma| comma + 1..at),
            b']' | b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => comma = Some(at),
            _ => {}
        }
    }
    None
}

/// The text of a string of a query, if this is one.
fn string(literal: &str) -> Option<String> {
    let inner = match literal.chars().next()? {
        '"' => return serde_json::from_str(literal).ok(),
        quote @ '\'' => literal.strip_prefix(quote)?.strip_suffix(quote)?,
        _ => return None,
    };
    // Single quotes need no escapes in JSON, double quotes do.
    let (mut json, mut escaped) = ("\"".to_owned(), false);
    for c in inner.chars() {
        match c {
            '\'' if escaped => drop(json.pop()),
            '"' if !escaped => json.push('\\'),
            _ => {}
        }
        json.push(c);
        escaped = !escaped && c == '\\';
    }
    serde_json::from_str(&(json + "\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_found() {
        let found = |query: &str| expressions(query);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found("$[?match(@.a, 'a.*')]"), [text("a.*")]);
        assert_eq!(found("$[?@.b == 'match(' && search(@['a,b'] , \"\\\\p{L}\" )]"), [text("\\p{L}")]);
        assert_eq!(found(r#"$[?search(value(@..[0,1]), 'it\'s "\\d"')]"#), [text(r#"it's "\d""#)]);
        assert_eq!(found("$[?match(@.a, @.b)]"), [None]);
        assert_eq!(found("$[?match('a', value($['b']))]"), [None]);
        assert_eq!(found("$[?@.a]"), []);
    }

    #[test]
    fn the_cost_grows_with_the_automaton() {
        let query = |expression: &str| format!("$[?match(@.a, '{expression}')]");
        let (small, large) = (cost(&query("a.c")), cost(&query("(a{10}){90}")));
        assert!(small < 500 && large > 4 * small, "{small} {large}");
        for expression in ["a{1000}{1000}", "((a{100}){100}){100}", r"\\p{L}{500}"] {
            let budget = Budget::new(usize::MAX);
            assert_eq!(check(&query(expression), &budget), Err(Refusal::TooLarge), "{expression}");
            assert_eq!(check(&query(expression), &Budget::new(1_000)), Err(Refusal::Exhausted), "{expression}");
        }
        // One that is not valid matches nothing.
        assert!(cost(&query("(")) < 1_000);
    }
}
