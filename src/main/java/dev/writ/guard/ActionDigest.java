package dev.writ.guard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.CanonicalWriter;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import java.util.List;

/**
 * What an approval binds and a record commits to: SHA-256 of {@code "writ-action-v1\0"} and the canonical JSON of these
 * members. All are strings or arrays of strings; a member that a kind of action does not have is the empty string, so
 * there is one layout for all kinds. Test vectors: {@code src/test/resources/vectors/action-digest.json}.
 *
 * @param kind the case of {@link Action}
 * @param chain the persons and agents through whom the authority came, the person first
 * @param run the execution of code that calls, empty when the agent calls itself
 * @param caller {@code direct} or {@code code}
 * @param code digest of the calling code, empty for a direct call
 * @param endpoint digest of the target's address or command
 * @param definition digest of the tool's pinned definition
 * @param credential whose credential the upstream will see: a vault name, or empty
 * @param payload digest of the request's own members
 */
public record ActionDigest(
        String kind,
        String tenant,
        String task,
        String person,
        List<String> chain,
        String agent,
        String run,
        String caller,
        String code,
        String target,
        String endpoint,
        String definition,
        String credential,
        String payload) {
    private static final byte[] DOMAIN = "writ-action-v1\0".getBytes(UTF_8);

    public ActionDigest {
        chain = List.copyOf(chain);
    }

    public Json.Obj json() {
        return Json.object()
                .put("agent", agent)
                .put("caller", caller)
                .put("chain", chain)
                .put("code", code)
                .put("credential", credential)
                .put("definition", definition)
                .put("endpoint", endpoint)
                .put("kind", kind)
                .put("payload", payload)
                .put("person", person)
                .put("run", run)
                .put("target", target)
                .put("task", task)
                .put("tenant", tenant)
                .build();
    }

    /** The bytes that are hashed; the side store keeps them so that anyone can hash them again. */
    public byte[] bytes() {
        var body = new CanonicalWriter(1_024)
                .object()
                .string("agent", agent)
                .string("caller", caller)
                .texts("chain", chain)
                .string("code", code)
                .string("credential", credential)
                .string("definition", definition)
                .string("endpoint", endpoint)
                .string("kind", kind)
                .string("payload", payload)
                .string("person", person)
                .string("run", run)
                .string("target", target)
                .string("task", task)
                .string("tenant", tenant)
                .end()
                .bytes();
        var whole = new byte[DOMAIN.length + body.length];
        System.arraycopy(DOMAIN, 0, whole, 0, DOMAIN.length);
        System.arraycopy(body, 0, whole, DOMAIN.length, body.length);
        return whole;
    }

    public Digest digest() {
        return Digest.of(bytes());
    }
}
