package dev.writ.ledger.verify;

import dev.writ.base.Visible;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads c2sp.org/tlog-policy: lines {@code log}, {@code witness}, {@code group} and exactly one {@code quorum}. URLs are
 * read over. The text must be UTF-8, which the specification recommends and does not demand.
 */
final class TrustPolicy {
    private static final int LINES_MAX = 10_000;
    private static final int MEMBERS_MAX = 1_000;
    private static final String NONE = "none";

    private final List<VerifierKey> logs = new ArrayList<>();
    private final Map<String, VerifierKey> witnesses = new LinkedHashMap<>();
    private final Map<String, Quorum> named = new LinkedHashMap<>();
    private final Set<String> members = new HashSet<>();
    private @Nullable Quorum quorum;

    private TrustPolicy() {}

    /** Whether a text is a policy and not a list of verifier keys, which has no white space within its lines. */
    static boolean looksLike(String text) {
        return text.lines().anyMatch(line -> line.isEmpty() || line.matches("\\s*#.*|.*[ \\t].*"));
    }

    static Trust parse(String text) {
        if (!text.endsWith("\n")) throw new IllegalArgumentException("every line ends in a newline");
        var policy = new TrustPolicy();
        int number = 0;
        for (var line : text.substring(0, text.length() - 1).split("\n", -1)) {
            if (++number > LINES_MAX) throw new IllegalArgumentException("more than " + LINES_MAX + " lines");
            try {
                policy.line(line);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
        }
        if (policy.quorum == null) throw new IllegalArgumentException("a policy has exactly one quorum line");
        return new Trust(policy.logs, new Witnesses(policy.witnesses, policy.quorum));
    }

    private void line(String line) {
        // tlog-policy, "Character set": of the control characters, tab and newline only.
        if (line.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7F))
            throw new IllegalArgumentException("a control character");
        var words = List.of(strip(line).split("[ \\t]+"));
        if (words.getFirst().isEmpty() || words.getFirst().startsWith("#")) return;
        switch (words.getFirst()) {
            case "log" -> log(words);
            case "witness" -> witness(words);
            case "group" -> group(words);
            case "quorum" -> quorum(words);
            default ->
                throw new IllegalArgumentException(
                        "log, witness, group or quorum is expected, not " + Visible.text(words.getFirst(), 40));
        }
    }

    private static String strip(String line) {
        return line.replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private void log(List<String> words) {
        expect(words.size() == 2 || words.size() == 3, "log <vkey> [<url>]");
        var key = VerifierKey.parse(words.get(1));
        if (logs.stream().anyMatch(key::sameKey)) throw new IllegalArgumentException("this log's key comes twice");
        logs.add(key);
    }

    private void witness(List<String> words) {
        expect(words.size() == 3 || words.size() == 4, "witness <name> <vkey> [<url>]");
        var key = VerifierKey.parse(words.get(2));
        if (witnesses.values().stream().anyMatch(key::sameKey))
            throw new IllegalArgumentException("this witness's key comes twice");
        if (!VerifierKey.Type.OF_WITNESSES.contains(key.type()))
            throw new IllegalArgumentException("this key is not for cosignatures");
        name(words.get(1), new Quorum.Witness(words.get(1)));
        witnesses.put(words.get(1), key);
    }

    private void group(List<String> words) {
        expect(words.size() >= 4, "group <name> all|any|<k> <name>...");
        if (words.size() > MEMBERS_MAX) throw new IllegalArgumentException("a group of too many");
        var of = words.subList(3, words.size());
        var parts = new ArrayList<Quorum>();
        for (var member : of) {
            parts.add(known(member));
            // "Each defined name can be listed as a group member at most once": nobody counts twice.
            if (!members.add(member)) throw new IllegalArgumentException(shown(member) + " is a member already");
        }
        name(words.get(1), new Quorum.Group(wanted(words.get(2), of.size()), parts));
    }

    private static int wanted(String word, int members) {
        if (word.equals("all")) return members;
        if (word.equals("any")) return 1;
        if (!word.matches("[1-9][0-9]{0,3}")) throw new IllegalArgumentException("all, any or a number is expected");
        return Integer.parseInt(word);
    }

    private void quorum(List<String> words) {
        expect(words.size() == 2, "quorum <name>");
        if (quorum != null) throw new IllegalArgumentException("a second quorum line");
        quorum = words.get(1).equals(NONE) ? new Quorum.None() : known(words.get(1));
    }

    private void name(String name, Quorum meaning) {
        if (name.equals(NONE) || named.putIfAbsent(name, meaning) != null)
            throw new IllegalArgumentException("the name " + shown(name) + " is taken");
    }

    private Quorum known(String name) {
        var meaning = named.get(name);
        if (meaning == null) throw new IllegalArgumentException(shown(name) + " is not defined above");
        return meaning;
    }

    private static void expect(boolean fits, String form) {
        if (!fits) throw new IllegalArgumentException("expected: " + form);
    }

    private static String shown(String name) {
        return Visible.text(name, 40);
    }
}
