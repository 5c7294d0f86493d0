//! A tree that is shipped twice, the second time with another owner; and the same where `COPY` sets
//! the owner.

use super::{alpine, shop};
use crate::embedded::image::{Image, Run, Step};
use crate::embedded::layer::{Layer, directory, file, program, text};

/// What is copied, in bytes.
const TREE: u64 = 50_000_000;
const OWNER: u64 = 1000;

const KINDS: [&str; 6] = ["bowls", "cups", "jugs", "lamps", "plates", "vases"];

/// A shop: a program with its pages, and pictures of all that it sells.
fn tree() -> Layer {
    let pictures = (0..420_u64).map(|i| {
        let (kind, number, side) = (
            KINDS[usize::try_from(i / 70).unwrap()],
            1000 + i / 2,
            if i % 2 == 0 { "front" } else { "top" },
        );
        file(format!("static/pictures/{kind}/{number}-{side}.jpg"), 80_000 + i * 6_271 % 61_000)
    });
    let pages = ["cart", "checkout", "index", "product"]
        .map(|page| file(format!("templates/{page}.html"), 2_800));
    let rest = [
        file("static/css/shop.css", 31_220),
        file("static/js/shop.js", 212_480),
        text("robots.txt", "User-agent: *\nAllow: /\n"),
    ];
    let files = pictures.chain(pages).chain(rest);
    Layer::from_iter([program("shop", shop().build())]).and(files).sorted().scaled_to(TREE)
}

/// The tree in /srv/shop, owned by `owner`, with its directories.
fn in_place(owner: u64) -> Layer {
    let tree = tree().below("srv/shop");
    let directories = tree.directories().into_iter().filter(|path| path != "srv").map(directory);
    let entries = directories.chain(tree.clone()).map(|entry| entry.owned_by(owner));
    entries.collect::<Layer>().sorted()
}

fn image(name: &'static str, own: impl IntoIterator<Item = Step>) -> Image {
    let end = [Step::metadata("USER 1000:1000"), Step::metadata(r#"CMD ["/srv/shop/shop"]"#)];
    Image {
        name,
        steps: alpine::steps().into_iter().chain(own).chain(end).collect(),
        run: Run { user: "1000:1000", ..Run::command(["/srv/shop/shop"]) },
    }
}

pub fn chmod() -> Image {
    let again = Step::run("chown -R 1000:1000 /srv/shop", in_place(OWNER));
    image("chmod", [Step::copy("/srv/shop", in_place(0)), again])
}

pub fn chmod_copied() -> Image {
    image("chmod-copied", [Step::CopyOwned("1000:1000", "/srv/shop", in_place(OWNER))])
}
