//! What runs is no waste, and a rung keeps what the user gave the program, or names it.

use layerscope::Progress;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::base::BaseHint;
use layerscope::advice::changes::Change;
use layerscope::advice::findings::Rules;
use layerscope::advice::ladder::{Certainty, PossibleSize};
use layerscope::display::Units;
use layerscope::files::contents::LayerContents;
use serde_json::{Value, json};

use crate::executables::tiny::executable;
use crate::support::build::{Entry, Image, file, gone, hardlink, layer, open, symlink, tar};

/// A study of an image of a base of one layer and a layer for each step, with and without a look
/// into files.
fn studies(config: &Value, steps: &[(&str, Vec<Entry>)]) -> [Study; 2] {
    let base = layer([file("bin/base", 3_000_000)]);
    let mut image = Image::of(
        std::iter::once(base).chain(steps.iter().map(|(_, entries)| layer(entries.clone()))),
    );
    let history = std::iter::once("ADD file:1 in / ").chain(steps.iter().map(|(text, _)| *text));
    image.config["history"] = history.map(|text| json!({ "created_by": text })).collect();
    image.config["config"] = config.clone();
    let opened = open(tar(image.docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let contents = LayerContents::new(&opened);
    let rules = Rules::built_in();
    let question = Question { base: BaseHint::Layers(1), ..Question::with(&rules) };
    [
        Study::assess(&inspection, &Question { contents: Some(&contents), ..question }).unwrap(),
        Study::assess(&inspection, &question).unwrap(),
    ]
}

fn program(path: &str) -> Entry {
    file(path, 0).holding(executable().constants(&"x".repeat(100_000)).build()).mode(0o755)
}

fn possible_size<'a>(study: &'a Study, step: &str) -> &'a PossibleSize {
    let steps: Vec<_> = study.ladder.iter().map(|possible_size| possible_size.step.id()).collect();
    study
        .ladder
        .iter()
        .find(|possible_size| possible_size.step.id() == step)
        .unwrap_or_else(|| panic!("{step} among {steps:?}"))
}

/// The rules that find something in one's own layers.
fn rules(study: &Study) -> Vec<&str> {
    study
        .findings
        .iter()
        .filter(|finding| finding.added_in > 0)
        .map(|finding| finding.rule.as_str())
        .collect()
}

#[test]
fn a_file_that_is_linked_from_a_cache_is_no_junk_while_another_name_is_in_use() {
    let link = |name: &str, target: &str| vec![file(target, 1_000_000), hardlink(name, target)];
    for (step, entries) in [
        ("RUN uv sync", link("srv/venv/lib/a.so", "root/.cache/uv/archive-v0/a.so")),
        ("RUN pnpm i", link("app/node_modules/a/a.js", "root/.local/share/pnpm/store/v3/a")),
        ("RUN conda install a", link("opt/conda/lib/a.so", "opt/conda/pkgs/a/lib/a.so")),
        (
            "RUN cargo build --release",
            link("src/target/release/app", "src/target/release/deps/app-1a2b"),
        ),
        ("RUN bun i", link("app/node_modules/b/b.js", "root/.bun/install/cache/b/b.js")),
        ("RUN pip install x", link("usr/local/lib/x.so", "root/.cache/pip/x")),
    ] {
        for study in studies(&json!({}), &[(step, entries)]) {
            assert_eq!(rules(&study), [""; 0], "{step}");
            assert_eq!(study.ladder.len(), 1, "{step}: no rung is lower");
        }
    }
}

#[test]
fn what_the_command_of_a_container_reads_is_no_leftover() {
    for (command, path, reads) in [
        ("mvn spring-boot:run", "root/.m2/repository/a.jar", true),
        ("java -jar /app/a.jar", "root/.m2/repository/a.jar", false),
        ("./gradlew bootRun", "root/.gradle/caches/a.jar", true),
        ("sh -c go run .", "go/pkg/mod/a/a.go", true),
        ("/go/bin/app", "go/pkg/mod/a/a.go", false),
        ("cargo run --release", "usr/local/cargo/registry/src/a.rs", true),
        ("dotnet run", "root/.nuget/packages/a/a.dll", true),
        ("dotnet app.dll", "root/.nuget/packages/a/a.dll", false),
        ("/start.sh", "root/.cache/uv/a", true),
    ] {
        let words: Vec<_> = command.splitn(3, ' ').collect();
        let start = file("start.sh", 0).holding("#!/bin/sh\nexec uv run app\n").mode(0o755);
        let config = json!({ "Cmd": words, "Env": ["PATH=/bin"] });
        let [with, without] =
            studies(&config, &[("RUN make it", vec![file(path, 1_000_000), start])]);
        assert_eq!(rules(&with).is_empty(), reads, "{command}: {:?}", rules(&with));
        if command != "/start.sh" {
            assert_eq!(rules(&without).is_empty(), reads, "{command}, without a look into files");
        }
    }
}

