//! Selects one of the images of an archive.

use super::Image;
use crate::display::escaped_str;
use crate::error::Error;

/// The criteria for an image.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// A tag, an image ID or its beginning, or a digest.
    pub image: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: Option<String>,
}

/// Returns the index in `images` of the selected one.
///
/// Among images for several platforms, the one for this machine is selected unless another is
/// requested.
pub fn select(path: &str, images: &[Image], selection: &Selection) -> Result<usize, Error> {
    let wanted = selection.image.as_deref();
    let platform = selection.platform.as_deref();
    let fits = |image: &Image| {
        wanted.is_none_or(|wanted| answers_to(image, wanted)) && platform.is_none_or(|platform| is_for(image, platform))
    };
    let fitting: Vec<usize> = (0..images.len()).filter(|&i| fits(&images[i])).collect();
    let describe = |indices: &[usize]| indices.iter().map(|&i| images[i].description()).collect();
    match fitting[..] {
        [] => {
            let wanted = [wanted, platform].into_iter().flatten().map(escaped_str).collect::<Vec<_>>().join(" for ");
            let all: Vec<usize> = (0..images.len()).collect();
            Err(Error::NoSuchImage { path: path.into(), wanted, choices: describe(&all) })
        }
        [only] => Ok(only),
        [first, ..] => {
            let one_image = fitting.iter().all(|&i| images[i].tags == images[first].tags);
            let own = fitting.iter().copied().find(|&i| is_for(&images[i], &this_machine()));
            own.filter(|_| platform.is_none() && one_image)
                .ok_or_else(|| Error::Ambiguous { path: path.into(), choices: describe(&fitting) })
        }
    }
}

fn answers_to(image: &Image, wanted: &str) -> bool {
    let without_latest = |tag: &str| tag.strip_suffix(":latest").unwrap_or(tag).to_owned();
    let digits = wanted.strip_prefix("sha256:").unwrap_or(wanted);
    let id = image.id.as_deref().and_then(|id| id.strip_prefix("sha256:")).unwrap_or_default();
    let manifest = image.manifest.as_deref().and_then(|id| id.strip_prefix("sha256:")).unwrap_or_default();
    image.tags.iter().any(|tag| without_latest(tag) == without_latest(wanted) || short_name(tag) == short_name(wanted))
        || (digits.len() >= 4 && (id.starts_with(digits) || manifest.starts_with(digits)))
}

/// Returns the short form of a name: `alpine:3` for `docker.io/library/alpine:3`.
fn short_name(tag: &str) -> &str {
    let tag = tag.strip_prefix("docker.io/").unwrap_or(tag);
    tag.strip_prefix("library/").unwrap_or(tag)
}

/// Returns whether an image is for a platform. A variant that is not given matches any.
fn is_for(image: &Image, platform: &str) -> bool {
    let own = image.platform.as_deref().unwrap_or_default();
    own == platform || own.strip_prefix(platform).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns the platform of this machine as image configs spell it; containers run on Linux.
fn this_machine() -> String {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    };
    format!("linux/{architecture}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(tag: &str, id: &str, platform: &str) -> Image {
        Image {
            tags: vec![tag.into()],
            id: Some(format!("sha256:{id}")),
            platform: Some(platform.into()),
            ..Image::default()
        }
    }

    fn chosen(images: &[Image], image: Option<&str>, platform: Option<&str>) -> Result<String, Error> {
        let selection = Selection { image: image.map(Into::into), platform: platform.map(Into::into) };
        select("x.tar", images, &selection).map(|i| images[i].id.clone().unwrap())
    }

    #[test]
    fn an_image_is_called_by_tag_by_id_or_by_the_beginning_of_its_id() {
        let images = [
            image("docker.io/library/alpine:3", "abcd1234", "linux/amd64"),
            image("app:latest", "ef567890", "linux/amd64"),
        ];
        for name in ["alpine:3", "docker.io/library/alpine:3", "sha256:abcd1234", "abcd"] {
            assert_eq!(chosen(&images, Some(name), None).unwrap(), "sha256:abcd1234", "{name}");
        }
        assert_eq!(chosen(&images, Some("app"), None).unwrap(), "sha256:ef567890");
        assert!(matches!(chosen(&images, Some("abc"), None), Err(Error::NoSuchImage { .. })), "too short");
        assert!(matches!(chosen(&images, None, None), Err(Error::Ambiguous { choices, .. }) if choices.len() == 2));
    }

    #[test]
    fn of_several_platforms_this_machine_s_is_meant_unless_another_is_asked_for() {
        let own = this_machine();
        let images =
            [image("a:1", "1111", "linux/other"), image("a:1", "2222", &own), image("a:1", "3333", "linux/arm/v7")];
        assert_eq!(chosen(&images, None, None).unwrap(), "sha256:2222");
        assert_eq!(chosen(&images, Some("a:1"), Some("linux/arm")).unwrap(), "sha256:3333");
        assert_eq!(chosen(&images, None, Some("linux/arm/v7")).unwrap(), "sha256:3333");
        assert!(matches!(chosen(&images, None, Some("linux/s390x")), Err(Error::NoSuchImage { .. })));
        assert!(matches!(chosen(&[images[0].clone(), images[2].clone()], None, None), Err(Error::Ambiguous { .. })));
    }
}
