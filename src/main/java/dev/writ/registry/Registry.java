package dev.writ.registry;

import dev.writ.base.Name;
import dev.writ.store.Book;
import dev.writ.store.Change;
import dev.writ.store.Plan;
import dev.writ.store.Schema;
import dev.writ.store.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The registry of all tenants: a snapshot for whoever decides, and commands, grouped by what they are about. Commands
 * are plain: whether somebody may give them is decided, and recorded, before they are called. Thread-safe.
 */
public final class Registry {
    /** The groups that every tenant has, so that shipped policies name something: empty, they approve nothing. */
    public static final List<Name> BUILT_IN_GROUPS = List.of(
            Group.ADMIN,
            Group.APPROVER,
            Group.AUDITOR,
            Group.VIEWER,
            Group.POLICY_AUTHOR,
            Group.BREAK_GLASS,
            Group.DATA_OWNERS);

    private final Store store;
    private final Map<Name, Book<RegistrySnapshot>> books = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final Tools tools;

    public Registry(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.tools = new Tools(this, store, clock);
        store.read(Tables::load).forEach((tenant, snapshot) -> books.put(tenant, new Book<>(store, snapshot)));
    }

    public static Schema schema() {
        return Tables.SCHEMA;
    }

    public Set<Name> tenants() {
        return Set.copyOf(books.keySet());
    }

    /** The tenant's registry now: one volatile read. A tenant that does not exist has nothing. */
    public RegistrySnapshot snapshot(Name tenant) {
        var book = books.get(tenant);
        return book == null ? RegistrySnapshot.EMPTY : book.now();
    }

    /** Returns when the database holds everything that is seen, and throws when it cannot. */
    public void settle() {
        books.values().forEach(Book::settle);
    }

    public People people() {
        return new People(this);
    }

    public Agents agents() {
        return new Agents(this, clock);
    }

    public Servers servers() {
        return new Servers(this);
    }

    public Tools tools() {
        return tools;
    }

    /** Makes a tenant with the built-in groups. Its name is never given again. */
    public synchronized Outcome<Name> createTenant(Name tenant) {
        if (books.containsKey(tenant)) return new Outcome.AlreadyExists<>("tenant " + tenant);
        var changes = new ArrayList<Change<RegistrySnapshot>>();
        changes.add(Change.of(
                s -> s,
                sql -> sql.changeOne("INSERT INTO tenants (name, created_at) VALUES (?, ?)", tenant, clock.instant())));
        for (var group : BUILT_IN_GROUPS) changes.add(People.added(tenant, Group.ofPeople(group)));
        var book = new Book<>(store, RegistrySnapshot.EMPTY);
        book.command(_ -> new Plan<>(tenant, changes));
        books.put(tenant, book);
        return new Outcome.Done<>(tenant);
    }

    /** Durable before it is seen: for what gives authority. */
    <T> Outcome<T> command(Name tenant, Function<RegistrySnapshot, Plan<RegistrySnapshot, Outcome<T>>> planner) {
        var book = books.get(tenant);
        return book == null ? new Outcome.NotFound<>("tenant " + tenant) : book.command(planner);
    }

    /** Seen before it is durable: for what takes authority away. */
    <T> Outcome<T> atOnce(Name tenant, Function<RegistrySnapshot, Plan<RegistrySnapshot, Outcome<T>>> planner) {
        var book = books.get(tenant);
        if (book == null) return new Outcome.NotFound<>("tenant " + tenant);
        var done = book.atOnce(planner, _ -> {});
        return done.answer() instanceof Outcome.Done<T>(var value)
                        && done.unsaved().isPresent()
                ? new Outcome.Unsaved<>(value, done.unsaved().get())
                : done.answer();
    }

    static <T> Plan<RegistrySnapshot, Outcome<T>> done(T value, Change<RegistrySnapshot> change) {
        return Plan.of(new Outcome.Done<>(value), change);
    }

    static <T> Plan<RegistrySnapshot, Outcome<T>> unchanged(Outcome<T> outcome) {
        return Plan.nothing(outcome);
    }

    static <T> Plan<RegistrySnapshot, Outcome<T>> notFound(String what) {
        return Plan.nothing(new Outcome.NotFound<>(what));
    }

    static <T> Plan<RegistrySnapshot, Outcome<T>> refused(String why) {
        return Plan.nothing(new Outcome.Refused<>(why));
    }

    static <T> Plan<RegistrySnapshot, Outcome<T>> exists(String what) {
        return Plan.nothing(new Outcome.AlreadyExists<>(what));
    }
}
