//! Decides whether a project's file for dependencies stands for itself.

use serde_json::Value;

use super::has_word;

/// Returns whether a file for dependencies needs no file that is not one of them.
pub(super) fn stands_alone(name: &str, text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    match name {
        "package.json" => {
            serde_json::from_str::<Value>(text).is_ok_and(|project| is_plain_project(&project))
        }
        "go.mod" => !lines()
            .any(|line| line.split_once("=>").is_some_and(|(_, to)| to.trim().starts_with('.'))),
        "Gemfile" => !lines().any(|line| {
            let words = ["gemspec", "path", "eval_gemfile", "instance_eval", "file", "load"];
            words.iter().any(|word| has_word(line, word))
                || ["File.", "Dir[", "Dir.", "IO.", "require_relative", "Pathname", "__dir__"]
                    .iter()
                    .any(|part| line.contains(part))
        }),
        "pom.xml" => !["<modules>", "<parent>", "<systemPath>", "file:", "basedir}"]
            .iter()
            .any(|word| text.contains(word)),
        "requirements.txt" => {
            let is_path = |line: &str| {
                let asked = line.split(['#', ';']).next().unwrap_or_default();
                asked.contains('/') && !asked.contains("://")
            };
            !lines().any(|line| {
                line.starts_with(['-', '.', '/']) || line.contains("file:") || is_path(line)
            })
        }
        ".npmrc" => !lines().any(|line| {
            ["file=", "file =", "./", "script", "prefix"].iter().any(|part| line.contains(part))
        }),
        "composer.json" => {
            !["\"path\"", "\"artifact\"", "file:"].iter().any(|it| text.contains(it))
        }
        ".yarnrc.yml" => !["yarnPath", "plugins", "path:"].iter().any(|word| text.contains(word)),
        _ => true,
    }
}

fn is_plain_project(project: &Value) -> bool {
    const LISTS: [&str; 6] = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
        "overrides",
        "resolutions",
    ];
    const LOCAL: [&str; 7] = ["file:", "link:", "portal:", "workspace:", "patch:", ".", "/"];
    const SCRIPTS: [&str; 6] =
        ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare"];
    let strings = |list: &Value| -> bool {
        let versions =
            list.as_object().into_iter().flatten().filter_map(|(_, version)| version.as_str());
        versions.into_iter().any(|version| LOCAL.iter().any(|local| version.starts_with(local)))
    };
    project.get("workspaces").is_none()
        && !LISTS.iter().filter_map(|list| project.get(list)).any(strings)
        && !SCRIPTS.iter().any(|script| {
            project.get("scripts").is_some_and(|scripts| scripts.get(script).is_some())
        })
}
