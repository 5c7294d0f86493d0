//! Commands: here-documents, exec forms and command substitutions in instructions and the config.

use serde_json::json;

use super::{NPM, image, kinds, out, run};
use crate::support::build::{Image, file};

/// A value that only its place shows to be a secret.
const VALUE: &str = "f4lc0n-42-q8w7";

fn step(step: &str) -> Image {
    image([(step, vec![file("app", 1)])])
}

#[test]
fn a_here_document_that_is_written_into_a_file_is_searched_like_the_file() {
    let auth = format!("//acme.dev/:_authToken={VALUE}");
    let netrc = format!("machine acme.dev\n  login ci\n  password {VALUE}");
    for command in [
        format!("cat <<EOF > .npmrc\n{auth}\nEOF"),
        format!("cat > /root/.npmrc <<'EOF'\nregistry=https://acme.dev\n{auth}\nEOF"),
        format!("cat <<-EOF >> ~/.npmrc\n\t{auth}\n\tEOF"),
        format!("tee /root/.netrc <<EOF >/dev/null\n{netrc}\nEOF"),
        format!("sudo tee -a $HOME/.netrc << \"END_1\"\n{netrc}\nEND_1"),
        format!("cat <<EOF | tee /root/.netrc\n{netrc}\nEOF"),
        format!("<<OUTER bash -e\nmake\ncat <<EOF > /root/.netrc\n{netrc}\nEOF\nOUTER"),
        format!(
            "set -e\ncat <<A > /etc/motd && cat <<B > /root/.netrc\nhello\nA\n{netrc}\nB\nmake"
        ),
        format!("bash -c \"cat > /root/.pgpass <<EOF\ndb:5432:shop:ci:{VALUE}\nEOF\""),
    ] {
        let image = step(&format!("RUN /bin/sh -c {command} # buildkit"));
        assert_eq!(kinds(&image).len(), 1, "{command}");
        let directory = tempfile::tempdir().unwrap();
        for options in [&["--format", "json"][..], &["--no-secrets"], &["--top", "0"]] {
            let said =
                out(&run(&image, directory.path(), &[&["report", "shop.tar"], options].concat()));
            assert!(!said.contains(VALUE), "{command} {options:?}: {said}");
        }
    }
    for command in [
        format!("cat <<EOF > /etc/motd\ndb:5432:shop:ci:{VALUE}\nEOF"),
        "cat <<EOF > .npmrc\n//acme.dev/:_authToken=${NPM_TOKEN}\nEOF".into(),
        "cat <<EOF > /root/.netrc\nmachine acme.dev login ci\nEOF\necho the password is 12 letters"
            .into(),
        "read -r A <<< x1; echo 1<<2 > .npmrc".into(),
    ] {
        let found = kinds(&step(&format!("RUN /bin/sh -c {command} # buildkit")));
        assert_eq!(found, [], "{command}");
    }
}

#[test]
fn a_here_document_of_one_s_own_dockerfile_points_to_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let dockerfile = format!(
        "FROM scratch\nRUN cat <<EOF > /root/.pgpass\n# shop\ndb:5432:shop:ci:{VALUE}\nEOF\n"
    );
    std::fs::write(directory.path().join("Dockerfile"), dockerfile).unwrap();
    let image = step(&format!(
        "RUN /bin/sh -c cat <<EOF > /root/.pgpass\n# shop\ndb:5432:shop:ci:{VALUE}\nEOF # buildkit"
    ));
    let arguments = [
        "check",
        "shop.tar",
        "--max-secrets",
        "0",
        "--dockerfile",
        "Dockerfile",
        "--format",
        "sarif",
    ];
    let said = out(&run(&image, directory.path(), &arguments));
    assert!(said.contains("\"startLine\": 4") || said.contains("\"startLine\":4"), "{said}");
}

