//! Lines: those of the Dockerfile that bring a secret, and those that keep it out, which are to be
//! copied as they are.

use serde_json::{Value, json};

use super::{NPM, PASSWORD, assert_masked, image, json_of, key, kinds, out, run, text};
use crate::support::build::{Image, dir, file, gone};

/// A Dockerfile with a secret in every instruction that can have one.
fn dockerfile() -> String {
    format!(
        "FROM debian AS base\n\
         ARG NPM_TOKEN\n\
         LABEL org.acme.token=\"{PASSWORD}-label\"\n\
         RUN npm ci\n\
         FROM base\n\
         ENV PORT=80 \\\n    DB_PASSWORD={PASSWORD}-env\n\
         RUN true && \\\n    curl -u ci:{PASSWORD}-run https://acme.dev\n\
         HEALTHCHECK CMD curl -u ci:{PASSWORD}-health localhost\n\
         ONBUILD RUN login --password {PASSWORD}-onbuild\n\
         ENTRYPOINT [\"serve\", \"--api-key={PASSWORD}-entry\"]\n\
         CMD [\"--token\", \"{PASSWORD}-cmd\"]\n"
    )
}

/// The image of [`dockerfile`], as BuildKit writes it.
fn built() -> Image {
    let mut image = image([
        ("/bin/sh -c #(nop) ADD file:0123 in / ", vec![file("lib/libc", 3_000)]),
        ("x", vec![file("app", 5_000)]),
        ("x", vec![file("app2", 5_000)]),
    ]);
    let step = |text: &str| json!({ "created_by": text, "comment": "buildkit.dockerfile.v0" });
    let empty = |text: &str| json!({ "created_by": text, "comment": "buildkit.dockerfile.v0", "empty_layer": true });
    image.config["history"] = json!([
        { "created_by": "/bin/sh -c #(nop) ADD file:0123 in / " },
        empty("ARG NPM_TOKEN=hunter2-argument"),
        empty(&format!("LABEL org.acme.token={PASSWORD}-label")),
        step("RUN |1 NPM_TOKEN=hunter2-argument /bin/sh -c npm ci # buildkit"),
        empty(&format!("ENV PORT=80 DB_PASSWORD={PASSWORD}-env")),
        step(&format!(
            "RUN |1 NPM_TOKEN=hunter2-argument /bin/sh -c true &&     curl -u ci:{PASSWORD}-run https://acme.dev # buildkit"
        )),
        empty(&format!("HEALTHCHECK &{{[\"CMD-SHELL\" \"curl -u ci:{PASSWORD}-health localhost\"] \"0s\" \"0s\"}}")),
        empty(&format!("ONBUILD RUN login --password {PASSWORD}-onbuild")),
        empty(&format!("ENTRYPOINT [\"serve\" \"--api-key={PASSWORD}-entry\"]")),
        empty(&format!("CMD [\"--token\" \"{PASSWORD}-cmd\"]")),
    ]);
    image.config["config"] = json!({
        "Env": ["PATH=/bin", "PORT=80", format!("DB_PASSWORD={PASSWORD}-env"), "BASE_TOKEN=of-the-base-1"],
        "Labels": { "org.acme.token": format!("{PASSWORD}-label") },
        "Healthcheck": { "Test": ["CMD-SHELL", format!("curl -u ci:{PASSWORD}-health localhost")] },
        "OnBuild": [format!("RUN login --password {PASSWORD}-onbuild")],
        "Entrypoint": ["serve", format!("--api-key={PASSWORD}-entry")],
        "Cmd": ["--token", format!("{PASSWORD}-cmd")],
    });
    image
}

