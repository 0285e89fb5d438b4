package dev.writ.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.http.client.Call;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.Deadlines;
import dev.writ.http.client.Exchange;
import dev.writ.http.client.HttpClient;
import dev.writ.ledger.Heard;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.Note;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What goes on between one witness and one log of ours: what it has, and when to ask again. Used by one thread at a time. */
final class Correspondence {
    private static final Deadlines PATIENCE =
            new Deadlines(Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(8));
    private static final int ANSWER_BYTES_MAX = 64 << 10;
    /** A witness that forgot, or that another of our lives told more: asked again at once with what it says it has. */
    private static final int ATTEMPTS_MAX = 3;

    private static final Duration BACK_OFF_MIN = Duration.ofMillis(500);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);

    private final Peer peer;
    private final Name tenant;
    private final Ledger ledger;
    private final HttpClient client;
    private final InstantSource clock;
    private long has;
    private long cosigned = -1;
    private int failures;
    private long notBefore;

    /** What one asking came to. */
    sealed interface Answer {
        record Cosigned(List<Note.Line> lines) implements Answer {}

        record Trouble(String why) implements Answer {}

        /** It holds another history than ours, or more of it. */
        record Contradiction(String why) implements Answer {}
    }

    Correspondence(Peer peer, Name tenant, Ledger ledger, HttpClient client, InstantSource clock) {
        this.peer = peer;
        this.tenant = tenant;
        this.ledger = ledger;
        this.client = client;
        this.clock = clock;
        this.has = ledger.witnessed(tenant);
    }

    boolean due(Checkpoint target) {
        return target.size() > cosigned && clock.millis() >= notBefore;
    }

    /** Asks for a cosignature and notes how that went, for people too. */
    Answer ask(Checkpoint target) {
        Answer answer;
        try {
            answer = asked(target);
        } catch (ClientError | LedgerFailure e) {
            answer = new Answer.Trouble(String.valueOf(e.getMessage()));
        }
        switch (answer) {
            case Answer.Cosigned _ -> {
                cosigned = target.size();
                failures = 0;
                notBefore = 0;
                ledger.heard(tenant, new Heard(peer.name(), peer.url(), cosigned, ""));
            }
            case Answer.Trouble(var why) -> {
                long pause = BACK_OFF_MIN.toMillis() << Math.min(failures++, 10);
                notBefore = clock.millis() + Math.min(pause, BACK_OFF_MAX.toMillis());
                ledger.heard(tenant, new Heard(peer.name(), peer.url(), Math.max(0, cosigned), why));
            }
            case Answer.Contradiction(var why) ->
                ledger.heard(tenant, new Heard(peer.name(), peer.url(), Math.max(0, cosigned), why));
        }
        return answer;
    }

    private Answer asked(Checkpoint target) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            if (has > target.size()) return ahead(target);
            var body = new Submission(has, ledger.consistency(tenant, has, target), target).bytes();
            var call = Call.post(peer.submission(), "text/plain; charset=utf-8", body)
                    .within(PATIENCE);
            try (var exchange = client.send(call)) {
                switch (exchange.status()) {
                    case 200 -> {
                        return cosignatures(target, exchange.body(ANSWER_BYTES_MAX));
                    }
                    case 409 -> {
                        var size = size(exchange);
                        if (size.isEmpty()) return new Answer.Trouble("answered 409 without its size");
                        has = size.get();
                    }
                    case 422 -> {
                        return new Answer.Contradiction("the witness " + peer.name()
                                + " holds another history of this ledger at " + has + " records: fork or rollback");
                    }
                    default -> {
                        return new Answer.Trouble("answered " + exchange.status() + ": "
                                + Visible.text(new String(exchange.body(ANSWER_BYTES_MAX), UTF_8).strip(), 120));
                    }
                }
            }
        }
        return has > target.size() ? ahead(target) : new Answer.Trouble("does not stay with the size that it says");
    }

    private Answer ahead(Checkpoint target) {
        return new Answer.Contradiction("the witness " + peer.name() + " has seen more than this ledger has (" + has
                + " records, here " + target.size() + "): rollback");
    }

    /** tlog-witness: the size in decimal and a newline, as {@code text/x.tlog.size}. */
    private static Optional<Long> size(Exchange exchange) {
        boolean typed = exchange.headers().only("content-type").equals(Optional.of("text/x.tlog.size"));
        var text = new String(exchange.body(64), UTF_8);
        return typed && text.matches("(0|[1-9][0-9]{0,17})\n")
                ? Optional.of(Long.parseLong(text.strip()))
                : Optional.empty();
    }

    /** "The client MUST ignore any cosignatures from unknown keys"; all the known ones must be there and verify. */
    private Answer cosignatures(Checkpoint target, byte[] lines) {
        Checkpoint whole;
        try {
            whole = Checkpoint.parse((target.note() + new String(lines, UTF_8)).getBytes(UTF_8));
        } catch (IllegalArgumentException e) {
            return new Answer.Trouble("answered something that is not cosignatures");
        }
        for (var key : peer.keys())
            if (!whole.cosignedBy(key)) return new Answer.Trouble("did not cosign with the key that it is known by");
        has = target.size();
        return new Answer.Cosigned(whole.note().signatures().stream()
                .filter(line -> peer.keys().stream()
                        .anyMatch(key -> line.name().equals(key.name()) && line.keyId() == key.id()))
                .toList());
    }
}
