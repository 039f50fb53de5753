//! A folder with some genomes, and the program run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use woolgather_genome::starter_flock;
use woolgather_video::{ClipReader, DecodedFrame};

/// A size and a quality at which nothing takes long, and the same bits on every machine.
pub(crate) const SMALL: &str = "--backend cpu --size 32x18 --quality 10";

/// Where an artist works.
pub(crate) struct Studio(TempDir);

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) is_success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Studio {
    /// A folder with three genomes in two files, and a broken one.
    pub(crate) fn new() -> Self {
        let studio = Self(tempfile::tempdir().unwrap());
        let [one, two, three] = [0, 1, 2].map(|index| starter_flock()[index].xml);
        studio.put("one.flam3", one);
        studio.put("two.flam3", two);
        let pair = format!("<flames>{}{}</flames>", flame(two), flame(three));
        studio.put("pair.flame", &pair);
        studio.put(
            "broken.flam3",
            "<flames>\n<flame name=\"x\">\n<xform weight=\"1\" linear=\"1\" color=\"2\" coefs=\"1 0 0 1 0 0\"/>\n</flame>\n</flames>",
        );
        studio
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of what is in a folder, in order; nothing for one that is not there.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// `woolgather ARGS` in the folder.
    pub(crate) fn run(&self, args: &str) -> Outcome {
        let output = self.command(args).output().unwrap();
        Outcome {
            is_success: output.status.success(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// `woolgather ARGS`, which must succeed.
    #[track_caller]
    pub(crate) fn must(&self, args: &str) -> Outcome {
        let outcome = self.run(args);
        assert!(outcome.is_success, "{args}: {outcome:?}");
        outcome
    }

    /// `woolgather ARGS`, which must fail with words that contain `expected` and leave the folder as it is.
    #[track_caller]
    pub(crate) fn must_refuse(&self, args: &str, expected: &str) {
        let before = self.names("");
        let outcome = self.run(args);
        assert!(!outcome.is_success, "{args}: {outcome:?}");
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert_eq!(self.names(""), before);
    }

    /// Starts `woolgather ARGS` and does not wait.
    pub(crate) fn start(&self, args: &str) -> Child {
        self.command(args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub(crate) fn command(&self, args: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_woolgather"));
        command
            .args(args.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("flam3_palettes")
            .env_remove("WOOLGATHER_ADAPTER");
        command
    }
}

/// Every frame of a film, decoded.
pub(crate) fn frames(studio: &Studio, film: &str) -> Vec<DecodedFrame> {
    let file = fs::File::open(studio.path(film)).unwrap();
    let mut decoder = ClipReader::open(file).unwrap().decoder().unwrap();
    let mut frames = Vec::new();
    let mut frame = DecodedFrame::default();
    while decoder.next_into(&mut frame).unwrap() {
        frames.push(frame.clone());
    }
    frames
}

/// The `<flame>` in a file.
pub(crate) fn flame(xml: &str) -> &str {
    let end = "</flame>";
    &xml[xml.find("<flame ").unwrap()..xml.find(end).unwrap() + end.len()]
}

/// Whether a tool of the system is there.
pub(crate) fn is_installed(tool: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

/// What a tool of the system prints.
pub(crate) fn tool(tool: &str, args: &[&str], file: &Path) -> String {
    let output = Command::new(tool).args(args).arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
