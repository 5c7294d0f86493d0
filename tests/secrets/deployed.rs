//! Secrets in what deploys an application: manifests of Kubernetes, task definitions, Terraform, logins of
//! registries, and files that hold nothing but a secret.

use super::{image, key, kinds, secrets, text};

/// A password, and its base64.
const VALUE: &str = "f4lc0n-42-Zr4Lp1";
const ENCODED: &str = "ZjRsYzBuLTQyLVpyNExwMQ==";

fn places(path: &str, contents: &str) -> Vec<String> {
    let found = kinds(&image([("COPY . .", vec![text(path, contents)])]));
    found.into_iter().map(|(_, place)| place).collect()
}

#[test]
fn what_kubernetes_and_other_orchestrators_are_given_is_found() {
    for (path, contents, line) in [
        ("k/a.yaml", format!("kind: Secret\ndata:\n  user: YXBw\n  x: {ENCODED}\n"), 4),
        ("k/b.yaml", format!("kind: Secret\nstringData:\n  x: {VALUE}\n"), 3),
        ("k/c.yml", format!("env:\n- name: DB_PASSWORD\n  value: {VALUE}\n"), 3),
        ("k/d.json", format!("{{\"kind\":\"Secret\",\n\"data\":{{\"x\":\"{ENCODED}\"}}}}"), 2),
        (
            "task.json",
            format!("{{\n\"environment\": [{{\"name\": \"API_KEY\", \"value\": \"{VALUE}\"}}]}}"),
            2,
        ),
        (
            "tf/terraform.tfstate",
            format!("{{\"outputs\": {{\n\"db_password\": {{\n\"value\": \"{VALUE}\"}}}}}}"),
            3,
        ),
        ("tf/a.tfvars", format!("region = \"eu1\"\ndb_password = \"{VALUE}\"\n"), 2),
        (
            "tf/vars.tf",
            format!("variable \"db_password\" {{\n  type = string\n  default = \"{VALUE}\"\n}}\n"),
            3,
        ),
        ("values.yaml", format!("db:\n  password: |\n    {VALUE}\n"), 3),
        ("values.yaml", format!("db:\n  password: >-\n    {VALUE}\n"), 3),
        ("root/.kube/config", format!("users: [{{name: a, user: {{token: {VALUE}}}}}]\n"), 1),
        (
            "root/.kube/config",
            format!("{{\"users\":[{{\"user\":\n{{\"client-key-data\":\"{ENCODED}\"}}}}]}}\n"),
            2,
        ),
        ("x.json", "{\"auths\":\n{\"a.dev\":{\"auth\":\"Y2k6ZjRsYzBuLTQy\"}}}".into(), 2),
        ("app/a.env", format!("\nDATABASE_URL=postgres://app:{VALUE}@${{HOST}}:5432/app\n"), 2),
        ("app/a.py", format!("\nurl = f\"postgresql://app:{VALUE}@{{HOST}}:5432/app\"\n"), 2),
        ("app/application.yml", format!("\u{feff}password: {VALUE}\n"), 1),
        ("app/application.properties", format!("\u{feff}db.password={VALUE}\n"), 1),
        ("app/start.sh", format!("#!/bin/sh\nexec ./app --db-password={VALUE}\n"), 2),
        ("app/start.sh", format!("#!/bin/sh\nexec ./app --password {VALUE}\n"), 2),
        ("app/start.sh", format!("#!/bin/sh\nexec java -Ddb.password={VALUE} -jar a\n"), 2),
        (
            "etc/systemd/system/a.service",
            format!("[Service]\nExecStart=/app/a --token={VALUE}\n"),
            2,
        ),
        (
            "etc/systemd/system/b.service",
            format!("[Service]\nExecStartPre=/usr/bin/curl -u ci:{VALUE} https://a.dev\n"),
            2,
        ),
        ("etc/yum.repos.d/internal.repo", format!("[a]\nusername=ci\npassword={VALUE}\n"), 3),
        ("run/secrets/db", format!("{VALUE}\n"), 1),
        ("app/db_password.txt", format!("{VALUE}\n"), 1),
        ("app/api_key", VALUE.into(), 1),
        ("app/.env.txt", format!("\nDB_PASSWORD={VALUE}\n"), 2),
        ("app/my-secret", format!("\nDB_PASSWORD={VALUE}\n"), 2),
        ("bot.py", "\nbot = '123456789:AAKx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf04Pw'".into(), 2),
    ] {
        assert_eq!(places(path, &contents), [format!("/{path}, line {line}")], "{contents}");
    }
}

