//! Secrets on the screen: the badge, the list above all changes, the mark in the tree. No screen
//! shows a value, except the viewer.

use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::advice::assessment::Study;
use serde_json::json;

use super::support::build::{Image, dir, file, gone, layer, open, tar};
use super::{Person, files};

/// A made-up token with a right checksum.
const TOKEN: &str = concat!("npm_", "Kx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwkTe");
const PASSWORD: &str = "c0rrect-h0rse-battery";

/// Puts a user in front of an image with a deleted `.npmrc`, a password and a build argument.
fn person(width: u16, height: u16) -> Person {
    let npmrc = file("root/.npmrc", 0).holding(format!("//acme.dev/:_authToken={TOKEN}\n"));
    let mut image = Image::of([
        layer([dir("root"), npmrc]),
        layer([file("app", 5_000)]),
        layer([gone("root/.npmrc")]),
    ]);
    image.config["history"] = json!([
        { "created_by": "COPY .npmrc /root/.npmrc # buildkit" },
        { "created_by": format!("RUN |1 NPM_TOKEN={PASSWORD}-2 /bin/sh -c npm ci # buildkit") },
        { "created_by": "RUN /bin/sh -c rm /root/.npmrc # buildkit" },
    ]);
    image.config["config"] = json!({ "Env": [format!("DB_PASSWORD={PASSWORD}")] });
    studied(&image, width, height)
}

/// Puts a user in front of an image after it has been searched.
fn studied(image: &Image, width: u16, height: u16) -> Person {
    let opened = open(tar(image.docker())).expect("the image opens");
    let workshop = files::workshop(&opened);
    let study = Study::unprompted(&workshop.inspection, &*workshop.contents, true, &Arc::default());
    let mut person = Person::looking_at(&opened, &workshop, width, height);
    person.studies(&Arc::new(study.expect("nothing is cancelled")));
    person
}

#[test]
fn the_header_of_every_view_says_that_there_are_secrets() {
    let mut person = person(120, 30);
    for view in '1'..='8' {
        person.types(&view.to_string());
        let header: Vec<_> = person.screen().lines().take(2).map(str::to_owned).collect();
        assert!(header.join("\n").contains("! 3 secrets"), "view {view}: {header:?}");
    }
}

#[test]
fn the_changes_begin_with_the_secrets_and_what_to_do_about_each() {
    let mut person = person(120, 40);
    person.types("6");
    let screen = person.reads();
    for part in [
        "! 3 secrets: anyone who can pull the image can read them",
        "0 → 2 npm token",
        "/root/.npmrc, line 1 npm_…",
        "Layer 2 deletes it, but layer 0 still contains it. Anyone who can pull the image can read it.",
        "see layerscope cat",
        "now revoke it and create a new one: https://docs.npmjs.com/revoking-access-tokens",
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc …",
        "config value of DB_PASSWORD",
        "config value of NPM_TOKEN",
    ] {
        assert!(screen.contains(part), "{part:?} is not on\n{}", person.screen());
    }
    person.press(KeyCode::Down);
    assert!(person.reads().contains("set DB_PASSWORD when the container starts"));
}

#[test]
fn the_first_screen_is_about_the_secret_and_names_the_key_to_all_of_them() {
    let mut person = person(80, 24);
    assert_eq!((person.path().as_str(), person.layer()), ("/root/.npmrc", 2));
    let screen = person.reads();
    assert!(screen.contains("secrets (6)"), "{}", person.screen());
    assert!(screen.contains("! Secret: npm token (npm_…) in /root/.npmrc"), "{}", person.screen());
    person.types("6");
    assert!(person.reads().contains("! 3 secrets: anyone who can pull"), "{}", person.screen());
}

#[test]
fn d_on_a_secret_shows_the_lines_that_keep_it_out_and_m_says_why_it_cannot_be_marked() {
    let mut person = person(120, 40);
    person.types("6D");
    let screen = person.reads();
    for part in [
        "Build without the npm token",
        "+ RUN --mount=type=secret,id=npmrc,target=/root/.npmrc …",
        "+ **/.npmrc",
        "Now: revoke it and create a new one",
    ] {
        assert!(screen.contains(part), "{part:?} is not on\n{}", person.screen());
    }
    person.press(KeyCode::Esc).types("m");
    let screen = person.reads();
    assert!(screen.contains("a secret saves no bytes"), "{}", person.screen());
    assert!(screen.contains("3 secrets: anyone"), "the list stays:\n{}", person.screen());
}

