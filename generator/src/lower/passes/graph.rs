//! Which nodes of a graph reach each other.

use std::collections::HashSet;

/// The strongly connected component of each node, numbered so that edges between components point to lower numbers
/// (Tarjan's algorithm, without recursion).
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; edges.len()];
    let mut lowest = vec![UNSEEN; edges.len()];
    let mut component = vec![UNSEEN; edges.len()];
    let (mut seen, mut found) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for root in 0..edges.len() {
        // Each node on the way with the number of its edges that have been followed.
        let mut way = if order[root] == UNSEEN { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, followed)) = way.pop() {
            if followed == 0 {
                (order[node], lowest[node]) = (seen, seen);
                seen += 1;
                open.push(node);
            }
            if let Some(&target) = edges[node].get(followed) {
                way.push((node, followed + 1));
                if order[target] == UNSEEN {
                    way.push((target, 0));
                } else if component[target] == UNSEEN {
                    lowest[node] = lowest[node].min(order[target]);
                }
                continue;
            }
            if let Some(&(parent, _)) = way.last() {
                lowest[parent] = lowest[parent].min(lowest[node]);
            }
            if lowest[node] == order[node] {
                while let Some(member) = open.pop() {
                    component[member] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}

/// These nodes and those inside that they reach, leaves first, and the edges that lead back to where the way came from.
pub(super) fn depth_first(
    edges: &[Vec<usize>],
    nodes: &[usize],
    inside: impl Fn(usize) -> bool,
) -> (Vec<usize>, HashSet<(usize, usize)>) {
    let (mut order, mut closing) = (Vec::new(), HashSet::new());
    let (mut seen, mut on_way) = (HashSet::new(), HashSet::new());
    for &root in nodes {
        let mut way = if seen.insert(root) { vec![(root, 0)] } else { Vec::new() };
        while let Some((node, followed)) = way.pop() {
            on_way.insert(node);
            let Some(&target) = edges[node].get(followed) else {
                on_way.remove(&node);
                order.push(node);
                continue;
            };
            way.push((node, followed + 1));
            if on_way.contains(&target) {
                closing.insert((node, target));
            } else if inside(target) && seen.insert(target) {
                way.push((target, 0));
            }
        }
    }
    (order, closing)
}

#[cfg(test)]
mod tests {
    use super::{components, depth_first};

    #[track_caller]
    fn check(edges: &[&[usize]], expected: &[usize]) {
        let edges: Vec<Vec<usize>> = edges.iter().map(|targets| targets.to_vec()).collect();
        assert_eq!(components(&edges), expected);
    }

    #[test]
    fn nodes_that_reach_each_other_are_one_component() {
        check(&[], &[]);
        check(&[&[]], &[0]);
        check(&[&[0]], &[0]);
        check(&[&[1], &[2], &[]], &[2, 1, 0]);
        check(&[&[1], &[2], &[0]], &[0, 0, 0]);
        check(&[&[1], &[2, 0], &[3], &[2]], &[1, 1, 0, 0]);
        check(&[&[], &[0, 2], &[1]], &[0, 1, 1]);
    }

    #[test]
    fn leaves_come_first_and_edges_back_are_found() {
        let edges = [vec![1, 2], vec![0, 3], vec![2], vec![]];
        let (order, closing) = depth_first(&edges, &[0, 1, 2, 3], |_| true);
        assert_eq!(order, [3, 1, 2, 0]);
        assert_eq!(closing, [(1, 0), (2, 2)].into());
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges: Vec<Vec<usize>> = (0..100_000).map(|node| vec![(node + 1) % 100_000]).collect();
        assert!(components(&edges).iter().all(|&component| component == 0));
    }
}
