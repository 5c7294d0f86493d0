//! Chooses the image that the last stage starts from.

use super::{On, has_compiler_in_its_name};
use crate::advice::dockerfile::births::is_plain;
use crate::advice::dockerfile::evidence::{CopiedProgram, NeededPath, Needs};
use crate::advice::dockerfile::fix::{NOTEWORTHY, Work};
use crate::advice::ladder::{BaseKind, Certainty, smallest};
use crate::display::{count, escaped_str, shown};
use crate::runtime::libraries::{Libc, Loader, NeedKind};

/// Users that exist in Debian, Alpine and their derivatives.
const USUAL_USERS: [&str; 9] =
    ["root", "daemon", "bin", "sys", "mail", "news", "games", "nobody", "www-data"];

/// The most libraries that are listed.
const LIBRARIES: usize = 8;

/// The start of the final stage.
pub(super) struct Start {
    pub on: On,
    pub comment: String,
    /// The reference for `FROM`.
    pub image: String,
    /// The description.
    pub called: String,
    /// The instruction that stands for a base image without a name, if that is the base.
    pub unnamed: Option<usize>,
    /// The size in bytes, including libraries that it lacks; `None` if unknown.
    pub size_after: Option<(u64, Certainty)>,
}

impl Start {
    /// Returns whether the base lacks something that the image has.
    pub(super) fn lacks(&self, kind: NeedKind, place: &NeededPath) -> bool {
        match self.on {
            On::Scratch => true,
            On::Same => place.is_own,
            // Anything else exists there, or belongs to packages that have to be installed.
            On::Small => {
                matches!(kind, NeedKind::Certificates | NeedKind::Services | NeedKind::MediaTypes)
            }
        }
    }

    /// Returns whether the base has no user of this name, as far as is known.
    pub(super) fn lacks_user(&self, user: &str) -> bool {
        let name = user.split(':').next().unwrap_or_default();
        let is_number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
        !is_number && (self.on == On::Scratch || !USUAL_USERS.contains(&name))
    }
}

impl Work<'_> {
    /// Chooses the base of the final stage: none if the program needs nothing, the same base unless
    /// it has the compiler, and otherwise a small one.
    pub(super) fn start(&self, image: &str, application: &CopiedProgram) -> Start {
        if application.needs == Needs::Nothing {
            return Start {
                on: On::Scratch,
                comment: "# the program is static: it needs no other file to start\n".into(),
                image: "scratch".into(),
                called: "scratch".into(),
                unnamed: None,
                size_after: Some((0, Certainty::Exact)),
            };
        }
        let in_base: u64 = self.evidence.toolchains.iter().map(|toolchain| toolchain.in_base).sum();
        if in_base < NOTEWORTHY && !has_compiler_in_its_name(image) {
            return self.same_base(image, &application.needs);
        }
        small_base(image, &application.needs)
    }

    /// Returns the base of the image as the start of the last stage.
    pub(super) fn same_base(&self, image: &str, needs: &Needs) -> Start {
        let base = self.target.base_layers;
        let size_after = self
            .inspection
            .layers
            .iter()
            .take(base)
            .map(|layer| layer.size)
            .fold(0, u64::saturating_add);
        let known = *needs != Needs::Unknown && (base > 0 || image == "scratch");
        // If the image is built on nothing, there is nothing below.
        let on = if image == "scratch" && self.target.unnamed_base.is_none() {
            On::Scratch
        } else {
            On::Same
        };
        Start {
            on,
            comment: "# what runs, on the same base, without what built it\n".into(),
            image: image.into(),
            called: if self.target.unnamed_base.is_some() {
                "the same base".into()
            } else {
                image.into()
            },
            unnamed: self.target.unnamed_base,
            size_after: known.then_some((size_after, Certainty::Exact)),
        }
    }
}

/// Chooses a small base image with the C library that the program needs; its other needs from the
/// image's base are listed.
fn small_base(image: &str, needs: &Needs) -> Start {
    let mut comment = String::from(
        "# what runs, without what built it; take the release that the build image is based on\n",
    );
    let (loader, libraries) = match needs {
        Needs::Base { loader, libraries } => (*loader, libraries.as_slice()),
        Needs::Unknown | Needs::Nothing => (Loader::Unknown, [].as_slice()),
    };
    if !libraries.is_empty() {
        let names =
            libraries.iter().map(|library| library.name.as_str()).filter(|name| is_plain(name));
        let shown: Vec<_> = names.take(LIBRARIES).collect();
        let more = if shown.len() < libraries.len() { ", …" } else { "" };
        let names = shown.join(", ");
        comment.push_str(&format!(
            "# it also needs {names}{more} of the build image: install here what has them\n"
        ));
    }
    let musl = loader == Loader::Musl || (loader != Loader::Glibc && image.contains("alpine"));
    let base = smallest(BaseKind::Small, if musl { Libc::Musl } else { Libc::Glibc });
    let name = base.map_or("debian:stable-slim", |base| base.name.as_str());
    let lacking = libraries.iter().map(|library| library.bytes).fold(0, u64::saturating_add);
    let size_after = base.filter(|_| *needs != Needs::Unknown).map(|base| {
        let why = shown!(
            "{} had {} bytes in {}",
            escaped_str(&base.name),
            escaped_str(&count(base.bytes)),
            escaped_str(&base.date)
        );
        (base.bytes.saturating_add(lacking), Certainty::Estimate(why.into()))
    });
    Start {
        on: On::Small,
        comment,
        image: name.into(),
        called: name.into(),
        unnamed: None,
        size_after,
    }
}