#[test]
fn the_private_part_of_a_json_web_key_is_found_and_the_public_part_is_none() {
    let part = "Zr4Lp1Ws8Yb3Nc6Hd5Jf04PwAAKx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6";
    let public = format!("\"kty\": \"EC\",\n\"crv\": \"P-256\", \"x\": \"{part}\"");
    for (path, contents) in [
        ("app/jwks.json", format!("{{\"keys\": [{{{public}, \"d\": \"{part}\"}}]}}")),
        ("app/signing.jwk", format!("{{{public},\"d\":\"{part}\"}}")),
        ("app/keys/jwt-private.jwk.json", format!("{{\n\"d\":\"{part}\", {public}}}")),
        ("app/session-jwk.json", format!("{{\"kty\":\"oct\",\n\"k\":\"{part}\"}}")),
        (
            "etc/letsencrypt/accounts/a.dev/directory/3f/private_key.json",
            format!("{{\"n\": \"{part}\",\n\"e\": \"AQAB\", \"d\": \"{part}\"}}"),
        ),
    ] {
        assert_eq!(places(path, &contents), [format!("/{path}, line 2")], "{contents}");
    }
    for path in ["app/jwks.json", "app/signing.jwk", "srv/.well-known/jwks.json"] {
        assert_eq!(places(path, &format!("{{\"keys\": [{{{public}}}]}}")), [""; 0], "{path}");
    }
}

#[test]
fn logins_in_lists_of_packages_and_an_old_token_of_vault_are_found() {
    for (path, contents) in [
        (
            "app/requirements.txt",
            format!("flask\n--extra-index-url https://ci:{VALUE}@a.dev/simple\n"),
        ),
        ("app/requirements.txt", format!("flask\ngit+https://ci:{VALUE}@git.a.dev/lib.git@v1\n")),
        ("app/requirements/prod.txt", format!("flask\n-i https://ci:{VALUE}@a.dev/simple\n")),
        ("app/constraints.txt", format!("\nlib @ git+https://ci:{VALUE}@git.a.dev/lib.git\n")),
        ("app/Gemfile", format!("\nsource \"https://ci:{VALUE}@gems.a.dev/\"\n")),
        ("app/Gemfile.lock", format!("GEM\n  remote: https://ci:{VALUE}@gems.a.dev/\n")),
        ("app/Pipfile", format!("[[source]]\nurl = \"https://ci:{VALUE}@a.dev/simple\"\n")),
        ("app/pyproject.toml", format!("[a]\nurl = \"https://ci:{VALUE}@a.dev/simple\"\n")),
        ("app/composer.json", format!("{{\n\"url\": \"https://ci:{VALUE}@a.dev/\"}}\n")),
        ("app/package.json", format!("{{\n\"lib\": \"git+https://ci:{VALUE}@a.dev/l.git\"}}\n")),
        (
            "app/package-lock.json",
            format!("{{\n\"resolved\": \"https://ci:{VALUE}@a.dev/l.tgz\"}}\n"),
        ),
        ("app/yarn.lock", format!("a:\n  resolved \"https://ci:{VALUE}@a.dev/l.tgz\"\n")),
        ("app/.gitmodules", format!("[submodule \"a\"]\nurl = https://ci:{VALUE}@a.dev/l.git\n")),
        (
            "app/pom.xml",
            format!("<project>\n<url>https://ci:{VALUE}@a.dev/maven</url></project>\n"),
        ),
        ("app/build.gradle", format!("a {{\nurl 'https://ci:{VALUE}@a.dev/maven' }}\n")),
        ("app/environment.yml", format!("channels:\n  - https://ci:{VALUE}@a.dev/conda\n")),
        (
            "etc/apt/sources.list.d/a.list",
            format!("\ndeb https://ci:{VALUE}@a.dev/debian stable main\n"),
        ),
        (
            "etc/apt/sources.list.d/a.sources",
            format!("Types: deb\nURIs: https://ci:{VALUE}@a.dev/debian\n"),
        ),
        ("etc/apk/repositories", format!("\nhttps://ci:{VALUE}@a.dev/alpine/v3.20/main\n")),
        ("etc/yum.repos.d/a.repo", format!("[a]\nbaseurl=https://ci:{VALUE}@a.dev/el9\n")),
        ("root/.vault-token", "\ns.Zr4Lp1Ws8Yb3Nc6Hd5Jf04Pw\n".into()),
    ] {
        assert_eq!(places(path, &contents), [format!("/{path}, line 2")], "{contents}");
    }
}

