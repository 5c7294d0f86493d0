//! A value that was found is masked wherever it occurs, also where nothing else tells that it is a
//! secret.

use serde_json::json;

use super::{image, json_of, kinds, out, run, text};
use crate::support::build::{Image, file, gone};

/// A password that only the file in which it stands shows to be one.
const VALUE: &str = "hunter2hunter2";
/// A longer one, of which four characters may be shown.
const LONG: &str = "Tr0ub4dor-and-3-more";

/// An image whose commands, labels and variables repeat the values of its files.
fn repeated() -> Image {
    let env = format!("DB_PASSWORD={VALUE}\nAPI_TOKEN={LONG}\n");
    let mut image = image([
        ("/bin/sh -c #(nop) ADD file:0123 in / ", vec![file("lib/libc", 900_000)]),
        ("COPY .env /app/.env # buildkit", vec![text("app/.env", &env)]),
        (
            "RUN /bin/sh -c echo hunter2hunter2 > /root/.netrc-like-file && apt-get update # buildkit",
            vec![text("root/.netrc-like-file", VALUE), file("var/lib/apt/lists/a", 800_000)],
        ),
        (
            "RUN /bin/sh -c rm -rf /var/lib/apt/lists/a /app/.env; curl -d Tr0ub4dor-and-3-more acme.dev # buildkit",
            vec![gone("var/lib/apt/lists/a"), gone("app/.env")],
        ),
    ]);
    image.config["config"] = json!({
        "Env": ["PATH=/bin", format!("GREETING=hello {VALUE}")],
        "Labels": { "org.acme.note": format!("it is {LONG}!") },
        "Cmd": ["serve", VALUE],
        "Healthcheck": { "Test": ["CMD-SHELL", format!("curl -d {VALUE} localhost")] },
    });
    image
}

#[test]
fn no_command_shows_what_was_found_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut all = vec![
        vec!["shop.tar"],
        vec!["fix", "shop.tar"],
        vec!["fix", "shop.tar", "--all", "--format", "json"],
        vec!["dockerfile", "shop.tar"],
        vec!["ladder", "shop.tar"],
        vec!["ladder", "shop.tar", "--format", "json"],
    ];
    for format in ["text", "json", "html", "markdown", "ncdu"] {
        all.push(vec!["report", "shop.tar", "--top", "0", "--format", format]);
    }
    for format in ["text", "json", "html", "markdown"] {
        all.push(vec!["compare", "shop.tar", "shop.tar", "--format", format]);
    }
    for format in ["text", "json", "markdown", "sarif", "junit", "github", "gitlab", "openmetrics"]
    {
        let limits = ["--max-secrets", "0", "--max-wasted", "1B", "--format", format];
        all.push([&["check", "shop.tar"][..], &limits].concat());
    }
    for arguments in all {
        let output = run(&repeated(), directory.path(), &arguments);
        let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
        assert!(said.len() > 20, "{arguments:?} says something: {said}");
        for hidden in [&VALUE[..5], &LONG[..5]] {
            let place = said.find(hidden);
            let around = place.map(|at| &said[at.saturating_sub(60)..(at + 60).min(said.len())]);
            assert_eq!(around, None, "{arguments:?} shows it");
        }
    }
}

#[test]
fn the_texts_stay_readable_around_what_is_masked() {
    let directory = tempfile::tempdir().unwrap();
    let report = ["report", "shop.tar", "--format", "json"];
    let report = json_of(&run(&repeated(), directory.path(), &report));
    let instruction = |layer: usize| report["layers"][layer]["instruction"].as_str().unwrap();
    assert_eq!(instruction(2), "RUN echo … > /root/.netrc-like-file && apt-get update");
    assert!(instruction(3).ends_with("curl -d Tr0u… acme.dev"), "{}", instruction(3));
    let rebuilt = out(&run(&repeated(), directory.path(), &["dockerfile", "shop.tar"]));
    assert!(rebuilt.contains("RUN echo … > /root/.netrc-like-file"), "{rebuilt}");
    let unsearched = ["report", "shop.tar", "--format", "json", "--no-secrets"];
    let unsearched = json_of(&run(&repeated(), directory.path(), &unsearched));
    assert!(
        unsearched["layers"][2]["instruction"].as_str().unwrap().contains(VALUE),
        "what is not searched for is not known"
    );
}

