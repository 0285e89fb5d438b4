package dev.writ.app;

import dev.writ.authority.Authority;
import dev.writ.base.Digest;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.base.Name;
import dev.writ.base.SteadyClock;
import dev.writ.guard.Guard;
import dev.writ.guard.Issuing;
import dev.writ.guard.Journal;
import dev.writ.guard.Policies;
import dev.writ.guard.RefusalQuota;
import dev.writ.guard.Transition;
import dev.writ.guard.replay.Reconciliation;
import dev.writ.identity.Identity;
import dev.writ.identity.Issue;
import dev.writ.identity.issuer.Issuer;
import dev.writ.identity.issuer.Proofs;
import dev.writ.ledger.Ledger;
import dev.writ.ledger.LedgerSettings;
import dev.writ.ledger.Reserve;
import dev.writ.ledger.Salvage;
import dev.writ.ledger.token.Token;
import dev.writ.ledger.verify.Checkpoint;
import dev.writ.ledger.verify.EvidenceFailure;
import dev.writ.ledger.verify.LogFolder;
import dev.writ.policy.publish.BundleStore;
import dev.writ.policy.publish.FrontEnd;
import dev.writ.policy.publish.LivePolicies;
import dev.writ.policy.publish.Publisher;
import dev.writ.registry.Group;
import dev.writ.registry.Registry;
import dev.writ.store.Positions;
import dev.writ.store.Store;
import dev.writ.vault.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns the copy of an installation into one that may be started. Its logs are history: each tenant begins a new one,
 * under a new node name, whose first record cites the checkpoints of the old ones. What the old logs say was taken away is
 * made true; then every open task ends, every approval is void and whatever lets anybody in is over, for nobody knows what
 * was taken away after the copy was made. Labels stay. Works in a folder that nobody else uses and that has no name yet.
 */
final class Renewal {
    private static final Duration CEDAR_TIME_MAX = Duration.ofSeconds(60);
    private static final String ORIGIN_SUFFIX = "-r";

    private final Path folder;
    private final SteadyClock clock;
    private final SecureRandom random;
    private final Why why;
    private final Optional<Pkcs11> keys;
    private final List<String> notes = new ArrayList<>();

    /**
     * Why it is done.
     *
     * @param event of the first record: {@code restored} or {@code recovered}
     * @param sentence why tasks ended, as people and agents are told
     * @param about further members of the first record
     * @param salvaged records that never reached a checkpoint; what they take away is taken away
     * @param acceptClock whether the machine's clock is believed although it is behind
     */
    record Why(String event, String sentence, Json.Obj about, List<Salvage.Found> salvaged, boolean acceptClock) {
        String by() {
            return event.equals("restored") ? "restore" : "recover";
        }
    }

    /** What came of it, for the person who did it. */
    record Told(Name node, int replayed, int tasks, int keys, Optional<String> owner, List<String> notes) {}

    /** @param keys the token in which the new logs' keys are made; the old ones' need not be there */
    Renewal(Path folder, InstantSource machine, SecureRandom random, Why why, Optional<Pkcs11> keys) {
        this.folder = folder;
        this.clock = new SteadyClock(machine);
        this.random = random;
        this.why = why;
        this.keys = keys;
    }

    Told renew() throws IOException {
        if (keys.isEmpty()) return renewed(Optional.empty());
        try (var token = keys.get().open(random)) {
            return renewed(Optional.of(token));
        }
    }

    private Told renewed(Optional<Token> token) throws IOException {
        var logs = Installations.logs(folder);
        var applied = Files.exists(folder.resolve("writ.db"))
                ? Installations.applied(folder.resolve("writ.db"))
                : Map.<Installations.Log, Long>of();
        var before = before(logs);
        var node = fresh(before, logs);
        var heads = heads(logs);
        forgetSigningKeys(logs);
        write(before, node);
        var data = DataFolder.open(folder);
        try (var store = Store.open(data.database(), Wiring.schemas());
                var ledger = Ledger.open(
                        new LedgerSettings(folder, installation(heads), node).signedIn(token), clock, random);
                var reserve = Reserve.open(data.reserve())) {
            time(store);
            return new Work(data, store, ledger, reserve, node, heads).done(applied);
        }
    }

