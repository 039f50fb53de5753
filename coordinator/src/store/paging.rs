//! Pages of lists: a cursor and a limit, the same for every list.

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Hand this in to get the page after; `None` at the end.
    pub next: Option<i64>,
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageRequest {
    /// [`Page::next`] of the page before; `None` for the first page.
    pub after: Option<i64>,
    /// Rows per page; 0 means the default of 50, and 200 is the most.
    pub limit: u32,
}

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;

impl PageRequest {
    /// Rows to ask the database for: one more than the page holds, to see whether there are more.
    pub(super) fn fetch(&self) -> i64 {
        i64::from(self.rows()) + 1
    }

    fn rows(&self) -> u32 {
        match self.limit {
            0 => LIMIT_DEFAULT,
            limit => limit.min(LIMIT_MAX),
        }
    }
}

impl<T> Page<T> {
    /// The page made of fetched rows; `cursor` names the last row's place in the list.
    pub(super) fn of(mut rows: Vec<T>, request: &PageRequest, cursor: impl Fn(&T) -> i64) -> Self {
        let limit = request.rows() as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_walked_page_by_page_to_its_end() {
        let list: Vec<i64> = (1..=5).collect();
        let mut seen = Vec::new();
        let mut request = PageRequest {
            after: None,
            limit: 2,
        };
        loop {
            let after = request.after.unwrap_or(0);
            let fetched = list.iter().copied().filter(|row| *row > after);
            let fetched = fetched.take(request.fetch() as usize).collect();
            let page = Page::of(fetched, &request, |row| *row);
            seen.extend(page.rows);
            match page.next {
                Some(next) => request.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, list);
    }

    #[test]
    fn limits_have_a_default_and_a_most() {
        let fetch = |limit| PageRequest { after: None, limit }.fetch();
        assert_eq!([0, 1, 200, u32::MAX].map(fetch), [51, 2, 201, 201]);
    }
}
