package dev.writ.ledger;

import java.nio.file.Path;
import java.util.Map;

/** A process of its own that appends until it is killed and prints what it was told, one line for each record. */
final class CrashChild {
    private CrashChild() {}

    public static void main(String[] arguments) {
        var ledger = Sample.open(Path.of(arguments[0]));
        System.out.println("ready");
        for (int thread = 0; thread < 6; thread++) {
            int number = thread;
            Thread.ofPlatform().start(() -> {
                for (int i = 0; ; i++) {
                    var tenant = (i + number) % 3 == 0 ? Sample.OTHER : Sample.TENANT;
                    var record = Sample.note("y".repeat(i % 5 * 200));
                    var side = i % 5 == 0 ? Map.of("payload", new byte[i % 3000]) : Map.<String, byte[]>of();
                    var told = ledger.append(tenant, record, side);
                    System.out.println(tenant + " " + told.index() + " " + Sample.id(record));
                }
            });
        }
    }
}
