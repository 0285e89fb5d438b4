package dev.writ.ledger.token;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * The binary interface of a PKCS#11 library: the functions that we call, by their place in its function list
 * (CK_FUNCTION_LIST, the same in v2.40 and v3.0), and their structures as the C compilers of 64-bit Linux and macOS lay
 * them out (CK_ULONG has 8 bytes, nothing is packed; x86-64 and AArch64 agree).
 */
@SuppressWarnings("restricted") // calling the library is what this is for; the launcher allows native access
final class Cryptoki {
    /** CK_ULONG, and every handle, flag and return value. */
    static final ValueLayout.OfLong ULONG = JAVA_LONG;

    /** The functions, named as in the specification. */
    enum Function {
        C_Initialize(0, ADDRESS),
        C_GetSlotList(4, JAVA_BYTE, ADDRESS, ADDRESS),
        C_GetTokenInfo(6, ULONG, ADDRESS),
        C_GetMechanismInfo(8, ULONG, ULONG, ADDRESS),
        C_OpenSession(12, ULONG, ULONG, ADDRESS, ADDRESS, ADDRESS),
        C_CloseSession(13, ULONG),
        C_Login(18, ULONG, ULONG, ADDRESS, ULONG),
        C_DestroyObject(22, ULONG, ULONG),
        C_GetAttributeValue(24, ULONG, ULONG, ADDRESS, ULONG),
        C_SetAttributeValue(25, ULONG, ULONG, ADDRESS, ULONG),
        C_FindObjectsInit(26, ULONG, ADDRESS, ULONG),
        C_FindObjects(27, ULONG, ADDRESS, ULONG, ADDRESS),
        C_FindObjectsFinal(28, ULONG),
        C_SignInit(42, ULONG, ADDRESS, ULONG),
        C_Sign(43, ULONG, ADDRESS, ULONG, ADDRESS, ADDRESS),
        C_GenerateKeyPair(59, ULONG, ADDRESS, ADDRESS, ULONG, ADDRESS, ULONG, ADDRESS, ADDRESS);

        private final int place;

        @SuppressWarnings("ImmutableEnumChecker") // the JDK's descriptors never change
        private final FunctionDescriptor descriptor;

        Function(int place, MemoryLayout... arguments) {
            this.place = place;
            this.descriptor = FunctionDescriptor.of(ULONG, arguments);
        }

        /** Where its pointer lies in the function list: after the version, which is padded to a pointer's width. */
        long offset() {
            return 8 + 8L * place;
        }

        FunctionDescriptor descriptor() {
            return descriptor;
        }
    }

    /** CK_FUNCTION_LIST: a version and 68 functions. */
    static final long FUNCTION_LIST_BYTES = 8 + 8 * 68;

    /** CK_C_INITIALIZE_ARGS. */
    static final MemoryLayout INITIALIZE_ARGS = MemoryLayout.structLayout(
            ADDRESS.withName("CreateMutex"),
            ADDRESS.withName("DestroyMutex"),
            ADDRESS.withName("LockMutex"),
            ADDRESS.withName("UnlockMutex"),
            ULONG.withName("flags"),
            ADDRESS.withName("pReserved"));

