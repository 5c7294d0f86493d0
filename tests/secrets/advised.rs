//! Advice on secrets: what the instruction that brought one allows, and nothing that has no effect.

use serde_json::Value;

use super::{GITHUB, PASSWORD, image, json_of, key, run, text};

/// The advice on the secret in a file that an instruction brings.
fn fix(instruction: &str, path: &str, contents: &str) -> Value {
    let step = format!("{instruction} # buildkit");
    let image = image([(step.as_str(), vec![text(path, contents)])]);
    let directory = tempfile::tempdir().unwrap();
    let report = run(&image, directory.path(), &["report", "shop.tar", "--format", "json"]);
    let report = json_of(&report);
    let found = report["secrets"]["found"].as_array().unwrap();
    let of_file = found.iter().find(|secret| secret["path"].is_string());
    of_file.unwrap_or_else(|| panic!("{instruction}: {report:#}"))["fix"].clone()
}

fn what(fix: &Value) -> &str {
    fix["what"].as_str().unwrap()
}

#[test]
fn a_token_that_git_wrote_is_not_to_be_mounted_where_it_wrote_it() {
    let config = format!("[remote \"origin\"]\n url = https://x:{GITHUB}@github.com/a/b\n");
    let clone = format!("RUN /bin/sh -c git clone https://x:{GITHUB}@github.com/a/b /src");
    let fix = fix(&clone, "src/.git/config", &config);
    assert_eq!(fix["dockerfile"], "RUN --mount=type=ssh git clone …", "{fix:#}");
    assert_eq!(fix["dockerignore"], Value::Null);
    assert!(what(&fix).contains("credential helper"), "{fix:#}");
    let copied = self::fix("COPY . /src", "src/.git/config", &config);
    assert_eq!(copied["dockerfile"], Value::Null, "git finds no clone around a mounted file");
    assert_eq!(copied["dockerignore"], "**/.git/config");
}

#[test]
fn what_does_not_come_from_the_build_context_gets_no_line_of_dockerignore() {
    let env = format!("DB_PASSWORD={PASSWORD}\n");
    for (instruction, path, words) in [
        ("COPY --from=build /src/ /app/", "app/.env", "from the other stage or image"),
        ("ADD https://acme.dev/prod.env /opt/prod.env", "opt/prod.env", "take the ADD out"),
        ("ADD secrets.tar.gz /opt/", "opt/a.env", "take it out of the archive"),
    ] {
        let fix = fix(instruction, path, &env);
        assert_eq!(fix["dockerignore"], Value::Null, "{instruction}: {fix:#}");
        assert_eq!(fix["take_out"], instruction);
        assert!(what(&fix).contains(words), "{fix:#}");
    }
    assert_eq!(fix("ADD a.env /opt/", "opt/a.env", &env)["dockerignore"], "**/a.env");
}

#[test]
fn what_a_command_makes_is_not_to_be_mounted() {
    for (instruction, path) in [
        (
            "RUN /bin/sh -c openssl req -x509 -nodes -keyout /etc/ssl/private/a.key",
            "etc/ssl/private/a.key",
        ),
        ("RUN /bin/sh -c ssh-keygen -f /home/a/.ssh/id_rsa", "home/a/.ssh/id_rsa"),
        ("RUN /bin/sh -c apt-get install -y openssh-server", "etc/ssh/ssh_host_rsa_key"),
    ] {
        let fix = fix(instruction, path, &key());
        assert_eq!(fix["dockerfile"], Value::Null, "{instruction}: {fix:#}");
        assert!(
            what(&fix).starts_with("make it when the container starts, or delete it in the RUN")
        );
    }
    let history = fix(
        "RUN /bin/sh -c bash -ic x",
        "root/.bash_history",
        &format!("export API_TOKEN={PASSWORD}\n"),
    );
    assert_eq!(history["dockerfile"], Value::Null, "{history:#}");
    assert!(what(&history).contains("unset HISTFILE"), "{history:#}");
    let fetched = fix("RUN /bin/sh -c curl -o /root/.ssh/id_rsa x", "root/.ssh/id_rsa", &key());
    assert_eq!(
        fetched["dockerfile"], "RUN --mount=type=secret,id=id_rsa,target=/root/.ssh/id_rsa …",
        "a mounted file can stand for one that was fetched"
    );
}

#[test]
fn settings_that_the_application_needs_are_not_kept_out_of_the_build() {
    for (path, contents) in [
        ("app/application.properties", format!("spring.datasource.password={PASSWORD}1\n")),
        ("app/config/database.yml", format!("production:\n  password: {PASSWORD}1\n")),
        ("var/www/wp-config.php", format!("define('DB_PASSWORD', '{PASSWORD}1');\n")),
    ] {
        let fix = fix("COPY . /", path, &contents);
        assert_eq!(fix["dockerignore"], Value::Null, "{path}: {fix:#}");
        assert!(what(&fix).starts_with("read it from a variable or a file"), "{fix:#}");
    }
}

#[test]
fn a_secret_that_a_container_may_need_is_given_when_it_starts() {
    let env = format!("DB_PASSWORD={PASSWORD}\n");
    let master = "0123456789abcdef0123456789abcdef";
    for (path, contents, option) in [
        ("srv/.env", env.as_str(), "docker run --env-file"),
        ("srv/server.key", &key(), "docker run -v"),
        ("app/config/master.key", master, "docker run -v"),
    ] {
        let fix = fix("COPY . /", path, contents);
        assert!(
            what(&fix).contains("if the container needs it, give it when it starts"),
            "{fix:#}"
        );
        assert!(what(&fix).contains(option), "{fix:#}");
    }
    let npmrc = format!("//acme.dev/:_authToken={}\n", super::NPM);
    let fix = fix("COPY . /", "root/.npmrc", &npmrc);
    assert!(!what(&fix).contains("container"), "only a build needs it: {fix:#}");
}
