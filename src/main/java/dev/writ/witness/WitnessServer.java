package dev.writ.witness;

import dev.writ.http.server.HttpServer;
import dev.writ.http.server.Limits;
import dev.writ.http.server.Routes;
import dev.writ.http.server.Settings;
import dev.writ.ledger.CheckpointSigner;
import dev.writ.ledger.verify.VerifierKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** A witness of its own on a port, with its keys and its memory in a folder. */
public final class WitnessServer implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 2_000;
    private static final int CALLS_MAX = 64;
    private static final long BYTES_IN_FLIGHT_MAX = 8L << 20;

    /**
     * How a witness is set up.
     *
     * @param name its key name, like an address without scheme; it stands in every cosignature
     * @param logs the file with the verifier keys of the logs that it serves
     * @param hosts names that it is reached by
     */
    public record Setup(Path data, String name, Path logs, String address, int port, Set<String> hosts) {
        public Setup {
            hosts = Set.copyOf(hosts);
        }
    }

    private final Witness witness;
    private final HttpServer server;

    private WitnessServer(Witness witness, HttpServer server) {
        this.witness = witness;
        this.server = server;
    }

    public static WitnessServer start(Setup setup, InstantSource clock, SecureRandom random) {
        return start(setup, clock, random, _ -> {});
    }

    static WitnessServer start(Setup setup, InstantSource clock, SecureRandom random, Memory.Steps steps) {
        var known = new KnownLogs(setup.logs(), clock);
        var memory = new Memory(setup.data().resolve("logs"), steps);
        try {
            var witness = new Witness(signer(setup.data(), setup.name(), random), known, memory, clock);
            var limits = Limits.DEFAULT.withCaps(CONNECTIONS_MAX, CALLS_MAX, BYTES_IN_FLIGHT_MAX);
            var settings = new Settings(setup.address(), setup.port(), setup.hosts(), Set.of(), limits, 1);
            return new WitnessServer(witness, HttpServer.start(settings, new Routes(witness.routes()), clock));
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /** The verifier keys of a witness's folder; makes keys where nothing has been cosigned yet. */
    public static List<VerifierKey> keys(Path data, String name, SecureRandom random) {
        return signer(data, name, random).keys();
    }

    private static CheckpointSigner signer(Path data, String name, SecureRandom random) {
        if (!name.matches("[a-z0-9][a-z0-9./-]{0,99}"))
            throw new IllegalArgumentException("a witness's name has a-z 0-9 . / - like an address without scheme");
        var keys = data.resolve("keys");
        return CheckpointSigner.ofWitness(name, keys, random, !Files.exists(keys));
    }

    public List<VerifierKey> keys() {
        return witness.keys();
    }

    public int logsKnown() {
        return witness.logsKnown();
    }

    public int port() {
        return server.address().getPort();
    }

    @Override
    public void close() {
        server.close();
        witness.close();
    }
}