    /** CK_TOKEN_INFO. */
    static final MemoryLayout TOKEN_INFO = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(32, JAVA_BYTE).withName("label"),
            MemoryLayout.sequenceLayout(32, JAVA_BYTE).withName("manufacturerID"),
            MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("model"),
            MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("serialNumber"),
            ULONG.withName("flags"),
            MemoryLayout.sequenceLayout(10, ULONG).withName("counts"),
            MemoryLayout.sequenceLayout(4, JAVA_BYTE).withName("versions"),
            MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("utcTime"),
            MemoryLayout.paddingLayout(4));

    /** CK_MECHANISM. */
    static final MemoryLayout MECHANISM = MemoryLayout.structLayout(
            ULONG.withName("mechanism"), ADDRESS.withName("pParameter"), ULONG.withName("ulParameterLen"));

    /** CK_MECHANISM_INFO. */
    static final MemoryLayout MECHANISM_INFO = MemoryLayout.structLayout(
            ULONG.withName("ulMinKeySize"), ULONG.withName("ulMaxKeySize"), ULONG.withName("flags"));

    /** CK_ATTRIBUTE. */
    static final MemoryLayout ATTRIBUTE =
            MemoryLayout.structLayout(ULONG.withName("type"), ADDRESS.withName("pValue"), ULONG.withName("ulValueLen"));

    private static final long OS_LOCKING_OK = 1 << 1;

    private final Map<Function, MethodHandle> functions = new EnumMap<>(Function.class);

    /** @param list a CK_FUNCTION_LIST that stays where it is */
    Cryptoki(MemorySegment list) {
        for (var function : Function.values()) {
            var pointer = list.get(ADDRESS, function.offset());
            if (pointer.equals(MemorySegment.NULL))
                throw new TokenFailure(TokenFailure.Code.LIBRARY, "the library has no " + function);
            functions.put(function, Linker.nativeLinker().downcallHandle(pointer, function.descriptor));
        }
    }

    static Cryptoki load(Path library) {
        return new Cryptoki(functionList(library));
    }

    /** Loads a library for as long as the process lives: one with threads of its own must not be unloaded. */
    static MemorySegment functionList(Path library) {
        var wide = Linker.nativeLinker().canonicalLayouts().get("long");
        if (ADDRESS.byteSize() != 8 || wide == null || wide.byteSize() != ULONG.byteSize())
            throw new TokenFailure(TokenFailure.Code.LIBRARY, "PKCS#11 tokens need 64-bit Linux or macOS");
        try (var arena = Arena.ofConfined()) {
            var get = SymbolLookup.libraryLookup(library, Arena.global())
                    .find("C_GetFunctionList")
                    .orElseThrow(() -> new TokenFailure(
                            TokenFailure.Code.LIBRARY,
                            library + " is no PKCS#11 library: it has no C_GetFunctionList"));
            var list = arena.allocate(ADDRESS);
            var handle = Linker.nativeLinker().downcallHandle(get, FunctionDescriptor.of(ULONG, ADDRESS));
            long returned = (long) handle.invoke(list);
            var at = list.get(ADDRESS, 0);
            if (returned != Returned.OK || at.equals(MemorySegment.NULL))
                throw new TokenFailure(
                        TokenFailure.Code.LIBRARY, library + " gives no functions: " + Returned.name(returned));
            var found = at.reinterpret(FUNCTION_LIST_BYTES);
            int major = found.get(JAVA_BYTE, 0);
            if (major != 2 && major != 3)
                throw new TokenFailure(TokenFailure.Code.LIBRARY, library + " speaks version " + major + " of PKCS#11");
            return found;
        } catch (IllegalArgumentException e) {
            throw new TokenFailure(TokenFailure.Code.LIBRARY, "the library " + library + " cannot be loaded", e);
        } catch (TokenFailure e) {
            throw e;
        } catch (Throwable e) { // what a method handle declares
            throw new TokenFailure(TokenFailure.Code.LIBRARY, "the library " + library + " cannot be used", e);
        }
    }

    /** Calls a function and gives what it returned. */
    long returned(Function function, Object... arguments) {
        try {
            return (long)
                    java.util.Objects.requireNonNull(functions.get(function)).invokeWithArguments(arguments);
        } catch (Throwable e) { // what a method handle declares; the functions themselves throw nothing
            throw new TokenFailure(TokenFailure.Code.LIBRARY, function + " cannot be called", e);
        }
    }

    /** As the other one, for functions of which only success is expected. */
    void call(Function function, Object... arguments) {
        long returned = returned(function, arguments);
        if (returned != Returned.OK)
            throw new TokenFailure(
                    TokenFailure.Code.REFUSED,
                    "the token refuses: " + function + " returned " + Returned.name(returned),
                    returned,
                    null);
    }

    /** Once in a process is enough, whoever does it. Never taken back: others may use the library too. */
    void initialize() {
        try (var arena = Arena.ofConfined()) {
            var arguments = arena.allocate(INITIALIZE_ARGS);
            arguments.set(
                    ULONG, INITIALIZE_ARGS.byteOffset(MemoryLayout.PathElement.groupElement("flags")), OS_LOCKING_OK);
            long returned = returned(Function.C_Initialize, arguments);
            if (returned != Returned.OK && returned != Returned.CRYPTOKI_ALREADY_INITIALIZED)
                throw new TokenFailure(
                        TokenFailure.Code.LIBRARY,
                        "the library cannot be initialized: C_Initialize returned " + Returned.name(returned));
        }
    }
}
