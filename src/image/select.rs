//! Selects one of the images of an archive.

use super::Image;
use super::platform::{fit, this_machine};
use crate::display::{Escaped, escaped_str, shown};
use crate::error::Error;
use crate::escape::Untrusted;
use crate::secret::mask;
use crate::shell::quoted;

/// The criteria for an image.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// A tag, an image ID or its beginning, a digest, or `@` and the position in the table of
    /// contents.
    pub image: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
}

/// The same image for another platform, in the same archive or registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherPlatform {
    /// `os/architecture[/variant]`.
    pub platform: Untrusted,
    /// The options that select it, as words.
    pub selector: Vec<Untrusted>,
}

impl OtherPlatform {
    /// Returns the options that select it, quoted for a shell.
    pub fn options(&self) -> Escaped {
        if self.selector.is_empty() {
            return shown!("--platform {}", escaped_str(&quoted(self.platform.raw())));
        }
        let words = self.selector.iter().map(|word| escaped_str(&quoted(word.raw())));
        Escaped::join(words, " ")
    }
}

/// The same image for other platforms, as far as the archive or the registry holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherPlatforms {
    /// The first of them.
    pub list: Vec<OtherPlatform>,
    /// The number of the others.
    pub more: usize,
    /// True if they are in the registry that the image comes from; otherwise in the archive.
    pub are_in_registry: bool,
}

impl OtherPlatforms {
    /// Returns those that the index of a registry lists.
    pub(super) fn in_registry(platforms: &[String]) -> Self {
        let named = platforms.iter().take(NAMED).map(|platform| OtherPlatform {
            platform: platform.clone().into(),
            selector: vec!["--platform".into(), platform.clone().into()],
        });
        let more = platforms.len().saturating_sub(NAMED);
        Self { list: named.collect(), more, are_in_registry: true }
    }
}

/// The most platforms that are named.
const NAMED: usize = 8;

/// Returns the same image as `images[index]` for other platforms: those of which the archive has
/// layers.
pub(super) fn other_platforms(path: &Escaped, images: &[Image], index: usize) -> OtherPlatforms {
    let Some(image) = images.get(index) else { return OtherPlatforms::default() };
    let is_other = |&i: &usize| {
        images[i].platform != image.platform
            && images[i].platform.is_some()
            && images[i].layers.iter().any(|layer| layer.member.is_some())
            && is_one_image(images, &[index, i], None)
    };
    let others: Vec<usize> = (0..images.len()).filter(is_other).collect();
    let named = others.iter().take(NAMED).filter_map(|&i| {
        let selector = selector(path, images, i).iter().map(Untrusted::from).collect();
        Some(OtherPlatform { platform: images[i].platform.clone()?, selector })
    });
    let more = others.len().saturating_sub(NAMED);
    OtherPlatforms { list: named.collect(), more, are_in_registry: false }
}

/// Digits of a digest that are enough to call an image by.
const SHORTEST: usize = 4;

/// Returns the options that select an image among others, as words: none if it is selected without
/// any.
pub(super) fn selector(path: &Escaped, images: &[Image], index: usize) -> Vec<String> {
    let Some(image) = images.get(index) else { return Vec::new() };
    // A name with a token in it is not shown.
    let is_shown = |tag: &&Untrusted| *mask(tag.raw()) == *tag.raw();
    let tag = image.tags.first().filter(is_shown).or(image.id.as_ref());
    let owned = |text: &Untrusted| text.raw().to_owned();
    let (tag, platform) = (tag.map(owned), image.platform.as_ref().map(owned));
    let place = image.positions.first().copied().unwrap_or(index);
    let choices = [
        (None, None),
        (tag.clone(), None),
        (None, platform.clone()),
        (tag, platform),
        (Some(format!("@{place}")), None),
    ];
    let selects = |(image, platform): &(Option<String>, Option<String>)| {
        let selection = Selection { image: image.clone(), platform: platform.clone() };
        select(path, images, &selection).is_ok_and(|selected| selected == index)
    };
    let (image, platform) = choices.into_iter().find(selects).unwrap_or_default();
    let options = [("--image", image), ("--platform", platform)];
    let words = options.into_iter().filter_map(|(option, value)| Some([option.to_owned(), value?]));
    words.flatten().collect()
}

