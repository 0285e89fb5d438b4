package dev.writ.ledger.token;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Secret;
import dev.writ.ledger.token.Cryptoki.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** An open session with a token, used by one thread. One that was opened to read signs; one to write makes and destroys. */
final class Session {
    static final long EDDSA = 0x1057;
    private static final long EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
    private static final long USER = 1;
    private static final long RW_SESSION = 1 << 1;
    private static final long SERIAL_SESSION = 1 << 2;
    private static final int SIGNATURE_BYTES = 64;
    private static final int ATTRIBUTE_BYTES_MAX = 256;
    private static final int FOUND_MAX = 8;

    /** The curve as an OID (1.3.101.112) and as a name: v3.0 §2.3.5 allows both, and tokens know one of them. */
    private static final List<byte[]> CURVES =
            List.of(HexFormat.of().parseHex("06032b6570"), HexFormat.of().parseHex("130c656477617264733235353139"));

    private final Cryptoki cryptoki;
    private final long handle;

    private Session(Cryptoki cryptoki, long handle) {
        this.cryptoki = cryptoki;
        this.handle = handle;
    }

    static Session open(Cryptoki cryptoki, long slot, boolean toWrite) {
        try (var arena = Arena.ofConfined()) {
            var handle = arena.allocate(Cryptoki.ULONG);
            long flags = SERIAL_SESSION | (toWrite ? RW_SESSION : 0);
            cryptoki.call(Function.C_OpenSession, slot, flags, MemorySegment.NULL, MemorySegment.NULL, handle);
            return new Session(cryptoki, handle.get(Cryptoki.ULONG, 0));
        }
    }

    /** Nothing that fails here matters any more. */
    void close() {
        var _ = cryptoki.returned(Function.C_CloseSession, handle);
    }

    /** One attempt. The copy of the PIN in native memory is overwritten at once. */
    void login(Secret pin) {
        var bytes = pin.reveal().getBytes(UTF_8);
        try (var arena = Arena.ofConfined()) {
            var copy = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
            long returned = cryptoki.returned(Function.C_Login, handle, USER, copy, (long) bytes.length);
            copy.fill((byte) 0);
            if (returned == Returned.OK || returned == Returned.USER_ALREADY_LOGGED_IN) return;
            throw new TokenFailure(
                    Returned.isAboutThePin(returned) ? TokenFailure.Code.PIN : TokenFailure.Code.REFUSED,
                    "the token refuses the login: C_Login returned " + Returned.name(returned),
                    returned,
                    null);
        } finally {
            java.util.Arrays.fill(bytes, (byte) 0);
        }
    }

    /** The objects of a class with a label. */
    List<Long> find(long objectClass, String label) {
        try (var arena = Arena.ofConfined()) {
            var wanted = new Attributes(arena)
                    .with(Attributes.CLASS, objectClass)
                    .with(Attributes.TOKEN, true)
                    .with(Attributes.LABEL, label);
            var handles = arena.allocate(Cryptoki.ULONG, FOUND_MAX);
            var count = arena.allocate(Cryptoki.ULONG);
            cryptoki.call(Function.C_FindObjectsInit, handle, wanted.array(), wanted.count());
            try {
                cryptoki.call(Function.C_FindObjects, handle, handles, (long) FOUND_MAX, count);
            } finally {
                var _ = cryptoki.returned(Function.C_FindObjectsFinal, handle);
            }
            long found = count.get(Cryptoki.ULONG, 0);
            if (found < 0 || found > FOUND_MAX)
                throw new TokenFailure(TokenFailure.Code.KEY, "the token finds more than it was asked for");
            var all = new ArrayList<Long>();
            for (int i = 0; i < found; i++) all.add(handles.getAtIndex(Cryptoki.ULONG, i));
            return all;
        }
    }

    byte[] attribute(long object, long type) {
        try (var arena = Arena.ofConfined()) {
            var wanted = new Attributes(arena).room(type, ATTRIBUTE_BYTES_MAX);
            var array = wanted.array();
            cryptoki.call(Function.C_GetAttributeValue, handle, object, array, 1L);
            return wanted.written(array);
        }
    }