#[test]
fn the_exec_form_is_read_word_by_word() {
    for words in [
        json!(["curl", "-u", format!("me:{VALUE}"), "https://acme.dev"]),
        json!(["/usr/bin/curl", "-sS", "--user", format!("me:{VALUE}"), "https://acme.dev"]),
        json!(["mysql", "-u", "root", format!("-p{VALUE}")]),
        json!(["redis-cli", "-a", VALUE, "ping"]),
        json!(["docker", "login", "-u", "ci", "-p", VALUE, "acme.dev"]),
        json!(["useradd", "-p", format!("{VALUE} with a space"), "ci"]),
        json!(["npm", "config", "set", "//acme.dev/:_authToken", VALUE]),
        json!(["app", "--db-password", format!("{VALUE} and 'more'")]),
        json!(["sh", "-c", format!("curl -u me:{VALUE} https://acme.dev")]),
        json!(["bash", "-ec", format!("echo 'machine a login b password {VALUE}' > ~/.netrc")]),
    ] {
        let form = words.to_string();
        let go = form.replace("\",\"", "\" \"");
        let mut in_config = step("COPY . .");
        in_config.config["config"] = json!({ "Cmd": words });
        let mut of_entrypoint = step("COPY . .");
        let all = words.as_array().unwrap();
        of_entrypoint.config["config"] = json!({ "Entrypoint": all[..1], "Cmd": all[1..] });
        let mut check = step("COPY . .");
        let test = [&[json!("CMD")], &all[..]].concat();
        check.config["config"] = json!({ "Healthcheck": { "Test": test } });
        for image in [
            step(&format!("RUN {form} # buildkit")),
            step(&format!("ENTRYPOINT {go}")),
            step(&format!("/bin/sh -c #(nop)  CMD {go}")),
            step(&format!("ONBUILD RUN {form}")),
            in_config,
            of_entrypoint,
            check,
        ] {
            assert_eq!(kinds(&image).len(), 1, "{form}");
            let directory = tempfile::tempdir().unwrap();
            for options in [&["--format", "json"][..], &["--no-secrets"]] {
                let arguments = [&["report", "shop.tar"], options].concat();
                let said = out(&run(&image, directory.path(), &arguments));
                assert!(!said.contains(VALUE), "{form} {options:?}: {said}");
            }
        }
    }
    for words in [
        json!(["curl", "-u", "me", "https://acme1.dev"]),
        json!(["mkdir", "-p", "/srv/app1data"]),
        json!(["mysqld", "--port", "33061"]),
        json!(["sh", "-c", "curl -u $USER:$PASSWORD1 https://acme.dev"]),
        json!(["[", "-f", "/run/secrets/token1", "]"]),
    ] {
        assert_eq!(kinds(&step(&format!("RUN {words} # buildkit"))), [], "{words}");
    }
}

#[test]
fn a_password_may_have_a_backtick_and_a_command_between_two_is_none() {
    for value in
        ["ab`cd9efgh", "`hunter2hunter2", "Xy7`k2`Zz9qW", "Ab9${xyz!", "Pa$(w0rd9x", "q9%(w8e7"]
    {
        let mut image = step("COPY . .");
        image.config["config"] = json!({ "Env": [format!("DB_PASSWORD={value}")] });
        assert_eq!(kinds(&image).len(), 1, "{value}");
        let directory = tempfile::tempdir().unwrap();
        for format in ["text", "json"] {
            let said =
                out(&run(&image, directory.path(), &["report", "shop.tar", "--format", format]));
            assert!(!said.contains(value), "{value}: {said}");
        }
    }
    for command in [
        "DB_PASSWORD=`cat /run/secrets/db1` make",
        "DB_PASSWORD=`openssl rand -hex 32` make",
        "export DB_PASSWORD=`pwgen` && make",
        "app --password `vault kv get -field=db1 secret/app`",
        "mysql -uroot -p`cat /run/secrets/db1` app",
        "DB_PASSWORD=$(cat /run/secrets/db1) make",
        "DB_PASSWORD=${DB_PASSWORD:-none at all} make",
    ] {
        let found = kinds(&step(&format!("RUN /bin/sh -c {command} # buildkit")));
        assert_eq!(found, [], "{command}");
    }
    let token =
        kinds(&step(&format!("RUN /bin/sh -c A=`curl -H 'token {NPM}' acme.dev` make # buildkit")));
    assert_eq!(token.len(), 1, "what the command has is searched: {token:?}");
}
