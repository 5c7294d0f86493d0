//! Which program a container runs, and which files are the application.

use layerscope::runtime::command::Role;
use serde_json::{Value, json};

use crate::executables::image::Shown;
use crate::executables::tiny::executable;
use crate::support::build::{Entry, dir, file, symlink};

/// An executable file.
fn program(path: &str) -> Entry {
    file(path, 0).holding(executable().build()).mode(0o755)
}

fn script(path: &str, text: &str) -> Entry {
    file(path, 0).holding(text).mode(0o755)
}

/// A system with what images start their programs with, and an application in /app.
fn system(config: Value) -> Shown {
    let mut entries: Vec<_> = [
        "usr/bin/env",
        "bin/busybox",
        "bin/bash",
        "usr/bin/python3.11",
        "usr/local/bin/node",
        "usr/bin/java",
        "sbin/tini",
        "usr/local/bin/gosu",
        "usr/sbin/nginx",
        "app/server",
        "usr/bin/shop",
    ]
    .map(program)
    .into();
    entries.extend([
        symlink("bin/sh", "busybox"),
        symlink("usr/bin/python3", "python3.11"),
        file("app/main.py", 30).mode(0o644),
        file("app/server.js", 40).mode(0o644),
        file("app/shop.jar", 50).mode(0o644),
        file("app/node_modules/left-pad/index.js", 7).mode(0o644),
        script(
            "app/package.json",
            r#"{"scripts": {"start": "NODE_ENV=production node server.js"}}"#,
        ),
        symlink("usr/local/bin/npm", "../lib/node_modules/npm/bin/npm-cli.js"),
        script("usr/local/lib/node_modules/npm/bin/npm-cli.js", "#!/usr/bin/env node\n"),
        script("usr/local/bin/gunicorn", "#!/usr/bin/python3\nimport gunicorn\n"),
        script("app/manage", "#!/usr/bin/env python3\n"),
        script(
            "entrypoint.sh",
            "#!/bin/sh\nset -e\nif [ \"$1\" = setup ]; then\n  prepare\nfi\nexec gosu app \"$@\"\n",
        ),
        script(
            "start.sh",
            "#!/bin/sh\ncd /app\nexport MODE=fast\nexec ./server --port \"$PORT\"\n",
        ),
        script("odd.sh", "#!/bin/sh\nwhile true; do /app/server; done\n"),
        script("bin/loop", "#!/bin/loop\n"),
    ]);
    Shown::of(entries, config)
}

/// The program that runs, its role, and the application's own files.
fn found(config: Value) -> (String, Role, Vec<String>) {
    let shown = system(config.clone());
    let application = shown.application();
    let program =
        application.program.unwrap_or_else(|| panic!("{config}: {:?}", application.reason));
    (shown.path(program.file.node), program.role, shown.paths(&application.files))
}

fn finds(config: Value, program: &str) {
    let (path, role, files) = found(config.clone());
    assert_eq!(
        (path.as_str(), role, files),
        (program, Role::Application, vec![program.to_owned()]),
        "{config}"
    );
}

fn interprets(config: Value, interpreter: &str, files: &[&str]) {
    let expected = (
        interpreter.to_owned(),
        Role::Interpreter,
        files.iter().map(|&file| file.to_owned()).collect(),
    );
    assert_eq!(found(config.clone()), expected, "{config}");
}

fn reason(config: Value) -> String {
    system(config).application().reason.expect("there is a reason").into()
}

#[test]
fn a_command_is_found_by_its_path_on_path_or_from_the_working_directory() {
    finds(json!({ "Entrypoint": ["/app/server"], "Cmd": ["--port", "80"] }), "/app/server");
    finds(json!({ "Cmd": ["nginx", "-g", "daemon off;"] }), "/usr/sbin/nginx");
    finds(json!({ "Cmd": ["./server"], "WorkingDir": "/app" }), "/app/server");
    finds(json!({ "Cmd": ["server"], "Env": ["PATH=/nowhere:/app"] }), "/app/server");
    finds(json!({ "Cmd": ["../app//server"], "WorkingDir": "/usr/.." }), "/app/server");
}

