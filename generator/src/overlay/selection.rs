//! What a query selects, segment by segment. Each node is kept once, however many ways lead to it, and what is visited is
//! counted: the parser's own evaluation keeps a list for each way.

use std::cell::Cell;
use std::collections::HashSet;
use std::ptr;

use serde_json::Value as Json;
use serde_json_path::{JsonPath, PathElement};

use super::query;
use crate::document::Segment;

/// The nodes that a query selects.
pub(super) type Paths = Vec<Vec<Segment>>;

/// How many nodes may be visited.
pub(super) struct Budget {
    pub(super) all: usize,
    left: Cell<usize>,
}

impl Budget {
    pub(super) fn new(all: usize) -> Self {
        Self { all, left: Cell::new(all) }
    }

    /// Takes visits of nodes; `None` if there are not enough left.
    pub(super) fn spend(&self, nodes: usize) -> Option<()> {
        let left = self.left.get().checked_sub(nodes);
        self.left.set(left.unwrap_or(0));
        left.map(|_| ())
    }
}

/// The nodes that a valid query selects, each once; `None` if it visits too many.
pub(super) fn select(root: &Json, query: &str, budget: &Budget) -> Option<Paths> {
    let mut selection = Selection { root, budget, steps: vec![Step { json: root, parent: None }] };
    let mut selected = vec![0];
    for range in query::segments(query) {
        selected = selection.follow(&selected, query[range].trim())?;
    }
    selected.into_iter().map(|index| selection.path(index)).collect()
}

struct Selection<'a> {
    root: &'a Json,
    budget: &'a Budget,
    /// The nodes that were selected by a segment, or lie around them.
    steps: Vec<Step<'a>>,
}

/// A node, and the step to the node around it.
struct Step<'a> {
    json: &'a Json,
    parent: Option<(usize, Segment)>,
}

impl<'a> Selection<'a> {
    /// What a segment of the query selects of these nodes.
    fn follow(&mut self, nodes: &[usize], segment: &str) -> Option<Vec<usize>> {
        let Some(child) = segment.strip_prefix("..") else { return self.children(nodes, segment) };
        let child = if child.starts_with('[') { child.to_owned() } else { format!(".{child}") };
        let below = self.descendants(nodes)?;
        self.children(&below, &child)
    }

    /// These nodes and all below them.
    fn descendants(&mut self, nodes: &[usize]) -> Option<Vec<usize>> {
        let mut seen = HashSet::new();
        let mut below = Vec::new();
        let mut open: Vec<usize> = nodes.to_vec();
        while let Some(index) = open.pop() {
            // What lies below a node that was seen was seen as well.
            if seen.insert(ptr::from_ref(self.steps[index].json)) {
                self.budget.spend(1)?;
                below.push(index);
                open.extend(self.all_children(index));
            }
        }
        Some(below)
    }

    fn all_children(&mut self, index: usize) -> Vec<usize> {
        let json = self.steps[index].json;
        let first = self.steps.len();
        match json {
            Json::Object(members) => {
                let step = |(name, json)| (Segment::Member(String::as_str(name).into()), json);
                self.steps.extend(members.iter().map(step).map(|step| Step::below(index, step)));
            }
            Json::Array(elements) => {
                let steps = elements.iter().enumerate().map(|(at, json)| (Segment::Element(at), json));
                self.steps.extend(steps.map(|step| Step::below(index, step)));
            }
            _ => {}
        }
        (first..self.steps.len()).collect()
    }

    /// What a segment without `..` selects of these nodes.
    fn children(&mut self, nodes: &[usize], segment: &str) -> Option<Vec<usize>> {
        let (root, budget) = (self.root, self.budget);
        let names = query::names(segment);
        let selector = JsonPath::parse(&format!("${segment}")).ok()?;
        let filter = segment.contains('?').then(|| Filter::new(segment));
        let whole = match &filter {
            Some(filter) if filter.absolute => size(root, budget)?,
            _ => (0, 0),
        };
        let (mut seen, mut selected) = (HashSet::new(), Vec::new());
        for &index in nodes {
            let json = self.steps[index].json;
            let found: Vec<(Segment, &'a Json)> = if !names.is_empty() {
                budget.spend(names.len())?;
                names.iter().filter_map(|name| Some((Segment::Member((*name).into()), json.get(name)?))).collect()
            } else if let Some(filter) = &filter {
                budget.spend(filter.cost(whole, json, budget)?)?;
                if filter.absolute {
                    // The filter compares with the whole description.
                    let whole = format!("{}{segment}", self.normalized(index)?);
                    budget.spend(filter.parsing.checked_add(whole.len())?)?;
                    located(&JsonPath::parse(&whole).ok()?, root)
                } else {
                    located(&selector, json)
                }
            } else {
                budget.spend(children(json))?;
                located(&selector, json)
            };
            for (segment, json) in found {
                if seen.insert(ptr::from_ref(json)) {
                    selected.push(self.steps.len());
                    self.steps.push(Step::below(index, (segment, json)));
                }
            }
        }
        Some(selected)
    }

