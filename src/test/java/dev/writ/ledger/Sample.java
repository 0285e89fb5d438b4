package dev.writ.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Id;
import dev.writ.base.Ids;
import dev.writ.base.Json;
import dev.writ.base.Name;
import dev.writ.ledger.verify.Handover;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Records as guard writes them, and ledgers to put them into. */
public final class Sample {
    public static final Name TENANT = new Name("acme");
    public static final Name OTHER = new Name("globex");
    public static final Name NODE = new Name("node-1");
    public static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-20T09:00:00Z"));
    public static final SecureRandom RANDOM = new SecureRandom();
    public static final Ids IDS = new Ids(CLOCK, RANDOM);
    public static final int SMALL_SEGMENT = 64 << 10;

    private Sample() {}

    public static LedgerSettings settings(Path data) {
        return new LedgerSettings(data, "ledger.example/writ", NODE, SMALL_SEGMENT);
    }

    public static Ledger open(Path data) {
        return Ledger.open(settings(data), CLOCK, RANDOM);
    }

    public static Json.ObjectBuilder record(String kind) {
        return Json.object()
                .put("v", 1)
                .put("kind", kind)
                .put("id", IDS.next("rec").text())
                .put("time", "2026-11-20T09:00:00.000001Z")
                .put("node", NODE.text());
    }

    public static Json.Obj note(String text) {
        return record("administration").put("note", text).build();
    }

    /** Changes the keys of the tenant's log, as an administrator's order does. */
    public static void rotate(Ledger ledger) {
        rotationRecorded(ledger);
        ledger.rotateKeys(TENANT);
    }

    /** The first half of it: the record by which the old keys name the new ones. */
    public static void rotationRecorded(Ledger ledger) {
        var previous = ledger.trust(TENANT).lines().toList();
        var keys = ledger.successorKeys(TENANT);
        ledger.beginRotation(TENANT);
        ledger.append(
                TENANT,
                record(Handover.KIND)
                        .put("event", Handover.ROTATED)
                        .put("keys", keys)
                        .put("previous", previous)
                        .build(),
                Map.of());
    }

    /** An intent of the usual size, about 630 bytes with its members. */
    public static Json.ObjectBuilder intent(Id decision) {
        return record("intent")
                .put("decision", decision.text())
                .put("verdict", "permit")
                .put(
                        "action",
                        Json.object()
                                .put("kind", "tool:call")
                                .put("target", "shop/refund")
                                .build())
                .put("agent", "support-bot")
                .put("person", "per_0123456789abcdefghjkmnpqrs")
                .put("task", "tsk_0123456789abcdefghjkmnpqrs")
                .put("purpose", "answer the customer's complaint")
                .put("chain", List.of("support-bot"))
                .put("scope", Json.object().put("servers", List.of("shop")).build())
                .put(
                        "policy",
                        Json.object()
                                .put("bundle", "b".repeat(64))
                                .put("determining", List.of("refunds"))
                                .put("errors", List.of())
                                .build())
                .put("approvals", new Json.Arr(List.of()));
    }

    public static Json.Obj outcome(String intent) {
        return record("outcome").put("intent", intent).put("status", "done").build();
    }

    public static Json.ObjectBuilder approval(String approval, String event) {
        return record("approval")
                .put("approval", approval)
                .put("event", event)
                .put("by", "per_0123456789abcdefghjkmnpqrs")
                .put("group", "finance")
                .put("proof", "passkey");
    }

    public static Json cites(String approval, String record) {
        return Json.object()
                .put("approval", approval)
                .put("record", record)
                .put("group", "finance")
                .put("proof", "passkey")
                .build();
    }

    /** The bytes of an action as they are digested: the prefix and canonical JSON. */
    public static byte[] action(String kind, String target) {
        var out = new ByteArrayOutputStream();
        out.writeBytes("writ-action-v1\0".getBytes(UTF_8));
        out.writeBytes(Canonical.bytes(
                Json.object().put("kind", kind).put("target", target).build()));
        return out.toByteArray();
    }

    public static String id(Json.Obj record) {
        return record.string("id").orElseThrow();
    }

    /** A small story: an approval asked and given, the intent that uses it, its outcome. Returns the decision. */
    public static Id story(Ledger ledger, Name tenant) {
        var approval = IDS.next("apr").text();
        ledger.append(tenant, approval(approval, "requested").build(), Map.of());
        var approved = approval(approval, "approved").put("uses", 1).build();
        ledger.append(tenant, approved, Map.of());
        ledger.append(tenant, approval(approval, "consumed").build(), Map.of());
        var decision = IDS.next("dec");
        var intent = intent(decision)
                .put("approvals", new Json.Arr(List.of(cites(approval, id(approved)))))
                .build();
        ledger.append(
                tenant,
                intent,
                Map.of("action", action("tool:call", "shop/refund"), "payload", "{\"amount\":5}".getBytes(UTF_8)));
        ledger.append(tenant, outcome(id(intent)), Map.of());
        return decision;
    }
}
