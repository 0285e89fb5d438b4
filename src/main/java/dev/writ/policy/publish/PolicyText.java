package dev.writ.policy.publish;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a policy file into its policies and holds each to {@link Limits}, without recursion. It knows as much of Cedar's
 * lexical grammar as that takes: strings, comments, brackets, words and operators; a {@code ;} ends a policy and
 * stands nowhere else. The front end counts the policies again, so the two cannot come to disagree unnoticed.
 */
final class PolicyText {
    private final String file;
    private final String text;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private int start = -1;
    private int nesting;
    private int ifs;
    private int unary;
    private int operators;
    private boolean refused;

    private PolicyText(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** A policy as it stands in its file, from its first token to its {@code ;}. */
    record Piece(String file, String whole, int start, String text) {
        Finding error(String message, Optional<String> suggestion) {
            return finding(Finding.Severity.ERROR, 0, message, suggestion);
        }

        /** @param bytes where in the policy, in bytes of UTF-8 from its start, as Cedar counts */
        Finding finding(Finding.Severity severity, int bytes, String message, Optional<String> suggestion) {
            return PolicyText.finding(severity, file, whole, start + charsOf(text, bytes), message, suggestion);
        }

        /** The place of a word in the policy, in bytes; its start when the word is not there. */
        int find(String word) {
            int at = text.indexOf(word);
            return at < 0 ? 0 : text.substring(0, at).getBytes(StandardCharsets.UTF_8).length;
        }
    }

    record Cut(List<Piece> pieces, List<Finding> findings) {}

    static Cut cut(String file, String text) {
        var cutting = new PolicyText(file, text);
        cutting.run();
        return new Cut(List.copyOf(cutting.pieces), List.copyOf(cutting.findings));
    }

    private void run() {
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) at++;
            else if (text.startsWith("//", at)) at = endOfComment(at);
            else at = token(at, c);
        }
        if (start >= 0) end(text.length());
    }

    private int token(int at, char c) {
        if (start < 0) start = at;
        if (c != '!' && c != '-') unary = 0;
        switch (c) {
            case '"' -> {
                return endOfString(at);
            }
            case ';' -> end(at + 1);
            case '(', '[', '{' -> {
                if (++nesting > Limits.NESTING_MAX) refuse(at, "brackets nest deeper than " + Limits.NESTING_MAX);
            }
            case ')', ']', '}' -> nesting--;
            case '!', '-' -> {
                if (++unary > Limits.UNARY_CHAIN_MAX && !text.startsWith("!=", at))
                    refuse(at, "more than " + Limits.UNARY_CHAIN_MAX + " of ! or - in a row");
                operator(at);
            }
            case '&', '|', '+', '*', '.', '<', '>', '=' -> operator(at);
            default -> {
                return Character.isJavaIdentifierStart(c) ? endOfWord(at) : at + 1;
            }
        }
        return at + 1;
    }

    private void operator(int at) {
        if (++operators > Limits.OPERATORS_MAX)
            refuse(at, "more than " + Limits.OPERATORS_MAX + " operators in one policy");
    }

    private int endOfWord(int at) {
        int end = at + 1;
        while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) end++;
        if (end - at == 2 && text.startsWith("if", at) && ++ifs > Limits.IFS_MAX)
            refuse(at, "more than " + Limits.IFS_MAX + " ifs in one policy");
        return end;
    }

    private int endOfString(int at) {
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') i++;
            else if (c == '"') return i + 1;
        }
        return text.length();
    }

    private int endOfComment(int at) {
        int end = at;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') end++;
        return end;
    }

    private void end(int end) {
        var piece = new Piece(file, text, start, text.substring(start, end));
        if (piece.text().getBytes(StandardCharsets.UTF_8).length > Limits.POLICY_BYTES_MAX)
            refuse(start, "a policy is longer than " + Limits.POLICY_BYTES_MAX + " bytes");
        if (!refused) pieces.add(piece);
        start = -1;
        nesting = 0;
        ifs = 0;
        unary = 0;
        operators = 0;
        refused = false;
    }

    private void refuse(int at, String message) {
        if (refused) return;
        refused = true;
        if (findings.size() < Limits.FINDINGS_MAX)
            findings.add(finding(Finding.Severity.ERROR, file, text, at, message, Optional.of("split the policy")));
    }

    private static int charsOf(String text, int bytes) {
        int seen = 0;
        int at = 0;
        while (at < text.length() && seen < bytes) {
            int c = text.codePointAt(at);
            seen += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            at += Character.charCount(c);
        }
        return at;
    }

    static Finding finding(
            Finding.Severity severity, String file, String text, int at, String message, Optional<String> suggestion) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) != '\n') continue;
            line++;
            lineStart = i + 1;
        }
        int column = text.codePointCount(lineStart, at) + 1;
        return new Finding(severity, file, line, column, message, suggestion);
    }

    /** A finding in a text that is not cut into policies, such as a schema. */
    static Finding inText(String file, String text, int bytes, String message, Optional<String> suggestion) {
        return finding(Finding.Severity.ERROR, file, text, charsOf(text, bytes), message, suggestion);
    }
}
