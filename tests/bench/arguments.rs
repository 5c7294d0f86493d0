//! The command line of the benchmark.

use std::path::PathBuf;

/// How it is used.
pub const USAGE: &str =
    "cargo bench --bench speed [-- [keys | named IMAGE] [ARCHIVE]… [--quick] [--only CLASS,…]
                               [--against PROGRAM] [--check]]
  keys          measure how long keys take to be on the screen, in an image of 1,000,000 entries and in one
                of 5,000 levels
  named IMAGE   measure an image that Docker has, by its name in Docker and in a registry on this machine
  ARCHIVE       measure these archives, instead of images that are made for it
                (deterministically, in a temporary directory that takes up to 2.8 GB; TMPDIR says where)
  --quick       a twentieth of the size and fewer runs: tells that it works, and little else
  --only CLASS  of S, S0, Z, Z0, zstd, 100k, M, chown
  --against PROGRAM
                compare this build with another one in turns, and say for each row whether this one is slower
                by more than the noise that was measured
  --check       exit with 1 if a target is missed by more than a factor of 2, or if this build is slower";

/// The classes of images that can be made.
pub const CLASSES: [&str; 8] = ["S", "S0", "Z", "Z0", "zstd", "100k", "M", "chown"];

/// What was asked for.
#[derive(Default)]
pub struct Arguments {
    /// Archives to measure; none stands for images that are made.
    pub archives: Vec<PathBuf>,
    /// Whether it is keys that are measured.
    pub keys: bool,
    /// The name of an image that Docker has, to be measured by its name.
    pub named: Option<String>,
    /// Another build of the program, to be compared with this one.
    pub against: Option<PathBuf>,
    /// Whether everything is smaller.
    pub quick: bool,
    /// Whether targets count for the exit code.
    pub check: bool,
    /// Classes to measure; none stands for all.
    only: Vec<String>,
    /// Whether only the usage is to be shown.
    pub help: bool,
    /// Whether cargo runs this as a benchmark, not as a test.
    pub bench: bool,
}

impl Arguments {
    /// Reads the arguments behind the program's name.
    pub fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "keys" => read.keys = true,
                "named" => {
                    read.named = Some(arguments.next().ok_or("named needs the name of an image")?);
                }
                "--against" => {
                    let program = arguments.next().ok_or("--against needs a program")?;
                    read.against = Some(program.into());
                }
                "--bench" => read.bench = true,
                "--help" => read.help = true,
                "--quick" => read.quick = true,
                "--check" => read.check = true,
                "--only" => {
                    let list = arguments.next().ok_or("--only needs a list of classes")?;
                    for word in list.split(',') {
                        let class = CLASSES.iter().find(|class| class.eq_ignore_ascii_case(word));
                        read.only.push(
                            (*class.ok_or_else(|| format!("no class is called {word}"))?).into(),
                        );
                    }
                }
                unknown if unknown.starts_with('-') => {
                    return Err(format!("no option is called {unknown}"));
                }
                archive => read.archives.push(archive.into()),
            }
        }
        Ok(read)
    }

    /// Whether any of these classes is asked for.
    pub fn wants(&self, classes: &[&str]) -> bool {
        self.only.is_empty() || self.only.iter().any(|class| classes.contains(&class.as_str()))
    }
}