    /** The configured name of the node: what {@code node.json} says, or what the only log is called. */
    private Name before(List<Installations.Log> logs) throws IOException {
        var file = folder.resolve(DataFolder.NODE_FILE);
        try {
            if (Files.exists(file))
                return new Name(JsonReader.readObject(Files.readAllBytes(file))
                        .string("of")
                        .orElseThrow());
        } catch (JsonError | IllegalArgumentException | java.util.NoSuchElementException e) {
            notes.add(DataFolder.NODE_FILE + " could not be read; the node is taken for node-1");
        }
        var nodes = new TreeSet<Name>();
        for (var log : logs) nodes.add(log.node());
        return nodes.size() == 1 ? nodes.first() : Settings.of(folder).node();
    }

    private static Name fresh(Name of, List<Installations.Log> logs) {
        for (int i = 1; ; i++) {
            var name = new Name(of + ORIGIN_SUFFIX + i);
            if (logs.stream().noneMatch(log -> log.node().equals(name))) return name;
        }
    }

    private void write(Name of, Name node) throws IOException {
        var json = Json.object()
                .put("v", 1)
                .put("of", of.text())
                .put("node", node.text())
                .build();
        Files.write(folder.resolve(DataFolder.NODE_FILE), json.bytes());
    }

    /** The signed heads that can be read; a log whose head is lost is told in the first record all the same. */
    private Map<Name, List<Checkpoint>> heads(List<Installations.Log> logs) {
        var heads = new TreeMap<Name, List<Checkpoint>>();
        for (var log : logs) {
            var of = heads.computeIfAbsent(log.tenant(), _ -> new ArrayList<>());
            try {
                of.add(log(log).checkpoint());
            } catch (EvidenceFailure e) {
                notes.add("the checkpoint of " + log.tenant() + "/" + log.node()
                        + " cannot be read, so nothing cites it");
            }
        }
        return heads;
    }

    private LogFolder log(Installations.Log log) {
        return new LogFolder(folder.resolve("ledger")
                .resolve(log.tenant().text())
                .resolve(log.node().text()));
    }

    /** Nobody writes the old logs again, whatever the settings come to say: what signs them is not in this folder. */
    private void forgetSigningKeys(List<Installations.Log> logs) throws IOException {
        for (var log : logs)
            for (var key : Copies.list(folder.resolve("keys")
                    .resolve(log.tenant().text())
                    .resolve(log.node().text())))
                if (!String.valueOf(key.getFileName()).equals("side.key")) Copies.delete(key);
    }

    private String installation(Map<Name, List<Checkpoint>> heads) {
        return heads.values().stream()
                .flatMap(List::stream)
                .map(head -> head.origin().split("/"))
                .filter(parts -> parts.length > 2)
                .map(parts -> String.join("/", List.of(parts).subList(0, parts.length - 2)))
                .findFirst()
                .orElseGet(() -> Settings.of(folder).installation());
    }

    private void time(Store store) {
        var latest = store.read(Positions::latestClock);
        store.write(sql -> {
            Positions.forget(sql);
            if (why.acceptClock) Positions.forgetClock(sql);
            return 0;
        });
        if (why.acceptClock) return;
        latest.ifPresent(clock::atLeast);
        if (clock.behind().compareTo(Journal.BEHIND_MAX) > 0)
            throw new StartFailure(
                    "this machine's clock is behind the last moment that was noted, " + latest.orElseThrow(),
                    "set the clock, or say with --accept-clock that it is right and the old one was wrong",
                    null);
    }

