package dev.writ.upstream;

/** Ends an exchange from outside, whether its head has come already or not. */
final class Cutting {
    private volatile boolean cut;
    private volatile Runnable end = () -> {};

    void reaches(Runnable ending) {
        end = ending;
        if (cut) ending.run();
    }

    void now() {
        cut = true;
        end.run();
    }
}
