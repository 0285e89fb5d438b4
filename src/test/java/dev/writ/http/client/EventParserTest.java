package dev.writ.http.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventParserTest {
    private static final String STREAM = "\uFEFFdata: one\n\n"
            + ": a comment\r\n"
            + "event: note\r\nid: 7\r\ndata:two\r\ndata:  lines\r\n\r\n"
            + "data\r\rretry: 1500\nid: \u00e9\n\n"
            + "unknown: x\ndata: {\"a\":1}\nretry: 12x\nid: a\0b\n\n"
            + "event: without data\n\n"
            + "data: never ended\n";

    private static final List<Event> EVENTS = List.of(
            new Event("message", "one", Optional.empty(), Optional.empty()),
            new Event("note", "two\n lines", Optional.of("7"), Optional.empty()),
            new Event("message", "", Optional.empty(), Optional.empty()),
            new Event("message", "", Optional.of("\u00e9"), Optional.of(Duration.ofMillis(1500))),
            new Event("message", "{\"a\":1}", Optional.empty(), Optional.empty()));

    @Test
    void aStreamIsReadAsTheStandardHasIt() {
        assertThat(parse(STREAM.getBytes(UTF_8), STREAM.length() * 2)).isEqualTo(EVENTS);
    }

    @Test
    void whereverTheStreamIsCutTheEventsAreTheSame() {
        var bytes = STREAM.getBytes(UTF_8);
        for (int piece = 1; piece < bytes.length; piece++)
            assertThat(parse(bytes, piece)).isEqualTo(EVENTS);
    }

    @Test
    void anEventBeyondTheLimitIsRefusedHoweverItIsMadeUp() {
        for (var large : new String[] {
            "data: " + "x".repeat(2_000), "data: x\n".repeat(300), "x".repeat(2_000), "event: " + "x".repeat(2_000)
        })
            assertThatThrownBy(() -> new EventParser(1_000).feed(large.getBytes(UTF_8)))
                    .isInstanceOfSatisfying(
                            ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.TOO_LARGE));
    }

    @Test
    void commentsDoNotAddUpButOneMayNotBeEndless() {
        var parser = new EventParser(1_000);
        for (int i = 0; i < 1_000; i++) parser.feed(": still h\u00e9re\n".getBytes(UTF_8));
        assertThat(parser.poll()).isEmpty();
        assertThatThrownBy(() -> parser.feed((":" + "x".repeat(2_000)).getBytes(UTF_8)))
                .isInstanceOf(ClientError.class);
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        assertThatThrownBy(() -> new EventParser(1_000).feed("data: \u00ff\n".getBytes(ISO_8859_1)))
                .isInstanceOfSatisfying(
                        ClientError.class, e -> assertThat(e.code()).isEqualTo(ClientError.Code.MALFORMED));
    }

    private static List<Event> parse(byte[] bytes, int piece) {
        var parser = new EventParser(10_000);
        var events = new ArrayList<Event>();
        for (int from = 0; from < bytes.length; from += piece) {
            parser.feed(java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece)));
            for (var event = parser.poll(); event.isPresent(); event = parser.poll()) events.add(event.get());
        }
        return events;
    }
}