    /** The work on the opened parts. */
    private final class Work {
        private final DataFolder data;
        private final Store store;
        private final Ledger ledger;
        private final Reserve reserve;
        private final Name node;
        private final Map<Name, List<Checkpoint>> heads;
        private final Registry registry;
        private final Authority authority;
        private final Identity identity;
        private final Policies policies = new Policies();
        private final Ids ids;

        Work(
                DataFolder data,
                Store store,
                Ledger ledger,
                Reserve reserve,
                Name node,
                Map<Name, List<Checkpoint>> heads) {
            this.data = data;
            this.store = store;
            this.ledger = ledger;
            this.reserve = reserve;
            this.node = node;
            this.heads = heads;
            this.registry = new Registry(store, clock);
            this.authority = new Authority(store, clock);
            this.identity = new Identity(store, clock, random);
            this.ids = new Ids(clock, random);
        }

        Told done(Map<Installations.Log, Long> applied) {
            var vault = Vault.open(store, data.keys(), random);
            var publisher = new Publisher(new FrontEnd(CEDAR_TIME_MAX));
            for (var tenant : tenants())
                policies.add(tenant, LivePolicies.open(new BundleStore(data.bundles(tenant)), publisher));
            var parts = new Reconciliation.Parts(
                    store, ledger, registry, authority, identity, vault, policies, reserve, node, clock);
            var journal = new Journal(store, ledger, node, clock);
            var guard = new Guard(
                    new Guard.Parts(identity, registry, authority, policies, ledger, vault, nobodyAsks()),
                    node,
                    "separate",
                    ids,
                    clock,
                    journal,
                    reserve,
                    RefusalQuota.DEFAULT);
            for (var tenant : tenants()) begin(guard, tenant);
            int replayed = replayed(new Reconciliation(parts), applied);
            int tasks = 0;
            int keys = 0;
            for (var tenant : tenants()) {
                tasks += tasksEnded(guard, tenant);
                keys += keysRevoked(guard, tenant);
                recordPolicies(guard, tenant);
            }
            parts.settle();
            reserve.clear();
            var owner = owner(guard);
            journal.note(parts::settle, parts::bundle, true);
            return new Told(node, replayed, tasks, keys, owner, List.copyOf(notes));
        }

        /** Nothing is served meanwhile, so no token is asked for. */
        private Issuing nobodyAsks() {
            return new Issuing(
                    new Issuer(data.keys(), clock, random), new Proofs(clock, random), random, () -> "", Set::of);
        }

        private Set<Name> tenants() {
            var all = new TreeSet<>(registry.tenants());
            all.addAll(heads.keySet());
            return all;
        }

        /** The first record of the new log. */
        private void begin(Guard guard, Name tenant) {
            var cites = heads.getOrDefault(tenant, List.of()).stream()
                    .<Json>map(head -> Json.object()
                            .put("origin", head.origin())
                            .put("size", head.size())
                            .put("root", head.root().toString())
                            .put("checkpoint", new String(head.bytes(), java.nio.charset.StandardCharsets.UTF_8))
                            .build())
                    .toList();
            record(guard, tenant, "origin", why.event, why.about.with("cites", new Json.Arr(cites)), Map.of());
        }

        private int replayed(Reconciliation reconciliation, Map<Installations.Log, Long> applied) {
            int made = reconciliation.replayReserve();
            for (var tenant : heads.entrySet())
                for (var head : tenant.getValue()) {
                    var node = new Name(head.origin().substring(head.origin().lastIndexOf('/') + 1));
                    var log = new Installations.Log(tenant.getKey(), node);
                    long from = applied.getOrDefault(log, 0L);
                    if (from >= head.size()) continue;
                    try {
                        made += reconciliation.replay(
                                tenant.getKey(), Installations.records(log(log), from, head.size()));
                    } catch (EvidenceFailure | JsonError e) {
                        notes.add("records of " + head.origin() + " after " + from
                                + " cannot be read; what they took away is not known: look at people, groups, agents");
                    }
                }
            for (var found : why.salvaged)
                made += reconciliation.replay(
                        found.tenant(), List.of(new dev.writ.ledger.Entry(found.index(), new byte[0], found.record())));
            return made;
        }

