package dev.writ.policy.publish;

import java.io.IOException;

/** Child processes that do what a crashed or subverted front end might. */
final class MisbehavingFrontEnd {
    private MisbehavingFrontEnd() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments[0]) {
            case "Crash" -> Runtime.getRuntime().halt(139);
            case "Hang" -> Thread.currentThread().join();
            case "Nonsense" -> System.out.print("not JSON at all");
            case "Empty" -> System.out.print("{}");
            case "Greedy" -> {
                System.in.readAllBytes();
                var hoard = new java.util.ArrayList<byte[]>();
                while (hoard.size() < 1_000_000) hoard.add(new byte[1 << 20]);
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
