package dev.writ.ledger.verify;

import static dev.writ.ledger.Sample.OTHER;
import static dev.writ.ledger.Sample.TENANT;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.writ.base.Id;
import dev.writ.ledger.Sample;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A data folder with a small log of each of two tenants, what was exported from it before, and the way to verify it. */
class SmallLog {
    @TempDir
    Path folder;

    Path data;
    Path log;
    Trust trust;
    Id decision;
    byte[] receipt;
    byte[] early;

    @BeforeEach
    void aSmallLogOfTwoTenants() throws Exception {
        data = folder.resolve("data");
        log = data.resolve("ledger/acme/node-1");
        try (var ledger = Sample.open(data)) {
            ledger.append(TENANT, Sample.record("task").put("tenant", "acme").build(), Map.of());
            early = ledger.checkpoint(TENANT).bytes();
            decision = Sample.story(ledger, TENANT);
            receipt = ledger.receipt(TENANT, decision, _ -> true).orElseThrow();
            trust = Trust.parse(ledger.trust(TENANT));
            Sample.story(ledger, OTHER);
            ledger.append(OTHER, Sample.record("task").put("tenant", "globex").build(), Map.of());
            trust = new Trust(
                    concat(trust.keys(), Trust.parse(ledger.trust(OTHER)).keys()));
        }
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    Report verify() {
        return EvidenceVerifier.verify(data, Optional.of(trust), Optional.empty());
    }

    static void copyFolder(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.write(target, Files.readAllBytes(file));
            }
        }
    }

    static PrintStream quiet() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }
}
