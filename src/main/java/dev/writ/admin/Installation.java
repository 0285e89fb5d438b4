package dev.writ.admin;

import java.time.Instant;
import java.util.function.Supplier;

/**
 * What a status tells of the process.
 *
 * @param listen where it listens, known once it does
 */
public record Installation(String version, String node, String custody, Instant started, Supplier<String> listen) {}