#[test]
fn what_a_file_shows_to_be_a_secret_is_masked_on_every_screen() {
    let env = file("app/.env", 0).holding(format!("DB_PASSWORD={PASSWORD}\n"));
    let mut image = Image::of([layer([dir("app"), env]), layer([file("app/b", 5_000)])]);
    image.config["history"] = json!([
        { "created_by": "COPY .env /app/.env # buildkit" },
        { "created_by": format!("RUN /bin/sh -c echo {PASSWORD} > /app/b # buildkit") },
    ]);
    image.config["config"] = json!({ "Cmd": ["serve", PASSWORD] });
    let mut person = studied(&image, 160, 50);
    let check = |person: &Person, what: &str| {
        let screen = person.screen();
        assert!(!screen.contains(&PASSWORD[..5]), "{what} shows it:\n{screen}");
    };
    for view in '1'..='8' {
        person.types(&view.to_string());
        check(&person, &format!("view {view}"));
    }
    person.types("1");
    for _ in 0..2 {
        person.types("]");
        check(&person, "a layer");
        person.types("i");
        check(&person, "the instruction");
        person.press(KeyCode::Esc);
    }
    assert!(person.reads().contains("RUN echo c0rr… > /app/b"), "{}", person.screen());
}

#[test]
fn enter_on_a_secret_shows_its_file_in_the_layer_that_has_it() {
    let mut person = person(120, 40);
    person.types("6").press(KeyCode::Enter);
    assert_eq!((person.path().as_str(), person.layer()), ("/root/.npmrc", 0));
    let screen = person.reads();
    assert!(screen.contains(".npmrc ! secret"), "the tree marks it:\n{}", person.screen());
    assert!(screen.contains("! Secret: npm token (npm_…) in /root/.npmrc, line 1."), "{screen}");
}

#[test]
fn no_screen_but_the_viewer_shows_a_value() {
    let mut person = person(160, 50);
    let check = |person: &Person, what: &str| {
        let screen = person.screen();
        for value in [TOKEN, PASSWORD] {
            assert!(!screen.contains(&value[..5]), "{what} shows it:\n{screen}");
        }
    };
    for view in '1'..='8' {
        person.types(&view.to_string());
        check(&person, &format!("view {view}"));
    }
    person.types("1");
    for _ in 0..3 {
        person.types("i");
        check(&person, "the instruction");
        person.press(KeyCode::Esc).types("[");
    }
    person.types("6").press(KeyCode::Enter).types("v");
    assert!(person.screen().contains(TOKEN), "the viewer shows it:\n{}", person.screen());
}

/// An image whose history has secrets that differ only by their entry, or by the end of their names.
fn alike() -> Image {
    let mut image = Image::of([
        layer([file("a", 5_000)]),
        layer([file("b", 5_000)]),
        layer([file("c", 5_000)]),
    ]);
    let run = |host: &str, end: &str| {
        let text = format!("RUN /bin/sh -c curl -u ci:{PASSWORD}-{end} https://{host} # buildkit");
        json!({ "created_by": text })
    };
    image.config["history"] =
        json!([run("a.acme.dev", "1"), run("b.acme.dev", "2"), run("b.acme.dev", "3")]);
    image.config["config"] = json!({
        "Env": [
            "PATH=/bin",
            format!("ACME_INTERNAL_WAREHOUSE_SERVICE_1_PASSWORD={PASSWORD}-4"),
            format!("ACME_INTERNAL_WAREHOUSE_SERVICE_2_PASSWORD={PASSWORD}-5"),
        ],
        "Healthcheck": { "Test": ["CMD-SHELL", format!("curl -u ci:{PASSWORD}-6 localhost")] },
    });
    image
}

#[test]
fn each_row_of_the_list_tells_its_secret_from_all_others() {
    for width in [80, 100, 160] {
        let mut person = studied(&alike(), width, 30);
        person.types("6");
        let screen = person.screen();
        let mut rows: Vec<_> =
            screen.lines().filter(|line| line.starts_with("│  config ")).collect();
        assert_eq!(rows.len(), 6, "{screen}");
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 6, "{screen}");
        for entry in ["entry 0: c0rr…  RUN curl", "entry 1: c0rr…  RUN curl", "entry 2:"] {
            assert!(screen.contains(entry), "{entry:?} is not on\n{screen}");
        }
    }
}

