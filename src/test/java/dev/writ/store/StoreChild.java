package dev.writ.store;

import java.nio.file.Path;
import java.util.List;

/** A second process on the same database, for tests: holds it open, or dies inside a transaction. */
final class StoreChild {
    private StoreChild() {}

    public static void main(String[] args) throws Exception {
        if (args[2].equals("migrate")) {
            Databases.openAsNamed(args[0], args[1], List.of(MigrationsTest.LONG));
            Runtime.getRuntime().halt(0);
        }
        var store = Databases.openAsNamed(args[0], args[1], List.of(StoreTest.NOTES));
        if (args[2].equals("die")) {
            store.write(sql -> sql.change("INSERT INTO notes (id, text) VALUES (1, 'committed')"));
            store.write(sql -> {
                sql.change("INSERT INTO notes (id, text) VALUES (2, 'half')");
                Runtime.getRuntime().halt(9);
                return 0;
            });
        }
        System.out.println("open");
        System.in.read();
        store.close();
    }

    static Process start(Databases database, Path folder, String what) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreChild.class.getName(),
                        database.words(folder)[0],
                        database.words(folder)[1],
                        what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
