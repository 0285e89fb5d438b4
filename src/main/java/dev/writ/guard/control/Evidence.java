package dev.writ.guard.control;

import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.guard.Action;
import dev.writ.guard.Attempt;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Held;
import dev.writ.guard.Outcome;
import dev.writ.guard.Permit;
import dev.writ.guard.Refusal;
import dev.writ.ledger.Entry;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerFailure;
import dev.writ.ledger.SideValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Looking into a tenant's ledger, which is an action of its own: for auditors and administrators, and recorded. */
public final class Evidence {
    public static final int LIMIT_MAX = 1_000;
    private static final int SHORTENED_RECORDS_MAX = 50_000;
    private static final Set<String> DECISIONS = Set.of("intent", "refusal", "hold");

    private final Guard guard;
    private final Directory directory;
    private final Ledger ledger;
    private final Testimony testimony;

    Evidence(Control.Parts parts, Directory directory) {
        this.guard = parts.guard();
        this.directory = directory;
        this.ledger = parts.ledger();
        this.testimony = new Testimony(parts.registry());
    }

    /**
     * Which decisions to show.
     *
     * @param after only records behind this index; without it the newest are shown
     * @param verdict permit, deny or hold
     */
    public record Wanted(
            int limit, Optional<Long> after, Optional<String> agent, Optional<String> task, Optional<String> verdict) {
        public Wanted {
            if (limit < 1 || limit > LIMIT_MAX) throw new IllegalArgumentException("a limit is 1 to " + LIMIT_MAX);
            if (after.filter(index -> index < -1).isPresent())
                throw new IllegalArgumentException("after is the index of a record");
            if (verdict.filter(v -> !Set.of("permit", "deny", "hold").contains(v))
                    .isPresent()) throw new IllegalArgumentException("a verdict is permit, deny or hold");
        }

        boolean matches(Json.Obj record) {
            // Looking is recorded but not shown here: whoever follows the log would otherwise see nothing but that.
            boolean look = record.object("action")
                    .flatMap(action -> action.string("kind"))
                    .equals(Optional.of("read-evidence"));
            return DECISIONS.contains(record.string("kind").orElse(""))
                    && !look
                    && (agent.isEmpty() || agent.equals(record.string("agent")))
                    && (task.isEmpty() || endsWith(record.string("task"), task.get()))
                    && (verdict.isEmpty() || verdict.equals(record.string("verdict")));
        }

        private static boolean endsWith(Optional<String> id, String text) {
            return id.filter(full ->
                            text.length() >= Directory.SUFFIX_CHARS_MIN && full.endsWith(text.toLowerCase(Locale.ROOT)))
                    .isPresent();
        }
    }

    /** Decisions in the order of the log, and {@code next} to go on after them. */
    public Reply<Json.Obj> decisions(Caller.OfPerson caller, Wanted wanted) {
        return looking(caller, "decisions", () -> {
            var tenant = caller.tenant();
            long end = ledger.size(tenant);
            var found = new ArrayDeque<Entry>();
            var next = new long[] {wanted.after().orElse(end - 1)};
            if (wanted.after().isPresent())
                ledger.scan(tenant, wanted.after().get() + 1, entry -> {
                    if (found.size() >= wanted.limit()) return false;
                    next[0] = entry.index();
                    if (wanted.matches(entry.record())) found.add(entry);
                    return true;
                });
            else newest(tenant, end, wanted, found);
            var items = found.stream().<Json>map(testimony::summary).toList();
            return new Reply.Done<>(Json.object()
                    .put("items", new Json.Arr(items))
                    .put("next", next[0])
                    .build());
        });
    }

    /** Goes back through the log in windows, each four times as long as the one before. */
    private void newest(Name tenant, long end, Wanted wanted, ArrayDeque<Entry> found) {
        long window = Math.max(256, wanted.limit() * 4L);
        for (long to = end; to > 0 && found.size() < wanted.limit(); window *= 4) {
            long from = Math.max(0, to - window);
            long until = to;
            var part = new ArrayDeque<Entry>();
            ledger.scan(tenant, from, entry -> {
                if (entry.index() >= until) return false;
                if (wanted.matches(entry.record())) part.add(entry);
                if (part.size() > wanted.limit()) part.removeFirst();
                return true;
            });
            while (!part.isEmpty() && found.size() < wanted.limit()) found.addFirst(part.removeLast());
            to = from;
        }
    }

    /** Every record of a decision, with the question that was decided and the payload that was judged. */
    public Reply<Json.Obj> decision(Caller.OfPerson caller, String id) {
        return looking(caller, id, () -> found(caller.tenant(), id).then(decision -> {
            var records = ledger.about(caller.tenant(), decision);
            if (records.isEmpty()) return new Reply.NotFound<>("decision with that id");
            var document = Json.object()
                    .put(
                            "records",
                            new Json.Arr(records.stream()
                                    .<Json>map(entry -> entry.record().with("index", Json.of(entry.index())))
                                    .toList()));
            for (var name : List.of("question", "payload"))
                for (var entry : records)
                    side(caller.tenant(), entry, name).ifPresent(value -> document.put(name, value));
            return new Reply.Done<>(document.build());
        }));
    }

