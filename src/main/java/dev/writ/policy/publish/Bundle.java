package dev.writ.policy.publish;

import dev.writ.base.Canonical;
import dev.writ.base.Digest;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import dev.writ.policy.PolicyException;
import dev.writ.policy.PolicySet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one publish put in force: the schema, the policies as compiled from and as written. Its digest is
 * the SHA-256 of its canonical JSON, so a record that names the digest names every byte.
 *
 * @param policies Cedar's JSON policy format, by policy id
 * @param sources file name → text
 */
public record Bundle(String language, String schema, Json.Obj policies, SortedMap<String, String> sources) {
    /** The version of this layout. */
    public static final long VERSION = 1;

    /** The version of the Cedar language that the policies are written in. */
    public static final String LANGUAGE = "4.5";

    private static final int VALUES_MAX = 4_000_000;

    public Bundle {
        sources = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(sources));
    }

    public Digest digest() {
        return Digest.of(bytes());
    }

    /** The canonical JSON that the digest is of. */
    public byte[] bytes() {
        var texts = Json.object();
        sources.forEach(texts::put);
        return Canonical.bytes(Json.object()
                .put("version", VERSION)
                .put("language", language)
                .put("schema", schema)
                .put("policies", policies)
                .put("sources", texts.build())
                .build());
    }

    /** @throws PublishException when this version cannot evaluate what is in it */
    public PolicySet compile() {
        try {
            return PolicySet.compile(policies);
        } catch (PolicyException e) {
            throw new PublishException(PublishException.Code.BUNDLE, "the bundle cannot be evaluated", e);
        }
    }

    /** @throws PublishException when the bytes have another digest or are not a bundle of this version */
    public static Bundle read(byte[] bytes, Digest digest) {
        if (!Digest.of(bytes).equals(digest))
            throw new PublishException(PublishException.Code.BUNDLE, "the bundle is not the one named " + digest);
        try {
            var json = JsonReader.readObject(bytes, VALUES_MAX);
            if (json.integer("version").orElse(-1L) != VERSION)
                throw new PublishException(PublishException.Code.BUNDLE, "a bundle of another version");
            return new Bundle(
                    json.string("language").orElseThrow(),
                    json.string("schema").orElseThrow(),
                    json.object("policies").orElseThrow(),
                    texts(json.object("sources").orElseThrow().members()));
        } catch (JsonError | java.util.NoSuchElementException e) {
            throw new PublishException(PublishException.Code.BUNDLE, "the bundle cannot be read", e);
        }
    }

    private static SortedMap<String, String> texts(Map<String, Json> members) {
        var texts = new TreeMap<String, String>();
        members.forEach((name, text) -> {
            if (text instanceof Json.Str(var value)) texts.put(name, value);
        });
        return texts;
    }
}