#[test]
fn the_command_of_a_shell_is_followed() {
    finds(json!({ "Cmd": ["/bin/sh", "-c", "/app/server --flag"] }), "/app/server");
    finds(
        json!({ "Cmd": ["/bin/sh", "-c", "cd /app && A=1 exec ./server \"$HOME\" > /dev/null 2>&1"] }),
        "/app/server",
    );
    finds(
        json!({ "Cmd": ["/bin/sh", "-c", "exec $APP"], "Env": ["APP=/app/server"] }),
        "/app/server",
    );
    finds(
        json!({ "Entrypoint": ["sh", "-c", "exec \"$@\"", "sh"], "Cmd": ["/app/server"] }),
        "/app/server",
    );
}

#[test]
fn wrappers_and_entrypoint_scripts_are_passed_through() {
    let config =
        json!({ "Entrypoint": ["tini", "--", "/entrypoint.sh"], "Cmd": ["shop", "serve"] });
    finds(config.clone(), "/usr/bin/shop");
    let shown = system(config);
    let through: Vec<_> = shown.application().through.iter().map(|file| file.node).collect();
    let through = shown.paths(&through);
    assert_eq!(through, ["/sbin/tini", "/entrypoint.sh", "/bin/busybox", "/usr/local/bin/gosu"]);
    finds(json!({ "Cmd": ["/start.sh"] }), "/app/server");
    finds(json!({ "Cmd": ["env", "PATH=/app", "server"] }), "/app/server");
}

#[test]
fn a_shell_form_that_needs_no_shell_is_told_in_exec_form() {
    let exec_form = |config: Value| system(config).application().exec_form;
    let form = |text: &str| exec_form(json!({ "Cmd": ["/bin/sh", "-c", text] }));
    let expected = Some("CMD [\"/app/server\", \"--name\", \"a b\"]".into());
    assert_eq!(form("/app/server --name 'a b'"), expected);
    assert_eq!(form("exec /app/server --name \"a b\""), expected);
    let entrypoint = exec_form(json!({ "Entrypoint": ["/bin/sh", "-c", "/app/server"] }));
    assert_eq!(entrypoint.as_deref(), Some("ENTRYPOINT [\"/app/server\"]"));
    for text in [
        "/app/server $PORT",
        "cd /app && ./server",
        "NAME=x /app/server",
        "/app/server >log",
        "/start.sh",
    ] {
        assert_eq!(form(text), None, "{text}");
    }
    assert_eq!(exec_form(json!({ "Cmd": ["/app/server"] })), None, "it is in exec form");
    assert_eq!(exec_form(json!({ "Entrypoint": ["sh", "-c", "/app/server"], "Cmd": ["x"] })), None);
}

#[test]
fn what_an_interpreter_runs_is_the_application() {
    interprets(
        json!({ "Cmd": ["python3", "main.py"], "WorkingDir": "/app" }),
        "/usr/bin/python3.11",
        &["/app/main.py", "/app"],
    );
    interprets(
        json!({ "Cmd": ["python3", "/app/main.py"] }),
        "/usr/bin/python3.11",
        &["/app/main.py", "/app"],
    );
    interprets(
        json!({ "Cmd": ["node", "server"], "WorkingDir": "/app" }),
        "/usr/local/bin/node",
        &["/app/server", "/app"],
    );
    interprets(
        json!({ "Cmd": ["java", "-Xmx1g", "-jar", "/app/shop.jar"] }),
        "/usr/bin/java",
        &["/app/shop.jar", "/app"],
    );
    interprets(
        json!({ "Cmd": ["/app/manage", "run"] }),
        "/usr/bin/python3.11",
        &["/app/manage", "/app"],
    );
}

#[test]
fn a_tool_of_the_interpreter_runs_the_working_directory() {
    interprets(
        json!({ "Cmd": ["gunicorn", "shop:app"], "WorkingDir": "/app" }),
        "/usr/bin/python3.11",
        &["/app"],
    );
    interprets(
        json!({ "Cmd": ["npm", "start"], "WorkingDir": "/app" }),
        "/usr/local/bin/node",
        &["/app/server.js", "/app"],
    );
}

#[test]
fn a_script_that_cannot_be_followed_is_the_application() {
    let shown = system(json!({ "Cmd": ["/odd.sh"] }));
    let application = shown.application();
    assert_eq!(shown.paths(&application.files), ["/odd.sh"]);
    assert_eq!(
        application.reason.as_deref(),
        Some("the script /odd.sh is not followed: it has conditions or loops")
    );
}

