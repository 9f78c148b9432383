//! What a query selects, segment by segment. Each node is kept once, however many ways lead to it, and what is visited is
//! counted: the parser's own evaluation keeps a list for each way.

use std::collections::{HashMap, HashSet};
use std::{mem, ptr};

use serde_json::Value as Json;
use serde_json_path::{JsonPath, PathElement};

use super::visits::{Budget, TEXT};
use super::{pattern, query};
use crate::document::Segment;

/// The nodes that a query selects.
pub(super) type Paths = Vec<Vec<Segment>>;

/// The nodes that a valid query selects, each once, in the order of their indexes and names, and after the nodes around them.
/// `None` if it visits too many.
pub(super) fn select(root: &Json, query: &str, budget: &Budget) -> Option<Paths> {
    let steps = vec![Step { json: root, parent: None }];
    let known = HashMap::from([(ptr::from_ref(root), 0)]);
    let mut selection = Selection { root, budget, steps, known };
    let mut selected = vec![0];
    for range in query::segments(query) {
        selected = selection.follow(&selected, query[range].trim())?;
    }
    selection.paths(&selected)
}

struct Selection<'a> {
    root: &'a Json,
    budget: &'a Budget,
    /// The nodes that were selected by a segment, or lie around them.
    steps: Vec<Step<'a>>,
    /// The step to each node that has one.
    known: HashMap<*const Json, usize>,
}

/// A node, and the step to the node around it.
struct Step<'a> {
    json: &'a Json,
    parent: Option<(usize, Segment)>,
}

/// What visiting a node on the way down costs.
const DESCENT: usize = 2;

impl<'a> Selection<'a> {
    /// The step to a child of a node.
    fn step(&mut self, parent: usize, json: &'a Json, segment: impl FnOnce() -> Segment) -> usize {
        *self.known.entry(ptr::from_ref(json)).or_insert_with(|| {
            self.steps.push(Step { json, parent: Some((parent, segment())) });
            self.steps.len() - 1
        })
    }

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
            if seen.insert(index) {
                self.budget.spend(DESCENT)?;
                below.push(index);
                match self.steps[index].json {
                    Json::Object(members) => {
                        let name = |name: &String| Segment::Member(name.as_str().into());
                        open.extend(members.iter().map(|(text, json)| self.step(index, json, || name(text))));
                    }
                    Json::Array(elements) => {
                        let elements = elements.iter().enumerate();
                        open.extend(elements.map(|(at, json)| self.step(index, json, || Segment::Element(at))));
                    }
                    _ => {}
                }
            }
        }
        Some(below)
    }

    /// What a segment without `..` selects of these nodes.
    fn children(&mut self, nodes: &[usize], segment: &str) -> Option<Vec<usize>> {
        self.budget.spend(query::parsing(segment))?;
        let (mut seen, mut selected) = (HashSet::new(), Vec::new());
        let mut add = |index: usize| {
            if seen.insert(index) {
                selected.push(index);
            }
        };
        let names = query::names(segment);
        if !names.is_empty() {
            self.budget.spend(nodes.len().checked_mul(names.len())?)?;
            for &index in nodes {
                let json = self.steps[index].json;
                for name in &names {
                    if let Some(json) = json.get(name) {
                        add(self.step(index, json, || Segment::Member((*name).into())));
                    }
                }
            }
            return Some(selected);
        }
        // One by one, so that a list of selectors needs no more memory than one of them.
        let selectors = query::selectors(segment);
        let below: usize = nodes.iter().map(|index| children(self.steps[*index].json)).sum();
        self.budget.spend(below.checked_mul(selectors.len())?)?;
        for selector in selectors {
            for (index, (segment, json)) in self.selected(nodes, &selector)? {
                add(self.step(index, json, || segment));
            }
        }
        Some(selected)
    }

    /// What a segment of one selector selects of these nodes, each with the node around it.
    fn selected(&self, nodes: &[usize], selector: &str) -> Option<Vec<(usize, (Segment, &'a Json))>> {
        let (root, budget) = (self.root, self.budget);
        let query = JsonPath::parse(&format!("${selector}")).ok()?;
        let filter = selector.contains('?').then(|| Filter::new(selector));
        let whole = match &filter {
            Some(filter) if filter.absolute => size(root, budget)?,
            _ => Size::default(),
        };
        let mut selected = Vec::new();
        for &index in nodes {
            let json = self.steps[index].json;
            let found = match &filter {
                None => located(&query, json),
                Some(filter) => {
                    budget.spend(filter.cost(whole, json, budget)?)?;
                    if filter.absolute {
                        // The filter compares with the whole description.
                        let path = self.normalized(index)?;
                        budget.spend(filter.parsing.checked_add(path.len())?)?;
                        located(&JsonPath::parse(&(path + selector)).ok()?, root)
                    } else {
                        located(&query, json)
                    }
                }
            };
            selected.extend(found.into_iter().map(|found| (index, found)));
        }
        Some(selected)
    }

    /// The paths to nodes, in order. Only siblings are compared: whole paths share long beginnings.
    fn paths(&self, selected: &[usize]) -> Option<Paths> {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); self.steps.len()];
        let mut is_known = vec![false; self.steps.len()];
        for &index in selected {
            let mut index = index;
            while !mem::replace(&mut is_known[index], true)
                && let Some((parent, _)) = &self.steps[index].parent
            {
                below[*parent].push(index);
                index = *parent;
            }
        }
        for siblings in &mut below {
            siblings.sort_by_key(|index| self.steps[*index].parent.as_ref().map(|(_, segment)| key(segment)));
        }
        let selected: HashSet<&usize> = selected.iter().collect();
        let (mut paths, mut open) = (Vec::new(), vec![0]);
        while let Some(index) = open.pop() {
            if selected.contains(&index) {
                paths.push(self.path(index)?);
            }
            open.extend(below[index].iter().rev());
        }
        Some(paths)
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

