//! What ONNX Runtime answers (`RegexFullMatch`, `Tokenizer`), of patterns that
//! are read in unusual ways.

use super::*;

fn is_full_match(pattern: &str, text: &str) -> bool {
    let regex = Regex::new(pattern).unwrap();
    regex.is_full_match(text, &mut Budget::new(&[])).unwrap()
}

fn find(pattern: &str, text: &str) -> Option<Range<usize>> {
    Regex::new(pattern).unwrap().find(text, 0, &mut Budget::new(&[])).unwrap()
}

#[test]
fn patterns_are_read_as_re2_reads_them() {
    let matches = [
        ("a{,2}", "a{,2}"),
        ("{", "{"),
        ("a{01}", "a{01}"),
        ("a{x", "a{x"),
        ("a{2", "a{2"),
        ("}", "}"),
        ("]", "]"),
        ("a(?i)*", "aa"),
        ("^*", ""),
        ("(?)a", "a"),
        ("(?i-s:A)", "a"),
        ("(?P<n>a)", "a"),
        ("(?<n>a)", "a"),
        ("\\12", "\n"),
        ("\\0", "\x00"),
        ("\\08", "\x008"),
        ("\\101", "A"),
        ("\\x{41}", "A"),
        ("\\_", "_"),
        ("\\-", "-"),
        ("\\z", ""),
        ("[]]", "]"),
        ("[^]]", "a"),
        ("[a-b-c]", "-"),
        ("[--a]", "."),
        ("[a-]", "-"),
        ("[[:alpha]", "a"),
        ("[[:^digit:]]", "a"),
        ("\\Qa*", "a*"),
        ("\\Qab\\E*", "abbb"),
        ("[[:space:]]", "\x0b"),
        ("(?s).", "\n"),
        ("[^a]", "\n"),
        ("(?m)a$\n", "a\n"),
        ("(?i)k", "\u{212A}"),
        ("(?i)ſ", "S"),
        ("(?i)ß", "ẞ"),
        ("(?i)ᾳ", "ᾼ"),
        ("(?i)ς", "Σ"),
        ("(?i)ǆ", "ǅ"),
        ("(?i)µ", "Μ"),
        ("(?i)Ꭰ", "ꭰ"),
        ("(?U)a+?", "aa"),
        ("()", ""),
        ("a||b", ""),
        ("(|a)+", "aa"),
        ("(a*)*", "aa"),
        ("(?:(?:a?)*){3}", "aa"),
        ("(^a|b)+", "ab"),
        ("\x00", "\x00"),
        ("a|(?i)b|c", "C"),
        ("\\A\\A", ""),
        ("x{0}y", "y"),
        ("x{0,0}", ""),
        ("(?P<a>x)(?P<a>y)", "xy"),
        ("[a\\-z]", "-"),
        ("[\\]]", "]"),
        ("[\\x{e0}-\\x{ff}]", "é"),
        ("(?sm-i:.)", "a"),
        ("\\Q", ""),
    ];
    for (pattern, text) in matches {
        assert!(is_full_match(pattern, text), "{pattern:?} matches {text:?}");
    }
    let others = [
        ("\\s", "\x0b"),
        (".", "\n"),
        ("a$", "a\n"),
        ("(?i)[^k]", "\u{212A}"),
        ("(?i)\\W", "ſ"),
        ("(?i)i", "ı"),
        ("(?i)İ", "i"),
        ("\\w", "é"),
        ("\\d", "٣"),
        ("é\\b", "é"),
        ("(?i)(?-i)a", "A"),
        ("((?i)a)b", "AB"),
    ];
    for (pattern, text) in others {
        assert!(!is_full_match(pattern, text), "{pattern:?} does not match {text:?}");
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    let patterns = [
        "a{1001}",
        "((a{100}){100})",
        "(a{2}){501}",
        "a**",
        "a*+",
        "a*??",
        "a{2}{2}",
        "*a",
        "(*)",
        "|*",
        "(?i)*",
        "(",
        ")",
        "a)",
        "(?=a)",
        "(?u)a",
        "(?-)a",
        "(?i-)a",
        "(?P<>a)",
        "(?P<n-m>a)",
        "(?P=n)",
        "\\1",
        "\\8",
        "\\x4",
        "\\x4g",
        "\\x{110000}",
        "\\x{}",
        "\\é",
        "\\q",
        "\\Z",
        "\\",
        "[",
        "[]",
        "[a-\\d]",
        "[b-a]",
        "[[:foo:]]",
        "[\\b]",
        "[\\Qa\\E]",
        "\\Q\\E*",
        "x{2,1}",
        "(?:a",
        "(?a)",
        "a\\",
        "[a",
        "[a-",
        "[\\",
    ];
    for pattern in patterns {
        assert!(Regex::new(pattern).is_err(), "{pattern:?}");
    }
}

#[test]
fn what_is_lacking_is_refused_by_name() {
    for (pattern, name) in
        [(r"\pL+", "categories"), (r"[\p{Greek}]", "categories"), (r"\C", "bytes")]
    {
        let fault = Regex::new(pattern).err().unwrap().to_string();
        assert!(fault.contains(name) && fault.contains(pattern), "{fault}");
    }
}

#[test]
fn the_longest_of_the_leftmost_matches_is_found() {
    assert_eq!(find("a|ab|abc", "xabcd"), Some(1..4));
    assert_eq!(find("a+?", "baaa"), Some(1..4));
    assert_eq!(find(r"\b\w\w+\b", "a bé cde"), Some(6..9));
    assert_eq!(find("x*", "ab"), Some(0..0));
    assert_eq!(find("é|日本", "à日本é"), Some(2..8));
    // What lies before the start of a search counts for assertions.
    let regex = Regex::new(r"\bb|^c").unwrap();
    assert_eq!(regex.find("abc b", 1, &mut Budget::new(&[])), Ok(Some(4..5)));
}

#[test]
fn hostile_patterns_are_refused_or_end() {
    assert!(Regex::new(&"(".repeat(10_000)).is_err());
    assert!(Regex::new(&"a*(?i)".repeat(2_000)).is_ok());
    assert!(Regex::new(&"a?".repeat(20_000)).is_err());
    assert!(Regex::new(&"[a-z]{1000}".repeat(100)).is_err());
    assert!(Regex::new(&"(){1000}".repeat(1000)).is_err());
    // Exponential where matches are searched by going back.
    assert!(!is_full_match("(a*)*b", &"a".repeat(5_000)));
    // To the end of the text from every start.
    let regex = Regex::new("a*b").unwrap();
    let text = "a".repeat(3_000);
    assert_eq!(regex.find(&text, 0, &mut Budget::new(&[])), Ok(None));
    assert!(regex.find(&text, 0, &mut Budget(1 << 20)).is_err());
}

#[test]
fn more_states_than_are_kept() {
    // Knows which of the last fifteen characters were an a: 2^15 states.
    let regex = Regex::new("[ab]*a[ab]{14}").unwrap();
    let mut random = 1u32;
    let mut text = String::new();
    for _ in 0..60_000 {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push(if random >> 31 == 0 { 'a' } else { 'b' });
    }
    for end in [60_000, 59_999, 59_998, 59_997, 59_996, 15, 14] {
        let text = &text[..end];
        let expected = end >= 15 && text.as_bytes()[end - 15] == b'a';
        assert_eq!(regex.is_full_match(text, &mut Budget::new(&[])), Ok(expected));
    }
}