#[test]
fn a_check_points_at_the_line_of_the_dockerfile_that_brings_each_secret() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("Dockerfile"), dockerfile()).unwrap();
    let check = |format: &str| {
        let arguments = [
            "check",
            "shop.tar",
            "--max-secrets",
            "0",
            "--dockerfile",
            "Dockerfile",
            "--format",
            format,
        ];
        run(&built(), directory.path(), &arguments)
    };
    let sarif = json_of(&check("sarif"));
    assert_masked(&sarif.to_string(), "SARIF");
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let place = |result: &Value| {
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.contains("keep it out: keep"), "{message}");
        let place = message.split(". ").next().unwrap().trim_start_matches("shop:1.4: ").to_owned();
        (place, result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap())
    };
    let secrets = results
        .iter()
        .filter(|result| result["ruleId"].as_str().is_some_and(|rule| rule.starts_with("secret/")));
    let mut found: Vec<_> = secrets.map(place).collect();
    found.sort();
    let expected = [
        ("value of BASE_TOKEN in the environment (ENV)", 5),
        ("value of DB_PASSWORD in the environment (ENV)", 7),
        ("value of NPM_TOKEN in the ARG instruction in the history (entry 1)", 2),
        ("value of a secret in the HEALTHCHECK of the config", 10),
        ("value of a secret in the RUN instruction in the history (entry 5)", 9),
        ("value of api-key in the ENTRYPOINT of the config", 12),
        ("value of org.acme.token in a label", 3),
        ("value of password in the ONBUILD of the config", 11),
        ("value of token in the CMD of the config", 13),
    ];
    let lines = |all: &[(String, u64)]| all.iter().map(|(_, line)| *line).collect::<Vec<_>>();
    let expected = expected.map(|(place, line)| (place.to_owned(), line));
    assert_eq!(lines(&found), lines(&expected), "{found:#?}");
    let said = out(&check("text"));
    assert!(said.contains(" (Dockerfile:"), "the limit names a line, too: {said}");
}

/// The lines that the report shows to keep the file at `path` out.
fn advice(path: &str) -> (Option<String>, Option<String>) {
    let contents = match path.ends_with(".key") {
        true => key(),
        false => format!("//acme.dev/:_authToken={NPM}\n"),
    };
    let image = image([("COPY . /x # buildkit", vec![text(path, &contents)])]);
    let directory = tempfile::tempdir().unwrap();
    let report =
        json_of(&run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]));
    let fix = &report["secrets"]["found"][0]["fix"];
    let line = |key: &str| fix[key].as_str().map(str::to_owned);
    (line("dockerfile"), line("dockerignore"))
}