    /// The path to a node; each of its segments is a visit.
    fn path(&self, index: usize) -> Option<Vec<Segment>> {
        let mut path = Vec::new();
        let mut step = &self.steps[index];
        while let Some((parent, segment)) = &step.parent {
            path.push(segment.clone());
            step = &self.steps[*parent];
        }
        self.budget.spend(path.len())?;
        path.reverse();
        Some(path)
    }

    /// The path to a node as a query.
    fn normalized(&self, index: usize) -> Option<String> {
        let segments = self.path(index)?.into_iter().map(|segment| match segment {
            // A JSON string is also a string of a query.
            Segment::Member(name) => format!("[{}]", Json::from(&*name)),
            Segment::Element(at) => format!("[{at}]"),
        });
        Some(format!("${}", segments.collect::<String>()))
    }
}

impl<'a> Step<'a> {
    fn below(parent: usize, (segment, json): (Segment, &'a Json)) -> Self {
        Self { json, parent: Some((parent, segment)) }
    }
}

/// The children that a query of one segment selects, each with the last segment of its path.
fn located<'a>(query: &JsonPath, json: &'a Json) -> Vec<(Segment, &'a Json)> {
    let last = |path: &serde_json_path::NormalizedPath<'_>| {
        path.iter().last().map(|element| match element {
            PathElement::Name(name) => Segment::Member((*name).into()),
            PathElement::Index(index) => Segment::Element(*index),
        })
    };
    query.query_located(json).iter().filter_map(|found| Some((last(found.location())?, found.node()))).collect()
}

/// What testing the children of a node by the filters of a segment costs at most, as far as the text shows it.
struct Filter {
    /// Whether a query in it begins at the root.
    absolute: bool,
    /// Whether its queries only go to places that they name.
    narrow: bool,
    /// How many steps its queries have.
    steps: usize,
    /// How often they go down to any depth.
    descents: u32,
    /// In how many ways they may select one node. `None` if that is beyond any budget.
    ways: Option<usize>,
    /// What is compared, which visits all of the smaller value.
    compares: Compares,
    /// What parsing it costs.
    parsing: usize,
}

/// Which values the filters of a segment compare.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compares {
    /// At most one of the description, with literals.
    Single,
    /// A child with another value.
    Child,
    /// Two that may be the whole description.
    Root,
}

/// What a regular expression costs: it is compiled for each value.
const EXPRESSION: usize = 500;

/// The same for each byte of it.
const EXPRESSION_BYTE: usize = 8;

impl Filter {
    fn new(segment: &str) -> Self {
        let bare = query::without_strings(segment);
        let count = |sign| bare.matches(sign).count();
        let expressions = count("match(") + count("search(");
        let expression = EXPRESSION + EXPRESSION_BYTE * (segment.len() - bare.len());
        let descents = u32::try_from(count("..")).unwrap_or(u32::MAX);
        let comparisons =
            bare.split("&&").flat_map(|part| part.split("||")).filter(|part| part.contains(['=', '<', '>']));
        let several = |part: &str, signs: &[char]| part.matches(signs).count() > 1;
        // Its parser tries what is in brackets twice.
        let open = bare.matches(['[', '(']).count().min(query::MAX_OPEN);
        Self {
            absolute: bare.contains('$'),
            narrow: descents == 0 && count("?") == 1 && !bare.contains(['*', ':']),
            steps: (count("@") + count("$") + count(".") + count("["))
                .saturating_add(expressions.saturating_mul(expression)),
            descents,
            ways: bare.split('[').try_fold(1, |ways: usize, part| ways.checked_mul(part.matches(',').count() + 1)),
            compares: if comparisons.clone().any(|part| several(part, &['$'])) {
                Compares::Root
            } else if comparisons.clone().any(|part| several(part, &['@', '$'])) {
                Compares::Child
            } else {
                Compares::Single
            },
            parsing: segment.len() + (bare.len() << open.saturating_sub(1).min(3)),
        }
    }

    /// How many nodes are visited at most. A query in a filter visits the nodes below the child, or those of the description;
    /// each further descent may pass all levels again, and so may comparing what it visits.
    fn cost(&self, whole: (usize, usize), json: &Json, budget: &Budget) -> Option<usize> {
        let mut visited = match (self.narrow, self.absolute) {
            (true, _) if self.compares == Compares::Child => size(json, budget)?.0,
            (true, _) => children(json),
            (false, false) => self.at_any_depth(size(json, budget)?)?,
            (false, true) => children(json).checked_mul(self.at_any_depth(whole)?)?,
        };
        if self.compares != Compares::Single && !self.narrow {
            visited = visited.checked_mul(if self.absolute { whole.1 } else { size(json, budget)?.1 })?;
        }
        if self.compares == Compares::Root {
            visited = visited.checked_mul(whole.0)?;
        }
        visited.checked_mul(self.steps)?.checked_mul(self.ways?)
    }

