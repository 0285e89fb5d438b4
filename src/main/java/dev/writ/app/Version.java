package dev.writ.app;

import java.util.Optional;

/** Which Writ this is. */
final class Version {
    /** The version of the jar, or {@code dev} outside of one. */
    static final String TEXT = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("dev");

    private Version() {}
}
