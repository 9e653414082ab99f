//! Addresses of commits.

/// The page of a commit at a host that is known to have one: GitHub, GitLab or
/// Bitbucket, however the remote is written.
pub(crate) fn commit_link(remote: &str, commit: &str) -> Option<String> {
    if commit.is_empty() || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let rest = ["https://", "http://", "ssh://", "git://"]
        .iter()
        .find_map(|scheme| remote.strip_prefix(scheme))
        .unwrap_or(remote);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let at = rest.find([':', '/'])?;
    let (host, path) = rest.split_at(at);
    // What is no plain name of a repository could lead anywhere.
    let path = path.trim_start_matches([':', '/']).trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if path.is_empty() || !path.chars().all(plain) || path.contains("..") {
        return None;
    }
    let named = |name: &str| host == format!("{name}.com") || host == format!("{name}.org");
    let below = if named("github") {
        "commit"
    } else if named("gitlab") || host.starts_with("gitlab.") {
        "-/commit"
    } else if named("bitbucket") {
        "commits"
    } else {
        return None;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    host.chars().all(plain).then(|| format!("https://{host}/{path}/{below}/{commit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_lead_to_their_commits() {
        for (remote, link) in [
            ("https://github.com/a/b.git", Some("https://github.com/a/b/commit/0a1b")),
            ("git@github.com:a/b.git", Some("https://github.com/a/b/commit/0a1b")),
            ("ssh://git@gitlab.com/a/b/c", Some("https://gitlab.com/a/b/c/-/commit/0a1b")),
            (
                "https://gitlab.lab.example/a/b/",
                Some("https://gitlab.lab.example/a/b/-/commit/0a1b"),
            ),
            ("https://u:p@bitbucket.org/a/b", Some("https://bitbucket.org/a/b/commits/0a1b")),
            ("https://evil.example/github.com/a", None),
            ("https://github.com/a/b?x=\"", None),
            ("https://github.com/../b", None),
            ("/home/me/repo", None),
            ("", None),
        ] {
            assert_eq!(commit_link(remote, "0a1b").as_deref(), link, "{remote}");
        }
        assert_eq!(commit_link("https://github.com/a/b", "javascript:"), None);
    }
}
