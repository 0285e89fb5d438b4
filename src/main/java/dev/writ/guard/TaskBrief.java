package dev.writ.guard;

import dev.writ.base.Id;

/**
 * What a caller may be told about its own standing: names as people know them, never as records do.
 *
 * @param owner the person who answers for the agent
 * @param person whom the task is for
 */
public record TaskBrief(String agent, String owner, Id task, String purpose, String person) {}