#[test]
fn a_key_in_base64_is_found_in_any_text() {
    use base64::Engine;
    let encoded = base64::engine::general_purpose::STANDARD.encode(key().repeat(9));
    assert!(encoded.len() > 3_000, "it is longer than what is compared at once");
    for contents in [format!("a: b\nkey: {encoded}\n"), format!("\nexport KEY={encoded}")] {
        let image = image([("COPY . .", vec![text("app/x", &contents)])]);
        let found = secrets(&image);
        assert_eq!(found.len(), 1, "{contents}");
        assert_eq!(found[0].1, "/app/x, line 2");
        let expected = layerscope::secret::ValueHash::new(encoded.as_bytes());
        assert_eq!(found[0].0.hash, expected, "the key goes on to its end");
    }
    let public =
        "-----BEGIN CERTIFICATE-----\nMIIBszCCARygAwIBAgIJAKx7Qm2Vt9Zr4Lp1Ws8Yb3Nc6Hd5Jf\n";
    let encoded = base64::engine::general_purpose::STANDARD.encode(public);
    assert_eq!(places("app/x", &encoded), [""; 0]);
}

#[test]
fn what_is_encrypted_or_only_named_is_no_alarm() {
    let sealed = "AgBy3i4OJSWK1PiTySYZZA9rO43cGDEq".repeat(8);
    for (path, contents) in [
        (
            "k/a.yaml",
            format!("kind: SealedSecret\nspec:\n  encryptedData:\n    password: {sealed}\n"),
        ),
        ("k/b.yaml", "password: ENC[AES256_GCM,data:Tr7o1,iv:a1,type:str]\n".into()),
        ("k/c.yaml", "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db1}\n".into()),
        ("k/d.yaml", "kind: Secret\ndata:\n  password: Y2hhbmdlbWU=\n".into()),
        ("app/token.txt", "two words1 and more\n".into()),
        ("app/password", "changeme\n".into()),
        ("app/README.md", "password: hunter2hunter2\n".into()),
        ("tf/a.tf", "variable \"db_password\" {\n  type = string\n}\n".into()),
    ] {
        assert_eq!(places(path, &contents), [""; 0], "{contents}");
    }
}

#[test]
fn a_password_in_a_long_source_file_is_found() {
    let code = format!("{}password = '{VALUE}'\n", "a line of code()\n".repeat(600_000));
    assert!(code.len() > 9 << 20);
    assert_eq!(places("app/data.py", &code), ["/app/data.py, line 600001"]);
}

#[test]
fn a_text_in_utf_32_is_read() {
    let wide =
        |text: &str| -> Vec<u8> { text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect() };
    let file = crate::support::build::file("app/.env", 0)
        .holding(wide(&format!("\u{feff}A=b\nDB_PASSWORD={VALUE}\n")));
    let found = kinds(&image([("COPY . .", vec![file])]));
    assert_eq!(found, [("dotenv".to_owned(), "/app/.env, line 2".to_owned())]);
}
