package dev.writ.guard.control;

import dev.writ.authority.Approval;
import dev.writ.authority.Authority;
import dev.writ.authority.AuthoritySnapshot;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.base.Visible;
import dev.writ.guard.Caller;
import dev.writ.guard.Covered;
import dev.writ.guard.Guard;
import dev.writ.guard.Voted;
import dev.writ.registry.Registry;
import dev.writ.vault.VaultError;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Questions to people, and their answers. Shown to those whose vote could count, and to people with a role. */
public final class Approvals {
    private final Guard guard;
    private final Directory directory;
    private final Registry registry;
    private final Authority authority;
    private final InstantSource clock;
    private final Covered covered;

    Approvals(Control.Parts parts, Directory directory) {
        this.guard = parts.guard();
        this.directory = directory;
        this.registry = parts.registry();
        this.authority = parts.authority();
        this.clock = parts.clock();
        this.covered = new Covered(parts.vault());
    }

    /** @param state when present, only approvals in that state, as {@code pending} */
    public Reply<List<Json.Obj>> all(Caller.OfPerson caller, Optional<String> state) {
        if (!directory.active(caller)) return inactive();
        var snapshot = authority.snapshot(caller.tenant());
        var now = clock.instant();
        return new Reply.Done<>(snapshot.approvals().values().stream()
                .filter(approval -> concerns(caller, approval, snapshot))
                .filter(approval -> state.isEmpty() || state.get().equals(Documents.word(approval.state(now))))
                .sorted(Comparator.comparing(Approval::requestedAt).thenComparing(Approval::id))
                .map(approval -> summary(caller.tenant(), approval, snapshot).build())
                .toList());
    }

    /** With everything that the approval binds, in full. */
    public Reply<Json.Obj> one(Caller.OfPerson caller, String id) {
        if (!directory.active(caller)) return inactive();
        return found(caller, id).then(approval -> {
            var about = authority.approvals().about(caller.tenant(), approval.id());
            if (about.isEmpty()) return new Reply.NotFound<>("approval with that id");
            return uncovered(caller.tenant(), approval, about.get()).map(shown -> inFull(caller, approval, shown));
        });
    }

    /** Not after a restore without the keys, say: the question stays known, and what it was about does not. */
    private Reply<Json.Obj> uncovered(Name tenant, Approval approval, Json.Obj stored) {
        try {
            return new Reply.Done<>(covered.open(tenant, approval.id(), stored));
        } catch (VaultError e) {
            return new Reply.Unavailable<>("what approval " + approval.id().brief()
                    + " is about cannot be shown: it was changed, or encrypted under another master key; put that key back"
                    + " from its backup, or let the agent ask anew");
        }
    }

    private Json.Obj inFull(Caller.OfPerson caller, Approval approval, Json.Obj about) {
        var document = summary(caller.tenant(), approval, authority.snapshot(caller.tenant()));
        about.get("action").ifPresent(action -> document.put("action", action));
        about.get("payload").ifPresent(payload -> document.put("payload", payload));
        return document.put("digest", approval.action().toString()).build();
    }

    public Reply<Json.Obj> vote(Caller.OfPerson caller, String id, boolean approve, String reason) {
        if (!directory.active(caller)) return inactive();
        if (!reason.isEmpty()) {
            var checked = Directory.valid(() -> Visible.line("a reason", reason, 500));
            if (checked.obstacle().isPresent()) return checked.map(_ -> Json.Obj.EMPTY);
        }
        return found(caller, id).then(approval -> switch (guard.vote(caller, approval.id(), approve, reason)) {
            case Voted.Counted(var state) ->
                new Reply.Done<>(Json.object().put("state", state).build());
            case Voted.NotCounted(var why) -> new Reply.Conflict<>(why);
            case Voted.Refused(var refusal) -> Orders.refused(refusal);
        });
    }

    private Reply<Approval> found(Caller.OfPerson caller, String id) {
        var snapshot = authority.snapshot(caller.tenant());
        var mine = snapshot.approvals().values().stream()
                .filter(approval -> concerns(caller, approval, snapshot))
                .map(Approval::id)
                .toList();
        return Directory.id("approval", mine, id)
                .map(full -> Objects.requireNonNull(snapshot.approvals().get(full)));
    }

    private boolean concerns(Caller.OfPerson caller, Approval approval, AuthoritySnapshot snapshot) {
        if (directory.hasRole(caller)) return true;
        var person = caller.person();
        boolean asked = approval.rules().keySet().stream()
                .anyMatch(group -> registry.snapshot(caller.tenant()).activeMember(group, person));
        boolean own = snapshot.task(approval.task())
                .filter(task -> task.person().equals(person))
                .isPresent();
        return asked || own;
    }

    private Json.ObjectBuilder summary(Name tenant, Approval approval, AuthoritySnapshot snapshot) {
        var known = registry.snapshot(tenant);
        var votes = approval.votes().stream()
                .<Json>map(vote -> Json.object()
                        .put("person", Documents.nameOf(vote.person(), known))
                        .put("choice", Documents.word(vote.choice()))
                        .put("proof", Documents.word(vote.proof()))
                        .put("reason", vote.reason())
                        .put("at", vote.at().toString())
                        .build())
                .toList();
        var alternatives = approval.alternatives().stream()
                .sorted(Comparator.<java.util.Set<Name>>comparingInt(java.util.Set::size)
                        .thenComparing(set -> Documents.texts(set).toString()))
                .<Json>map(set -> Json.Arr.ofStrings(Documents.texts(set)))
                .toList();
        return Json.object()
                .put("id", approval.id().text())
                .put("state", Documents.word(approval.state(clock.instant())))
                .put("agent", approval.agent().text())
                .put("task", approval.task().text())
                .put("purpose", snapshot.task(approval.task()).map(task -> task.purpose()))
                .put("asked", approval.requestedAt().toString())
                .put("expires", approval.expiresAt().toString())
                .put("alternatives", new Json.Arr(alternatives))
                .put("votes", new Json.Arr(votes));
    }

    private static <T> Reply<T> inactive() {
        return new Reply.Forbidden<>("this person is not active", Optional.empty());
    }
}
