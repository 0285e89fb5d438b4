package dev.writ.demo;

/** The demo did not go as told; the message says where. */
public final class DemoFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    DemoFailure(String message) {
        super(message);
    }
}
