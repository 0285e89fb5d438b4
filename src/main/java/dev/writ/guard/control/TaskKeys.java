package dev.writ.guard.control;

import dev.writ.authority.Task;
import dev.writ.base.Id;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.guard.Guard;
import dev.writ.guard.Transition;
import dev.writ.guard.control.Orders.Taken;
import dev.writ.identity.Identity;
import dev.writ.identity.Key;
import java.util.List;
import java.util.Optional;

/** The keys of a task: which there are, and taking back a single one while the task goes on. */
public final class TaskKeys {
    private final Orders orders;
    private final Directory directory;
    private final Tasks tasks;
    private final Guard guard;
    private final Identity identity;

    TaskKeys(Control.Parts parts, Orders orders, Directory directory, Tasks tasks) {
        this.orders = orders;
        this.directory = directory;
        this.tasks = tasks;
        this.guard = parts.guard();
        this.identity = parts.identity();
    }

    /** All that are kept of the task, oldest first; never the keys themselves. */
    public Reply<List<Json.Obj>> all(Caller.OfPerson caller, String task) {
        var tenant = caller.tenant();
        return directory.reading(caller, () -> tasks.found(caller, task).map(found -> of(tenant, found).stream()
                .map(key -> document(tenant, key))
                .toList()));
    }

    public Reply<Json.Obj> revoke(Caller.OfPerson caller, String task, String key, String reason) {
        var why = Directory.valid(() -> Visible.line("a reason", reason, 500));
        return directory.reading(caller, () -> why.then(_ -> tasks.found(caller, task))
                .then(found -> key(caller.tenant(), found, key))
                .then(found -> orders.takeAway(
                        caller,
                        Orders.administer(
                                "task:key-revoke",
                                found.id().text(),
                                Json.object().put("reason", reason).build()),
                        () -> taken(caller.tenant(), found, reason))));
    }

    private List<Key.AgentKey> of(Name tenant, Task task) {
        return identity.keys(tenant).stream()
                .filter(Key.AgentKey.class::isInstance)
                .map(Key.AgentKey.class::cast)
                .filter(key -> key.task().equals(task.id()))
                .toList();
    }

    private Reply<Key.AgentKey> key(Name tenant, Task task, String text) {
        var keys = of(tenant, task);
        return Directory.id("key of this task", keys.stream().map(Key::id).toList(), text)
                .map(id -> keys.stream()
                        .filter(key -> key.id().equals(id))
                        .findFirst()
                        .orElseThrow());
    }

    /** In force before it is recorded, as every way of taking authority away. */
    private Taken<Json.Obj> taken(Name tenant, Key.AgentKey key, String reason) {
        var revoked = identity.revoke(tenant, key.id());
        if (revoked.keys().isEmpty()) return new Taken<>(new Reply.Conflict<>("the key is revoked already"), List.of());
        guard.cut(tenant, key.id());
        var warnings = revoked.unsaved()
                .map(_ -> List.of("in force, but the database does not hold it yet"))
                .orElse(List.of());
        var members = Json.object()
                .put("key", key.id().text())
                .put("agent", key.agent().text())
                .put("task", key.task().text())
                .put("reason", reason);
        return new Taken<>(
                new Reply.Done<>(document(tenant, (Key.AgentKey) revoked.keys().getFirst()), warnings),
                List.of(new Transition("revocation", "key-revoked", members.build())));
    }

    private Json.Obj document(Name tenant, Key.AgentKey key) {
        return Json.object()
                .put("id", key.id().text())
                .put("task", key.task().text())
                .put("agent", key.agent().text())
                .put("state", state(key))
                .put("created", key.createdAt().toString())
                .put("revoked", key.revokedAt().map(Object::toString))
                .put("lastUsed", lastUsed(tenant, key.id()))
                .build();
    }

    private Optional<String> lastUsed(Name tenant, Id key) {
        return identity.lastUsed(tenant, key).map(Object::toString);
    }

    private static String state(Key.AgentKey key) {
        if (key.revokedAt().isPresent()) return "revoked";
        return key.endedAt().isPresent() ? "ended" : "in-force";
    }
}
