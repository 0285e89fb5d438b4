package dev.writ.cli;

/** Colour, where there is a terminal that wants it (NO_COLOR, TERM=dumb). */
record Ink(boolean on) {
    static Ink of(Terminal terminal) {
        boolean dumb = terminal.variable("TERM").filter("dumb"::equals).isPresent();
        return new Ink(terminal.interactive() && terminal.variable("NO_COLOR").isEmpty() && !dumb);
    }

    String good(String text) {
        return in("32", text);
    }

    String bad(String text) {
        return in("31", text);
    }

    String waiting(String text) {
        return in("33", text);
    }

    String strong(String text) {
        return in("1", text);
    }

    /** A word that says how something stands, in the colour that fits it. */
    String state(String word) {
        return switch (word) {
            case "permit", "allow", "allowed", "ok", "active", "approved", "open", "added", "created" -> good(word);
            case "deny", "refusal", "absent", "error", "refused", "revoked", "quarantined", "retired" -> bad(word);
            case "hold", "ask", "pending", "warn", "suspended", "changed" -> waiting(word);
            default -> word;
        };
    }

    private String in(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