    private Optional<Json> side(Name tenant, Entry entry, String name) {
        if (entry.record().object("side").flatMap(side -> side.get(name)).isEmpty()) return Optional.empty();
        if (!(ledger.side(tenant, entry.index(), name) instanceof SideValue.Present(var value, var _)))
            return Optional.empty();
        try {
            return Optional.of(JsonReader.read(value));
        } catch (JsonError e) {
            return Optional.of(Json.of("(" + value.length + " bytes)"));
        }
    }

    /** One sentence, and what it rests on. */
    public Reply<Json.Obj> whoAuthorised(Caller.OfPerson caller, String id) {
        return looking(caller, id, () -> found(caller.tenant(), id).then(decision -> {
            var told = testimony.of(
                    caller.tenant(),
                    ledger.about(caller.tenant(), decision),
                    approval -> ledger.about(caller.tenant(), approval));
            return told.<Reply<Json.Obj>>map(Reply.Done::new)
                    .orElseGet(() -> new Reply.NotFound<>("decision with that id"));
        }));
    }

    /** @param disclose whether the judged bytes and the question go with it in clear */
    public Reply<byte[]> receipt(Caller.OfPerson caller, String id, boolean disclose) {
        return looking(caller, id, () -> found(caller.tenant(), id)
                .then(decision -> ledger.receipt(caller.tenant(), decision, _ -> disclose)
                        .<Reply<byte[]>>map(Reply.Done::new)
                        .orElseGet(() -> new Reply.NotFound<>("decision with that id"))));
    }

    /** The keys that verify this tenant's log; they are no secret, and whoever wants to verify keeps them elsewhere. */
    public Reply<String> trust(Caller.OfPerson caller) {
        return directory.reading(caller, () -> new Reply.Done<>(ledger.trust(caller.tenant())));
    }

    /** A signed head that covers everything recorded until now. */
    public Reply<String> checkpoint(Caller.OfPerson caller) {
        return looking(caller, "checkpoint", () -> new Reply.Done<>(ledger.checkpointText(caller.tenant())));
    }

    /** The tenant's whole log as a zip file, side values closed. */
    public Reply<byte[]> export(Caller.OfPerson caller) {
        return looking(caller, "export", () -> {
            try {
                var folder = Files.createTempDirectory("writ-export-");
                var file = folder.resolve("evidence.zip");
                try {
                    ledger.export(caller.tenant(), file, _ -> false);
                    return new Reply.Done<>(Files.readAllBytes(file));
                } finally {
                    delete(file, folder);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void delete(Path... files) throws IOException {
        for (var file : files) Files.deleteIfExists(file);
    }

    /** A decision by its full id, or by the end of it among the newest records. */
    private Reply<Id> found(Name tenant, String text) {
        var wanted = text.toLowerCase(Locale.ROOT);
        if (wanted.matches("dec_[0-9a-hjkmnp-tv-z]{26}")) return new Reply.Done<>(new Id(wanted));
        var known = new ArrayList<Id>();
        long from = Math.max(0, ledger.size(tenant) - SHORTENED_RECORDS_MAX);
        ledger.scan(tenant, from, entry -> {
            if (DECISIONS.contains(entry.kind()))
                entry.record()
                        .string("decision")
                        .filter(id -> id.endsWith(wanted))
                        .ifPresent(id -> known.add(new Id(id)));
            return true;
        });
        return Directory.id("decision", known, text);
    }

    /** Looking into the ledger is an action like any other: decided by role, and recorded. */
    <T> Reply<T> looking(Caller.OfPerson caller, String at, Supplier<Reply<T>> look) {
        var payload = Json.object().put("at", at.length() > 100 ? at.substring(0, 100) : at);
        var action = new Action.ReadEvidence("ledger", payload.build());
        return switch (guard.admit(new Attempt(caller, action))) {
            case Refusal refusal -> Orders.refused(refusal);
            case Held held -> new Reply.Forbidden<>("looking cannot be held", Optional.of(held.decision()));
            case Permit permit -> {
                var status = Outcome.Status.ERROR;
                try {
                    if (guard.use(permit) instanceof Guard.Use.Stop(var reason))
                        yield new Reply.Unavailable<>(reason.code());
                    var reply = look.get();
                    status = Outcome.Status.DONE;
                    yield reply;
                } catch (LedgerFailure | UncheckedIOException e) {
                    yield new Reply.Unavailable<>("the ledger cannot be read: " + e.getMessage());
                } finally {
                    guard.settle(permit, Outcome.without(status, "ledger", 0, ""));
                }
            }
        };
    }
}
