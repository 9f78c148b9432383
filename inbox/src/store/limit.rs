use std::mem::replace;

/// For a limit on bytes: whether the next of several parts fits, beside those before it. The first one always does.
///
/// Stores that read row by row use it for [`Page::max_bytes`](super::Page::max_bytes) and
/// [`ClaimRequest::max_bytes`](super::ClaimRequest::max_bytes).
pub fn within(max_bytes: u64) -> impl FnMut(u64) -> bool {
    let (mut sum, mut is_first) = (0_u64, true);
    move |bytes| {
        sum = sum.saturating_add(bytes);
        replace(&mut is_first, false) || sum <= max_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_fits_and_others_if_there_is_room() {
        let fitting = |max, parts: &[u64]| {
            let mut fits = within(max);
            parts.iter().take_while(|part| fits(**part)).count()
        };
        assert_eq!(fitting(10, &[4, 4, 2, 1]), 3);
        assert_eq!(fitting(10, &[4, 7]), 1);
        assert_eq!(fitting(10, &[11, 0, 1]), 1);
        assert_eq!(fitting(0, &[1, 1]), 1);
    }
}
