package dev.writ.http.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/** An event stream means the same however the network cuts it, and never holds more than its limit. */
@Tag("fuzz")
class EventFuzzTest {
    private static final int EVENT_BYTES_MAX = 512;

    private record Read(List<Event> events, Optional<ClientError.Code> error) {}

    @FuzzTest(maxDuration = "10s")
    void aStreamMeansTheSameHoweverItIsCut(FuzzedDataProvider input) {
        var cuts = input.consumeInts(8);
        var bytes = input.consumeRemainingAsBytes();
        var whole = read(bytes, new int[0]);
        assertThat(read(bytes, cuts)).isEqualTo(whole);
        for (var event : whole.events())
            assertThat(event.data().length() + event.type().length()).isLessThanOrEqualTo(EVENT_BYTES_MAX + 7);
    }

    private static Read read(byte[] bytes, int[] cuts) {
        var parser = new EventParser(EVENT_BYTES_MAX);
        var events = new ArrayList<Event>();
        try {
            int from = 0;
            for (int cut : cuts) {
                if (from == bytes.length) break;
                int to = from + 1 + Math.floorMod(cut, bytes.length - from);
                parser.feed(java.util.Arrays.copyOfRange(bytes, from, to));
                drain(parser, events);
                from = to;
            }
            parser.feed(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
            drain(parser, events);
            return new Read(events, Optional.empty());
        } catch (ClientError e) {
            drain(parser, events);
            return new Read(events, Optional.of(e.code()));
        }
    }

    private static void drain(EventParser parser, List<Event> events) {
        for (var event = parser.poll(); event.isPresent(); event = parser.poll()) events.add(event.get());
    }
}
