package dev.writ.registry;

/**
 * A definition that was not taken into the registry.
 *
 * @param shown the name as it can be shown, hidden characters visible, cut to a length
 */
public record RefusedTool(String shown, String reason) {}