#[test]
fn a_program_that_starts_others_is_not_known_to_be_all_that_is_needed() {
    for (function, certainty) in [
        ("system", Certainty::WithoutAllNeeded),
        ("execvp", Certainty::WithoutAllNeeded),
        ("puts", Certainty::Exact),
    ] {
        let program = file("usr/bin/app", 0)
            .holding(executable().constants(&"x".repeat(100_000)).imports(&[function]).build())
            .mode(0o755);
        let [study, _] = studies(
            &json!({ "Cmd": ["/usr/bin/app"] }),
            &[("COPY app /usr/bin/app", vec![program])],
        );
        assert_eq!(possible_size(&study, "scratch").certainty, certainty, "{function}");
    }
}

#[test]
fn a_file_all_of_whose_names_are_in_a_cache_is_junk_once() {
    let entries = vec![
        file("root/.cache/uv/a/x", 1_000_000),
        hardlink("root/.cache/uv/b/x", "root/.cache/uv/a/x"),
    ];
    for study in studies(&json!({}), &[("RUN uv sync", entries)]) {
        assert_eq!(rules(&study), ["uv"]);
        assert_eq!(possible_size(&study, "without-leftovers").size, 3_000_000);
    }
}

#[test]
fn what_a_link_from_outside_leads_to_in_a_cache_is_in_use() {
    let entries = vec![
        file("root/.cache/uv/archive-v0/x/a.so", 1_000_000),
        file("root/.cache/uv/wheels/b", 500_000),
        symlink("srv/venv/lib/x", "../../../root/.cache/uv/archive-v0/x"),
        symlink("root/.cache/uv/own", "wheels"),
    ];
    for study in studies(&json!({}), &[("RUN uv sync --link-mode symlink", entries)]) {
        assert_eq!(
            possible_size(&study, "without-leftovers").size,
            4_000_000,
            "what only the cache links to goes"
        );
    }
}

#[test]
fn the_program_of_the_command_is_no_waste_under_any_rule() {
    let entries = |path: &str| vec![program(path), file("root/.cache/pip/x", 500_000)];
    for (path, config) in [
        ("tmp/app", json!({ "Cmd": ["/tmp/app"] })),
        ("root/.cache/x/app", json!({ "Cmd": ["/root/.cache/x/app"] })),
        (
            "root/.cache/x/app",
            json!({ "Cmd": ["/bin/sh", "-c", "exec /root/.cache/x/app --fast"] }),
        ),
        (
            "root/.cache/x/app",
            json!({ "Entrypoint": ["app"], "Env": ["PATH=/bin:/root/.cache/x"] }),
        ),
        ("tmp/app", json!({ "Cmd": ["./app"], "WorkingDir": "/tmp" })),
        ("go/src/shop/app", json!({ "Entrypoint": ["/go/src/shop/app"] })),
        ("src/target/release/deps/app-1", json!({ "Cmd": ["/src/target/release/deps/app-1"] })),
        ("usr/bin/git", json!({ "Entrypoint": ["git", "daemon"] })),
    ] {
        for study in studies(&config, &[("COPY app /", entries(path))]) {
            assert_eq!(rules(&study), ["pip"], "{path} by {config}");
            let least = study.ladder.iter().map(|possible_size| possible_size.size).min().unwrap();
            assert!(least > 100_000, "{path} by {config}: {least}");
        }
    }
}

#[test]
fn what_lies_with_a_program_in_a_cache_and_what_its_arguments_name_is_in_use_too() {
    let entries = || {
        vec![
            program("root/.cache/x/bin/app"),
            file("root/.cache/x/lib/plugin.so", 300_000),
            file("tmp/models/m.bin", 400_000),
            file("tmp/app.conf", 200_000),
            file("tmp/build.log.old", 800_000),
        ]
    };
    let config = json!({ "Cmd": ["/root/.cache/x/bin/app", "--config=/tmp/app.conf", "--models", "/tmp/models"] });
    for study in studies(&config, &[("RUN make", entries())]) {
        assert_eq!(rules(&study), ["temporary"]);
        assert_eq!(
            study.findings.iter().find(|finding| finding.rule == "temporary").unwrap().bytes,
            800_000
        );
    }
}

