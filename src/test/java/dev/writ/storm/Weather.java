package dev.writ.storm;

import dev.writ.base.Json;
import dev.writ.http.client.ClientError;
import dev.writ.http.client.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The load of one round: agents that call, are asked for approval and are refused, a person who approves, and an owner
 * who opens a task and revokes it in the middle. Notes what each of them was told, for that binds Writ after the kill.
 */
final class Weather {
    static final int CALLERS = 6;
    private static final int CALLS_EACH = 48;

    private final HttpClient client;
    private final WritProcess writ;
    private final int round;
    private final Told told;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> surprises = new ConcurrentLinkedQueue<>();

    /** What clients of all rounds were told; a promise that no kill may break. */
    static final class Told {
        /** Calls whose answer of the server behind reached their caller. */
        final Set<String> through = ConcurrentHashMap.newKeySet();

        /** Calls that were sent, whatever came of them. */
        final Set<String> sent = ConcurrentHashMap.newKeySet();

        /** Calls that were refused, and so must never have reached the server behind. */
        final Set<String> refused = ConcurrentHashMap.newKeySet();

        /** Keys of tasks whose revocation was confirmed. */
        final Map<String, String> revoked = new ConcurrentHashMap<>();

        /** Calls made under a task after its revocation was confirmed. */
        final Set<String> afterRevocation = ConcurrentHashMap.newKeySet();
    }

    Weather(HttpClient client, WritProcess writ, int round, Told told) {
        this.client = client;
        this.writ = writ;
        this.round = round;
        this.told = told;
    }

    /** @param key of a task that lives on; {@code dana} approves what is asked */
    void begin(String key, String dana) {
        var url = writ.url();
        var owner = new Api(client, url, writ.ownerKey());
        var approver = new Api(client, url, dana);
        for (int caller = 0; caller < CALLERS; caller++) {
            int number = caller;
            go(() -> calls(url, key, number));
        }
        go(() -> payments(url, key));
        go(() -> approvals(approver));
        go(() -> revocation(url, owner));
        if (!told.revoked.isEmpty()) go(() -> revenants(url));
    }

    private void go(Runnable work) {
        threads.add(Thread.ofVirtual().name("storm").start(() -> {
            try {
                work.run();
            } catch (ClientError e) {
                // The process was killed under it.
            } catch (RuntimeException | AssertionError e) {
                surprises.add(e);
            }
        }));
    }

    private String id(String who, int number) {
        return "r" + round + "-" + who + "-" + number + ";";
    }

    private void calls(String url, String key, int caller) {
        var session = new Session(client, url, "counting", key);
        if (session.initialize() instanceof Session.Came.Nothing) return;
        for (int i = 0; i < CALLS_EACH; i++) {
            // Every eighth is more than the policy allows.
            if (!call(session, "note", id("c" + caller, i), i % 8 == 7 ? 900 : i)) return;
        }
    }

    private boolean call(Session session, String tool, String id, int amount) {
        told.sent.add(id);
        return switch (session.call(tool, id, amount)) {
            case Session.Came.Through _ -> told.through.add(id);
            case Session.Came.Verdict _ -> told.refused.add(id);
            case Session.Came.Nothing _ -> false;
        };
    }

    /** Each waits until Dana has said yes to it, and is then made; never twice. */
    private void payments(String url, String key) {
        var session = new Session(client, url, "counting", key);
        if (session.initialize() instanceof Session.Came.Nothing) return;
        for (int i = 0; i < CALLS_EACH; i++) if (!call(session, "pay", id("pay", i), 1_000)) return;
    }

    /** Says yes to whatever waits for Dana, until the process is gone. */
    private void approvals(Api approver) {
        while (true) {
            for (var item : approver.get("/approvals?state=pending")
                    .array("items")
                    .orElseThrow()
                    .items()) approve(approver, ((Json.Obj) item).string("id").orElseThrow());
        }
    }

    private void approve(Api approver, String approval) {
        approver.post(
                "/approvals/" + approval + "/approve",
                Json.object().put("reason", "storm").build());
    }

    /** Opens a task, uses it, revokes it; from the confirmation on its key is good for nothing. */
    private void revocation(String url, Api owner) {
        var work = Scene.task(owner, Scene.person(owner, "owner"), List.of("counting"));
        var session = new Session(client, url, "counting", work.key());
        if (session.initialize() instanceof Session.Came.Nothing) return;
        for (int i = 0; i < 2; i++) if (!call(session, "note", id("brief", i), i)) return;
        owner.post(
                "/tasks/" + work.task() + "/revoke",
                Json.object().put("reason", "storm").build());
        told.revoked.put(work.key(), work.task());
        var late = id("late", 0);
        told.afterRevocation.add(late);
        session.call("note", late, 1);
    }

    /** Tries the keys of tasks that were revoked in earlier rounds. */
    private void revenants(String url) {
        int number = 0;
        for (var key : List.copyOf(told.revoked.keySet()).subList(0, Math.min(3, told.revoked.size()))) {
            var session = new Session(client, url, "counting", key);
            if (session.initialize() instanceof Session.Came.Nothing) return;
            var id = id("revenant", number++);
            told.afterRevocation.add(id);
            session.call("note", id, 1);
        }
    }

    void end() {
        for (var thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        if (!surprises.isEmpty()) throw new AssertionError("in round " + round, surprises.peek());
    }
}