/// Returns the index in `images` of the selected one.
///
/// Among images for several platforms, the one for this machine is selected unless another is
/// requested.
///
/// # Errors
///
/// An error if no image matches, or if several do.
pub fn select(path: &Escaped, images: &[Image], selection: &Selection) -> Result<usize, Error> {
    let wanted = selection.image.as_deref();
    let platform = selection.platform.as_deref();
    let place = wanted.and_then(|wanted| wanted.strip_prefix('@')?.parse::<usize>().ok());
    let is_at = |i: usize| match &images[i].positions[..] {
        // An archive without a table of contents has one image, or one after the other.
        [] => place == Some(i),
        positions => place.is_some_and(|place| positions.contains(&place)),
    };
    let fits = |i: usize| {
        wanted.is_none_or(|wanted| is_at(i) || matching_name(&images[i], wanted).is_some())
            && platform.is_none_or(|platform| fit_of(&images[i], platform).is_some())
    };
    let fitting: Vec<usize> = (0..images.len()).filter(|&i| fits(i)).collect();
    let describe = |indices: &[usize]| indices.iter().map(|&i| images[i].description()).collect();
    match fitting[..] {
        [] => {
            let called = wanted.map(|wanted| shown!("called {}", escaped_str(&mask(wanted))));
            let of_platform =
                platform.map(|platform| shown!("for the platform {}", escaped_str(platform)));
            let wanted = Escaped::join([called, of_platform].into_iter().flatten(), " ");
            let all: Vec<usize> = (0..images.len()).collect();
            Err(Error::NoSuchImage { path: path.clone(), wanted, choices: describe(&all) })
        }
        [only] => Ok(only),
        _ => {
            let chosen = (place.is_some() || is_one_image(images, &fitting, wanted))
                .then(|| of_platform(images, &fitting, platform));
            chosen
                .flatten()
                .ok_or_else(|| Error::Ambiguous { path: path.clone(), choices: describe(&fitting) })
        }
    }
}

/// Returns the only image that fits best among those for several platforms.
fn of_platform(images: &[Image], fitting: &[usize], platform: Option<&str>) -> Option<usize> {
    let machine = this_machine();
    // Docker saves the index of all platforms with the layers of a single one.
    let held: Vec<usize> = fitting.iter().copied().filter(|&i| images[i].is_held()).collect();
    if let ([only], None) = (&held[..], platform) {
        return Some(*only);
    }
    let candidates = if held.is_empty() { fitting } else { &held };
    let ranked = candidates
        .iter()
        .filter_map(|&i| Some((fit_of(&images[i], platform.unwrap_or(&machine))?, i)));
    let ranked: Vec<_> = ranked.collect();
    let best = ranked.iter().map(|&(rank, _)| rank).min()?;
    match ranked.into_iter().filter(|&(rank, _)| rank == best).collect::<Vec<_>>()[..] {
        [(_, only)] => Some(only),
        _ => None,
    }
}

fn fit_of(image: &Image, wanted: &str) -> Option<u32> {
    let listed = image.platform.iter().chain(&image.other_platforms);
    listed.filter_map(|platform| fit(platform.raw(), wanted)).min()
}

