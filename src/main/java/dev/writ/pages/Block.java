package dev.writ.pages;

import java.util.List;
import java.util.Optional;

/** A part of a page. Text is plain text everywhere: the templates escape it. */
public sealed interface Block {

    record Text(String text) implements Block {}

    record Heading(String text) implements Block {}

    /** How a notice is meant; said in words for who does not see the colour. */
    enum Tone {
        PLAIN("Note"),
        GOOD("Done"),
        WARNING("Careful"),
        BAD("Not possible");

        private final String word;

        Tone(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        public String style() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    record Notice(Tone tone, String text) implements Block {}

    /** Names and values side by side. */
    record Facts(List<Fact> facts) implements Block {
        public Facts {
            facts = List.copyOf(facts);
        }

        public static Facts of(Fact... facts) {
            return new Facts(List.of(facts));
        }
    }

    record Fact(String name, String value) {}

    record Items(List<String> items) implements Block {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** Text to be read or copied letter by letter. */
    record Code(String text) implements Block {}

    /** A way to another page of ours: {@code path} begins with a slash. */
    record Link(String text, String path) implements Block {
        public Link {
            if (!ReturnPath.safe(path)) throw new IllegalArgumentException("not a path of ours: " + path);
        }
    }

    /**
     * Goes on by itself, and shows a link for browsers that do not. After a form this is the way to what may redirect to
     * another site: redirects right after a form are held against {@code form-action}.
     */
    record Onward(String text, String path) implements Block {
        public Onward {
            if (!ReturnPath.safe(path)) throw new IllegalArgumentException("not a path of ours: " + path);
        }
    }

    /**
     * A form, posted to a path of ours.
     *
     * @param csrf of the visit ({@link Visits}); every form carries one
     */
    record Form(String action, String csrf, List<Field> fields, List<Button> buttons) implements Block {
        public Form {
            if (!ReturnPath.safe(action)) throw new IllegalArgumentException("not a path of ours: " + action);
            if (csrf.isEmpty()) throw new IllegalArgumentException("a form without its token");
            fields = List.copyOf(fields);
            buttons = List.copyOf(buttons);
        }
    }

    /** What a person fills in. Names are ours, not the person's. */
    sealed interface Field {
        String name();

        record Hidden(String name, String value) implements Field {}

        /** One line of text. */
        record Line(String name, String label, String value, Optional<String> hint) implements Field {}

        /** Any of some; what is not ticked is not sent. */
        record Ticks(String name, String label, List<Choice> choices, Optional<String> hint) implements Field {
            public Ticks {
                choices = List.copyOf(choices);
            }
        }

        /** One of some. */
        record Pick(String name, String label, List<Choice> choices, Optional<String> hint) implements Field {
            public Pick {
                choices = List.copyOf(choices);
            }
        }
    }

    /** @param detail says more below the label; may be empty */
    record Choice(String value, String label, String detail, boolean chosen) {}

    /** @param main the one that most people want */
    record Button(String name, String value, String label, boolean main) {}

    /**
     * A ceremony with a passkey, the only thing that takes a script: the browser asks the person, and the answer is
     * posted like any form.
     *
     * @param options what the browser is asked for, as JSON with bytes in base64url
     * @param fields hidden ones that go along
     */
    record Ceremony(
            String action, String csrf, boolean creating, String options, List<Field.Hidden> fields, String label)
            implements Block {
        public Ceremony {
            if (!ReturnPath.safe(action)) throw new IllegalArgumentException("not a path of ours: " + action);
            if (csrf.isEmpty()) throw new IllegalArgumentException("a form without its token");
            fields = List.copyOf(fields);
        }
    }
}