    boolean is(long object, long type) {
        var value = attribute(object, type);
        return value.length == 1 && value[0] != 0;
    }

    void label(long object, String label) {
        try (var arena = Arena.ofConfined()) {
            var changed = new Attributes(arena).with(Attributes.LABEL, label);
            cryptoki.call(Function.C_SetAttributeValue, handle, object, changed.array(), changed.count());
        }
    }

    /** Handles of the two halves. */
    record Pair(long publicKey, long privateKey) {}

    /** Makes an Ed25519 pair that stays in the token and cannot be taken out. */
    Pair generate(String label, byte[] id) {
        for (int i = 0; ; i++) {
            try {
                return generate(label, id, CURVES.get(i));
            } catch (TokenFailure e) {
                if (e.lost() || i + 1 == CURVES.size()) throw e;
            }
        }
    }

    private Pair generate(String label, byte[] id, byte[] curve) {
        try (var arena = Arena.ofConfined()) {
            var ofPublic = new Attributes(arena)
                    .with(Attributes.KEY_TYPE, Attributes.EC_EDWARDS)
                    .with(Attributes.EC_PARAMS, curve)
                    .with(Attributes.TOKEN, true)
                    .with(Attributes.VERIFY, true)
                    .with(Attributes.LABEL, label)
                    .with(Attributes.ID, id);
            var ofPrivate = new Attributes(arena)
                    .with(Attributes.KEY_TYPE, Attributes.EC_EDWARDS)
                    .with(Attributes.TOKEN, true)
                    .with(Attributes.PRIVATE, true)
                    .with(Attributes.SENSITIVE, true)
                    .with(Attributes.EXTRACTABLE, false)
                    .with(Attributes.SIGN, true)
                    .with(Attributes.LABEL, label)
                    .with(Attributes.ID, id);
            var publicKey = arena.allocate(Cryptoki.ULONG);
            var privateKey = arena.allocate(Cryptoki.ULONG);
            cryptoki.call(
                    Function.C_GenerateKeyPair,
                    handle,
                    mechanism(arena, EC_EDWARDS_KEY_PAIR_GEN),
                    ofPublic.array(),
                    ofPublic.count(),
                    ofPrivate.array(),
                    ofPrivate.count(),
                    publicKey,
                    privateKey);
            return new Pair(publicKey.get(Cryptoki.ULONG, 0), privateKey.get(Cryptoki.ULONG, 0));
        }
    }

    /** CKM_EDDSA without parameters: Ed25519 as RFC 8032 §5.1 has it, over the message itself. */
    byte[] sign(long privateKey, byte[] message) {
        try (var arena = Arena.ofConfined()) {
            var data = arena.allocate(Math.max(1, message.length));
            MemorySegment.copy(message, 0, data, JAVA_BYTE, 0, message.length);
            var signature = arena.allocate(SIGNATURE_BYTES);
            var length = arena.allocate(Cryptoki.ULONG);
            length.set(Cryptoki.ULONG, 0, SIGNATURE_BYTES);
            cryptoki.call(Function.C_SignInit, handle, mechanism(arena, EDDSA), privateKey);
            cryptoki.call(Function.C_Sign, handle, data, (long) message.length, signature, length);
            if (length.get(Cryptoki.ULONG, 0) != SIGNATURE_BYTES)
                throw new TokenFailure(TokenFailure.Code.REFUSED, "the token gives a signature of a wrong length");
            return signature.toArray(JAVA_BYTE);
        }
    }

    private static MemorySegment mechanism(Arena arena, long type) {
        var mechanism = arena.allocate(Cryptoki.MECHANISM);
        mechanism.set(Cryptoki.ULONG, 0, type);
        mechanism.set(ADDRESS, 8, MemorySegment.NULL);
        return mechanism;
    }

    void destroy(long object) {
        cryptoki.call(Function.C_DestroyObject, handle, object);
    }
}
