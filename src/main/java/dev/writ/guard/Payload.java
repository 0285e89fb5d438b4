package dev.writ.guard;

import dev.writ.base.Digest;

/** The canonical bytes of a request's own members with their digest: worked out once, for whoever needs them. */
@SuppressWarnings("ArrayRecordComponent") // hashed, encrypted and compared, never changed
record Payload(byte[] bytes, Digest digest) {
    static Payload of(Action action) {
        var bytes = action.payloadBytes();
        return new Payload(bytes, Digest.of(bytes));
    }
}
