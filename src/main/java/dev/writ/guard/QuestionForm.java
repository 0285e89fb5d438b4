package dev.writ.guard;

import dev.writ.base.CanonicalWriter;
import dev.writ.policy.Facts;
import dev.writ.policy.Question;
import dev.writ.policy.Value;
import java.util.Arrays;

/**
 * The text of a question in which only the arguments and the time are left open: the rest is the same at every call of a
 * tool under a task, and is written once. What comes out is what {@link QuestionJson#bytes} writes.
 */
final class QuestionForm {
    private static final byte[] OPEN = {'0'};

    private final byte[] untilInput;
    private final byte[] untilNow;
    private final byte[] rest;

    private QuestionForm(byte[] untilInput, byte[] untilNow, byte[] rest) {
        this.untilInput = untilInput;
        this.untilNow = untilNow;
        this.rest = rest;
    }

    /** The form of all questions that differ from this one in {@code input} and {@code now} alone, and not in entities. */
    static QuestionForm of(Question question) {
        var out = new CanonicalWriter(4_096).object();
        QuestionJson.uid(out.name("action"), question.action());
        var names = question.context().names().toArray(new String[0]);
        Arrays.sort(names);
        out.name("context").object();
        int input = 0;
        int now = 0;
        for (var name : names) {
            out.name(name);
            switch (name) {
                case Facts.INPUT -> {
                    input = out.size();
                    out.written(OPEN);
                }
                case Facts.NOW -> {
                    now = out.size();
                    out.written(OPEN);
                }
                default ->
                    QuestionJson.value(out, question.context().field(name).orElseThrow());
            }
        }
        out.end().written("entities", QuestionJson.entities(question));
        QuestionJson.uid(out.name("principal"), question.principal());
        QuestionJson.uid(out.name("resource"), question.resource());
        var text = out.end().bytes();
        if (input == 0 || now < input) throw new IllegalArgumentException("a question without input or time");
        return new QuestionForm(
                Arrays.copyOf(text, input),
                Arrays.copyOfRange(text, input + OPEN.length, now),
                Arrays.copyOfRange(text, now + OPEN.length, text.length));
    }

    byte[] filled(Question question) {
        var input = text(question.context().field(Facts.INPUT).orElseThrow());
        var now = text(question.context().field(Facts.NOW).orElseThrow());
        var text = new byte[untilInput.length + input.length + untilNow.length + now.length + rest.length];
        int at = put(text, 0, untilInput);
        at = put(text, at, input);
        at = put(text, at, untilNow);
        at = put(text, at, now);
        put(text, at, rest);
        return text;
    }

    private static byte[] text(Value value) {
        var out = new CanonicalWriter(640);
        QuestionJson.value(out, value);
        return out.bytes();
    }

    private static int put(byte[] into, int at, byte[] text) {
        System.arraycopy(text, 0, into, at, text.length);
        return at + text.length;
    }
}