/// Returns whether images are one image for several platforms: the wanted name is that of each, or
/// their tags are equal.
fn is_one_image(images: &[Image], fitting: &[usize], wanted: Option<&str>) -> bool {
    let mut fitting = fitting.iter().map(|&i| &images[i]);
    let Some(first) = fitting.next() else { return false };
    match wanted {
        Some(wanted) => {
            let name = matching_name(first, wanted);
            fitting.all(|image| matching_name(image, wanted) == name)
        }
        None => fitting.all(|image| {
            image.tags.len() == first.tags.len()
                && image
                    .tags
                    .iter()
                    .zip(&first.tags)
                    .all(|(tag, other)| plain_name(tag.raw()) == plain_name(other.raw()))
        }),
    }
}

/// Returns the name of the image, or the digest, that `wanted` stands for.
fn matching_name<'a>(image: &'a Image, wanted: &str) -> Option<&'a str> {
    let tag =
        image.tags.iter().map(|tag| plain_name(tag.raw())).find(|tag| *tag == plain_name(wanted));
    tag.or_else(|| {
        let wanted = wanted.rsplit('@').next().unwrap_or(wanted).to_ascii_lowercase();
        let digits = digits(&wanted);
        let fits = |digest: &&str| {
            let algorithm =
                !wanted.contains(':') || digest.starts_with(&wanted[..wanted.len() - digits.len()]);
            algorithm && self::digits(digest).starts_with(digits)
        };
        let digests = image.id.iter().chain(&image.manifest).chain(&image.other_digests);
        digests.map(Untrusted::raw).find(fits).filter(|_| digits.len() >= SHORTEST)
    })
}

fn digits(digest: &str) -> &str {
    digest.split_once(':').map_or(digest, |(_, digits)| digits)
}

