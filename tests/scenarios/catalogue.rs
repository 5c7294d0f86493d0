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

const fn scenario(
    family: &'static str,
    name: &'static str,
    context: Context,
    works: Works,
) -> Scenario {
    Scenario { name, family, context, works }
}

/// What others are built on, in this order; they are not measured.
pub const FOUNDATIONS: [Scenario; 3] = [
    scenario("base", "golang", HTTP, None),
    scenario("base", "gcc", HTTP, None),
    scenario("base", "upx", HTTP, None),
];

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

/// What is asked of an image.
#[derive(Debug, Clone, Copy)]
pub enum Ask {
    /// A rung of its ladder.
    Step(&'static str),
    /// What is left without what rules find in its own layers: `--apply`.
    Apply(&'static [&'static str]),
}

/// What is known to differ between an answer and the image that was built, in bytes that the images
/// themselves tell.
#[derive(Debug, Clone, Copy)]
pub enum Difference {
    /// Nothing.
    None,
    /// The ladder counts these files of the first image, which the recipe of the other one leaves
    /// out.
    LeftOut(&'static [&'static str]),
    /// A `COPY` of the other recipe ships what a later layer takes away, since no `RUN` can take it
    /// in.
    Copied,
}

/// What is asked of one image, and the image that was built so.
#[derive(Debug, Clone, Copy)]
pub struct Prediction {
    /// The image that is asked.
    pub from: &'static str,
    /// What is asked.
    pub ask: Ask,
    /// The image that was built so.
    pub to: &'static str,
    /// What is known to differ.
    pub difference: Difference,
}

const fn prediction(
    from: &'static str,
    ask: Ask,
    to: &'static str,
    difference: Difference,
) -> Prediction {
    Prediction { from, ask, to, difference }
}

/// The program speaks TLS, so that the ladder takes the certificates along; most of the recipes do
/// not.
const CERTIFICATES: Difference = Difference::LeftOut(&["etc/ssl/certs/ca-certificates.crt"]);

/// The program asks the C library for names besides, which reads how; its recipe copies what `ldd`
/// lists.
const NAME_SERVICE: Difference =
    Difference::LeftOut(&["etc/ssl/certs/ca-certificates.crt", "etc/nsswitch.conf"]);

/// What is predicted from one image and held against another.
pub const PREDICTIONS: [Prediction; 18] = [
    prediction("a1", Ask::Apply(&["apt-lists", "go-build"]), "a1-tidy", Difference::None),
    prediction("a2", Ask::Step("without-wasted"), "a3", Difference::Copied),
    prediction("a2", Ask::Step("multi-stage"), "b3-static", CERTIFICATES),
    prediction("a2", Ask::Step("scratch"), "b4-certs", Difference::None),
    prediction("a1", Ask::Step("scratch"), "b4", CERTIFICATES),
    prediction("merge", Ask::Step("without-wasted"), "merge-one", Difference::None),
    prediction("b1", Ask::Step("multi-stage"), "b3", CERTIFICATES),
    prediction("b1-static", Ask::Step("multi-stage"), "b3-static", CERTIFICATES),
    prediction("b1-static", Ask::Step("scratch"), "b4-certs", Difference::None),
    prediction("b1-static", Ask::Step("stripped"), "c1s", CERTIFICATES),
    prediction("b1-static", Ask::Step("stripped"), "c1", CERTIFICATES),
    prediction("b1-static", Ask::Step("packed"), "c2", CERTIFICATES),
    prediction("c1", Ask::Step("packed"), "c2", Difference::None),
    prediction("e3", Ask::Step("scratch"), "b4-certs", Difference::None),
    prediction("d-dyn", Ask::Step("multi-stage"), "d-dyn-base", Difference::None),
    prediction("d-dyn", Ask::Step("scratch"), "d-dyn-scratch", Difference::None),
    prediction("d-cgo", Ask::Step("multi-stage"), "d-cgo-base", CERTIFICATES),
    prediction("d-cgo", Ask::Step("scratch"), "d-cgo-scratch", NAME_SERVICE),
];
