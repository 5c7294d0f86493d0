//! Secrets by name in the outputs, and what their number says in a file of limits.

use serde_json::{Value, json};

use super::{Place, image};
use crate::support::build::{Image, file, layer, tar};

/// An image with a different password in each of `count` files.
fn leaky(count: usize) -> Image {
    let files = (0..count).map(|at| {
        file(format!("srv/{at:02}/.env"), 0).holding(format!("DB_PASSWORD=c0rrect-h0rse-{at:02}\n"))
    });
    image([("COPY . / # buildkit", layer(files))])
}

#[test]
fn outputs_for_people_name_the_secrets_and_count_the_others() {
    let place = Place::with(&leaky(25));
    let check = |format: &str| place.check(&["--max-secrets", "0", "--format", format]).out;
    let markdown = check("markdown");
    for part in ["25 secrets to revoke", "/srv/00/.env", "/srv/19/.env", "and 5 more"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    assert!(!markdown.contains("/srv/20/.env"), "{markdown}");
    let junit = check("junit");
    for at in 0..25 {
        assert!(junit.contains(&format!("/srv/{at:02}/.env, line 1, layer 0")), "{at}: {junit}");
    }
    assert!(!markdown.contains("c0rrect") && !junit.contains("c0rrect"), "values are masked");
}

#[test]
fn init_warns_of_a_limit_that_lets_secrets_ship() {
    let init = |image: &Image| {
        let place = Place::with(image);
        let answer = place.check(&["--init"]);
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        let text = place.read(".layerscope.toml");
        assert_eq!(place.check(&[]).code, Some(0), "the image keeps it");
        (text, answer.said)
    };
    let (text, told) = init(&leaky(3));
    assert!(told.contains("these limits allow 3 secrets") && told.contains("revoke"), "{told}");
    assert!(text.contains("# CAUTION: this image has 3 secrets") && text.contains("secrets = 0."));
    let (text, told) = init(&leaky(0));
    assert!(!told.contains("secret"), "{told}");
    assert!(text.contains("\nsecrets = 0\n") && !text.contains("CAUTION"), "{text}");
}

#[test]
fn a_message_of_several_lines_is_one_sentence_in_a_report() {
    let place = Place::new();
    let mut other = leaky(2);
    other.tags = json!(["other:1"]);
    let mut layout = crate::support::build::Layout::default();
    let descriptors: Vec<Value> = [leaky(1), other].iter().map(|one| layout.image(one)).collect();
    place.write("two.tar", tar(layout.members(descriptors)));
    let answer = place.run(&["check", "two.tar", "--max-size", "1GB", "--format", "junit"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.out.contains("holds 2 images: shop:1.4"), "{}", answer.out);
    assert!(answer.out.contains("; other:1"), "{}", answer.out);
}

#[test]
fn a_password_in_the_name_of_an_image_is_never_repeated() {
    let place = Place::new();
    for name in ["docker://bob:hunter2@localhost:1/a/b", "https://bob:hunter2@localhost:1/a/b"] {
        for arguments in [&["report", name][..], &["check", name, "--max-size", "1MB"]] {
            let answer = place.run(&[arguments, &["--pull", "never"]].concat());
            assert_eq!(answer.code, Some(2), "{answer:#?}");
            let all = format!("{}{}", answer.out, answer.said);
            assert!(all.contains("bob:…@") && !all.contains("hunter2"), "{all}");
        }
    }
}

#[test]
fn a_token_in_the_tag_of_an_image_is_masked_in_every_command() {
    let token = concat!("ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17");
    let mut image = super::shop();
    image.tags = serde_json::json!([format!("shop:{token}"), "shop:2"]);
    let place = Place::new();
    place.write("t.tar", tar(image.docker()));
    let commands: [&[&str]; 11] = [
        &["images", "t.tar"],
        &["images", "t.tar", "--format", "json"],
        &["fix", "t.tar"],
        &["fix", "t.tar", "--format", "json"],
        &["ladder", "t.tar"],
        &["report", "t.tar", "--format", "ncdu"],
        &["report", "t.tar", "--format", "json", "--no-secrets"],
        &["report", "t.tar", "--image", "none"],
        &["learn", "--image", "t.tar"],
        &["check", "t.tar", "--max-size", "1", "--no-secrets", "--format", "json"],
        &["compare", "t.tar", "t.tar", "--no-secrets"],
    ];
    for arguments in commands {
        let answer = place.run(arguments);
        let all = format!("{}{}", answer.out, answer.said);
        assert!(!all.is_empty() && !all.contains("zQWB"), "{arguments:?}: {all}");
    }
    let named = place.run(&["images", "t.tar"]).out;
    assert!(named.contains("shop:ghp_…"), "{named}");
    let found = place.run(&["report", "t.tar", "--image", &format!("shop:{token}")]);
    assert_eq!(found.code, Some(0), "it is still selected by its name: {found:#?}");
}

#[test]
fn secrets_that_no_limit_is_about_are_said() {
    let place = Place::with(&leaky(2));
    let answer = place.check(&["--max-size", "1GB"]);
    let note = "note  2 secrets in the image, which no limit is about: `layerscope report` shows \
                them, and --max-secrets 0 refuses them";
    assert!(answer.code == Some(0) && answer.out.contains(note), "{answer:#?}");
    for counted in [&["--max-secrets", "2"][..], &["--max-size", "1GB", "--no-secrets"]] {
        let answer = place.check(counted);
        assert!(answer.code == Some(0) && !answer.out.contains("note"), "{answer:#?}");
    }
}

#[test]
fn a_limit_on_secrets_that_is_not_known_never_advises_to_drop_it() {
    let big = format!("A=1\n{}", "x=1\n".repeat(2_200_000));
    let place =
        Place::with(&image([("COPY . / # buildkit", layer([file("srv/.env", 0).holding(big)]))]));
    let answer = place.check(&["--max-secrets", "0"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(answer.said.contains("there may be a secret in what was not searched"), "{answer:#?}");
    assert!(!answer.said.contains("leave it out"), "{}", answer.said);
}
