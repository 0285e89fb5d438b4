package dev.writ.ledger.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Canonical;
import dev.writ.base.Json;
import dev.writ.base.JsonError;
import dev.writ.base.JsonReader;
import java.util.Arrays;
import java.util.Optional;

/** Holds a disclosed side value against the record that commits to it. */
final class SideValues {
    private static final byte[] ACTION = "writ-action-v1\0".getBytes(UTF_8);

    private SideValues() {}

    /** What is wrong with a value, if anything. */
    static Optional<String> objection(Json.Obj record, String name, byte[] value, byte[] salt) {
        var commitment = SideCommitment.in(record, name);
        if (commitment.isEmpty()) return Optional.of("commits to no side value " + name);
        if (salt.length != SideCommitment.SALT_BYTES
                || !SideCommitment.of(salt, value).equals(commitment.get()))
            return Optional.of("commits to another side value " + name);
        return name.equals("action") ? action(record, value) : Optional.empty();
    }

    /** The bytes that the action digest is taken of must say what the record says. */
    private static Optional<String> action(Json.Obj record, byte[] value) {
        if (value.length < ACTION.length || !Arrays.equals(value, 0, ACTION.length, ACTION, 0, ACTION.length))
            return Optional.of("has an action that does not begin with writ-action-v1");
        var text = Arrays.copyOfRange(value, ACTION.length, value.length);
        try {
            var action = JsonReader.readObject(text);
            if (!Arrays.equals(Canonical.bytes(action), text))
                return Optional.of("has an action that is not in canonical form");
            var told = record.object("action").orElse(Json.Obj.EMPTY);
            for (var member : new String[] {"kind", "target"})
                if (told.get(member).isPresent() && !told.get(member).equals(action.get(member)))
                    return Optional.of("tells another " + member + " than the action it commits to");
            return Optional.empty();
        } catch (JsonError e) {
            return Optional.of("has an action that is not JSON: " + e.reason());
        }
    }
}