#[test]
fn lines_to_copy_are_written_so_that_a_builder_reads_the_path_of_the_file() {
    for (path, line, ignored) in [
        ("my app/.npmrc", r#"id=npmrc,target="/my app/.npmrc""#, "**/.npmrc"),
        ("a,b/.npmrc", r#"id=npmrc,'"target=/a,b/.npmrc"'"#, "**/.npmrc"),
        ("srv/a[1]*?.key", "id=a_1___.key,target=/srv/a[1]*?.key", r"**/a\[1\]\*\?.key"),
    ] {
        let (dockerfile, dockerignore) = advice(path);
        let expected = format!("RUN --mount=type=secret,{line} …");
        assert_eq!(dockerfile.as_deref(), Some(expected.as_str()), "{path}");
        assert_eq!(dockerignore.as_deref(), Some(ignored), "{path}");
    }
    for path in ["x\ny/.npmrc", "x$HOME/.npmrc", "it's/.npmrc", "ä/.npmrc"] {
        let (dockerfile, dockerignore) = advice(path);
        assert_eq!(dockerfile, None, "builders differ in how they read {path:?}");
        assert_eq!(dockerignore.as_deref(), Some("**/.npmrc"), "{path:?}");
    }
}

#[test]
fn advice_to_ignore_a_file_names_the_instruction_that_fails_without_it() {
    let npmrc = format!("//acme.dev/:_authToken={NPM}\n");
    for (instruction, ignored) in [
        ("COPY .npmrc /root/.npmrc", Some("**/.npmrc")),
        ("COPY --chown=1000:1000 package.json .npmrc /root/", Some("**/.npmrc")),
        ("ADD ci/npm.conf /root/.npmrc", Some("**/npm.conf")),
        ("COPY . /root", None),
        ("COPY ci/ /root/", None),
        ("COPY ci/* /root/", None),
    ] {
        let step = format!("{instruction} # buildkit");
        let image = image([(step.as_str(), vec![text("root/.npmrc", &npmrc)])]);
        let directory = tempfile::tempdir().unwrap();
        let json = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
        let fix = &json_of(&json)["secrets"]["found"][0]["fix"];
        assert_eq!(fix["take_out"], json!(ignored.map(|_| instruction)), "{fix}");
        assert_eq!(fix["dockerignore"], ignored.unwrap_or("**/.npmrc"), "{fix}");
        for arguments in [&["report", "shop.tar"][..], &["fix", "shop.tar"]] {
            let output = run(&image, directory.path(), arguments);
            let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
            let line = format!("instead of: {instruction}");
            assert_eq!(said.contains(&line), ignored.is_some(), "{said}");
        }
    }
    let hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let step = format!("/bin/sh -c #(nop) COPY file:{hash} in /root/.npmrc ");
    let image = image([(step.as_str(), vec![text("root/.npmrc", &npmrc)])]);
    let directory = tempfile::tempdir().unwrap();
    let report = out(&run(&image, directory.path(), &["report", "shop.tar"]));
    assert!(report.contains("instead of: COPY"), "{report}");
    assert!(report.contains("**/.npmrc") && !report.contains("**/file:"), "{report}");
}

#[test]
fn the_command_that_shows_a_file_of_any_name_can_be_pasted() {
    for path in [
        "app/new\nline.pem",
        "app/esc\x1b[31mred.pem",
        "-rf.pem",
        "app/$(x)`y`'s.pem",
        "app/a\\nb.pem",
    ] {
        let image = image([("COPY . / # buildkit", vec![text(path, &key())])]);
        let directory = tempfile::tempdir().unwrap();
        let json = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
        let see = json_of(&json)["secrets"]["found"][0]["see"].as_str().unwrap().to_owned();
        let shown = std::process::Command::new("sh")
            .args(["-c", &see.replace("layerscope", env!("CARGO_BIN_EXE_layerscope"))])
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert_eq!(out(&shown), key(), "{see}: {}", String::from_utf8_lossy(&shown.stderr));
    }
}

/// An image whose second layer stores a copied file again, and whose third has the same value.
fn repeated() -> Image {
    let npmrc = |path: &str| text(path, &format!("//acme.dev/:_authToken={NPM}\n"));
    let owned = npmrc("app/.npmrc").owner(1000, 1000);
    image([
        ("COPY .npmrc /app/.npmrc # buildkit", vec![dir("app"), npmrc("app/.npmrc")]),
        ("RUN /bin/sh -c chown app /app/.npmrc # buildkit", vec![owned]),
        ("RUN /bin/sh -c cp /app/.npmrc /root/.npmrc # buildkit", vec![npmrc("root/.npmrc")]),
    ])
}

#[test]
fn a_value_in_several_places_is_counted_by_place_and_has_one_advice_for_one_cause() {
    assert_eq!(kinds(&repeated()).len(), 3, "each place has to go");
    let directory = tempfile::tempdir().unwrap();
    let report = out(&run(&repeated(), directory.path(), &["report", "shop.tar"]));
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("3 secrets (1 different value), 1 of them deleted too late"),
        "{report}"
    );
    assert_eq!(words.matches("It is the same value as in layer 0.").count(), 2, "{report}");
    let json = run(&repeated(), directory.path(), &["report", "shop.tar", "--format", "json"]);
    let found = json_of(&json)["secrets"]["found"].as_array().unwrap().clone();
    let same: Vec<_> = found.iter().map(|secret| secret["same_value_as"].clone()).collect();
    assert_eq!(same, [Value::Null, json!(0), json!(0)]);
    let what = |at: usize| found[at]["fix"]["what"].as_str().unwrap().to_owned();
    assert!(what(0).starts_with("keep it out of the build context"), "{}", what(0));
    assert_eq!(what(1), what(0), "the COPY brought it, and the chown stored it again");
    assert!(what(2).starts_with("mount it for the RUN"), "{}", what(2));
    std::fs::write(directory.path().join("old.json"), &json.stdout).unwrap();
    let again = out(&run(&repeated(), directory.path(), &["report", "old.json"]));
    assert!(again.contains("3 secrets (1 different value)"), "{again}");
}

#[test]
fn fix_speaks_of_changes_below_only_if_there_are_any() {
    let directory = tempfile::tempdir().unwrap();
    let npmrc = text("root/.npmrc", &format!("//acme.dev/:_authToken={NPM}\n"));
    let alone = image([("COPY .npmrc /root/.npmrc # buildkit", vec![npmrc.clone()])]);
    let said = |image: &Image| {
        let output = run(image, directory.path(), &["fix", "shop.tar"]);
        let said = format!("{}{}", out(&output), String::from_utf8_lossy(&output.stderr));
        said.replace("\n#", "").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let without = said(&alone);
    assert!(without.contains("Revoke it") && !without.contains("below"), "{without}");
    let lists = || file("var/lib/apt/lists/a", 900_000);
    let with_changes = image([
        ("RUN /bin/sh -c apt-get update # buildkit", vec![lists(), npmrc]),
        ("RUN /bin/sh -c rm /var/lib/apt/lists/a # buildkit", vec![gone("var/lib/apt/lists/a")]),
    ]);
    let said = said(&with_changes);
    assert!(said.contains("the changes below do not take it out"), "{said}");
}