#[test]
fn the_application_has_the_size_of_its_files_once() {
    let shown = system(json!({ "Cmd": ["node", "server.js"], "WorkingDir": "/app" }));
    let inside = |name: &str| shown.filesystem().bytes(shown.inspection.tree.find(name.as_bytes()));
    let application = shown.application();
    assert_eq!(application.bytes(&shown.filesystem()), inside("app"));
    assert!(inside("app") > inside("app/server.js") && inside("app/server.js") == 40);
}

#[test]
fn each_step_is_said_in_words() {
    let application =
        system(json!({ "Entrypoint": ["/entrypoint.sh"], "Cmd": ["shop"] })).application();
    let expected = [
        "a container runs ENTRYPOINT [\"/entrypoint.sh\"] with CMD [\"shop\"]",
        "/entrypoint.sh is a script for /bin/sh",
        "/bin/sh leads through a symbolic link to /bin/busybox",
        "/entrypoint.sh runs its arguments",
        "it runs [\"gosu\", \"app\", \"shop\"]",
        "gosu is found on PATH as /usr/local/bin/gosu",
        "gosu runs [\"shop\"]",
        "shop is found on PATH as /usr/bin/shop",
        "/usr/bin/shop is a static executable for x86-64",
    ];
    assert_eq!(application.steps, expected);
    assert_eq!(application.reason, None);
}

#[test]
fn where_no_program_can_be_found_there_is_a_reason() {
    assert!(reason(json!({})).contains("neither ENTRYPOINT nor CMD"));
    assert_eq!(reason(json!({ "Cmd": ["/gone"] })), "/gone is not in the image");
    assert!(
        reason(json!({ "Cmd": ["gone"] }))
            .starts_with("gone is not in any directory of PATH (/usr/local/sbin:")
    );
    assert_eq!(reason(json!({ "Cmd": ["/app"] })), "/app is not a file");
    assert!(
        reason(json!({ "Cmd": ["/app/main.py"] })).contains("neither an executable nor a script")
    );
    assert!(reason(json!({ "Cmd": ["sh"] })).contains("it runs a shell"));
    assert!(reason(json!({ "Cmd": ["/bin/sh", "-c", "a | b"] })).contains("not followed"));
    assert!(
        reason(json!({ "Cmd": ["/bin/sh", "-c", "exec $(which app)"] }))
            .contains("decides at run time")
    );
    assert!(reason(json!({ "Cmd": ["/bin/loop"] })).contains("run one another"));
    assert_eq!(reason(json!({ "Cmd": ["\u{1b}[31m"] })).find('\u{1b}'), None);
}

#[test]
fn a_program_of_another_system_is_named() {
    let mut windows = b"MZ".to_vec();
    windows.resize(0x3c, 0);
    windows.extend(0x40_u32.to_le_bytes());
    windows.extend(b"PE\0\0");
    let shown = Shown::of(
        [file("app.exe", 0).holding(windows).mode(0o755)],
        json!({ "Cmd": ["/app.exe"] }),
    );
    assert_eq!(
        shown.application().reason.as_deref(),
        Some("/app.exe is a Windows program, which Linux does not run")
    );
}

#[test]
fn links_are_followed_as_in_a_container_and_never_in_circles() {
    let entries = [
        dir("opt/tool/bin"),
        program("opt/tool/bin/tool"),
        symlink("usr/bin/tool", "../../../../opt/current/bin/tool"),
        symlink("opt/current", "/opt/tool/"),
        symlink("round", "/circle"),
        symlink("circle", "round"),
        symlink("deep", "deep/deep"),
    ];
    let shown = Shown::of(entries, json!({ "Cmd": ["tool"] }));
    let application = shown.application();
    let file = application.program.unwrap().file;
    assert_eq!(shown.path(file.node), "/opt/tool/bin/tool");
    assert_eq!(shown.paths(&file.links), ["/usr/bin/tool", "/opt/current"]);
    let filesystem = shown.filesystem();
    for path in ["/round", "/circle/x", "/deep", "/usr/bin/tool/x", "/usr/bin/none"] {
        assert!(
            filesystem.find(layerscope::tree::NodeId::ROOT, path.as_bytes()).is_none(),
            "{path}"
        );
    }
    assert!(filesystem.file(layerscope::tree::NodeId::ROOT, b"/../..").is_none());
}