#[test]
fn a_tool_that_the_image_starts_is_no_tool_to_leave_out() {
    let npm = || {
        vec![
            symlink("usr/local/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js"),
            file("usr/local/lib/node_modules/npm/bin/npm-cli.js", 1_000),
            file("usr/local/lib/node_modules/npm/lib/npm.js", 2_000_000),
        ]
    };
    let with = |command: Value| studies(&json!({ "Cmd": command }), &[("RUN install", npm())]);
    for study in with(json!(["npm", "start"])) {
        assert_eq!(rules(&study), [""; 0]);
    }
    for study in with(json!(["node", "server.js"])) {
        assert_eq!(rules(&study), ["node-extras"]);
    }
}

#[test]
fn what_was_copied_after_the_last_run_goes_with_the_program() {
    let data = || {
        vec![
            file("templates/index.html", 1_000),
            file("etc/app/config.yaml", 2_000),
            file("srv/www/a.html", 1_500),
            file("srv/www/b.html", 1_500),
        ]
    };
    let config =
        json!({ "Entrypoint": ["/usr/local/bin/app", "--config", "/etc/app/config.yaml"] });
    let app = || vec![program("usr/local/bin/app"), file("usr/local/share/unused", 900_000)];
    let [study, _] =
        studies(&config, &[("RUN build", app()), ("COPY templates /templates", data())]);
    let possible_size = possible_size(&study, "scratch");
    for copied in ["/templates/index.html", "/etc/app/config.yaml", "COPY --from=build /srv /srv"] {
        assert!(possible_size.how.contains(copied), "{copied} in\n{}", possible_size.how);
    }
    let bytes = executable().constants(&"x".repeat(100_000)).build().len() as u64;
    assert_eq!(
        (possible_size.size, possible_size.certainty.clone()),
        (bytes + 6_000, Certainty::Exact),
        "{:?}",
        possible_size.notes
    );
}

#[test]
fn what_was_copied_before_a_run_is_named_and_only_the_most_is_said() {
    let source = || {
        vec![
            file("src/main.c", 1_000),
            file("src/templates/a.html", 2_000),
            file("src/b.conf", 3_000),
        ]
    };
    let app = || vec![program("usr/local/bin/app"), file("opt/sdk", 900_000)];
    let config = json!({ "Cmd": ["/usr/local/bin/app", "-c", "/src/b.conf"] });
    let [study, _] = studies(&config, &[("COPY . /src", source()), ("RUN make", app())]);
    let possible_size = possible_size(&study, "scratch");
    let left = possible_size
        .notes
        .iter()
        .map(|note| note.shown(Units::Si))
        .find(|note| note.contains("COPY brought"))
        .expect("it is named");
    assert!(left.contains("/src/main.c") && left.contains("/src/templates/a.html"), "{left}");
    assert!(
        !left.contains("b.conf") && possible_size.how.contains("/src/b.conf"),
        "what the command names \
        goes along"
    );
    assert_eq!(possible_size.certainty, Certainty::WithoutAllNeeded);
}