/// Returns the usual form of a name: `alpine` for `docker.io/library/alpine:latest`.
pub(super) fn plain_name(tag: &str) -> &str {
    let tag =
        tag.strip_prefix("docker.io/").or(tag.strip_prefix("index.docker.io/")).unwrap_or(tag);
    let tag = tag.strip_prefix("library/").unwrap_or(tag);
    tag.strip_suffix(":latest").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(tag: &str, id: &str, platform: &str) -> Image {
        Image {
            tags: vec![tag.into()],
            id: Some(format!("sha256:{id}").into()),
            platform: Some(platform.into()),
            ..Image::default()
        }
    }

    fn chosen(
        images: &[Image],
        image: Option<&str>,
        platform: Option<&str>,
    ) -> Result<String, Error> {
        let selection =
            Selection { image: image.map(Into::into), platform: platform.map(Into::into) };
        select(&"x.tar".into(), images, &selection)
            .map(|i| images[i].id.as_ref().unwrap().raw().to_owned())
    }

    #[test]
    fn an_image_is_called_by_tag_by_id_or_by_the_beginning_of_its_id() {
        let images = [
            image("docker.io/library/alpine:3", "abcd1234", "linux/amd64"),
            image("app:latest", "ef567890", "linux/amd64"),
        ];
        for name in [
            "alpine:3",
            "docker.io/library/alpine:3",
            "sha256:abcd1234",
            "abcd",
            "alpine@sha256:abcd1234",
        ] {
            assert_eq!(chosen(&images, Some(name), None).unwrap(), "sha256:abcd1234", "{name}");
        }
        assert_eq!(chosen(&images, Some("app"), None).unwrap(), "sha256:ef567890");
        for name in ["abc", "sha512:abcd1234"] {
            assert!(
                matches!(chosen(&images, Some(name), None), Err(Error::NoSuchImage { .. })),
                "{name}"
            );
        }
        assert!(
            matches!(chosen(&images, None, None), Err(Error::Ambiguous { choices, .. }) if choices.len() == 2)
        );
    }

    #[test]
    fn an_image_is_called_by_its_position_in_the_table_of_contents() {
        let at = |id: &str, positions: &[usize]| Image {
            positions: positions.to_vec(),
            ..image("x", id, "linux/amd64")
        };
        // An attestation stands at 1, and two tags of one image at 2 and 3.
        let images = [at("1111", &[0]), at("2222", &[2, 3])];
        for (name, id) in [("@0", "sha256:1111"), ("@2", "sha256:2222"), ("@3", "sha256:2222")] {
            assert_eq!(chosen(&images, Some(name), None).unwrap(), id, "{name}");
        }
        for name in ["@1", "@4"] {
            assert!(
                matches!(chosen(&images, Some(name), None), Err(Error::NoSuchImage { .. })),
                "{name}"
            );
        }
        let under_one = [
            Image { platform: Some("linux/other".into()), ..at("3333", &[0]) },
            Image { platform: Some(this_machine().into()), ..at("4444", &[0]) },
        ];
        assert_eq!(chosen(&under_one, Some("@0"), None).unwrap(), "sha256:4444");
    }

    #[test]
    fn of_several_platforms_this_machine_s_is_meant_unless_another_is_asked_for() {
        let own = this_machine();
        let images = [
            image("a:1", "1111", "linux/other"),
            image("a:1", "2222", &own),
            image("a:1", "3333", "linux/arm/v7"),
        ];
        assert_eq!(chosen(&images, None, None).unwrap(), "sha256:2222");
        assert_eq!(chosen(&images, Some("a:1"), None).unwrap(), "sha256:2222");
        assert_eq!(chosen(&images, Some("a:1"), Some("linux/arm")).unwrap(), "sha256:3333");
        assert_eq!(chosen(&images, None, Some("linux/arm/v7")).unwrap(), "sha256:3333");
        assert!(matches!(
            chosen(&images, None, Some("linux/s390x")),
            Err(Error::NoSuchImage { .. })
        ));
        assert!(matches!(
            chosen(&[images[0].clone(), images[2].clone()], None, None),
            Err(Error::Ambiguous { .. })
        ));
    }

    #[test]
    fn a_tag_or_an_index_that_stands_for_several_platforms_opens_this_machine_s() {
        let under = |id: &str, platform: &str| Image {
            tags: vec!["a:1".into(), format!("only-{id}").into()],
            other_digests: vec!["sha256:0123456789".into()],
            manifest: Some(format!("sha256:ee{id}").into()),
            ..image("", id, platform)
        };
        let images = [
            under("1111", "linux/other"),
            under("2222", &this_machine()),
            image("b:1", "4444", "linux/amd64"),
        ];
        for name in ["a:1", "sha256:0123456789", "012345"] {
            assert_eq!(chosen(&images, Some(name), None).unwrap(), "sha256:2222", "{name}");
        }
        assert_eq!(chosen(&images, Some("sha256:ee1111"), None).unwrap(), "sha256:1111");
        let (one, other) =
            (image("x", "aaaa1", "linux/other"), image("y", "aaaa2", &this_machine()));
        let ambiguous = chosen(&[one, other], Some("aaaa"), None);
        assert!(matches!(ambiguous, Err(Error::Ambiguous { .. })), "one beginning of two IDs");
    }

    #[test]
    fn a_variant_selects_and_without_one_the_plain_architecture_is_best() {
        let images =
            ["linux/amd64/v3", "linux/amd64", "linux/arm/v5", "linux/arm/v7", "linux/arm64/v8"]
                .map(|platform| image("a:1", platform, platform));
        for (wanted, expected) in [
            ("linux/amd64", "linux/amd64"),
            ("linux/amd64/v3", "linux/amd64/v3"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/arm/v5", "linux/arm/v5"),
            ("linux/arm64", "linux/arm64/v8"),
            ("linux/arm64/v8", "linux/arm64/v8"),
        ] {
            assert_eq!(
                chosen(&images, None, Some(wanted)).unwrap(),
                format!("sha256:{expected}"),
                "{wanted}"
            );
        }
        let others = [image("a:1", "1", "linux/amd64"), image("b:1", "2", "linux/amd64/v3")];
        assert!(
            matches!(chosen(&others, None, Some("linux/amd64")), Err(Error::Ambiguous { .. })),
            "two images"
        );
    }
}
