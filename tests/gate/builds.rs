//! What can be copied into a build: the GitHub Action and the GitLab template, their scripts run
//! with the real program.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use saphyr_parser::{Event, Parser};

use super::{Answer, Place};

/// The scalars of a YAML file, each with the keys that lead to it; the items of a list have the
/// same keys.
fn scalars(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // The keys of open mappings, and `None` for a list; a key is taken when its value is complete.
    let mut open: Vec<Option<Option<String>>> = Vec::new();
    for event in Parser::new_from_str(text) {
        match event.unwrap().0 {
            Event::MappingStart(..) => open.push(Some(None)),
            Event::SequenceStart(..) => open.push(None),
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                if let Some(Some(key)) = open.last_mut() {
                    *key = None;
                }
            }
            Event::Scalar(value, ..) => match open.last_mut() {
                Some(Some(key @ None)) => *key = Some(value.into_owned()),
                _ => {
                    let path: Vec<_> =
                        open.iter().filter_map(|level| level.clone().flatten()).collect();
                    found.push((path.join("."), value.into_owned()));
                    if let Some(Some(key)) = open.last_mut() {
                        *key = None;
                    }
                }
            },
            _ => {}
        }
    }
    found
}

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn all(scalars: &[(String, String)], path: &str) -> Vec<String> {
    scalars.iter().filter(|(at, _)| at == path).map(|(_, value)| value.clone()).collect()
}

/// Runs a script as a build does, with the program in its path.
fn run(place: &Place, script: &str, variables: &BTreeMap<String, String>) -> Answer {
    let bin = Path::new(env!("CARGO_BIN_EXE_layerscope")).parent().unwrap();
    place.write("script.sh", script);
    let mut command = Command::new("sh");
    command.args(["-e", "script.sh"]).current_dir(place.path()).stdin(Stdio::null()).env_clear();
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env("HOME", place.path());
    command.env("LAYERSCOPE_CONFIG", "/dev/null").env("CI", "true").envs(variables);
    Answer::of(&command.output().unwrap())
}

#[test]
fn the_github_action_checks_annotates_and_fails_the_step() {
    let text = file("action.yml");
    let scalars = scalars(&text);
    let scripts = all(&scalars, "runs.steps.run");
    let [install, check] = scripts.as_slice() else { panic!("{scripts:?}") };
    assert!(
        scripts.iter().all(|script| !script.contains("${{")),
        "an input never becomes a part of a script"
    );
    let place = Place::new();
    place.write("Dockerfile", "FROM base\nRUN fetch tool\nRUN rm /opt/tool\n");
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let mut variables: BTreeMap<_, _> = [
        ("GITHUB_OUTPUT", "out"),
        ("GITHUB_PATH", "path"),
        ("GITHUB_STEP_SUMMARY", "summary"),
        ("RUNNER_TEMP", "temp"),
    ]
    .map(|(name, file)| (name.to_owned(), path(file)))
    .into();
    variables.insert("GITHUB_ACTIONS".into(), "true".into());
    let installed = run(&place, install, &variables);
    assert_eq!(
        (installed.code, installed.out.starts_with("using /")),
        (Some(0), true),
        "{installed:#?}"
    );

    // Each variable of the script is an input that is declared, with its default.
    let inputs =
        scalars.iter().filter(|(at, _)| at.starts_with("runs.steps.env.")).map(|(at, value)| {
            let input = value.trim_start_matches("${{ inputs.").trim_end_matches(" }}").to_owned();
            (at.rsplit('.').next().unwrap().to_owned(), input)
        });
    let inputs: BTreeMap<_, _> = inputs.collect();
    assert_eq!(inputs.len(), 7, "{inputs:?}");
    for (variable, input) in &inputs {
        assert!(!all(&scalars, &format!("inputs.{input}.description")).is_empty(), "{input}");
        assert!(check.contains(&format!("${variable}")), "{variable} is not used");
        variables.insert(variable.clone(), String::new());
    }
    let mut with = |values: &[(&str, &str)]| {
        values
            .iter()
            .for_each(|(name, value)| drop(variables.insert((*name).into(), (*value).into())));
        let answer = run(&place, check, &variables);
        let status = place.read("out").lines().last().unwrap().to_owned();
        (answer, status)
    };
    let (answer, status) = with(&[
        ("IMAGE", "shop.tar"),
        ("OPTIONS", "--max-wasted 20kB"),
        ("DOCKERFILE", "Dockerfile"),
        ("SARIF", "x.sarif"),
        ("MARKDOWN", "comment.md"),
    ]);
    assert_eq!((answer.code, status.as_str()), (Some(1), "status=failed"), "{answer:#?}");
    assert!(answer.out.contains("FAIL  wasted 195 KiB (limit 20 kB = 19.5 KiB)"), "{}", answer.out);
    assert!(answer.said.contains("::error file=Dockerfile,line=3,"), "{}", answer.said);
    assert!(
        place.read("summary").contains("### ❌ `shop:1.4`")
            && place.read("comment.md").contains("### ❌")
    );
    assert!(place.read("x.sarif").contains("\"startLine\": 3"));
    let (answer, status) = with(&[("OPTIONS", "--max-wasted 1MB")]);
    assert_eq!(
        (answer.code, status.as_str()),
        (Some(0), "status=passed"),
        "a second run: {answer:#?}"
    );
    let (answer, status) =
        with(&[("IMAGE", "shop.tar --init"), ("LIMITS", "$(touch pwned) `touch pwned`")]);
    assert_eq!((answer.code, status.as_str()), (Some(2), "status=unknown"), "{answer:#?}");
    assert!(
        !place.path().join("pwned").exists() && !place.path().join(".layerscope.toml").exists()
    );
    assert!(answer.said.contains("cannot read $(touch pwned)"), "{}", answer.said);
}

#[test]
fn the_gitlab_template_writes_the_reports_that_it_uploads() {
    let text = file("assets/ci/gitlab.yml");
    let scalars = scalars(&text);
    let script = |name: &str| all(&scalars, &format!("layerscope.{name}")).join("\n");
    let place = Place::new();
    place.write(".dive-ci", "rules:\n  highestWastedBytes: 20kB\n");
    let mut variables: BTreeMap<String, String> = [
        ("LAYERSCOPE_IMAGE", "shop.tar"),
        ("CI_REGISTRY", "registry.example"),
        ("CI_REGISTRY_USER", "me"),
        ("CI_REGISTRY_PASSWORD", "secret"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let whole = format!("{}\n{}", script("before_script"), script("script"));
    let answer = run(&place, &whole, &variables);
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.out.contains("FAIL  wasted 195 KiB (limit 20 kB = 19.5 KiB)"), "{}", answer.out);
    let login: serde_json::Value =
        serde_json::from_str(&place.read(".docker/config.json")).unwrap();
    assert_eq!(login["auths"]["registry.example"]["auth"], "bWU6c2VjcmV0");
    let reports: Vec<_> =
        scalars.iter().filter(|(at, _)| at.starts_with("layerscope.artifacts.")).collect();
    let mut uploaded = 0;
    for (at, name) in reports.into_iter().filter(|(at, _)| at != "layerscope.artifacts.when") {
        assert!(place.read(name).len() > 100, "{at}: {name}");
        uploaded += 1;
    }
    assert_eq!(uploaded, 4);
    variables.insert(
        "LAYERSCOPE_OPTIONS".into(),
        "--highestWastedBytes 1MB --lowestEfficiency 0 --highestUserWastedPercent 1".into(),
    );
    let answer = run(&place, &whole, &variables);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}
