//! XScreenSaver's list of hacks in `~/.xscreensaver`: one line of ours goes in, and out again.
//!
//! ```text
//! programs:                                         \
//!   "Maze"        maze --root                      \n\
//!   "Woolgather"  woolgather --root                \n\
//!
//! ```
//!
//! The line goes to the end of the list, because `selected:` counts from its start. A file without a list gets one of
//! this line alone: the daemon adds what its system's list has and the person's has not.
//!
//! # Source
//!
//! The files that XScreenSaver 6.06 writes, and its manual page.

const KEY: &str = "programs:";
/// The end of an entry, and of a line that goes on.
const GOES_ON: &str = "\\n\\";

/// `text` with a hack of this title and command at the end of the list; `None` where the command is in it already.
#[must_use]
pub fn with_hack(text: &str, title: &str, command: &str) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let entry = format!("  \"{title}\"\t{command}\t\t{GOES_ON}");
    let Some(list) = List::find(&lines) else {
        lines.extend([format!("{KEY}\t\t\\"), entry, String::new()]);
        return Some(joined(&lines));
    };
    if lines[list.first..list.end]
        .iter()
        .any(|line| runs(line, command))
    {
        return None;
    }
    let last = list.end - 1;
    if lines[last].trim_end().ends_with('\\') {
        lines.insert(list.end, entry);
    } else {
        // The list ended without a sign that it might go on.
        lines[last] = format!("{} {GOES_ON}", lines[last].trim_end());
        let entry = entry.trim_end_matches(GOES_ON).trim_end().to_owned();
        lines.insert(list.end, entry);
    }
    Some(joined(&lines))
}

/// `text` without the hack of this command; `None` where there is none.
#[must_use]
pub fn without_hack(text: &str, command: &str) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let list = List::find(&lines)?;
    let place = (list.first..list.end).find(|&place| runs(&lines[place], command))?;
    if place == list.first && lines[place].starts_with(KEY) {
        // The key stands on the same line.
        lines[place] = format!("{KEY}\t\t\\");
        return Some(joined(&lines));
    }
    let removed = lines.remove(place);
    if !removed.trim_end().ends_with('\\') {
        let before = lines[place - 1].trim_end();
        lines[place - 1] = before.trim_end_matches(GOES_ON).trim_end().to_owned();
    }
    // A list that was made for it goes with it, and the empty line at its end.
    if list.end - list.first == 2 && lines[list.first].trim_end_matches(['\\', ' ', '\t']) == KEY {
        lines.remove(list.first);
        if lines.get(list.first).is_some_and(String::is_empty) {
            lines.remove(list.first);
        }
    }
    Some(joined(&lines))
}

/// Whether the list has a hack whose program has this name, however it is called and whether or not it is turned off.
#[must_use]
pub fn has_hack(text: &str, program: &str) -> bool {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let list = List::find(&lines);
    list.is_some_and(|list| {
        lines[list.first..list.end].iter().any(|line| {
            let first = command_of(line).split_whitespace().next();
            first.is_some_and(|path| path.rsplit('/').next() == Some(program))
        })
    })
}

/// Lines of the list, from its key to behind its last entry.
struct List {
    first: usize,
    end: usize,
}

impl List {
    fn find(lines: &[String]) -> Option<Self> {
        let first = lines.iter().position(|line| line.starts_with(KEY))?;
        let mut end = first + 1;
        while end < lines.len()
            && lines[end - 1].trim_end().ends_with('\\')
            && !lines[end].trim().is_empty()
        {
            end += 1;
        }
        Some(Self { first, end })
    }
}

/// Whether a line of the list runs `command`, whatever it is called and whether or not it is turned off.
fn runs(line: &str, command: &str) -> bool {
    let words = command_of(line).split_whitespace();
    words.eq(command.split_whitespace())
}

/// The command in a line of the list.
fn command_of(line: &str) -> &str {
    let line = line.strip_prefix(KEY).unwrap_or(line).trim();
    let line = line.trim_end_matches('\\').trim_end_matches("\\n").trim();
    let line = line.trim_start_matches("- ").trim_start();
    line.strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .map_or(line, |(_, rest)| rest)
}

fn joined(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "woolgather --root";
    const USUAL: &str = "timeout:\t0:10:00\nselected:\t1\nprograms:\t\t\t      \\\n  \"Maze\"\tmaze --root\t\t    \\n\\\n- GL: \tboxed --root\t\t    \\n\\\n\npointerPollTime:\t0:00:05\n";

    #[track_caller]
    fn check(before: &str, added: &[&str]) {
        let with = with_hack(before, "Woolgather", OURS).unwrap();
        let new: Vec<&str> = with
            .lines()
            .filter(|line| !before.lines().any(|old| old == *line))
            .collect();
        assert_eq!(new, added, "{with}");
        assert_eq!(with_hack(&with, "Woolgather", OURS), None, "once is enough");
        assert_eq!(without_hack(&with, OURS).unwrap(), before);
        assert_eq!(without_hack(before, OURS), None);
    }

    #[test]
    fn one_line_goes_to_the_end_of_the_list_and_out_again() {
        check(USUAL, &["  \"Woolgather\"\twoolgather --root\t\t\\n\\"]);
        let with = with_hack(USUAL, "Woolgather", OURS).unwrap();
        let order: Vec<usize> = ["Maze", "boxed", "Woolgather", "pointerPollTime"]
            .iter()
            .map(|word| with.find(word).unwrap())
            .collect();
        assert!(order.is_sorted(), "{with}");
    }

    #[test]
    fn a_file_without_a_list_gets_one_and_loses_it_again() {
        let list = [
            "programs:\t\t\\",
            "  \"Woolgather\"\twoolgather --root\t\t\\n\\",
            "",
        ];
        check("timeout:\t0:10:00\n", &list);
        check("", &list);
    }

    #[test]
    fn a_list_that_ends_at_the_end_of_the_file_goes_on() {
        check(
            "programs:\t\\\n  maze --root\n",
            &["  maze --root \\n\\", "  \"Woolgather\"\twoolgather --root"],
        );
    }

    #[test]
    fn it_is_found_however_it_is_written() {
        for line in [
            "programs: \"Woolgather\" woolgather --root \\n\\\n",
            "programs:\\\n- \"My sheep\"   woolgather   --root  \\n\\\n\n",
            "programs:\\\n woolgather --root\n",
        ] {
            assert_eq!(with_hack(line, "Woolgather", OURS), None, "{line}");
            let without = without_hack(line, OURS).unwrap();
            assert!(!without.contains("woolgather"), "{without}");
        }
        assert!(has_hack(
            "programs:\\\n- \"X\" /opt/woolgather --root --live\n",
            "woolgather"
        ));
        assert!(!has_hack(USUAL, "woolgather"));
        assert!(!has_hack("notes: woolgather\n", "woolgather"));
        // Another command is another hack.
        let other = "programs:\\\n woolgather --root --live\n";
        assert!(with_hack(other, "Woolgather", OURS).is_some());
    }
}
