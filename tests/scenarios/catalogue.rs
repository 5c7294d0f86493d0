//! Which images there are, what each is built from, and what shows that it works.

/// What lies in the build context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A directory below `sources`.
    Sources(&'static str),
    /// The sources of the HTTP service in a working copy, with all that lies about in one.
    Clutter {
        /// Whether a `.dockerignore` keeps it out.
        ignored: bool,
    },
}

/// One image.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// The name of its Dockerfile, its tag and its archive.
    pub name: &'static str,
    /// The directory of its Dockerfile.
    pub family: &'static str,
    /// What it is built from.
    pub context: Context,
    /// A command, and how what it prints begins, where there is a program in it.
    pub works: Option<(&'static [&'static str], &'static str)>,
}

const HTTP: Context = Context::Sources("http");
const HELLO: Context = Context::Sources("hello");
const SQUEEZE: Context = Context::Sources("squeeze");

type Works = Option<(&'static [&'static str], &'static str)>;

const INSTALLED: Works = Some((&["/usr/local/bin/app", "check"], "hello, check"));
const SERVES: Works = Some((&["/app", "check"], "hello, check"));
const GREETS: Works = Some((&["/hello"], "hello, world"));
const SQUEEZES: Works = Some((&["/squeeze"], "a sine of 65536 bytes"));

const fn scenario(family: &'static str, name: &'static str, context: Context, works: Works) -> Scenario {
    Scenario { name, family, context, works }
}

/// What others are built on, in this order; they are not measured.
pub const FOUNDATIONS: [Scenario; 3] =
    [scenario("base", "golang", HTTP, None), scenario("base", "gcc", HTTP, None), scenario("base", "upx", HTTP, None)];

/// The images that are measured; those that take from others come after them.
pub const SCENARIOS: [Scenario; 28] = [
    scenario("a", "a1", HTTP, INSTALLED),
    scenario("a", "a1-tidy", HTTP, INSTALLED),
    scenario("a", "a2", HTTP, INSTALLED),
    scenario("a", "a3", HTTP, INSTALLED),
    scenario("b", "b1", HTTP, SERVES),
    scenario("b", "b1-static", HTTP, SERVES),
    scenario("b", "b3", HTTP, SERVES),
    scenario("b", "b3-static", HTTP, SERVES),
    scenario("b", "b4", HTTP, SERVES),
    scenario("b", "b4-certs", HTTP, SERVES),
    scenario("a", "a4", Context::Clutter { ignored: false }, INSTALLED),
    scenario("a", "a4-ignore", Context::Clutter { ignored: true }, INSTALLED),
    scenario("c", "c1", HTTP, SERVES),
    scenario("c", "c1s", HTTP, SERVES),
    scenario("c", "c2", HTTP, SERVES),
    scenario("c", "c2-only", HTTP, SERVES),
    scenario("d", "d2", HELLO, GREETS),
    scenario("d", "d-dyn", SQUEEZE, SQUEEZES),
    scenario("d", "d-dyn-base", SQUEEZE, SQUEEZES),
    scenario("d", "d-dyn-scratch", SQUEEZE, SQUEEZES),
    scenario("d", "d-cgo", HTTP, SERVES),
    scenario("d", "d-cgo-base", HTTP, SERVES),
    scenario("d", "d-cgo-scratch", HTTP, SERVES),
    scenario("e", "e3", HTTP, SERVES),
    scenario("e", "e3-order", HTTP, SERVES),
    scenario("waste", "chmod", HELLO, None),
    scenario("waste", "merge", HELLO, None),
    scenario("waste", "merge-one", HELLO, None),
];