#[test]
fn a_directory_and_a_name_with_a_blank_have_a_copy_of_their_own() {
    let data = vec![
        file("data/set/a", 10),
        file("data/set/b", 10),
        file("data/list", 10),
        file("data/other", 10),
        file("data/my file", 10),
    ];
    let config = json!({ "Cmd": ["/data/list", "/data/set", "/data/other", "/data/my file"] });
    let app = vec![program("data/list"), file("data/unused", 900_000)];
    let mut steps = [("RUN make", app), ("COPY data /data", data)];
    steps[1].1.retain(|entry| entry.name() != b"data/list");
    let [study, _] = studies(&config, &steps);
    let how = &possible_size(&study, "scratch").how;
    assert!(how.contains("COPY --from=build /data/set /data/set"), "{how}");
    assert!(how.contains(r#"COPY --from=build ["/data/my file", "/data/my file"]"#), "{how}");
    assert!(how.contains("  /data/list \\\n  /data/other \\\n  /data/\n"), "{how}");
    assert!(!how.contains("  /data/set \\\n"), "a directory is in no list:\n{how}");
}

#[test]
fn what_the_script_of_a_container_mentions_is_no_leftover() {
    let path = "root/.cache/app/model.bin";
    for (script, reads) in [
        ("wc -c < ~/.cache/app/model.bin", true),
        ("wc -c < \"$HOME/.cache/app/model.bin\"", true),
        (
            "XDG_CACHE_HOME=${XDG_CACHE_HOME:-/root/.cache}\nwc -c < $XDG_CACHE_HOME/app/model.bin",
            true,
        ),
        ("cd ~/.cache/app && wc -c model.bin", true),
        ("wc -c ${CACHE}/model.bin", true),
        ("wc -c $(find ~/.cache -name '*.bin')", true),
        ("wc -c < $UNKNOWN/app/model.bin", true),
        ("wc -c < ~/.cache/other/model.bin", false),
        ("wc -c < /srv/model.bin", false),
    ] {
        let start = file("start.sh", 0).holding(format!("#!/bin/sh\n{script}\n")).mode(0o755);
        let config =
            json!({ "Cmd": ["/start.sh"], "Env": ["PATH=/bin", "CACHE=/root/.cache/app"] });
        let [study, _] = studies(&config, &[("RUN make it", vec![file(path, 1_000_000), start])]);
        assert_eq!(rules(&study).is_empty(), reads, "{script}: {:?}", rules(&study));
        let is_lower =
            study.ladder.iter().any(|possible_size| possible_size.step.id() == "without-leftovers");
        assert_eq!(is_lower, !reads, "{script}");
    }
}

#[test]
fn a_link_that_the_command_names_is_copied_with_what_it_leads_to() {
    let entries =
        vec![program("usr/bin/app"), file("srv/build/o", 1_000_000), symlink("lnk", "srv/build/o")];
    for (word, copied) in
        [("/lnk", "COPY --from=build /lnk /lnk"), ("/srv/build/o", "/srv/build/o /srv/build/o")]
    {
        let config = json!({ "Entrypoint": ["/usr/bin/app", "-c", word] });
        let [study, _] = studies(&config, &[("RUN make it", entries.clone())]);
        let rung = possible_size(&study, "scratch");
        assert!(rung.how.contains(copied), "{}", rung.how);
        assert_eq!(rung.how.contains("/lnk"), word == "/lnk", "{}", rung.how);
    }
}

#[test]
fn a_merge_that_would_change_another_name_of_a_file_is_no_exact_rung() {
    let first = vec![file("a", 1_000_000), hardlink("b", "a"), file("blob", 2_000_000)];
    for (again, certain) in [("a", false), ("c", true)] {
        let second = vec![gone("blob"), file(again, 1_000_005)];
        let [study, _] =
            studies(&json!({}), &[("RUN mk", first.clone()), ("RUN rm /blob; change", second)]);
        let rung = possible_size(&study, "without-wasted");
        assert_eq!(rung.certainty == Certainty::Exact, certain, "{}", rung.how);
        assert_eq!(
            rung.how.contains("cannot be combined, because /a is a hard link"),
            !certain,
            "{}",
            rung.how
        );
        for (i, finding) in study.findings.iter().enumerate() {
            if finding.removed_in() == Some(2.into()) {
                let grade = study.change_of(i).map(Change::grade);
                assert_eq!(grade == Some("exact"), certain, "{finding:?}");
            }
        }
    }
}

#[test]
fn what_the_health_check_runs_or_names_is_no_leftover() {
    let entries = |path: &str| vec![program(path), file("root/.cache/pip/x", 500_000)];
    let check = |words: Value| json!({ "Cmd": ["/bin/base"], "Healthcheck": { "Test": words } });
    for (path, words) in [
        ("tmp/hc", json!(["CMD", "/tmp/hc"])),
        ("root/.npm/hc", json!(["CMD-SHELL", "/root/.npm/hc || exit 1"])),
        ("tmp/list", json!(["CMD", "cat", "/tmp/list"])),
    ] {
        for study in studies(&check(words.clone()), &[("RUN make it", entries(path))]) {
            assert_eq!(rules(&study), ["pip"], "{path} by {words}");
        }
    }
    for study in studies(&check(json!(["NONE"])), &[("RUN make it", entries("tmp/hc"))]) {
        assert_eq!(rules(&study).len(), 2, "nothing is checked");
    }
    let script = file("hc.sh", 0).holding("#!/bin/sh\ntest -s /tmp/state\n").mode(0o755);
    let entries = vec![file("tmp/state", 500_000), script];
    let [study, _] = studies(&check(json!(["CMD", "/hc.sh"])), &[("RUN make it", entries)]);
    assert_eq!(rules(&study), [""; 0], "a script of the check mentions it");
}

#[test]
fn a_cache_that_a_variable_or_a_configuration_names_is_no_leftover() {
    for (variable, path, reads) in [
        ("PYTHONPATH=/root/.cache/pip/site", "root/.cache/pip/site/x.so", true),
        ("NODE_PATH=/srv:/root/.npm/_lib", "root/.npm/_lib/x.node", true),
        ("LD_LIBRARY_PATH=/var/cache/yum", "var/cache/yum/libx.so", true),
        ("PLUGIN_DIR=/usr/local/share/.cache/yarn/v6", "usr/local/share/.cache/yarn/v6/x", true),
        ("YARN_CACHE_FOLDER=/usr/local/share/.cache/yarn", "usr/local/share/.cache/yarn/x", false),
        ("npm_config_cache=/root/.npm", "root/.npm/_cacache/x", false),
        ("HOME=/root", "root/.npm/_cacache/x", false),
        ("MAVEN_CONFIG=/root/.m2", "root/.m2/repository/a.jar", false),
        ("TMPDIR=/tmp", "tmp/x", false),
    ] {
        let config = json!({ "Cmd": ["/bin/base"], "Env": ["PATH=/bin", variable] });
        for study in studies(&config, &[("RUN make it", vec![file(path, 1_000_000)])]) {
            assert_eq!(rules(&study).is_empty(), reads, "{variable}: {:?}", rules(&study));
        }
    }
    for (name, text, reads) in [
        ("srv/config.yaml", "model: /root/.cache/pip/model.bin\n", true),
        ("app/settings.json", "{\"models\":[\"/root/.cache/pip/model.bin\"]}", true),
        ("app/settings.json", "{\"pip-cache\":\"/root/.cache/pip\"}", false),
        ("etc/pip.conf", "[x]\ny = /root/.cache/pip/model.bin\n", false),
    ] {
        let entries =
            vec![file("root/.cache/pip/model.bin", 1_000_000), file(name, 0).holding(text)];
        let [study, _] = studies(&json!({ "Cmd": ["/bin/base"] }), &[("RUN make it", entries)]);
        assert_eq!(rules(&study).is_empty(), reads, "{name}: {text}");
    }
}

#[test]
fn what_a_start_script_installs_from_is_no_leftover() {
    for (script, path, reads) in [
        ("yarn install --offline && exec node x", "usr/local/share/.cache/yarn/v6/x", true),
        ("yarn install && exec node x", "usr/local/share/.cache/yarn/v6/x", false),
        ("npm install --offline && exec node x", "root/.npm/_cacache/x", true),
        ("apk add --no-network foo", "etc/apk/cache/x.apk", true),
        ("dnf -C install -y foo", "var/cache/dnf/x.rpm", true),
        ("conda install --offline -y x", "opt/conda/pkgs/x.conda", true),
        ("apt-get install -y \"$EXTRA\"", "var/lib/apt/lists/deb_x_Packages", true),
        ("apt-get update && apt-get install -y x", "var/lib/apt/lists/deb_x_Packages", false),
    ] {
        let start = file("start.sh", 0).holding(format!("#!/bin/sh\n{script}\n")).mode(0o755);
        let config = json!({ "Cmd": ["/start.sh"], "Env": ["PATH=/bin"] });
        let [study, _] = studies(&config, &[("RUN make it", vec![file(path, 1_000_000), start])]);
        assert_eq!(rules(&study).is_empty(), reads, "{script}: {:?}", rules(&study));
    }
}

#[test]
fn packages_that_plug_n_play_loads_out_of_yarns_cache_are_no_leftovers() {
    let cache = || file("root/.yarn/berry/cache/lodash.zip", 1_000_000);
    let own = || file("app/.yarn/cache/lodash.zip", 1_000);
    for (entries, found) in [
        (vec![cache(), file("app/.pnp.cjs", 300)], &[][..]),
        (vec![cache(), file("app/.pnp.loader.mjs", 300)], &[]),
        (vec![cache()], &["yarn"]),
        (vec![cache(), file("app/.pnp.cjs", 300), own()], &["yarn"]),
    ] {
        for study in studies(&json!({}), &[("RUN yarn install", entries)]) {
            assert_eq!(rules(&study), found);
        }
    }
}
