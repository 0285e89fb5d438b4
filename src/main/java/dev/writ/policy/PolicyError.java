package dev.writ.policy;

/** A policy whose evaluation failed, and why. The reason never quotes an argument's value. */
public record PolicyError(String policy, String reason) {}