    fn at_any_depth(&self, (nodes, depth): (usize, usize)) -> Option<usize> {
        nodes.checked_mul(depth.checked_pow(self.descents.saturating_sub(1))?)
    }
}

fn children(json: &Json) -> usize {
    match json {
        Json::Object(members) => members.len(),
        Json::Array(elements) => elements.len(),
        _ => 0,
    }
}

/// How many nodes a value has, itself included, and how many levels. Counting them is a visit of each.
fn size(json: &Json, budget: &Budget) -> Option<(usize, usize)> {
    let (mut nodes, mut depth) = (0, 0);
    let mut open = vec![(json, 1)];
    while let Some((json, level)) = open.pop() {
        nodes += 1;
        depth = depth.max(level);
        match json {
            Json::Object(members) => open.extend(members.values().map(|json| (json, level + 1))),
            Json::Array(elements) => open.extend(elements.iter().map(|json| (json, level + 1))),
            _ => {}
        }
    }
    budget.spend(nodes)?;
    Some((nodes, depth))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Small numbers from a seed.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % end
        }

        fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
            texts[self.below(texts.len())]
        }

        fn document(&mut self, depth: usize) -> Json {
            match self.below(if depth == 0 { 2 } else { 5 }) {
                0 => self.below(3).into(),
                1 => self.of(&["a", "b"]).into(),
                2 => (0..self.below(4)).map(|_| self.document(depth - 1)).collect(),
                _ => {
                    let names = ["a", "b", "c", "d'e"];
                    (0..self.below(4)).map(|_| (self.of(&names).to_owned(), self.document(depth - 1))).collect()
                }
            }
        }

        fn query(&mut self, root: &str, depth: usize) -> String {
            (0..self.below(4)).fold(root.to_owned(), |query, _| query + &self.segment(depth))
        }

        fn segment(&mut self, depth: usize) -> String {
            let plain = [
                ".a",
                ".*",
                "['a','b']",
                "[0]",
                "[-1]",
                "[1:]",
                "[::-1]",
                "[*,0]",
                "..a",
                "..*",
                "..['b',0]",
                "[\"d'e\"]",
            ];
            if depth == 0 || self.below(3) > 0 {
                return self.of(&plain).to_owned();
            }
            let (first, second) = (self.query("@", depth - 1), self.query("$", 0));
            let filter = match self.below(6) {
                0 => format!("?{first}"),
                1 => format!("?!{first}"),
                2 => "?@.a == $.b".to_owned(),
                3 => format!("?count({first}) > 1 || {second}"),
                4 => "?@.a == 'a' && length(@.b) < 2".to_owned(),
                _ => format!("?({first}) && match(@.a, 'a|b')"),
            };
            format!("{}[{filter}]", self.of(&["", ".."]))
        }
    }

    #[test]
    fn the_same_is_selected_as_by_the_library() {
        let mut random = Random(7);
        let mut selected = 0;
        for _ in 0..1_500 {
            let document: Json = (0..4).map(|_| random.document(4)).collect();
            let query = random.query("$", 2);
            let sorted = |mut paths: Vec<String>| {
                paths.sort();
                paths.dedup();
                paths
            };
            let path = |path: Vec<Segment>| {
                let segments = path.into_iter().map(|segment| match segment {
                    Segment::Member(name) => format!("/{name}"),
                    Segment::Element(index) => format!("/{index}"),
                });
                segments.collect::<String>()
            };
            let ours = select(&document, &query, &Budget::new(usize::MAX)).unwrap().into_iter().map(path).collect();
            let theirs = JsonPath::parse(&query)
                .unwrap()
                .query_located(&document)
                .locations()
                .map(|location| {
                    let elements = location.iter().map(|element| match element {
                        PathElement::Name(name) => format!("/{name}"),
                        PathElement::Index(index) => format!("/{index}"),
                    });
                    elements.collect::<String>()
                })
                .collect::<Vec<_>>();
            selected += theirs.len();
            assert_eq!(sorted(ours), sorted(theirs), "{query} of {document}");
        }
        assert!(selected > 1_000, "too few nodes are selected: {selected}");
    }

    #[test]
    fn what_grows_with_each_segment_is_counted_once_or_refused() {
        let document: Json = (0..1_000).fold(json!({}), |inner, index| {
            if index % 10 == 0 { json!([inner, {}, {}]) } else { json!({ "a": inner, "b": index }) }
        });
        let nodes = size(&document, &Budget::new(usize::MAX)).unwrap().0;
        let visits = |query: &str| {
            let budget = Budget::new(1_000_000_000);
            select(&document, query, &budget).map(|_| budget.all - budget.left.get())
        };
        // Each segment visits each node twice, at most; the paths of the result count as well.
        let one = visits("$..*").unwrap();
        assert!(visits("$..*..*..*..*..*").unwrap() <= one + 8 * 2 * nodes);
        assert!(
            visits(
                "$[?@[*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*][*,*]]"
            )
            .is_none()
        );
        assert!(visits("$..[?@..*..*..*]").is_none());
    }
}