/// What siblings are ordered by.
fn key(segment: &Segment) -> (usize, &str) {
    match segment {
        Segment::Member(name) => (0, name),
        Segment::Element(index) => (*index, ""),
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
    /// Whether its functions read whole texts.
    reads: bool,
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

impl Filter {
    fn new(segment: &str) -> Self {
        let bare = query::without_strings(segment);
        let count = |sign| bare.matches(sign).count();
        // The library compiles an expression for each text, which may be one of the query.
        let expressions = pattern::cost(segment).saturating_mul(1 + (segment.len() - bare.len()) / TEXT);
        let descents = u32::try_from(count("..")).unwrap_or(u32::MAX);
        let comparisons =
            bare.split("&&").flat_map(|part| part.split("||")).filter(|part| part.contains(['=', '<', '>']));
        let several = |part: &str, signs: &[char]| part.matches(signs).count() > 1;
        Self {
            absolute: bare.contains('$'),
            narrow: descents == 0 && count("?") == 1 && !bare.contains(['*', ':']),
            steps: (1 + bare.matches(['@', '$', '.', '[', '|', '&']).count()).saturating_add(expressions),
            descents,
            ways: bare.split('[').try_fold(1, |ways: usize, part| ways.checked_mul(part.matches(',').count() + 1)),
            compares: if comparisons.clone().any(|part| several(part, &['$'])) {
                Compares::Root
            } else if comparisons.clone().any(|part| several(part, &['@', '$'])) {
                Compares::Child
            } else {
                Compares::Single
            },
            reads: expressions > 0 || bare.contains("length("),
            parsing: query::parsing(segment),
        }
    }

    /// How many nodes are visited at most. A query in a filter visits the nodes below the child, or those of the description;
    /// each further descent may pass all levels again, and so may comparing what it visits.
    fn cost(&self, whole: Size, json: &Json, budget: &Budget) -> Option<usize> {
        let mut visited = match (self.narrow, self.absolute) {
            (true, true) if self.reads => children(json).checked_mul(1 + whole.texts)?,
            (true, false) if self.reads => children(json) + size(json, budget)?.texts,
            (true, _) if self.compares == Compares::Child => size(json, budget)?.all(),
            (true, _) => children(json),
            (false, false) => self.at_any_depth(size(json, budget)?)?,
            (false, true) => children(json).checked_mul(self.at_any_depth(whole)?)?,
        };
        if self.compares != Compares::Single && !self.narrow {
            visited = visited.checked_mul(if self.absolute { whole.depth } else { size(json, budget)?.depth })?;
        }
        if self.compares == Compares::Root {
            visited = visited.checked_mul(whole.all())?;
        }
        visited.checked_mul(self.steps)?.checked_mul(self.ways?)
    }

    fn at_any_depth(&self, size: Size) -> Option<usize> {
        size.all().checked_mul(size.depth.checked_pow(self.descents.saturating_sub(1))?)
    }
}

fn children(json: &Json) -> usize {
    match json {
        Json::Object(members) => members.len(),
        Json::Array(elements) => elements.len(),
        _ => 0,
    }
}

/// How large a value is.
#[derive(Clone, Copy, Default)]
struct Size {
    /// How many nodes it has, itself included.
    nodes: usize,
    /// How many visits reading its texts takes in addition.
    texts: usize,
    /// How many levels it has.
    depth: usize,
}

impl Size {
    fn all(self) -> usize {
        self.nodes + self.texts
    }
}

/// The size of a value. Counting its nodes is a visit of each.
fn size(json: &Json, budget: &Budget) -> Option<Size> {
    let (mut nodes, mut texts, mut depth) = (0, 0, 0);
    let mut open = vec![(json, 1)];
    while let Some((json, level)) = open.pop() {
        nodes += 1;
        depth = depth.max(level);
        match json {
            Json::Object(members) => open.extend(members.values().map(|json| (json, level + 1))),
            Json::Array(elements) => open.extend(elements.iter().map(|json| (json, level + 1))),
            Json::String(text) => texts += text.len() / TEXT,
            _ => {}
        }
    }
    budget.spend(nodes)?;
    Some(Size { nodes, texts, depth })
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
        let nodes = size(&document, &Budget::new(usize::MAX)).unwrap().nodes;
        let visits = |query: &str| {
            let budget = Budget::new(1_000_000_000);
            select(&document, query, &budget).map(|_| budget.spent())
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