#[test]
fn enter_on_a_secret_of_the_config_goes_to_the_place_where_it_stands() {
    let mut person = studied(&alike(), 80, 24);
    for (downs, place, secret) in [
        (0, "ACME_INTERNAL_WAREHOUSE_SERVICE_1_PASSWORD=", "SERVICE_1_PASSWORD (c0rr…)"),
        (1, "ACME_INTERNAL_WAREHOUSE_SERVICE_2_PASSWORD=", "SERVICE_2_PASSWORD (c0rr…)"),
        (2, "health check", "! secret"),
        (4, "https://b.acme.dev", "! secret"),
    ] {
        person.types("6").press(KeyCode::Home);
        for _ in 0..downs {
            person.press(KeyCode::Down);
        }
        person.press(KeyCode::Enter);
        let screen = person.reads();
        assert!(screen.contains("Image") && screen.contains("! secret"), "{}", person.screen());
        assert!(screen.contains(place) && screen.contains(secret), "{}", person.screen());
        assert!(!person.screen().contains(PASSWORD), "{}", person.screen());
        if downs == 4 {
            assert_eq!(person.layer(), 1, "`i` shows its instruction");
        }
    }
    person.types("15");
    assert!(!person.screen().contains("! secret"), "it was asked for once:\n{}", person.screen());
}

#[test]
fn y_says_that_an_advice_without_lines_has_nothing_to_copy() {
    let mut person = studied(&alike(), 100, 30);
    person.types("6D");
    assert!(!person.reads().contains("copy the new lines"), "{}", person.screen());
    person.types("y");
    assert!(
        person.reads().contains("nothing to copy: this row has no lines"),
        "{}",
        person.screen()
    );
}

/// An image of which a `.env` is too large to be searched, with or without secrets.
fn unsearched(config: &serde_json::Value) -> Image {
    let env = file("app/.env", 0).holding("# nothing\n".repeat(900_000));
    let mut image = Image::of([layer([dir("app"), env, file("app/a.zip", 10)])]);
    image.config["history"] = json!([{ "created_by": "COPY . /app # buildkit" }]);
    image.config["config"] = config.clone();
    image
}

#[test]
fn archives_that_were_not_searched_stand_below_the_changes() {
    let jar = file("usr/share/java/a.jar", 10);
    let mut image = Image::of([
        layer([dir("usr"), file("usr/base", 2_000_000)]),
        layer([jar, file("var/cache/apt/archives/a.deb", 3_000_000)]),
    ]);
    image.config["history"] = json!([
        { "created_by": "/bin/sh -c #(nop) ADD file:aaaa in / " },
        { "created_by": "RUN /bin/sh -c apt-get install -y a # buildkit" },
    ]);
    let mut person = studied(&image, 80, 24);
    person.types("6");
    let screen = person.screen();
    let line = |text: &str| screen.lines().position(|line| line.contains(text));
    let (change, note) = (line("In your Dockerfile"), line("Not searched for secrets"));
    assert!(change.is_some() && change < note, "{screen}");
}

#[test]
fn what_was_not_searched_is_said_in_the_header_among_the_changes_and_about_the_image() {
    let sentence =
        "Not searched for secrets: 1 file, and what is inside 1 archive, such as jar and zip";
    for (width, config) in [(120, json!({})), (80, json!({}))] {
        let mut person = studied(&unsearched(&config), width, 24);
        for view in '1'..='8' {
            person.types(&view.to_string());
            let header: Vec<_> = person.screen().lines().take(2).map(str::to_owned).collect();
            let header = header.join(" ");
            let mark = if width > 80 { "! 1 file not searched (6)" } else { "(6)" };
            assert!(header.contains(mark) && !header.contains("secret"), "{view}: {header}");
        }
        person.types("6");
        let screen = person.reads();
        assert!(screen.contains(sentence), "{}", person.screen());
        assert!(screen.contains("Nothing to change"), "{}", person.screen());
        person.press(KeyCode::Down).press(KeyCode::Up).types("5");
        person.press(KeyCode::End);
        assert!(person.reads().contains(&format!("secrets {sentence}")), "{}", person.screen());
    }
    let mut person =
        studied(&unsearched(&json!({ "Env": [format!("DB_PASSWORD={PASSWORD}")] })), 120, 30);
    person.types("6");
    let screen = person.reads();
    for part in ["! ≥ 1 secret (6)", "! at least 1 secret: anyone who can pull the image", sentence]
    {
        assert!(screen.contains(part), "{part:?} is not on\n{}", person.screen());
    }
    person.press(KeyCode::Down).press(KeyCode::Down).press(KeyCode::Up);
    assert!(person.reads().contains("set DB_PASSWORD when"), "{}", person.screen());
}