#[test]
fn plain_words_and_names_of_files_are_not_masked_in_other_texts() {
    let directory = tempfile::tempdir().unwrap();
    let env = "DB_PASSWORD=postgres16\nREDIS_PASSWORD=server\nAPI_PASSWORD=hunter2hunter2\n";
    let mut image = image([
        (
            "COPY . /app # buildkit",
            vec![text("app/.env", env), text("app/postgres16", "#!/bin/sh\n")],
        ),
        (
            "RUN /bin/sh -c apk add postgres16 server && echo hunter2hunter2 # buildkit",
            vec![file("lib/x", 30_000)],
        ),
    ]);
    image.config["config"] = json!({
        "Env": ["PATH=/bin", "REDIS_PASSWORD=server"],
        "Entrypoint": ["/app/postgres16", "serve"],
        "Cmd": ["server"],
    });
    let report = ["report", "shop.tar", "--format", "json"];
    let output = out(&run(&image, directory.path(), &report));
    let report: serde_json::Value = serde_json::from_str(&output).unwrap();
    let instruction = &report["layers"][1]["instruction"];
    assert_eq!(*instruction, "RUN apk add postgres16 server && echo …");
    assert!(!output.contains("/app/…"), "the entrypoint is the file that it is:\n{output}");
    assert!(!output.contains("REDIS_PASSWORD=server"), "its own place stays masked:\n{output}");
}

#[test]
fn a_variable_that_the_history_has_once_more_counts_once() {
    let mut image = image([("RUN make", vec![file("app", 10)])]);
    image.config["config"] = json!({ "Env": ["DB_PASSWORD=correct \"horse9\" battery", "PIN=1"] });
    let entry = |text: &str| json!({ "created_by": text, "empty_layer": true });
    image.config["history"] = json!([
        { "created_by": "RUN make" },
        entry("ENV DB_PASSWORD=correct \"horse9\""),
        entry("/bin/sh -c #(nop)  ENV DB_PASSWORD=correct \\\"horse9\\\" bat..."),
        entry("ENV DB_PASSWORD=an-earlier-0ne"),
    ]);
    let places: Vec<_> = kinds(&image).into_iter().map(|(_, place)| place).collect();
    assert_eq!(
        places,
        ["the environment (ENV)", "the ENV instruction in the history (entry 3)"],
        "another value of the same name is another secret"
    );
}

#[test]
fn settings_of_an_application_are_searched_and_translations_are_not() {
    let found =
        |path: &str, contents: &str| kinds(&image([("COPY . .", vec![text(path, contents)])]));
    for (path, contents) in [
        ("app/shop/settings.py", "DATABASES = {'default': {'PASSWORD': 'hunter2hunter2'}}\n"),
        (
            "app/appsettings.Production.json",
            r#"{"Db": "Server=db;User Id=sa;Password=Str0ngPass;"}"#,
        ),
        ("app/config/production.json", r#"{"db":{"dbPassword":"hunter2hunter2"}}"#),
        ("app/config.json", "{\n  \"password\": \"hunter2hunter2\"\n}\n"),
        ("app/application.yml", "spring:\n  datasource:\n    password: hunter2hunter2\n"),
        ("app/application.properties", "spring.datasource.password=hunter2hunter2\n"),
        ("srv/docker-compose.yml", "    environment:\n      MYSQL_ROOT_PASSWORD: hunter2hunter2\n"),
    ] {
        assert_eq!(found(path, contents).len(), 1, "{path}");
    }
    for (path, contents) in [
        ("app/locales/config/de.json", r#"{"password": "Passw0rt"}"#),
        ("app/package.json", r#"{"config": {"token": "abc123def456"}}"#),
        (
            "app/config.json",
            r#"{"password": "Enter your password", "token": "Token", "secret": ""}"#,
        ),
        ("app/settings.py", "PASSWORD = os.environ['DB_PASSWORD1']\nTOKEN = get_token(1)\n"),
        ("app/application.yml", "password: ${DB_PASSWORD1}\nsecret: '{{ vault1 }}'\n"),
        ("usr/share/app/config.json", r#"{"password": "hunter2hunter2"}"#),
    ] {
        assert_eq!(found(path, contents), [], "{path}");
    }
}

#[test]
fn a_dockerfile_of_one_s_own_is_matched_by_what_it_says_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let dockerfile = format!(
        "FROM scratch\nADD base.tar /\nCOPY .env /app/.env\nRUN echo {VALUE} > /root/.netrc-like-file && apt-get update\n\
         RUN rm -rf /var/lib/apt/lists/a /app/.env; curl -d {LONG} acme.dev\n"
    );
    std::fs::write(directory.path().join("Dockerfile"), &dockerfile).unwrap();
    let arguments = ["fix", "shop.tar", "--dockerfile", "Dockerfile", "--format", "json"];
    let output = run(&repeated(), directory.path(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let document = json_of(&output);
    let unseen = document["suggestions"].to_string();
    assert!(!unseen.contains("not matched"), "{unseen}");
    assert!(!unseen.contains(&VALUE[..5]), "{unseen}");
    assert!(document["secrets"].as_array().unwrap().len() >= 2);
}