        private int tasksEnded(Guard guard, Name tenant) {
            var ended = authority.endEverything(tenant, why.sentence);
            for (var task : ended)
                record(
                        guard,
                        tenant,
                        "revocation",
                        "task-revoked",
                        Json.object()
                                .put("task", task.id().text())
                                .put("agent", task.agent().text())
                                .put("reason", why.sentence)
                                .build(),
                        Map.of());
            return ended.size();
        }

        private int keysRevoked(Guard guard, Name tenant) {
            var now = clock.instant();
            var revoked = identity.revokeAll(tenant, now);
            revoked.unsaved().ifPresent(failed -> {
                throw failed;
            });
            var members = Json.object()
                    .put("until", Guard.time(now))
                    .put("count", revoked.keys().size())
                    .put("grants", revoked.grants().size())
                    .put("sessions", revoked.sessions().size())
                    .put("reason", why.sentence);
            record(guard, tenant, "revocation", "keys-revoked", members.build(), Map.of());
            return revoked.keys().size();
        }

        private void recordPolicies(Guard guard, Name tenant) {
            policies.of(tenant)
                    .flatMap(LivePolicies::bundle)
                    .ifPresent(bundle -> record(
                            guard,
                            tenant,
                            "policy-bundle",
                            why.event,
                            Json.object()
                                    .put("bundle", bundle.digest().toString())
                                    .build(),
                            Map.of("bundle", bundle.bytes())));
        }

        /** A credential for one administrator, the only one that is good afterwards. */
        private Optional<String> owner(Guard guard) {
            var tenant = registry.tenants().contains(Wiring.TENANT)
                    ? Optional.of(Wiring.TENANT)
                    : registry.tenants().stream().sorted().findFirst();
            if (tenant.isEmpty()) return Optional.empty();
            var snapshot = registry.snapshot(tenant.get());
            var person = snapshot.people().values().stream()
                    .filter(each -> snapshot.activeMember(Group.ADMIN, each.id()))
                    .min(java.util.Comparator.comparing(each -> each.email()));
            if (person.isEmpty()) {
                notes.add("no active administrator is left in " + tenant.get() + ", so there is no credential");
                return Optional.empty();
            }
            return Optional.of(credential(
                    guard, tenant.get(), person.get().id(), person.get().email()));
        }

        private String credential(Guard guard, Name tenant, Id person, String email) {
            var id = ids.next("key");
            var about = Json.object().put("key", id.text()).put("person", person.text());
            record(guard, tenant, "enrolment", "key-issued", about.build(), Map.of());
            if (!(identity.issueForPerson(tenant, id, person) instanceof Issue.Issued(var _, var text)))
                throw new StartFailure("no credential could be made for " + email, "try again", null);
            new OwnerFile(data.ownerFile()).write(java.net.URI.create("http://127.0.0.1:0"), tenant, text);
            return email;
        }

        private void record(
                Guard guard, Name tenant, String kind, String event, Json.Obj members, Map<String, byte[]> side) {
            if (!guard.recordOwn(tenant, why.by(), new Transition(kind, event, members, side)))
                throw new StartFailure(
                        "the new log cannot be written: "
                                + ledger.closedBecause().orElse("the disk refuses"),
                        "make room on the disk and try again; nothing was changed",
                        null);
        }
    }

    /** Digest of what a copy was made from, for the first record. */
    static Json.Obj from(Optional<Digest> manifest, String found) {
        var about = Json.object().put("found", found);
        manifest.ifPresent(digest -> about.put("manifest", digest.toString()));
        return about.build();
    }
}
